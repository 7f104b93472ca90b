/** How often an integration is refreshed in a day, as cron ticks: what docs/cost.md counts with. */
import { describe, expect, it } from 'vitest';
import { counts } from '../../scripts/cost/counts';
import { runRefresh } from '../../src/refresh/run';
import { tokenFor } from '../../src/refresh/token';
import { DAY_MS as DAY, HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../src/time';
import type { AccountRow } from '../support/fixtures';
import { type World, world } from './support/world';

/** A tick each minute in which something is due; the minutes between are skipped. */
async function tickUntil(w: World, account: AccountRow, end: number): Promise<number> {
  const before = w.server.requests.length;
  for (;;) {
    const { refreshDueAt } = await w.row(account.id);
    const tick = Math.ceil(Math.max(refreshDueAt ?? end, w.deps.now() + 1) / MINUTE) * MINUTE;
    if (tick >= end) break;
    w.deps.clock.set(tick);
    await runRefresh(w.deps, 'cron');
  }
  w.deps.clock.set(end);
  return w.server.requests.length - before;
}

const token = (w: World, { userId, provider, providerAccountId }: AccountRow) =>
  tokenFor(w.deps, { userId, provider, accountId: providerAccountId, minTtlSeconds: null });

describe('an integration with tokens of an hour', () => {
  it('is refreshed about every three quarters of an hour while its token is asked for', async () => {
    const w = world();
    w.deps.clock.set(Math.ceil(w.deps.now() / HOUR) * HOUR);
    const account = await w.due({ lastUsedAt: w.deps.now() });
    const times = await tickUntil(w, account, w.deps.now() + DAY);
    expect(times).toBe(counts.perDay.active);
  });

  it('that nobody asked for in 72 hours is refreshed once a day, and is active again when asked for', async () => {
    const w = world();
    const start = w.deps.now();
    const account = await w.due({ lastUsedAt: start - 73 * HOUR });
    expect(await tickUntil(w, account, start + 3 * DAY + HOUR)).toBe(3 * counts.perDay.idle + 1);

    // Its access token has long run out: a refresh on the spot, then every three quarters again.
    w.deps.clock.advance(10 * HOUR);
    const answer = await token(w, account);
    expect(answer).toMatchObject({ expiresAt: w.deps.now() + HOUR });
    await w.deps.settle();
    expect((await w.row(account.id)).refreshDueAt).toBeLessThan(w.deps.now() + HOUR);
    expect(await tickUntil(w, account, w.deps.now() + 5 * HOUR)).toBeGreaterThanOrEqual(6);
  });
});
