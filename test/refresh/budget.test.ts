/**
 * The free plan ends an invocation at 50 requests to other hosts and 50 calls to D1. Here the
 * fifty-first throws: nothing that was rotated may then be lost, or be reported as failed.
 */
import { and, eq, isNotNull, lte, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { eventLog, oauthAccounts, outbox, webhookDeliveries } from '../../src/db/schema';
import { EVERY_HOUR, EVERY_MINUTE, runJobs } from '../../src/jobs/cron';
import { refreshMany } from '../../src/refresh/refresh-many';
import { runRefresh } from '../../src/refresh/run';
import { MINUTE_MS as MINUTE } from '../../src/time';
import { accountContext } from '../../src/vault/vault';
import type { TestDeps } from '../support/deps';
import { errorReply, json } from '../support/provider';
import { hookedDb } from './support/faults';
import { type World, world } from './support/world';

const LIMIT = 50;

const endpointOf = (name: string) => ({
  url: `https://${name}.hooks.example/`,
  secrets: [`whsec_${btoa('s'.repeat(32))}`],
  events: ['*'],
});

interface Limited extends World {
  provider: string;
  /** What the invocation has asked for so far. */
  calls: { d1: number; outside: number };
  /** The next invocation begins. */
  again(): void;
}

function limited(
  change: Parameters<typeof world>[0] = {},
  settings: Record<string, string> = {},
): Limited {
  const calls = { d1: 0, outside: 0 };
  const { db } = hookedDb({
    before() {
      calls.d1 += 1;
      if (calls.d1 > LIMIT) throw new Error('D1_ERROR: Too many API requests by single worker');
    },
  });
  const w = world(change, { db, session: () => db, queue: null }, settings);
  const { fetch } = w.deps;
  w.deps.fetch = (input, init) => {
    calls.outside += 1;
    if (calls.outside > LIMIT) throw new Error('Too many subrequests.');
    return fetch(input, init);
  };
  return {
    ...w,
    calls,
    again() {
      calls.d1 = 0;
      calls.outside = 0;
    },
  };
}

async function many(w: Limited, n: number): Promise<void> {
  for (let i = 0; i < n; i += 1) await w.due({ userId: `budget-${i}` });
}

const accountsOf = async ({ provider }: Limited, deps: TestDeps) =>
  (await deps.db.select().from(oauthAccounts).where(eq(oauthAccounts.provider, provider))).map(
    ({ providerAccountId }) => ({ provider, accountId: providerAccountId }),
  );

/** Tokens that the provider gave and that stand in their rows. */
async function saved(w: Limited): Promise<number> {
  w.again();
  const rows = await w.deps.db
    .select()
    .from(oauthAccounts)
    .where(and(eq(oauthAccounts.provider, w.provider), isNotNull(oauthAccounts.lastRefreshedAt)));
  return rows.length;
}

describe('POST /v1/refresh with 45 accounts, where fifty calls are allowed', () => {
  it('begins what it can end, and says of the others that they were not started', async () => {
    const w = limited();
    await many(w, 45);
    const accounts = await accountsOf(w, w.deps);
    w.again();
    const { refreshed, failed } = await refreshMany(w.deps, accounts, new AbortController().signal);
    await w.deps.settle();
    expect(w.calls.d1).toBeLessThanOrEqual(LIMIT);
    expect(new Set(failed.map(({ code }) => code))).toEqual(new Set(['not_started']));
    expect(refreshed.length).toBeGreaterThanOrEqual(5);
    expect(refreshed.length + failed.length).toBe(45);
    expect(w.server.to('/token')).toHaveLength(refreshed.length);
    expect(await saved(w)).toBe(refreshed.length);
  });

  it('of accounts that are refused: none is left half way', async () => {
    const w = limited();
    await many(w, 45);
    const accounts = await accountsOf(w, w.deps);
    w.server.answer('/token', () => errorReply(400, 'invalid_grant'));
    w.again();
    const { refreshed, failed } = await refreshMany(w.deps, accounts, new AbortController().signal);
    await w.deps.settle();
    expect(w.calls.d1).toBeLessThanOrEqual(LIMIT);
    expect(refreshed).toEqual([]);
    const asked = failed.filter(({ code }) => code !== 'not_started');
    expect(w.server.to('/token')).toHaveLength(asked.length);
    expect(new Set(asked.map(({ code }) => code)).has('internal')).toBe(false);
    expect(new Set(asked.map(({ code }) => code)).has('unavailable')).toBe(false);
  });
});

describe('a run, where fifty calls are allowed', () => {
  it.each<[string, (n: number) => Response]>([
    ['are granted', (n) => json({ access_token: `new-${n}`, refresh_token: `r-${n}` })],
    ['are refused', () => errorReply(400, 'invalid_grant')],
    ['are refused by a code that nobody knows', () => errorReply(403, 'unauthorized_client')],
    ["have the operator's wrong client", () => errorReply(401, 'invalid_client')],
    ['get a 503', () => new Response('', { status: 503 })],
    ['get nothing readable', () => new Response('<html>')],
  ])('over accounts that %s stays within them', async (_, answer) => {
    const w = limited({ reuseGraceSeconds: 30, reuse: 'grace' });
    await many(w, 40);
    let n = 0;
    w.server.answer('/token', () => {
      n += 1;
      return answer(n);
    });
    for (let tick = 0; tick < 3; tick += 1) {
      w.again();
      const run = await runRefresh(w.deps, 'cron');
      await w.deps.settle();
      expect(w.calls.d1).toBeLessThanOrEqual(LIMIT);
      expect(w.calls.outside).toBeLessThanOrEqual(LIMIT);
      expect(run.refreshed + run.refused + run.failed).toBe(run.claimed);
      w.deps.clock.advance(MINUTE);
    }
    w.again();
    expect(w.deps.logLines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    const leased = await w.deps.db.$count(
      oauthAccounts,
      and(eq(oauthAccounts.provider, w.provider), isNotNull(oauthAccounts.leaseId)),
    );
    expect(leased).toBe(0);
  });

  // docs/operations.md names them.
  it('refreshes so many that are well, with the default, where it is alone', async () => {
    const alone = limited();
    await many(alone, 40);
    alone.again();
    const run = await runRefresh(alone.deps, 'cron');
    expect(run).toMatchObject({ left: true, failed: 0, refreshed: 24 });
    expect(await saved(alone)).toBe(run.refreshed);
  });

  it.each([
    ['45', 11],
    ['35', 7],
  ])('of a tick refreshes so many that are well, with RUN_SUBREQUESTS %s', async (calls, n) => {
    const tick = limited({}, { RUN_SUBREQUESTS: calls });
    await many(tick, 40);
    tick.again();
    await runJobs(tick.deps, EVERY_MINUTE);
    await tick.deps.settle();
    expect(await saved(tick)).toBe(n);
  });

  it('that takes the marks of a storm back stays within them too', async () => {
    const w = limited();
    await many(w, 40);
    w.server.answer('/token', () => errorReply(400, 'invalid_grant'));
    for (let tick = 0; tick < 10; tick += 1) {
      w.again();
      await runRefresh(w.deps, 'cron');
      await w.deps.settle();
      expect(w.calls.d1).toBeLessThanOrEqual(LIMIT);
      w.deps.clock.advance(20_000);
    }
    w.again();
    const storms = await w.deps.db
      .select()
      .from(eventLog)
      .where(and(eq(eventLog.provider, w.provider), eq(eventLog.type, 'provider.refusal_storm')));
    expect(storms).not.toEqual([]);
  });
});

describe('a whole tick, where fifty calls are allowed', () => {
  it('leaves the revocations their part, however much is to be refreshed', async () => {
    const w = limited({ revocationUrl: 'https://revoke.example/revoke' });
    const { deps, provider } = w;
    await many(w, 40);
    for (const accountId of ['left-1', 'left-2', 'left-3']) {
      const context = accountContext(provider, accountId, 'refresh_token');
      await deps.db.insert(outbox).values({
        kind: 'revocation',
        provider,
        accountId,
        subject: accountId,
        parameters: {},
        refreshToken: await deps.vault.seal('refresh-left', context),
        dueAt: deps.now(),
        createdAt: deps.now(),
      });
    }
    w.again();
    await runJobs(deps, EVERY_MINUTE);
    await deps.settle();
    expect(w.calls.d1).toBeLessThanOrEqual(LIMIT);
    expect(w.server.to('/token').length).toBeGreaterThanOrEqual(5);
    expect(w.server.to('/revoke').length).toBeGreaterThanOrEqual(1);
    w.again();
    await runJobs(deps, EVERY_HOUR);
    expect(w.calls.d1).toBeLessThanOrEqual(LIMIT);
  });

  const WEBHOOKS = JSON.stringify({
    well: endpointOf('well'),
    other: endpointOf('other'),
    dead: endpointOf('dead'),
  });
  /** So many wait for an endpoint, each of an event of its own. */
  const wait = async (w: Limited, endpoint: string, count: number) => {
    await w.deps.db.run(sql`DELETE FROM audit_events WHERE user_id GLOB ${`${endpoint}*`}`);
    const numbers = sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
    await w.deps.db.run(sql`${numbers} INSERT INTO audit_events (at, type, user_id, provider, account_id, version)
      SELECT 1, 'integration.connected', ${endpoint} || i, 'acme', 'a', 1 FROM n`);
    await w.deps.db.run(sql`INSERT INTO webhook_deliveries (event_id, endpoint, due_at)
      SELECT id, ${endpoint}, 1 FROM audit_events WHERE user_id GLOB ${`${endpoint}*`}`);
  };
  /** What came to each endpoint; the provider's requests are its own. */
  const receiving = (w: Limited) => {
    const received: string[] = [];
    const { fetch } = w.deps;
    w.deps.fetch = async (input, init) => {
      const { hostname } = new URL((input as Request).url);
      if (!hostname.endsWith('.hooks.example')) return fetch(input, init);
      w.calls.outside += 1;
      received.push(hostname.split('.')[0] ?? '');
      if (hostname.startsWith('dead')) throw new TypeError('no route to host');
      return new Response();
    };
    return received;
  };

  it('leaves the webhooks ten, however much is to be refreshed', async () => {
    const w = limited({}, { WEBHOOKS });
    await many(w, 40);
    await wait(w, 'well', 30);
    const received = receiving(w);
    w.again();
    await runJobs(w.deps, EVERY_MINUTE);
    await w.deps.settle();
    expect(w.calls.d1).toBeLessThanOrEqual(LIMIT);
    expect(w.calls.outside).toBeLessThanOrEqual(LIMIT);
    expect(received.length).toBeGreaterThanOrEqual(10);
  });

  it('refreshes as many while ten thousand deliveries wait for an endpoint that is dead', async () => {
    const refreshed: number[] = [];
    for (const setting of ['', WEBHOOKS]) {
      const w = limited({}, { WEBHOOKS: setting });
      await many(w, 40);
      await w.deps.db.delete(webhookDeliveries);
      await wait(w, 'dead', 10_000);
      await wait(w, 'well', 3);
      const received = receiving(w);
      w.again();
      await runJobs(w.deps, EVERY_MINUTE);
      await w.deps.settle();
      refreshed.push(await saved(w));
      if (setting === '') continue;
      expect(received.filter((name) => name === 'well')).toHaveLength(3);
      expect(received.filter((name) => name === 'dead').length).toBeLessThanOrEqual(5);
    }
    expect(refreshed[1]).toBe(refreshed[0]);
    expect(refreshed[0]).toBeGreaterThanOrEqual(10);
  });

  it('lets the webhooks have what nobody else takes', async () => {
    const w = limited({}, { WEBHOOKS });
    await w.deps.db.delete(webhookDeliveries);
    await wait(w, 'other', 60);
    const received = receiving(w);
    w.again();
    await runJobs(w.deps, EVERY_MINUTE);
    expect(received.length).toBeGreaterThanOrEqual(30);
    expect(w.calls.outside).toBeLessThanOrEqual(LIMIT);
  });

  it('lets each of the small jobs be the first in turn, while all else takes what it may', async () => {
    const w = limited({}, { WEBHOOKS });
    await w.deps.db.delete(webhookDeliveries);
    let warned = 0;
    for (let tick = 0; tick < 3; tick += 1) {
      await many(w, 40);
      await wait(w, 'well', 100);
      const [row] = await w.deps.db
        .select()
        .from(oauthAccounts)
        .where(eq(oauthAccounts.provider, w.provider))
        .limit(1);
      await w.deps.db
        .update(oauthAccounts)
        .set({ noticeDueAt: w.deps.now() })
        .where(eq(oauthAccounts.id, row?.id ?? 0));
      receiving(w);
      w.again();
      await runJobs(w.deps, EVERY_MINUTE);
      w.again();
      const left = await w.deps.db.$count(
        oauthAccounts,
        and(eq(oauthAccounts.provider, w.provider), lte(oauthAccounts.noticeDueAt, w.deps.now())),
      );
      if (left === 0) warned += 1;
      w.deps.clock.advance(MINUTE);
    }
    expect(warned).toBeGreaterThanOrEqual(1);
  });
});
