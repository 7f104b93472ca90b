/**
 * The status read, answered by memory, KV and D1, next to Workers that do the bare minimum, in
 * rounds that take turns. How each request is made to be answered where it should be stands in
 * docs/benchmarks.md; whether it was, is looked at in the replies' Cache-Status.
 */
import type { Results } from './figures.ts';
import { ofSpread } from './figures.ts';
import { type Generator, type Load, type Measured, startGenerator } from './load/generator.ts';
import type { Runtime } from './runtime.ts';
import { startRuntime } from './runtime.ts';
import { median, ratios } from './statistics.ts';
import { insertUsers, range, readOfMany, readsOf } from './users.ts';

const ROUNDS = 7;
const ROUND_MS = 600;
const CONNECTIONS = 16;
/** Replies of a round that must have come from where they should. */
const EXPECTED = 0.95;
/** Between two requests of a single client: time for what goes on after a reply. */
const PAUSE_MS = 30;
const MISSES = 150;
const SLOW_MISSES = 12;
const SLOW_HITS = 60;

/** Who is asked for what: no user plays two parts. */
const USERS = 10_000;
const inMemory = range(0, CONNECTIONS);
/** Three times what memory holds, in turn: each is forgotten there before it comes again. */
const inKv = range(1_000, 3_000);
const unknown = range(4_000, 6_000);

const hit = { memory: 'mooring-memory; hit', kv: 'mooring-kv; hit', none: 'mooring-kv; fwd=miss' };

export interface Scripts {
  mooring: string;
  /** The same, with the rate limiters bound. */
  limited: string;
  slow: string;
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
      await latencyOfMisses(bench),
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
  const names = ['mooring', 'limited', 'slow', 'static', 'jwt', 'kv', 'd1'] as const;
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
  };
}

const perSecond = ({ replies, seconds }: Measured): number => replies / seconds;

async function load(bench: Bench, options: Load): Promise<Measured> {
  const measured = await bench.generator.run(options);
  const share = measured.expected / measured.replies;
  if (options.expect !== undefined && share < EXPECTED) {
    throw new Error(`only ${(share * 100).toFixed(1)} % were "${options.expect}"`);
  }
  return measured;
}

/** One round after the other, in each every contender once; the first round only warms up. */
async function interleaved<N extends string>(
  contenders: Record<N, () => Promise<number>>,
  rounds = ROUNDS,
): Promise<Record<N, number[]>> {
  const names = Object.keys(contenders) as N[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    N,
    number[]
  >;
  for (let round = 0; round <= rounds; round += 1) {
    // Who goes first has the colder machine: turn about.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await contenders[name]();
      if (round > 0) results[name].push(value);
    }
  }
  return results;
}

const rate = (values: readonly number[]): string => `${Math.round(median(values))}/s`;
const time = (values: readonly number[]): string => `${median(values).toFixed(2)} ms`;

async function throughputOfMemory(bench: Bench): Promise<Results> {
  const { ports, reads } = bench;
  const contender = (port: number, expect?: string) => async () => {
    const options = { port, requests: reads.memory, connections: CONNECTIONS };
    // Since the last round memory has run out: fill it again, and leave that out.
    await bench.generator.run({ ...options, ms: 0, count: CONNECTIONS * 4 });
    return perSecond(
      await load(bench, { ...options, ms: ROUND_MS, ...(expect === undefined ? {} : { expect }) }),
    );
  };
  const measured = await interleaved({
    bare: contender(ports.static),
    jwt: contender(ports.jwt),
    mooring: contender(ports.mooring, hit.memory),
  });
  const { bare, jwt, mooring } = measured;
  return {
    figures: [
      ofSpread('memory-hit-vs-bare', ratios(mooring, bare), `${rate(mooring)} over ${rate(bare)}`),
      ofSpread('memory-hit-vs-jwt', ratios(mooring, jwt), `${rate(mooring)} over ${rate(jwt)}`),
    ],
    observations: [],
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
    // Each answer's hundred puts come after it.
    pauseMs: 200,
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
      return perSecond(measured);
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
    figures: [
      ofSpread('kv-hit-vs-raw', ratios(mooring, raw), `${rate(mooring)} over ${rate(raw)}`),
    ],
    observations: [
      {
        what: "Hit in KV over the raw get with miniflare's rate limiter bound, a Worker of its own here",
        value: `${ratios(limited.mooring, limited.raw).median.toFixed(2)} (${rate(limited.mooring)} over ${rate(limited.raw)})`,
      },
    ],
  };
}

/** One client, one request after the other; each time a user whom nobody asked for before. */
async function oneByOne(
  bench: Bench,
  port: number,
  count: number,
  options: { pauseMs: number; expect?: string },
): Promise<number> {
  const { latencies } = await load(bench, {
    port,
    requests: bench.reads.unknown,
    connections: 1,
    ms: 0,
    count,
    offset: bench.asked,
    ...options,
  });
  bench.asked += count;
  if (bench.asked > unknown.length) throw new Error('every user has been asked for');
  return median(latencies);
}

async function latencyOfMisses(bench: Bench): Promise<Results> {
  const { ports } = bench;
  const both = (pauseMs: number, rounds: number) =>
    interleaved(
      {
        raw: () => oneByOne(bench, ports.d1, MISSES, { pauseMs }),
        mooring: () => oneByOne(bench, ports.mooring, MISSES, { pauseMs, expect: hit.none }),
      },
      rounds,
    );
  const paced = await both(PAUSE_MS, ROUNDS);
  const packed = await both(0, 3);
  return {
    figures: [
      ofSpread(
        'miss-vs-raw',
        ratios(paced.mooring, paced.raw),
        `${time(paced.mooring)} over ${time(paced.raw)}`,
      ),
    ],
    observations: [
      {
        what: 'Miss over raw D1 select, the client asking again at once, so that the fill of one request takes its share of the single thread from the next',
        value: `${ratios(packed.mooring, packed.raw).median.toFixed(2)} (${time(packed.mooring)} over ${time(packed.raw)})`,
      },
    ],
  };
}

async function latenciesWithNetwork(bench: Bench): Promise<Results> {
  const { ports, reads } = bench;
  const port = ports.slow;
  const single = (requests: Uint8Array[], expect: string | undefined, count: number) => {
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
  const { memory, kv, miss, hundred } = await interleaved(
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
      miss: () => oneByOne(bench, port, SLOW_MISSES, { pauseMs: PAUSE_MS, expect: hit.none }),
      hundred: single(hundreds, undefined, hundreds.length),
    },
    5,
  );
  return {
    figures: [
      ofSpread('memory-hit-vs-miss', ratios(miss, memory), `${time(miss)} over ${time(memory)}`),
      ofSpread('kv-hit-vs-miss', ratios(miss, kv), `${time(miss)} over ${time(kv)}`),
      ofSpread('batch-100-vs-one', ratios(hundred, kv), `${time(hundred)} over ${time(kv)}`),
    ],
    observations: [],
  };
}
