/** The figures that the product has to reach, by id, and what was measured of them. */
import type { Spread } from './statistics.ts';

export type Part = 'quick' | 'know' | 'keep' | 'token' | 'call' | 'tell';

interface Target {
  part: Part;
  unit: string;
  what: string;
  bar: number;
  /** Whether the bar is the least or the most. */
  is: 'least' | 'most';
}

export const targets = {
  'memory-hit-vs-bare': {
    part: 'know',
    what: 'Throughput of an authenticated hit in memory, over a static Hono route without any check',
    unit: 'ratio',
    bar: 0.55,
    is: 'least',
  },
  'memory-hit-vs-jwt': {
    part: 'know',
    what: 'The same, over a Worker that verifies the same JWT at each request and answers a constant',
    unit: 'ratio',
    bar: 0.85,
    is: 'least',
  },
  'kv-hit-vs-raw': {
    part: 'know',
    what: 'Throughput of an authenticated hit in KV, over a JWT check and a raw KV get',
    unit: 'ratio',
    bar: 0.75,
    is: 'least',
  },
  'miss-vs-raw': {
    part: 'know',
    what: 'Median latency of a miss, one client, over that of a JWT check and a raw D1 select',
    unit: 'ratio',
    bar: 1.3,
    is: 'most',
  },
  'miss-16-vs-raw': {
    part: 'know',
    what: 'Throughput of misses, 16 connections back to back, over a JWT check and a raw D1 select',
    unit: 'ratio',
    bar: 0.45,
    is: 'least',
  },
  'memory-hit-vs-miss': {
    part: 'know',
    what: 'Median latency of a miss over that of a hit in memory, with network times',
    unit: 'ratio',
    bar: 50,
    is: 'least',
  },
  'kv-hit-vs-miss': {
    part: 'know',
    what: 'Median latency of a miss over that of a hit in KV, with network times',
    unit: 'ratio',
    bar: 8,
    is: 'least',
  },
  'd1-saved': {
    part: 'know',
    what: 'D1 queries saved in the Zipf workload',
    unit: '%',
    bar: 95,
    is: 'least',
  },
  'batch-100-vs-one': {
    part: 'know',
    what: 'Time of POST /v1/status for 100 users over one single read, both in KV, with network times',
    unit: 'ratio',
    bar: 3,
    is: 'most',
  },
  startup: {
    part: 'quick',
    what: 'CPU of a start of the built Worker',
    unit: 'ms',
    bar: 100,
    is: 'most',
  },
  bundle: {
    part: 'quick',
    what: 'The built Worker, minified and gzipped',
    unit: 'KiB',
    bar: 250,
    is: 'most',
  },
  'refresh-vs-ideal': {
    part: 'keep',
    what: 'Time of a run over that of the same fetches in groups of five without any D1',
    unit: 'ratio',
    bar: 1.15,
    is: 'most',
  },
  'd1-calls-per-refresh': {
    part: 'keep',
    what: 'D1 calls for each refreshed account',
    unit: 'calls',
    bar: 1.25,
    is: 'most',
  },
  'rows-written-per-refresh': {
    part: 'keep',
    what: 'D1 rows written for each quiet refresh',
    unit: 'rows',
    bar: 3.05,
    is: 'most',
  },
  'kv-ops-per-refresh': {
    part: 'keep',
    what: 'KV operations for each quiet refresh',
    unit: 'operations',
    bar: 0,
    is: 'most',
  },
  'consumers-8-vs-1': {
    part: 'keep',
    what: 'Throughput of eight queue() invocations side by side over that of one',
    unit: 'ratio',
    bar: 6,
    is: 'least',
  },
  'token-on-demand-d1-calls': {
    part: 'token',
    what: 'D1 calls for a fresh token',
    unit: 'calls',
    bar: 1,
    is: 'most',
  },
  'token-fresh-vs-raw': {
    part: 'token',
    what: 'Throughput of a fresh token, 16 connections, over a bare Worker that checks the key, selects the row and opens it with jose',
    unit: 'ratio',
    bar: 0.85,
    is: 'least',
  },
  'herd-200': {
    part: 'token',
    what: 'The slowest of 200 answers to callers at once for one expired account, over that to one caller alone',
    unit: 'ratio',
    bar: 4,
    is: 'most',
  },
  'herd-d1-calls': {
    part: 'token',
    what: 'D1 calls for each caller of that herd',
    unit: 'calls',
    bar: 1.1,
    is: 'most',
  },
  'claim-1m-vs-1k': {
    part: 'keep',
    what: 'Time of a claim with 1,000,000 rows, 100,000 of them due behind an open circuit, over 1,000 rows',
    unit: 'ratio',
    bar: 1.5,
    is: 'most',
  },
  'proxy-vs-direct': {
    part: 'call',
    what: "Median latency of a call of a provider's API, one client, over that of a bare Worker that reads its token from D1, opens it and calls the API itself",
    unit: 'ratio',
    bar: 1.25,
    is: 'most',
  },
  'proxy-d1-calls': {
    part: 'call',
    what: 'D1 calls for each such call, until it is answered',
    unit: 'calls',
    bar: 1,
    is: 'most',
  },
  'proxy-stream-rss': {
    part: 'call',
    what: "Growth of workerd's memory while 16 bodies of 100 MB pass each way at once, beyond the buffers that a bare Worker left",
    unit: 'MB',
    bar: 20,
    is: 'most',
  },
  'event-rows': {
    part: 'tell',
    what: 'D1 rows written for one event with one endpoint, delivered at once',
    unit: 'rows',
    bar: 10,
    is: 'most',
  },
  'delivery-lag': {
    part: 'tell',
    what: 'Median time from the commit of a change to the arrival of its webhook, on an idle Worker',
    unit: 'ms',
    bar: 100,
    is: 'most',
  },
  'delivery-vs-ideal': {
    part: 'tell',
    what: 'Time of 1,000 deliveries that wait, to an endpoint that takes 50 ms, over that of the same requests in groups of five without any D1',
    unit: 'ratio',
    bar: 1.25,
    is: 'most',
  },
  'dead-endpoint': {
    part: 'tell',
    what: 'Refreshes of a tick while one of three endpoints answers nothing and 10,000 deliveries wait for it, over those without webhooks',
    unit: 'ratio',
    bar: 0.9,
    is: 'least',
  },
} as const satisfies Record<string, Target>;

export type FigureId = keyof typeof targets;

export interface Figure {
  id: FigureId;
  value: number;
  /** Of the rounds, where there were any. */
  spread?: Spread;
  /** What the ratio is made of. */
  note?: string;
}

/** Measured beside the figures; nothing has to be reached. */
export interface Observation {
  what: string;
  value: string;
}

export interface Results {
  figures: Figure[];
  observations: Observation[];
}

export function holds({ id, value }: Figure): boolean {
  const target: Target = targets[id];
  return target.is === 'least' ? value >= target.bar : value <= target.bar;
}

export const ofSpread = (id: FigureId, spread: Spread, note?: string): Figure => ({
  id,
  value: spread.median,
  spread,
  ...(note === undefined ? {} : { note }),
});
