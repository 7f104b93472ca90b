import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { eventLog, refreshRuns } from '../../src/db/schema';
import { runRefresh } from '../../src/refresh/run';
import { testDeps } from '../support/deps';
import { countedKv, hookedDb, keptQueue } from './support/faults';
import { world } from './support/world';

describe('a run', () => {
  it('refreshes what is due and leaves alone what is not', async () => {
    const { deps, due, row, tokens } = world();
    const ripe = await due();
    const later = await due({ refreshDueAt: deps.now() + 60_000 });
    const result = await runRefresh(deps, 'cron');
    expect(result).toEqual({ claimed: 1, refreshed: 1, refused: 0, failed: 0, left: false });
    const account = ripe.providerAccountId;
    expect(await tokens(ripe.id)).toEqual({
      access: `access-${account}-1`,
      refresh: `refresh-${account}-1`,
    });
    const after = await row(ripe.id);
    expect(after).toMatchObject({
      state: 'active',
      leaseId: null,
      leaseUntil: null,
      refreshFailures: 0,
      lastError: null,
      expiresAt: deps.now() + 3_600_000,
      lastRefreshedAt: deps.now(),
      tokenVersion: deps.now(),
      updatedAt: ripe.updatedAt,
    });
    expect(after.refreshDueAt).toBeGreaterThan(deps.now() + 40 * 60_000);
    expect(await row(later.id)).toEqual(later);
  });

  it('goes in groups of five: twelve due accounts are 5, 5 and 2, never more than five in flight', async () => {
    const { deps, server, due } = world({}, {}, { RUN_SUBREQUESTS: '900' });
    for (let i = 0; i < 12; i += 1) await due();
    let held = Promise.withResolvers<void>();
    server.answer('/token', () => held.promise);
    const run = runRefresh(deps, 'cron');
    const sizes: number[] = [];
    for (const arrived of [5, 10, 12]) {
      while (server.requests.length < arrived) await scheduler.wait(1);
      // Nobody else comes while these are being answered.
      await scheduler.wait(20);
      sizes.push(server.inFlight);
      const { resolve: open } = held;
      held = Promise.withResolvers<void>();
      open();
    }
    expect(await run).toMatchObject({ claimed: 12, refreshed: 12 });
    expect(sizes).toEqual([5, 5, 2]);
    expect(server.mostInFlight).toBe(5);
    expect(server.ended()).toEqual([]);
  });

  it('a quiet refresh makes no KV operation, grows no version, and writes three rows at most', async () => {
    const { kv, calls } = countedKv();
    const { db, meter } = hookedDb();
    const { deps, due, row } = world({}, { kv, db });
    const account = await due();
    const versions = () =>
      deps.db.all(sql`SELECT version FROM user_versions WHERE user_id = ${account.userId}`);
    const before = await versions();
    meter.rowsWritten = 0;
    meter.calls.length = 0;
    await runRefresh(deps, 'cron');
    await deps.settle();
    // Besides the run's own row, its index and its AUTOINCREMENT.
    const runs = meter.calls.filter((call) => call.includes('insert into "refresh_runs"')).length;
    expect(runs).toBe(1);
    expect(meter.rowsWritten - 3).toBeLessThanOrEqual(3);
    expect(calls).toEqual([]);
    expect(await versions()).toEqual(before);
    expect((await row(account.id)).lastRefreshedAt).toBe(deps.now());
  });

  it('with nothing due it writes nothing and asks nobody', async () => {
    const { db, meter } = hookedDb();
    const { deps, server, due } = world({}, { db });
    await due({ refreshDueAt: deps.now() + 1 });
    await due({ refreshDueAt: null });
    await runRefresh(deps, 'cron');
    expect(server.requests).toEqual([]);
    expect(meter.rowsWritten).toBe(0);
  });

  it('goes on after a failed attempt: one bad account stops neither its group nor the run', async () => {
    const { deps, server, due, row } = world({}, {}, { RUN_SUBREQUESTS: '900' });
    const accounts = [];
    for (let i = 0; i < 7; i += 1) accounts.push(await due());
    const [bad] = accounts;
    server.answer('/token', ({ token }) => {
      if (token === `refresh-${bad?.providerAccountId}`) throw new TypeError('reset');
    });
    expect(await runRefresh(deps, 'cron')).toMatchObject({ claimed: 7, refreshed: 6, failed: 1 });
    expect(await row(bad?.id ?? 0)).toMatchObject({ lastError: 'network', state: 'active' });
  });

  it('a late refresh is visible: the version grows and KV gets the new snapshot, once a user', async () => {
    const { kv, calls } = countedKv();
    const { deps, due } = world({}, { kv });
    const userId = 'late-user';
    for (let i = 0; i < 3; i += 1) await due({ userId }, 200_000);
    const before = deps.now();
    deps.clock.advance(1_000);
    await runRefresh(deps, 'cron');
    await deps.settle();
    expect(calls).toEqual([`put status/${userId}`]);
    const stored = JSON.parse((await kv.get(`status/${userId}`)) ?? '{}');
    expect(stored.version).toBeGreaterThan(before);
    expect(stored.integrations).toHaveLength(3);
    for (const facts of stored.integrations) expect(facts.lastRefreshedAt).toBe(deps.now());
  });

  it('stops at its budget of requests, says so, and wakes others where there is a queue', async () => {
    const { queue, sent } = keptQueue();
    const { deps, due } = world({}, { queue }, { RUN_SUBREQUESTS: '30' });
    for (let i = 0; i < 27; i += 1) await due();
    const first = await runRefresh(deps, 'cron');
    expect(first).toMatchObject({ claimed: 12, refreshed: 12, left: true });
    // 15 are left, and the others get as far as this one did.
    expect(sent).toEqual(Array(2).fill({ kind: 'wake' }));
    // A woken run hands on one wake-up only, so that their number cannot multiply.
    sent.length = 0;
    expect(await runRefresh(deps, 'queue')).toMatchObject({ claimed: 12, left: true });
    expect(sent).toEqual([{ kind: 'wake' }]);
    sent.length = 0;
    expect(await runRefresh({ ...deps, queue: null }, 'cron')).toMatchObject({
      claimed: 3,
      left: false,
    });
  });

  it('without a queue the next tick goes on', async () => {
    const { deps, due } = world({}, { queue: null }, { RUN_SUBREQUESTS: '20' });
    for (let i = 0; i < 6; i += 1) await due();
    expect(await runRefresh(deps, 'cron')).toMatchObject({ claimed: 5, left: true });
    expect(await runRefresh(deps, 'cron')).toMatchObject({ claimed: 1, left: false });
  });

  it('ends after ten minutes of its fifteen', async () => {
    const { deps, server, due } = world({}, {}, { RUN_SUBREQUESTS: '900' });
    for (let i = 0; i < 10; i += 1) await due();
    server.answer('/token', () => deps.clock.set(Math.max(deps.now(), start + 10 * 60_000)));
    const start = deps.now();
    expect(await runRefresh(deps, 'cron')).toMatchObject({ claimed: 5, left: true });
  });

  it('leaves one row for each run that had something to do', async () => {
    const { deps, due } = world();
    await due();
    const before = await deps.db.$count(refreshRuns);
    await runRefresh(deps, 'cron');
    await runRefresh(deps, 'cron');
    expect(await deps.db.$count(refreshRuns)).toBe(before + 1);
  });

  it('a database that is away ends the run without an error', async () => {
    const { db } = hookedDb({
      before: () => {
        throw new Error('Network connection lost');
      },
    });
    const { deps } = world({}, { db });
    expect(await runRefresh(deps, 'cron')).toMatchObject({ claimed: 0 });
    expect(deps.logLines.some((line) => line.includes('refresh.run_failed'))).toBe(true);
  });

  it('asks only providers that have a client', async () => {
    const { deps, server, due, provider } = world();
    await due();
    const { config } = testDeps();
    await runRefresh({ ...deps, config }, 'cron');
    expect(config.providers.client(provider)).toBeUndefined();
    expect(server.requests).toEqual([]);
  });

  it('says nothing secret in its log', async () => {
    const { deps, server, due } = world();
    await due();
    const broken = await due();
    server.answer('/token', ({ token }) =>
      token.includes(broken.providerAccountId)
        ? new Response(`<html>${token}</html>`, { status: 400 })
        : null,
    );
    await runRefresh(deps, 'cron');
    expect(deps.logLines.length).toBeGreaterThan(0);
    for (const line of deps.logLines) expect(line).not.toMatch(/refresh-account|access-account/);
  });
});

describe('a row that nobody can read', () => {
  it.each([
    ['cut short', 'scope', '["openid"'],
    ['no list', 'requested_scope', '5'],
    ['no object', 'parameters', 'null'],
    ['no JSON at all', 'metadata', 'x'],
  ])('%s: it is set aside with an event, and the others are refreshed', async (_, column, text) => {
    const { deps, due, provider } = world({}, { queue: null });
    const bad = await due({ userId: 'bad' }, 600_000);
    for (let i = 0; i < 6; i += 1) await due();
    await deps.db.run(
      sql`UPDATE oauth_accounts SET ${sql.raw(column)} = ${text} WHERE id = ${bad.id}`,
    );
    expect(await runRefresh(deps, 'cron')).toMatchObject({ refreshed: 6, failed: 0 });
    const [row] = await deps.db.all<{ due: number | null; lease: string | null; error: string }>(
      sql`SELECT refresh_due_at AS due, lease_id AS lease, last_error AS error FROM oauth_accounts WHERE id = ${bad.id}`,
    );
    expect(row).toEqual({ due: null, lease: null, error: 'row_unreadable' });
    const events = await deps.db.select().from(eventLog).where(eq(eventLog.provider, provider));
    expect(events.map(({ type, detail }) => [type, detail])).toEqual([
      ['integration.set_aside', { rowId: bad.id }],
    ]);
    expect(await runRefresh(deps, 'cron')).toMatchObject({ claimed: 0 });
  });
});
