/** Runs the Zipf workload (test/bench/zipf/simulation.ts) and tells what the cache saved. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildForNode, root } from './build.ts';
import type { Results } from './figures.ts';
import type { Hour, Workload } from './zipf/simulation.ts';

const workload: Workload = {
  users: 10_000,
  accountsPerUser: 4,
  readsPerSecond: 2_000,
  seconds: 3_600,
  changeEvery: 500,
  seed: 1,
  migrations: join(root, 'migrations'),
};

export async function measureZipf(overrides: Partial<Workload> = {}): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-bench-'));
  try {
    // The sources import each other without extensions, which Node does not do.
    const file = join(folder, 'simulation.mjs');
    await writeFile(file, await buildForNode('zipf/simulation.ts'));
    return resultsOf(await inThread(file, { ...workload, ...overrides }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** In a thread, because there the young generation can be large: it makes mostly short-lived objects. */
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

function resultsOf(hour: Hour): Results {
  // Without a cache, each read asks for the version and the rows.
  const without = hour.reads * 2 + hour.changing;
  const saved = 1 - hour.queries / without;
  const strictly = 1 - hour.queries / (hour.reads + hour.changing);
  return {
    figures: [
      {
        id: 'd1-saved',
        value: saved * 100,
        note: `${hour.queries.toLocaleString('en')} queries instead of ${without.toLocaleString('en')}`,
      },
    ],
    observations: [
      {
        what: 'D1 queries per 1,000 requests in the Zipf workload',
        value: ((hour.queries / (hour.reads + hour.changes)) * 1000).toFixed(1),
      },
      {
        what: 'D1 queries saved, were one query per read enough without a cache (no versions)',
        value: `${(strictly * 100).toFixed(1)} %`,
      },
      {
        what: 'Zipf reads answered by memory; KV reads; KV writes, of which refused with 429',
        value: `${((hour.memoryHits / hour.reads) * 100).toFixed(1)} %; ${hour.kvReads.toLocaleString('en')}; ${hour.kvWrites.toLocaleString('en')}, ${hour.kvRefused.toLocaleString('en')}`,
      },
    ],
  };
}
