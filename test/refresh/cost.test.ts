/** Holds the counts that docs/cost.md is computed from (scripts/cost/counts.ts). */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { counts } from '../../scripts/cost/counts';
import { EVERY_HOUR, EVERY_MINUTE, runJobs } from '../../src/jobs/cron';
import { refreshOne } from '../../src/refresh/on-demand';
import { runRefresh } from '../../src/refresh/run';
import { tokenFor } from '../../src/refresh/token';
import { countedKv, hookedDb } from './support/faults';
import { world } from './support/world';

const GROUPS = 8;
const ACCOUNTS = 5 * GROUPS;

function metered() {
  const { kv, calls: kvCalls } = countedKv();
  const { db, meter } = hookedDb();
  const w = world({}, { kv, db, queue: null }, { RUN_SUBREQUESTS: '900' });
  const reset = () => {
    meter.rowsWritten = 0;
    meter.rowsRead = 0;
    meter.calls.length = 0;
    kvCalls.length = 0;
  };
  return { ...w, meter, kvCalls, reset };
}

it('a quiet refresh costs what the page says', async () => {
  const { deps, due, meter, kvCalls, reset, provider } = metered();
  // A table in use: rows that are not due besides those that are.
  for (let i = 0; i < 20; i += 1) await due({ refreshDueAt: deps.now() + 3_600_000, provider });
  for (let i = 0; i < ACCOUNTS; i += 1) await due();
  reset();
  expect(await runRefresh(deps, 'cron')).toMatchObject({ refreshed: ACCOUNTS });
  await deps.settle();
  expect((meter.rowsWritten - counts.run.rowsWritten) / ACCOUNTS).toBe(counts.refresh.rowsWritten);
  expect(Math.ceil(meter.rowsRead / ACCOUNTS)).toBeLessThanOrEqual(counts.refresh.rowsRead);
  // Without the last claim, which finds nothing, and the run's own row.
  expect((meter.calls.length - 2) / ACCOUNTS).toBeCloseTo(counts.refresh.d1Calls, 5);
  expect(kvCalls.length).toBe(counts.refresh.kvOperations);
});

it('a late refresh, which is visible and published, costs what the page says', async () => {
  const { deps, due, meter, kvCalls, reset } = metered();
  for (let i = 0; i < 5; i += 1) await due({}, 200_000);
  reset();
  expect(await runRefresh(deps, 'cron')).toMatchObject({ refreshed: 5 });
  await deps.settle();
  expect((meter.rowsWritten - counts.run.rowsWritten) / 5).toBe(counts.late.rowsWritten);
  expect(kvCalls.length / 5).toBe(counts.late.kvOperations);
});

it.each([
  ['minute', EVERY_MINUTE, counts.tick],
  ['hour', EVERY_HOUR, counts.hour],
] as const)(
  'a tick of the %s that finds nothing costs what the page says',
  async (_, cron, cost) => {
    const { deps, meter, kvCalls, due, reset } = metered();
    for (let i = 0; i < 20; i += 1) await due({ refreshDueAt: deps.now() + 3_600_000 });
    // A log that is longer than the part of it that the sweep looks at.
    await env.DB.prepare(
      `INSERT INTO audit_events (at, type, user_id)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
       SELECT ?, 'integration.connected', 'u' FROM n`,
    )
      .bind(deps.now())
      .run();
    reset();
    await runJobs(deps, cron);
    await deps.settle();
    expect(meter.rowsWritten).toBe(0);
    expect(meter.rowsRead).toBe(cost.rowsRead);
    expect(kvCalls.filter((call) => call.startsWith('list'))).toHaveLength(cost.kvLists);
    expect(kvCalls).toHaveLength(cost.kvLists);
  },
);

it('a token that is good for a while costs what the page says', async () => {
  const { deps, meter, kvCalls, due, reset } = metered();
  const { userId, provider, providerAccountId: accountId } = await due({ lastUsedAt: deps.now() });
  reset();
  await tokenFor(deps, { userId, provider, accountId, minTtlSeconds: null });
  await deps.settle();
  expect(meter.rowsWritten).toBe(0);
  expect(meter.rowsRead).toBeLessThanOrEqual(counts.token.rowsRead);
  expect(kvCalls).toEqual([]);
});

it.each([
  ['a token on demand', tokenFor],
  ['a forced refresh', refreshOne],
] as const)('%s that needs a refresh reads its integration once', async (_, refresh) => {
  const { deps, meter, due, reset } = metered();
  const { userId, provider, providerAccountId } = await due({ expiresAt: deps.now() - 1 });
  const key = { userId, provider, accountId: providerAccountId, minTtlSeconds: null };
  reset();
  await refresh(deps, key);
  const reads = meter.calls.filter((text) => /^select .* from "oauth_accounts" where/.test(text));
  expect(reads).toHaveLength(1);
});
