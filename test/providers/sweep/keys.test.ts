/**
 * The way of a key through the app, against a provider that can be asked: refused, connected,
 * replaced, used for a call, checked, taken back by the person, disconnected.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { oauthAccounts } from '../../../src/db/schema';
import { EVERY_MINUTE, runJobs } from '../../../src/jobs/cron';
import { records as builtIn } from '../../../src/providers/records';
import { MINUTE_MS as MINUTE } from '../../../src/time';
import { acmeKeys } from '../../simulator/acme-keys';
import { keyFixtures } from '../../simulator/key-fixtures';
import { type KeyFixture, simulateKeys } from '../../simulator/keys';
import { apiWith } from '../../support/api';
import { configWith } from '../../support/config';
import { testClock, testDeps } from '../../support/deps';
import { clearTables } from './support/traveller';

beforeEach(clearTables);

/** Hosts that the user names, an id from a header beside one from the body, keys in every place. */
const records: Record<string, Record<string, unknown>> = {
  'acme-keys': {
    extends: 'api-key',
    name: 'Acme keys',
    fields: {
      site: { label: 'Site', secret: false, pattern: '[a-z][a-z0-9-]{0,30}' },
      apiKey: { label: 'API key', pattern: '[\\x21-\\x7e]+' },
    },
    requestHeaders: { 'X-Api-Key': '{apiKey}' },
    check: {
      url: 'https://{site}.keys.example/v1/me',
      accountId: ['field:site', 'header:acme-organization', 'user.id'],
      displayName: 'user.name',
      metadata: { plan: 'plan', site: 'field:site', organization: 'header:acme-organization' },
      refusedStatuses: [401, 403],
      refusedCodes: ['key_ended'],
    },
    apiUrl: 'https://{site}.keys.example/v1',
  },
};

interface Reply {
  accountId: string;
  displayName: string | null;
  status: string;
  code?: string;
  verified?: boolean;
  metadata: Record<string, string>;
}

function owner(fixture: KeyFixture, change: Record<string, unknown> | undefined) {
  const config = configWith(change ? { [fixture.id]: change } : {});
  const clock = testClock(Date.now());
  const simulator = simulateKeys(fixture, clock.now);
  const deps = testDeps({ config, clock, fetch: simulator.fetch });
  const api = apiWith(deps);
  const path = `/v1/users/ada/integrations/${fixture.id}`;
  const rows = () => deps.db.select().from(oauthAccounts);
  /** Of the one account that there is. */
  const one = async () =>
    `${path}/${encodeURIComponent((await rows())[0]?.providerAccountId ?? '')}`;
  const read = async (reply: Response) => {
    await deps.settle();
    return { status: reply.status, body: await reply.json<Reply>() };
  };
  return {
    deps,
    simulator,
    /** Under the account's id, where the provider tells none and there is one already. */
    put: async (credentials: Record<string, string>) => {
      const [row] = fixture.account.id === null ? await rows() : [];
      const named = row === undefined ? {} : { accountId: row.providerAccountId };
      return read(await api(path, { method: 'PUT', json: { credentials, ...named } }));
    },
    check: async () => read(await api(`${await one()}/check`, { method: 'POST' })),
    call: () => api(`/v1/users/ada/proxy/${fixture.id}/-/me`),
    disconnect: async () => api(await one(), { method: 'DELETE' }),
    rows,
    /** Whether the provider alone says whose the credentials are. */
    isTold: () => {
      const provider = config.providers.get(fixture.id);
      return provider?.kind === 'credentials' && provider.check?.accountId !== undefined;
    },
    cron: async () => {
      await runJobs(deps, EVERY_MINUTE);
      await deps.settle();
    },
  };
}

const fixtures: KeyFixture[] = [acmeKeys, ...keyFixtures];

describe('the way of a key', { timeout: 30_000 }, () => {
  it.each(fixtures.map((fixture) => [fixture.id, fixture] as const))(
    'of %s',
    async (id, fixture) => {
      const { simulator, ...ada } = owner(fixture, records[id]);
      const refused = await ada.put(fixture.wrong);
      expect([refused.status, refused.body.code]).toEqual([422, 'credentials_refused']);
      expect(await ada.rows()).toEqual([]);

      const connected = await ada.put(fixture.credentials);
      const { account } = fixture;
      expect(connected).toMatchObject({
        status: 201,
        body: {
          accountId: account.id ?? expect.any(String),
          displayName: account.displayName,
          verified: true,
        },
      });
      const shown = Object.values(connected.body.metadata);
      expect(account.shown?.filter((value) => !shown.includes(value)) ?? []).toEqual([]);
      expect(JSON.stringify(connected.body)).not.toContain(
        Object.values(fixture.credentials).at(-1),
      );

      // The same account: another key takes the place of the first.
      expect(await ada.put(fixture.next)).toMatchObject({ status: 201 });
      expect(await ada.rows()).toHaveLength(1);
      const [before] = await ada.rows();
      expect((await ada.put(fixture.wrong)).status).toBe(422);
      expect(await ada.rows()).toEqual([before]);

      if (fixture.apiUrl) {
        const called = await ada.call();
        expect(called.status, await called.text()).toBe(200);
      }
      expect(await ada.check()).toMatchObject({ status: 200, body: { status: 'connected' } });

      simulator.withdraw();
      ada.deps.clock.advance(11 * MINUTE);
      expect(await ada.check()).toMatchObject({ status: 200, body: { status: 'connected' } });
      ada.deps.clock.advance(3 * MINUTE);
      await ada.cron();
      expect(await ada.rows()).toMatchObject([
        { state: 'needs_reconnect', stateReason: 'token_refused' },
      ]);
      expect((await ada.put(fixture.credentials)).status).toBe(422);
      expect((await ada.disconnect()).status).toBe(200);
      expect(await ada.rows()).toEqual([]);
      expect(simulator.requests.filter(({ refused }) => refused?.startsWith('is a'))).toEqual([]);
    },
  );

  it.each(
    fixtures.flatMap((fixture) =>
      (fixture.quirks ?? []).map((quirk) => [fixture.id, quirk.name, fixture, quirk] as const),
    ),
  )('of %s: %s', async (id, _, fixture, { answer, means }) => {
    const { simulator, ...ada } = owner(fixture, records[id]);
    simulator.answerChecks(answer);
    const { status, body } = await ada.put(fixture.credentials);
    if (means === 'refused' || ada.isTold()) {
      // Where only the provider can tell the account, an answer that tells nothing stores nothing.
      expect(means === 'refused' ? status === 422 : status >= 502, `${status} ${body.code}`).toBe(
        true,
      );
      expect(await ada.rows()).toEqual([]);
    } else {
      expect([status, body.verified]).toEqual([201, false]);
    }

    simulator.answerChecks(null);
    await ada.put(fixture.credentials);
    simulator.answerChecks(answer);
    for (let i = 0; i < 3; i += 1) {
      ada.deps.clock.advance(11 * MINUTE);
      if (i === 0) await ada.check();
      await ada.cron();
    }
    const state = means === 'refused' ? 'needs_reconnect' : 'active';
    expect(await ada.rows()).toMatchObject([{ state }]);
  });

  it('is gone by every record that has a check', () => {
    const checked = builtIn.filter((one) => one.kind === 'credentials' && one.check !== undefined);
    expect(keyFixtures.map(({ id }) => id).sort()).toEqual(checked.map(({ id }) => id).sort());
  });
});
