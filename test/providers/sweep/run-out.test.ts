/**
 * Disconnecting an account whose access token has run out, as that of an idle account mostly has:
 * the grant ends at the provider all the same, by what the record says that a revocation takes.
 */
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventLog, outbox } from '../../../src/db/schema';
import { fixtures } from '../../simulator/fixtures';
import type { Fixture } from '../../simulator/types';
import { clearTables, Traveller } from './support/traveller';

beforeEach(clearTables);

const lifetimeOf = ({ token, refresh }: Fixture): number | null =>
  refresh?.kind === 'extend' ? refresh.lifetimeSeconds : token.lifetimeSeconds;

const endable = fixtures.filter(
  (fixture) => fixture.revocation !== null && lifetimeOf(fixture) !== null,
);

/**
 * Refresh tokens that no documented request ends: the pages of Todoist and Twitch speak of access
 * tokens only. Their fixtures take no refresh token, and keep the one that was used for a live
 * access token.
 */
const outliving: Record<string, number> = { todoist: 2, twitch: 2 };

describe('a disconnect after the access token has run out', { timeout: 30_000 }, () => {
  it.each(endable.map((fixture) => [fixture.id, fixture] as const))('%s', async (id, fixture) => {
    const traveller = new Traveller(fixture);
    const { deps, simulator } = traveller;
    await traveller.connect();
    deps.clock.advance(((lifetimeOf(fixture) ?? 0) + 60) * 1000);
    traveller.begin('disconnect');
    await traveller.disconnectOthers();
    expect(await traveller.disconnect()).toBe('queued');
    const left = { access: simulator.good('access'), refresh: simulator.good('refresh') };
    expect(left).toEqual({ access: 0, refresh: outliving[id] ?? 0 });
    expect(await deps.db.select().from(outbox)).toEqual([]);
    const events = await deps.db
      .select()
      .from(eventLog)
      .where(eq(eventLog.type, 'revocation.gave_up'));
    expect(events).toEqual([]);
  });
});
