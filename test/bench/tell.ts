/**
 * Webhooks: what an event and its delivery cost and how soon it comes; many that wait, next to the
 * same requests with nothing around them; and an endpoint that answers nothing, next to a Worker
 * without any.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ofSpread, type Results } from './figures.ts';
import { startProvider } from './keep/provider.ts';
import { startRuntime } from './runtime.ts';
import { median, ratios, spread } from './statistics.ts';
import type { Changed } from './workers/tell.ts';

const CHANGES = 40;
const DELIVERY_ROUNDS = 3;
const WAITING = 1_000;
const GROUP_SIZE = 5;
const RECEIVER_MS = 50;
const TICKS = 3;
const WAITING_AT_DEAD = 10_000;
/** More than any tick refreshes. */
const ACCOUNTS = 500;
const SEEDED_AT_ONCE = 250;
/** The default, and what the paid plan is advised. */
const SUBREQUESTS = 45;
const MOST_SUBREQUESTS = 10_000;

interface Bench {
  receiver: string;
  call<T>(path: string, query?: Record<string, string | number>): Promise<T>;
  /** Since the last look; as the runs tell. */
  refreshed(): Promise<number>;
}

export async function measureTell(script: string): Promise<Results> {
  const provider = await startProvider(0);
  const thread = new Worker(join(import.meta.dirname, 'tell/receiver-thread.ts'));
  const [receiver] = (await once(thread, 'message')) as [string];
  const endpoint = (path: string) => ({
    url: `${receiver}${path}`,
    secrets: [`whsec_${Buffer.alloc(32, 7).toString('base64')}`],
    events: ['*'],
  });
  const runtime = await startRuntime(
    { tell: script },
    {
      settings: {
        ...provider.settings,
        PROVIDERS: JSON.stringify({
          ...JSON.parse(provider.settings.PROVIDERS ?? '{}'),
          keys: { extends: 'api-key', name: 'Keys' },
        }),
        WEBHOOKS: JSON.stringify({
          app: endpoint('/after/0'),
          slow: endpoint(`/after/${RECEIVER_MS}`),
          dead: endpoint('/never'),
        }),
      },
    },
  );
  try {
    const origin = `http://127.0.0.1:${await runtime.port('tell')}`;
    const db = await runtime.miniflare.getD1Database('DB', 'tell');
    let known = 0;
    const bench: Bench = {
      receiver,
      async call<T>(path: string, query: Record<string, string | number> = {}) {
        const search = new URLSearchParams(
          Object.entries(query).map(([name, value]) => [name, String(value)]),
        );
        const reply = await fetch(`${origin}${path}?${search}`);
        if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
        return (await reply.json()) as T;
      },
      async refreshed() {
        const row = await db
          .prepare('SELECT total(refreshed) AS n FROM refresh_runs')
          .first<{ n: number }>();
        const since = (row?.n ?? 0) - known;
        known += since;
        return since;
      },
    };
    const results = [await changes(bench), await waiting(bench), await deadEndpoint(bench)];
    return {
      figures: results.flatMap(({ figures }) => figures),
      observations: results.flatMap(({ observations }) => observations),
    };
  } finally {
    await runtime.stop();
    await thread.terminate();
    await provider.stop();
  }
}

/** One at a time, on a Worker that does nothing else. */
async function changes({ call, receiver }: Bench): Promise<Results> {
  const rows: number[] = [];
  const lags: number[] = [];
  for (let i = 0; i < CHANGES; i += 1) {
    const changed = await call<Changed>('/change', { endpoints: 'app', account: `account-${i}` });
    const reply = await fetch(`${receiver}/arrivals`);
    const [arrived, ...others] = (await reply.json()) as number[];
    if (arrived === undefined || others.length > 0) throw new Error('not delivered once');
    rows.push(changed.rows);
    lags.push(arrived - changed.committedAt);
  }
  // The first ones make connections and run code for the first time.
  const warm = lags.slice(CHANGES / 4);
  return {
    figures: [
      { id: 'event-rows', value: Math.max(...rows) },
      ofSpread('delivery-lag', spread(warm), `${warm.length} changes`),
    ],
    observations: [],
  };
}

async function waiting({ call, receiver }: Bench): Promise<Results> {
  const times = { run: [] as number[], ideal: [] as number[] };
  const groups = WAITING / GROUP_SIZE;
  for (let round = 0; round < DELIVERY_ROUNDS; round += 1) {
    await call('/wait', { endpoint: 'slow', count: WAITING });
    const subrequests = MOST_SUBREQUESTS;
    const run = await call<{ ms: number }>('/tick', { endpoints: 'slow', subrequests });
    const arrived = (await (await fetch(`${receiver}/arrivals`)).json()) as number[];
    if (arrived.length !== WAITING) throw new Error(`a run delivered ${arrived.length}`);
    const url = `${receiver}/after/${RECEIVER_MS}`;
    const ideal = await call<{ ms: number }>('/ideal', { url, groups });
    await fetch(`${receiver}/arrivals`);
    times.run.push(run.ms);
    times.ideal.push(ideal.ms);
  }
  return {
    figures: [
      ofSpread(
        'delivery-vs-ideal',
        ratios(times.run, times.ideal),
        `${median(times.run)} ms over ${median(times.ideal)} ms for ${groups} groups`,
      ),
    ],
    observations: [],
  };
}

async function deadEndpoint({ call, refreshed }: Bench): Promise<Results> {
  for (let from = 0; from < ACCOUNTS; from += SEEDED_AT_ONCE) {
    await call('/seed', { from, count: SEEDED_AT_ONCE });
  }
  await call('/wait', { endpoint: 'dead', count: WAITING_AT_DEAD });
  const counts = { with: [] as number[], without: [] as number[] };
  const times: number[] = [];
  for (let tick = 0; tick < TICKS; tick += 1) {
    await call('/due', { count: ACCOUNTS });
    await call('/tick', { endpoints: '', subrequests: SUBREQUESTS });
    counts.without.push(await refreshed());
    await call('/due', { count: ACCOUNTS });
    const endpoints = 'app,slow,dead';
    const { ms } = await call<{ ms: number }>('/tick', { endpoints, subrequests: SUBREQUESTS });
    times.push(ms);
    counts.with.push(await refreshed());
  }
  return {
    figures: [
      ofSpread(
        'dead-endpoint',
        ratios(counts.with, counts.without),
        `${median(counts.with)} over ${median(counts.without)} refreshes a tick`,
      ),
    ],
    observations: [
      {
        what: 'A whole tick while one of three endpoints answers nothing',
        value: `${(median(times) / 1000).toFixed(1)} s`,
      },
    ],
  };
}
