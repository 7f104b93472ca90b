import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { eventLog } from '../../src/db/schema';
import { giveNotices } from '../../src/refresh/expiry-notices';
import { runRefresh } from '../../src/refresh/run';
import { DAY_MS as DAY, MINUTE_MS as MINUTE } from '../../src/time';
import type { AccountOverrides } from '../support/fixtures';
import { json } from '../support/provider';
import { hookedDb } from './support/faults';
import { type World, world } from './support/world';

const fixed = { refreshModel: 'static', refreshDeadline: 'absolute' } as const;

/** An account whose refresh token ends in so many days, with its next warning as it would be. */
function ending(w: World, days: number, noticeInDays: number, more: AccountOverrides = {}) {
  const now = w.deps.now();
  return w.due(
    {
      refreshExpiresAt: now + days * DAY,
      noticeDueAt: now + noticeInDays * DAY,
      refreshDueAt: now + 400 * DAY,
      ...more,
    },
    0,
  );
}

const eventsOf = (w: World, accountId: string) =>
  w.deps.db.select().from(eventLog).where(eq(eventLog.accountId, accountId));

describe('an end that nothing here can put off', () => {
  it('is told of 14, 7 and 1 days before, once each, however often cron ticks', async () => {
    const w = world(fixed);
    const { id, userId, provider, providerAccountId } = await ending(w, 20, 6);
    const end = w.deps.now() + 20 * DAY;
    for (let quarter = 0; quarter < 21 * 4; quarter += 1) {
      await Promise.all([giveNotices(w.deps), giveNotices(w.deps)]);
      w.deps.clock.advance(DAY / 4);
    }
    const events = await eventsOf(w, providerAccountId);
    expect(events).toEqual(
      [14, 7, 1].map((days) =>
        expect.objectContaining({
          type: 'integration.expiring',
          userId,
          provider,
          at: end - days * DAY,
          detail: { reconnectBy: end, days },
        }),
      ),
    );
    expect((await w.row(id)).noticeDueAt).toBeNull();
  });

  it('is told of once after days without a tick, and not at all after the end', async () => {
    const w = world(fixed);
    const late = await ending(w, 3, -4);
    const over = await ending(w, -1, -15);
    await giveNotices(w.deps);
    expect(await eventsOf(w, late.providerAccountId)).toMatchObject([{ detail: { days: 3 } }]);
    expect((await w.row(late.id)).noticeDueAt).toBe(w.deps.now() + 2 * DAY);
    expect(await eventsOf(w, over.providerAccountId)).toEqual([]);
    expect((await w.row(over.id)).noticeDueAt).toBeNull();
  });

  it('is not told of where the user has to reconnect already', async () => {
    const w = world(fixed);
    const row = await ending(w, 14, 0, { state: 'needs_reconnect', stateReason: 'invalid_grant' });
    await giveNotices(w.deps);
    expect(await eventsOf(w, row.providerAccountId)).toEqual([]);
    expect((await w.row(row.id)).noticeDueAt).toBe(w.deps.now() + 7 * DAY);
  });

  it('is told of although a refresh came between the due time of the warning and the tick', async () => {
    const w = world(fixed);
    const row = await ending(w, 14, 0, { refreshDueAt: w.deps.now() });
    w.deps.clock.advance(MINUTE);
    expect(await runRefresh(w.deps, 'cron')).toMatchObject({ refreshed: 1 });
    expect((await w.row(row.id)).noticeDueAt).toBe(row.noticeDueAt);
    await giveNotices(w.deps);
    expect(await eventsOf(w, row.providerAccountId)).toHaveLength(1);
    expect((await w.row(row.id)).noticeDueAt).toBe(
      row.noticeDueAt === null ? 0 : row.noticeDueAt + 7 * DAY,
    );
  });

  it('is not told of twice by a refresh that read the row before the warning', async () => {
    const w = world(fixed);
    const row = await ending(w, 14, 0, { refreshDueAt: w.deps.now() });
    w.deps.clock.advance(MINUTE);
    w.server.answer('/token', async () => void (await giveNotices(w.deps)));
    await runRefresh(w.deps, 'cron');
    await giveNotices(w.deps);
    expect(await eventsOf(w, row.providerAccountId)).toHaveLength(1);
  });

  it('of a token that is extended while alive is told of only where that fails', async () => {
    const w = world({
      refreshModel: 'extend',
      refreshParams: { grant_type: 'extend', access_token: '{access_token}' },
    });
    const inAWeek = w.deps.now() + 7 * DAY;
    const due = { refreshExpiresAt: inAWeek, expiresAt: inAWeek, noticeDueAt: w.deps.now() };
    const failing = await w.due({ ...due, refreshDueAt: w.deps.now() + MINUTE });
    const extended = await w.due(due);
    w.server.answer('/token', () =>
      json({ access_token: 'longer', expires_in: (60 * DAY) / 1000 }),
    );
    expect(await runRefresh(w.deps, 'cron')).toMatchObject({ refreshed: 1 });
    await giveNotices(w.deps);
    expect(await eventsOf(w, failing.providerAccountId)).toMatchObject([{ detail: { days: 7 } }]);
    expect(await eventsOf(w, extended.providerAccountId)).toEqual([]);
    // Due at 50 of 60 days: the first warning that means something is the one a week before.
    expect((await w.row(extended.id)).noticeDueAt).toBe(w.deps.now() + 53 * DAY);
  });

  it('has moved on after a new consent: nobody is warned, and the next warning is set', async () => {
    const w = world(fixed);
    const row = await ending(w, 365, 0);
    await giveNotices(w.deps);
    expect(await eventsOf(w, row.providerAccountId)).toEqual([]);
    expect((await w.row(row.id)).noticeDueAt).toBe(w.deps.now() + 351 * DAY);
  });
});

describe('an end whose provider is not in the settings for a while', () => {
  it('is told of once its record is back', async () => {
    const w = world(fixed);
    const row = await ending(w, 14, 0);
    const without = { ...w.deps, config: world(fixed).deps.config };
    expect(await giveNotices(without)).toBe(1);
    expect(await eventsOf(w, row.providerAccountId)).toEqual([]);
    expect((await w.row(row.id)).noticeDueAt).toBe(w.deps.now() + DAY);
    // Looked at once a day.
    expect(await giveNotices(without)).toBe(0);
    w.deps.clock.advance(DAY);
    await giveNotices(w.deps);
    expect(await eventsOf(w, row.providerAccountId)).toMatchObject([{ detail: { days: 13 } }]);
    expect((await w.row(row.id)).noticeDueAt).toBe(w.deps.now() + 6 * DAY);
  });
});

describe('the look for warnings', () => {
  it('writes nothing when none is due, and reads no more for a large table', async () => {
    const { db, meter } = hookedDb();
    const w = world(fixed, { db });
    for (let i = 0; i < 30; i += 1) await ending(w, 100, 86);
    meter.rowsWritten = 0;
    meter.rowsRead = 0;
    expect(await giveNotices(w.deps)).toBe(0);
    expect(meter.rowsWritten).toBe(0);
    expect(meter.rowsRead).toBeLessThanOrEqual(1);
  });

  it('takes a hundred at a time, the longest due first', async () => {
    const w = world(fixed);
    await Promise.all(Array.from({ length: 104 }, () => ending(w, 14, 0)));
    const longest = await ending(w, 13, -1);
    expect(await giveNotices(w.deps)).toBe(100);
    expect(await eventsOf(w, longest.providerAccountId)).toHaveLength(1);
    expect(await giveNotices(w.deps)).toBe(5);
    expect(await giveNotices(w.deps)).toBe(0);
  }, 20_000);

  it('scans no table', async () => {
    const { db, meter } = hookedDb();
    const w = world(fixed, { db });
    await ending(w, 14, 0);
    meter.statements.clear();
    await giveNotices(w.deps);
    expect(meter.statements.size).toBe(3);
    for (const text of meter.statements) {
      const holes = text.match(/\?/g)?.length ?? 0;
      const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${text}`)
        .bind(...Array(holes).fill(null))
        .all<{ detail: string }>();
      const scans = plan.results.filter(({ detail }) => /^SCAN (?!n VIRTUAL TABLE)/.test(detail));
      expect(scans).toEqual([]);
    }
  });
});
