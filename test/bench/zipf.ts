/** Runs the Zipf workload (test/bench/zipf/simulation.ts) and tells what the cache saved. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildForNode, root } from './build.ts';
import type { Results } from './figures.ts';
import type { Hour, Workload } from './zipf/simulation.ts';

/** As `consumers-8-vs-1` measures them: the queue's consumers, and a cron run without a queue. */
const QUEUE_PER_SECOND = 270;
const CRON_PER_SECOND = 45;

const workload: Workload = {
  users: 10_000,
  accountsPerUser: 4,
  readsPerSecond: 2_000,
  seconds: 3_600,
  changeEvery: 500,
  refreshesPerSecond: QUEUE_PER_SECOND,
  seed: 1,
  migrations: join(root, 'migrations'),
};

export async function measureZipf(overrides: Partial<Workload> = {}): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-bench-'));
  try {
    // The sources import each other without extensions, which Node does not do.
    const file = join(folder, 'simulation.mjs');
    await writeFile(file, await buildForNode('zipf/simulation.ts'));
    const [hour, withoutQueue] = await Promise.all([
      inThread(file, { ...workload, ...overrides }),
      inThread(file, { ...workload, ...overrides, refreshesPerSecond: CRON_PER_SECOND }),
    ]);
    return resultsOf(hour, withoutQueue);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * In a thread, because there the young generation can be large: it makes mostly short-lived
 * objects.
 */
async function inThread(file: string, given: Workload): Promise<Hour> {
  const thread = new Worker(file, {
    workerData: given,
    resourceLimits: { maxYoungGenerationSizeMb: 192 },
  });
  try {
    return await new Promise<Hour>((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', reject);
    });
  } finally {
    await thread.terminate();
  }
}

/** Without a cache, each read is one query, as it is with one that misses. */
const uncached = (hour: Hour): number => hour.reads + hour.changing;
const saved = (hour: Hour): number => (1 - hour.queries / uncached(hour)) * 100;

function resultsOf(hour: Hour, withoutQueue: Hour): Results {
  return {
    figures: [
      {
        id: 'd1-saved',
        value: saved(hour),
        note: `${hour.queries.toLocaleString('en')} queries instead of ${uncached(hour).toLocaleString('en')}`,
      },
    ],
    observations: [
      {
        what: 'D1 queries per 1,000 requests in the Zipf workload',
        value: ((hour.queries / (hour.reads + hour.changes)) * 1000).toFixed(1),
      },
      {
        what: 'D1 queries saved with no queue, where what is due waits longer and is not cached meanwhile',
        value: `${saved(withoutQueue).toFixed(1)} %`,
      },
      {
        what: 'Zipf reads answered by memory; KV reads; KV writes, of which refused with 429',
        value: `${((hour.memoryHits / hour.reads) * 100).toFixed(1)} %; ${hour.kvReads.toLocaleString('en')}; ${hour.kvWrites.toLocaleString('en')}, ${hour.kvRefused.toLocaleString('en')}`,
      },
    ],
  };
}
