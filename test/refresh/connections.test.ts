/**
 * Six calls may wait for an answer at a time; a seventh waits for one of them, and a rescue must
 * not wait behind requests that hang. Groups of five leave one free, and an attempt makes one call
 * at a time, so no count can be passed.
 */
import { describe, expect, it } from 'vitest';
import { refreshMany } from '../../src/refresh/refresh-many';
import { runRefresh } from '../../src/refresh/run';
import { Connections } from './support/connections';
import { countedKv, hookedDb, keptQueue } from './support/faults';
import { world } from './support/world';

const LIMIT = 6;
const REQUESTS = 5;

function counted(change = {}) {
  const connections = new Connections();
  const { db, hooks } = hookedDb();
  const { kv, state: kvState } = countedKv();
  const { queue, state: queueState } = keptQueue();
  const w = world(
    change,
    { db, kv: connections.binding(kv), queue: connections.binding(queue) },
    { RUN_SUBREQUESTS: '900' },
  );
  const deps = { ...w.deps, fetch: connections.fetch(w.deps.fetch) };
  return { ...w, deps, connections, hooks, kvState, queueState };
}

type Counted = ReturnType<typeof counted>;

const cases: [name: string, (w: Counted) => Promise<void>][] = [
  ['a quiet run of a dozen', async (w) => void (await many(w, 12))],
  [
    'a late run, each of whose refreshes is published',
    async (w) => void (await many(w, 12, 200_000)),
  ],
  [
    'a late run of accounts that share a user',
    async (w) => {
      for (let i = 0; i < 12; i += 1) await w.due({ userId: `shared-${i % 3}` }, 200_000);
      await runRefresh(w.deps, 'cron');
    },
  ],
  [
    'a run whose grants are all rescued',
    async (w) => {
      w.hooks.before = (text) => {
        if (text.includes('"access_token" = ?')) throw new Error('Network connection lost.');
      };
      await many(w, 10);
    },
  ],
  [
    'a run whose grants are rescued by the queue while KV fails',
    async (w) => {
      w.hooks.before = (text) => {
        if (text.includes('"access_token" = ?')) throw new Error('Network connection lost.');
      };
      w.kvState.down = true;
      await many(w, 10);
    },
  ],
  [
    'a run that looks for the rescue records of lost leases',
    async (w) => {
      const past = w.deps.now() - 300_000;
      for (let i = 0; i < 12; i += 1) {
        await w.due({ lostLeaseId: `lost.${i}@${past}`, unknownSince: past, expiresAt: past });
      }
      await runRefresh(w.deps, 'cron');
    },
  ],
  [
    'a run that is refused',
    async (w) => {
      w.server.answer('/token', () => Response.json({ error: 'invalid_grant' }, { status: 400 }));
      await many(w, 12);
    },
  ],
  [
    'a run at a provider that fails',
    async (w) => {
      w.server.answer('/token', () => new Response('', { status: 503 }));
      await many(w, 12);
    },
  ],
  [
    'refreshes that somebody forces, many at once',
    async (w) => {
      const rows = [];
      for (let i = 0; i < 23; i += 1) rows.push(await w.due());
      const accounts = rows.map(({ provider, providerAccountId: accountId }) => ({
        provider,
        accountId,
      }));
      await refreshMany(w.deps, accounts, new AbortController().signal);
    },
  ],
];

async function many(w: Counted, accounts: number, agoMs?: number) {
  for (let i = 0; i < accounts; i += 1) await w.due({}, agoMs);
  return runRefresh(w.deps, 'cron');
}

describe('at most five requests to providers, and six calls in all, are open at a time in', () => {
  it.each(cases)('%s', async (_, run) => {
    const w = counted();
    await run(w);
    await w.deps.settle();
    expect(w.connections.mostFetches).toBe(REQUESTS);
    expect(w.connections.most).toBeLessThanOrEqual(LIMIT);
    expect(w.connections.open).toBe(0);
  });
});
