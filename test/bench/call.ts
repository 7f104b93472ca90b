/**
 * Calls of a provider's API through the product, next to a bare Worker that calls it itself; what a
 * call asks of D1; and what the Worker's memory does while large bodies pass.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { serviceKey } from '../support/keys.ts';
import { workerdPid } from './cpu.ts';
import type { Figure, Results } from './figures.ts';
import { ofSpread } from './figures.ts';
import { settingsOf } from './keep/provider.ts';
import { type Generator, request, startGenerator } from './load/generator.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import { median, ratios } from './statistics.ts';

const LATENCY_MS = 20;
const ROUNDS = 7;
const CALLS = 60;
/**
 * Calls whose D1 calls are counted: no more than come within the 20 s that are written together.
 */
const COUNTED = 200;
/** Until the counts of a call are in D1. */
const WRITTEN_MS = 22_000;
const BODIES = 16;
const BODY_BYTES = 100_000_000;
const SMALL_BYTES = 200_000;
const SAMPLE_MS = 20;

const path = '/v1/users/user-0/proxy/bench/-/me';
const call = request('GET', path, serviceKey);

export interface CallScripts {
  mooring: string;
  direct: string;
  /** The product, counted, with a way in (workers/token.ts). */
  counted: string;
}

export async function measureCalls(scripts: CallScripts): Promise<Results> {
  const provider = new Worker(join(import.meta.dirname, 'call/provider-thread.ts'), {
    workerData: { latencyMs: LATENCY_MS },
  });
  const generator = startGenerator();
  let runtime: Runtime | undefined;
  try {
    const [api] = (await once(provider, 'message')) as [string];
    runtime = await startRuntime(
      { ...scripts },
      {
        settings: {
          API: api,
          CALLS_PER_MINUTE: '0',
          ...settingsOf(api, { profileUrl: `${api}/profile`, apiUrl: api }),
        },
      },
    );
    const counting = await runtime.port('counted');
    await fetch(`http://127.0.0.1:${counting}/seed?from=0&count=1`);
    const latency = await latencyOverDirect(generator, runtime);
    const calls = await d1Calls(generator, counting);
    const { figures, observations } = await memoryOfStreams(runtime);
    return { figures: [latency, calls, ...figures], observations };
  } finally {
    await generator.stop();
    await runtime?.stop();
    await provider.terminate();
  }
}

async function latencyOverDirect(generator: Generator, runtime: Runtime): Promise<Figure> {
  const times = { mooring: [] as number[], direct: [] as number[] };
  const ports = {
    mooring: await runtime.port('mooring'),
    direct: await runtime.port('direct'),
  };
  for (let round = 0; round <= ROUNDS; round += 1) {
    // Who goes first has the colder machine: turn about.
    const names =
      round % 2 === 0 ? (['direct', 'mooring'] as const) : (['mooring', 'direct'] as const);
    for (const name of names) {
      const load = { port: ports[name], requests: [call], connections: 1, ms: 0, count: CALLS };
      const { latencies } = await generator.run(load);
      if (round > 0) times[name].push(median(latencies));
    }
  }
  const ms = (values: readonly number[]): string => `${median(values).toFixed(2)} ms`;
  return ofSpread(
    'proxy-vs-direct',
    ratios(times.mooring, times.direct),
    `${ms(times.mooring)} over ${ms(times.direct)}, the provider's ${LATENCY_MS} ms included`,
  );
}

async function d1Calls(generator: Generator, port: number): Promise<Figure> {
  const load = { port, requests: [call], connections: 1, ms: 0 };
  /** Since the last look. */
  const counts = async (): Promise<number> => {
    const reply = await fetch(`http://127.0.0.1:${port}/counts`);
    return ((await reply.json()) as { d1Calls: number }).d1Calls;
  };
  // The first call of an isolate also notes that its key is in use.
  await generator.run({ ...load, count: 5 });
  await setTimeout(WRITTEN_MS);
  await counts();
  await generator.run({ ...load, count: COUNTED });
  const during = await counts();
  await setTimeout(WRITTEN_MS);
  return {
    id: 'proxy-d1-calls',
    value: during / COUNTED,
    note: `${await counts()} more for what came of all ${COUNTED}`,
  };
}

/** In megabytes. */
async function residentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) / 1000;
}

async function memoryOfStreams(runtime: Runtime): Promise<Results> {
  const pid = await workerdPid();
  if (pid === undefined) return { figures: [], observations: [] };
  /** Of 16 bodies each way at once. */
  const growth = async (port: number): Promise<{ mb: number; note: string }> => {
    const all = (bytes: number) =>
      Promise.all(Array.from({ length: BODIES }, () => thereAndBack(port, bytes)));
    // Connections and code.
    for (let round = 0; round < 3; round += 1) await all(SMALL_BYTES);
    await setTimeout(1_000);
    const before = await residentOf(pid);
    let highest = before;
    let isRunning = true;
    const startedAt = performance.now();
    const streams = all(BODY_BYTES).finally(() => {
      isRunning = false;
    });
    while (isRunning) {
      highest = Math.max(highest, await residentOf(pid));
      await setTimeout(SAMPLE_MS);
    }
    await streams;
    const seconds = (performance.now() - startedAt) / 1000;
    const note = `${highest.toFixed(0)} MB over ${before.toFixed(0)} MB, ${seconds.toFixed(0)} s`;
    return { mb: highest - before, note };
  };
  // The first streams of a process take buffers that the runtime keeps and uses again.
  const bare = await growth(await runtime.port('direct'));
  const { mb, note } = await growth(await runtime.port('mooring'));
  return {
    figures: [{ id: 'proxy-stream-rss', value: mb, note }],
    observations: [
      {
        what: 'The same by a bare Worker that passes bodies on, before it: buffers that workerd keeps',
        value: `${bare.mb.toFixed(0)} MB (${bare.note})`,
      },
    ],
  };
}

const CHUNK = Buffer.alloc(65_536, 'x');

function* chunksOf(bytes: number) {
  for (let left = bytes; left > 0; left -= CHUNK.length) yield CHUNK.subarray(0, left);
}

/** A body up, which the provider sends back while it comes. */
async function thereAndBack(port: number, bytes: number): Promise<void> {
  const sent = httpRequest({
    host: '127.0.0.1',
    port,
    path,
    method: 'POST',
    agent: false,
    headers: { Authorization: `Bearer ${serviceKey}`, 'Content-Length': bytes },
  });
  const received = new Promise<number>((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (reply) => {
      let got = 0;
      reply.on('data', (chunk: Buffer) => {
        got += chunk.length;
      });
      reply.once('end', () => resolve(got));
      reply.once('error', reject);
    });
  });
  await pipeline(Readable.from(chunksOf(bytes)), sent);
  const got = await received;
  if (got !== bytes) throw new Error(`${got} of ${bytes} bytes came back`);
}
