/**
 * A check by each provider's own record: what the provider takes is good, and what it answers to a
 * token that was withdrawn is read as a no.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { isCheckable } from '../../../src/oauth/credential-check';
import { MINUTE_MS as MINUTE } from '../../../src/time';
import { fixtures } from '../../simulator/fixtures';
import { testDeps } from '../../support/deps';
import { clearTables, Traveller } from './support/traveller';

beforeEach(clearTables);

const { providers } = testDeps().config;
const isChecked = (id: string) => {
  const provider = providers.get(id);
  return provider !== undefined && isCheckable(provider);
};

describe('a check', { timeout: 30_000 }, () => {
  it.each(
    fixtures.filter(({ id }) => isChecked(id)).map((fixture) => [fixture.id, fixture] as const),
  )('of %s', async (_, fixture) => {
    const traveller = new Traveller(fixture);
    const { deps, simulator } = traveller;
    const check = async () => {
      const reply = await traveller.api(`${traveller.path()}/check`, { method: 'POST' });
      await deps.settle();
      return reply;
    };
    const outcomes = () =>
      deps.logLines
        .map((line) => JSON.parse(line))
        .filter(({ event }) => event === 'check.done')
        .map(({ outcome }) => outcome);
    await traveller.connect();

    const good = await check();
    expect(good.status, await good.clone().text()).toBe(200);
    expect(await good.json()).toMatchObject({ status: 'connected' });
    expect(outcomes()).toEqual(['accepted']);

    simulator.withdraw();
    deps.clock.advance(11 * MINUTE);
    await check();
    expect(outcomes()).toEqual(['accepted', 'refused']);
    if (fixture.refresh?.kind === 'refresh_token') return;
    deps.clock.advance(3 * MINUTE);
    await traveller.cron();
    expect(await traveller.integration()).toMatchObject({
      status: 'needs_reconnect',
      reason: 'token_refused',
    });
  });

  it('cannot be made where there is no profile, or it wants a scope that not everybody grants', () => {
    expect(fixtures.map(({ id }) => id).filter((id) => !isChecked(id))).toEqual([
      'amazon-seller',
      'apple',
      'bluesky',
      'microsoft',
      'microsoft-teams',
      'onedrive',
      'outlook',
      'snowflake',
    ]);
  });
});
