/**
 * The status read, answered by memory, KV and D1, next to Workers that do the bare minimum, in
 * rounds that take turns. How each request is made to be answered where it should be stands in
 * docs/benchmarks.md; whether it was, is looked at in the replies' Cache-Status.
 */
import { setTimeout } from 'node:timers/promises';
import { serviceKey } from '../support/keys.ts';
import { cpuTimeOf, workerdPid } from './cpu.ts';
import type { Figure, FigureId, Observation, Results } from './figures.ts';
import { ofSpread } from './figures.ts';
import {
  type Generator,
  type Load,
  type Measured,
  request,
  startGenerator,
} from './load/generator.ts';
import type { Runtime } from './runtime.ts';
import { startRuntime } from './runtime.ts';
import { median, ratios } from './statistics.ts';
import { insertUsers, range, readOfMany, readsOf, userId } from './users.ts';

const ROUNDS = 7;
const ROUND_MS = 600;
const CONNECTIONS = 16;
/** Replies of a round that must have come from where they should. */
const EXPECTED = 0.95;
/** Between two requests of a single client: time for what goes on after a reply. */
const PAUSE_MS = 30;
const MISSES = 150;
/** Of a round at 16 connections. */
const PACKED_MISSES = 320;
/** Until the fills that a round has left behind are done. */
const FILLS_MS = 1_000;
const SLOW_MISSES = 12;
const SLOW_HITS = 60;

/** Who is asked for what: no user plays two parts. */
const USERS = 12_000;
const inMemory = range(0, CONNECTIONS);
/** Three times what memory holds, in turn: each is forgotten there before it comes again. */
const inKv = range(1_000, 3_000);
const unknown = range(4_000, 8_000);

const hit = { memory: 'mooring-memory; hit', kv: 'mooring-kv; hit', none: 'mooring-kv; fwd=miss' };

export interface Scripts {
  mooring: string;
  /** The same, with the rate limiters bound. */
  limited: string;
  slow: string;
  /** Raw reads of KV, with the same network times. */
  slowKv: string;
  static: string;
  jwt: string;
  kv: string;
  d1: string;
}

interface Bench {
  generator: Generator;
  ports: Record<keyof Scripts, number>;
  reads: { memory: Uint8Array[]; kv: Uint8Array[]; unknown: Uint8Array[] };
  /** How many of `reads.unknown` are used up. */
  asked: number;
  /** CPU time of workerd, ms; null where it is not counted. */
  cpu(): Promise<number | null>;
}

/** What one contender did in one round. */
interface Round extends Measured {
  /** CPU time of workerd for each reply, us. */
  cpuUs: number;
}

export async function measureKnow(scripts: Scripts): Promise<Results> {
  const runtime = await startRuntime({ ...scripts }, { limited: ['limited'] });
  const generator = startGenerator();
  try {
    await insertUsers(runtime.miniflare, 'mooring', USERS);
    const bench = await prepare(runtime, generator);
    const results = [
      await throughputOfMemory(bench),
      await throughputOfKv(bench),
      await measureMisses(bench),
      await latenciesWithNetwork(bench),
    ];
    return {
      figures: results.flatMap(({ figures }) => figures),
      observations: [
        ...results.flatMap(({ observations }) => observations),
        {
          what: 'Busiest second of the load generator (1 would be a bottleneck)',
          value: generator.busiest.toFixed(2),
        },
      ],
    };
  } finally {
    await generator.stop();
    await runtime.stop();
  }
}

async function prepare(runtime: Runtime, generator: Generator): Promise<Bench> {
  const pid = await workerdPid();
  const names = ['mooring', 'limited', 'slow', 'slowKv', 'static', 'jwt', 'kv', 'd1'] as const;
  const ports = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await runtime.port(name)] as const)),
  ) as Record<keyof Scripts, number>;
  return {
    generator,
    ports,
    reads: {
      memory: await readsOf(inMemory),
      kv: await readsOf(inKv),
      unknown: await readsOf(unknown),
    },
    asked: 0,
    cpu: () => cpuTimeOf(pid),
  };
}

const perSecond = ({ replies, seconds }: Measured): number => replies / seconds;

async function load(bench: Bench, options: Load): Promise<Round> {
  const before = await bench.cpu();
  const measured = await bench.generator.run(options);
  const after = await bench.cpu();
  const share = measured.expected / measured.replies;
  if (options.expect !== undefined && share < EXPECTED) {
    throw new Error(`only ${(share * 100).toFixed(1)} % were "${options.expect}"`);
  }
  const cpuMs = before === null || after === null ? Number.NaN : after - before;
  return { ...measured, cpuUs: (cpuMs * 1000) / measured.replies };
}

/** One round after the other, in each every contender once; the first round only warms up. */
async function interleaved<N extends string, T>(
  contenders: Record<N, () => Promise<T>>,
  rounds = ROUNDS,
): Promise<Record<N, T[]>> {
  const names = Object.keys(contenders) as N[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<N, T[]>;
  for (let round = 0; round <= rounds; round += 1) {
    // Who goes first has the colder machine: turn about.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await contenders[name]();
      if (round > 0) results[name].push(value);
    }
  }
  return results;
}

const rates = (rounds: readonly Round[]): number[] => rounds.map(perSecond);

/** `above` over `below`, by the throughput of their rounds. */
const throughput = (id: FigureId, above: readonly Round[], below: readonly Round[]): Figure =>
  ofSpread(
    id,
    ratios(rates(above), rates(below)),
    `${rate(rates(above))} over ${rate(rates(below))}`,
  );

/** The least of the rounds: what else goes on on the machine only adds to it. */
const cpuOf = (contenders: Readonly<Record<string, readonly Round[]>>): Observation => ({
  what: `CPU of workerd for each request, least of the rounds: ${Object.keys(contenders).join(', ')}`,
  value: Object.values(contenders)
    .map((rounds) => `${Math.min(...rounds.map(({ cpuUs }) => cpuUs)).toFixed(0)} us`)
    .join(', '),
});

const rate = (values: readonly number[]): string => `${Math.round(median(values))}/s`;
const time = (values: readonly number[]): string => `${median(values).toFixed(2)} ms`;

async function throughputOfMemory(bench: Bench): Promise<Results> {
  const { ports, reads } = bench;
  const contender = (port: number, requests: Uint8Array[], expect?: string) => async () => {
    const options = { port, requests, connections: CONNECTIONS };
    // Since the last round memory has run out: fill it again, and leave that out.
    await bench.generator.run({ ...options, ms: 0, count: CONNECTIONS * 4 });
    return load(bench, { ...options, ms: ROUND_MS, ...(expect === undefined ? {} : { expect }) });
  };
  const byKey = inMemory.map((i) =>
    request('GET', `/v1/users/${userId(i)}/integrations`, serviceKey),
  );
  const { bare, jwt, mooring, key } = await interleaved({
    bare: contender(ports.static, reads.memory),
    jwt: contender(ports.jwt, reads.memory),
    mooring: contender(ports.mooring, reads.memory, hit.memory),
    key: contender(ports.mooring, byKey, hit.memory),
  });
  return {
    figures: [
      throughput('memory-hit-vs-bare', mooring, bare),
      throughput('memory-hit-vs-jwt', mooring, jwt),
    ],
    observations: [
      {
        what: "Hit in memory by a service key, over that by a user's token",
        value: ratios(rates(key), rates(mooring)).median.toFixed(2),
      },
      cpuOf({
        'static route': bare,
        'JWT check': jwt,
        'hit in memory': mooring,
        'by a service key': key,
      }),
    ],
  };
}

/** Into KV by the product itself; its own memory forgets the most of them on the way. */
async function fillKv(bench: Bench): Promise<void> {
  const requests = range(0, inKv.length / 100).map((i) =>
    readOfMany(inKv.slice(i * 100, (i + 1) * 100)),
  );
  await bench.generator.run({
    port: bench.ports.mooring,
    requests,
    connections: 1,
    ms: 0,
    count: requests.length,
    // Each answer's hundred puts come after it, and memory must not forget whom they are for.
    pauseMs: 700,
  });
}

async function throughputOfKv(bench: Bench): Promise<Results> {
  const { ports, reads } = bench;
  await fillKv(bench);
  const contender = (port: number, expect?: string) => {
    let offset = 0;
    return async () => {
      const measured = await load(bench, {
        port,
        requests: reads.kv,
        connections: CONNECTIONS,
        ms: ROUND_MS,
        offset,
        ...(expect === undefined ? {} : { expect }),
      });
      offset += measured.replies;
      return measured;
    };
  };
  const { raw, mooring } = await interleaved({
    raw: contender(ports.kv),
    mooring: contender(ports.mooring, hit.kv),
  });
  const limited = await interleaved(
    { raw: contender(ports.kv), mooring: contender(ports.limited, hit.kv) },
    2,
  );
  return {
    figures: [throughput('kv-hit-vs-raw', mooring, raw)],
    observations: [
      cpuOf({ 'JWT check and raw KV get': raw, 'hit in KV': mooring }),
      {
        what: "Hit in KV over the raw get with miniflare's rate limiter bound, a Worker of its own here",
        value: `${ratios(rates(limited.mooring), rates(limited.raw)).median.toFixed(2)} (${rate(rates(limited.mooring))} over ${rate(rates(limited.raw))})`,
      },
    ],
  };
}

/** So many requests, each for a user whom nobody asked for before. */
async function misses(
  bench: Bench,
  port: number,
  count: number,
  options: { connections: number; pauseMs?: number; expect?: string },
): Promise<Round> {
  const round = await load(bench, {
    port,
    requests: bench.reads.unknown,
    ms: 0,
    count,
    offset: bench.asked,
    ...options,
  });
  bench.asked += count;
  if (bench.asked > unknown.length) throw new Error('every user has been asked for');
  return round;
}

const latency = ({ latencies }: Round): number => median(latencies);

async function measureMisses(bench: Bench): Promise<Results> {
  const { ports } = bench;
  const both = (
    count: number,
    rounds: number,
    options: { connections: number; pauseMs?: number },
  ) =>
    interleaved(
      {
        raw: () => misses(bench, ports.d1, count, options),
        mooring: async () => {
          const round = await misses(bench, ports.mooring, count, { ...options, expect: hit.none });
          await setTimeout(FILLS_MS);
          return round;
        },
      },
      rounds,
    );
  const paced = await both(MISSES, ROUNDS, { connections: 1, pauseMs: PAUSE_MS });
  const latencies = { raw: paced.raw.map(latency), mooring: paced.mooring.map(latency) };
  const packed = await both(PACKED_MISSES, 5, { connections: CONNECTIONS });
  return {
    figures: [
      ofSpread(
        'miss-vs-raw',
        ratios(latencies.mooring, latencies.raw),
        `${time(latencies.mooring)} over ${time(latencies.raw)}`,
      ),
      throughput('miss-16-vs-raw', packed.mooring, packed.raw),
    ],
    observations: [
      cpuOf({
        'JWT check and raw D1 select, back to back': packed.raw,
        'miss, back to back': packed.mooring,
        'the former, paced': paced.raw,
        'the latter, paced, with its fill': paced.mooring,
      }),
    ],
  };
}

async function latenciesWithNetwork(bench: Bench): Promise<Results> {
  const { ports, reads } = bench;
  const port = ports.slow;
  const single = (
    requests: Uint8Array[],
    expect: string | undefined,
    count: number,
    port = ports.slow,
  ) => {
    let offset = 0;
    return async () => {
      const { latencies } = await load(bench, {
        port,
        requests,
        connections: 1,
        ms: 0,
        count,
        offset,
        ...(expect === undefined ? {} : { expect }),
      });
      offset += count;
      return median(latencies);
    };
  };
  const fromMemory = single(reads.memory, hit.memory, SLOW_HITS);
  // One half is read one by one, the other by hundreds: more of them than memory holds.
  const half = inKv.length / 2;
  const hundreds = range(0, half / 100).map((i) => readOfMany(inKv.slice(i * 100, (i + 1) * 100)));
  await fillKv(bench);
  const { memory, kv, miss, hundred, rawKv, rawHundred } = await interleaved(
    {
      memory: async () => {
        await bench.generator.run({
          port,
          requests: reads.memory,
          connections: CONNECTIONS,
          ms: 0,
          count: CONNECTIONS,
        });
        return fromMemory();
      },
      kv: single(reads.kv.slice(half), hit.kv, SLOW_HITS),
      miss: async () =>
        latency(
          await misses(bench, port, SLOW_MISSES, {
            connections: 1,
            pauseMs: PAUSE_MS,
            expect: hit.none,
          }),
        ),
      hundred: single(hundreds, undefined, hundreds.length),
      rawKv: single(reads.kv.slice(half), undefined, SLOW_HITS, ports.slowKv),
      rawHundred: single(hundreds, undefined, hundreds.length, ports.slowKv),
    },
    5,
  );
  return {
    figures: [
      ofSpread('memory-hit-vs-miss', ratios(miss, memory), `${time(miss)} over ${time(memory)}`),
      ofSpread('kv-hit-vs-miss', ratios(miss, kv), `${time(miss)} over ${time(kv)}`),
      ofSpread('batch-100-vs-one', ratios(hundred, kv), `${time(hundred)} over ${time(kv)}`),
    ],
    observations: [
      {
        what: 'A raw bulk read of 100 values of KV over a raw read of one, with network times',
        value: `${ratios(rawHundred, rawKv).median.toFixed(2)} (${time(rawHundred)} over ${time(rawKv)})`,
      },
    ],
  };
}
