/** Hosts that have each a client of its own: what is of one is never sent to another. */
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { oauthAccounts } from '../../src/db/schema';
import { EVERY_MINUTE, runJobs } from '../../src/jobs/cron';
import { plain } from '../simulator/plain';
import { type Simulator, simulate } from '../simulator/simulator';
import { configWith, recordAt } from '../support/config';
import { testClock, testDeps } from '../support/deps';
import { codeOf, journey } from './journey';

const record = recordAt('sites', {
  parameters: { site: { label: 'Site', pattern: 'north|south|west' } },
  authorizationUrl: 'https://{site}.example/authorize',
  tokenUrl: 'https://{site}.example/token',
  revocationUrl: 'https://{site}.example/revoke',
  profileUrl: 'https://{site}.example/me',
  accountId: ['parameter:site', 'sub'],
  scopes: ['read'],
});

const bySite = {
  north: { id: 'north-client', secret: 'north-secret' },
  south: { id: 'south-client', secret: 'south-secret' },
};

function sites(settings: Record<string, string> = { SITES_CLIENTS: JSON.stringify(bySite) }) {
  const clock = testClock(Date.now());
  const redirectUri = 'http://localhost:8787/connect/callback/sites';
  const served = (name: keyof typeof bySite) =>
    simulate(plain(name, {}), { ...bySite[name], redirectUri }, clock.now);
  const servers: Record<string, Simulator> = { north: served('north'), south: served('south') };
  const serverAt = (url: string) => {
    const server = servers[new URL(url).host.split('.')[0] ?? ''];
    if (!server) throw new TypeError(`nobody listens at ${url}`);
    return server;
  };
  const config = configWith({ sites: record }, settings);
  const fetchFn: typeof fetch = (input, init) =>
    serverAt(input instanceof Request ? input.url : String(input)).fetch(input, init);
  const j = journey({ config, clock, fetch: fetchFn });
  const connect = async (userId: string, site: string) => {
    const { id, connectUrl } = await j.begin(userId, { provider: 'sites', parameters: { site } });
    const { location, cookie } = await j.open(connectUrl);
    const back = await serverAt(location.href).consent(location);
    await j.callback(Object.fromEntries(back.searchParams), cookie, 'sites');
    const reply = await j.complete(userId, id);
    expect(reply.status, await reply.clone().text()).toBe(201);
    return reply.json<{ accountId: string }>();
  };
  const refusals = () => Object.values(servers).flatMap((server) => server.refusals());
  return { j, servers, connect, refusals };
}

beforeEach(async () => {
  await testDeps().db.delete(oauthAccounts);
});

describe('clients by the value of a parameter', () => {
  test('each host sees its own client, at the consent, the exchange, refreshes and the end', async () => {
    const { j, servers, connect, refusals } = sites();
    const accounts = [await connect('sites-1', 'north'), await connect('sites-1', 'south')];
    // The same id at both: two accounts.
    expect(accounts.map(({ accountId }) => accountId)).toEqual(['north:ada', 'south:ada']);
    const rows = await j.deps.db
      .select()
      .from(oauthAccounts)
      .where(eq(oauthAccounts.userId, 'sites-1'));
    expect(rows.map(({ clientId }) => clientId).sort()).toEqual(['north-client', 'south-client']);

    j.deps.clock.advance(50 * 60_000);
    await runJobs(j.deps, EVERY_MINUTE);
    for (const { accountId } of accounts) {
      const path = `/v1/users/sites-1/integrations/sites/${encodeURIComponent(accountId)}`;
      expect((await j.api(path, { method: 'DELETE' })).status).toBe(200);
    }
    await j.deps.settle();
    for (const server of Object.values(servers)) {
      expect(server?.count('refresh')).toBe(1);
      expect(server?.count('revoke')).toBe(1);
    }
    expect(refusals()).toEqual([]);
  });

  test('a host that has none is not configured, before anybody consents', async () => {
    const { j } = sites();
    const reply = await j.api('/v1/users/sites-2/connections', {
      method: 'POST',
      json: {
        provider: 'sites',
        returnTo: 'https://app.example.com/done',
        parameters: { site: 'west' },
      },
    });
    expect([reply.status, await codeOf(reply)]).toEqual([409, 'provider_not_configured']);
    const catalog = await j.api('/v1/providers');
    const { providers } = await catalog.json<{
      providers: { id: string; configured: boolean }[];
    }>();
    expect(providers.find(({ id }) => id === 'sites')).toMatchObject({ configured: true });
  });

  test('where all others share one, theirs is CLIENT_ID and CLIENT_SECRET', async () => {
    const { connect, refusals } = sites({
      SITES_CLIENTS: JSON.stringify({ south: bySite.south }),
      SITES_CLIENT_ID: bySite.north.id,
      SITES_CLIENT_SECRET: bySite.north.secret,
    });
    await connect('sites-3', 'north');
    await connect('sites-3', 'south');
    expect(refusals()).toEqual([]);
  });

  test('a client that was taken away holds up no other host, and nothing is asked without one', async () => {
    const { j, servers, connect } = sites();
    await connect('sites-4', 'north');
    await connect('sites-4', 'south');
    const config = configWith(
      { sites: record },
      { SITES_CLIENTS: JSON.stringify({ south: bySite.south }) },
    );
    j.deps.clock.advance(50 * 60_000);
    const before = servers.north?.requests.length;
    await runJobs({ ...j.deps, config }, EVERY_MINUTE);
    await j.deps.settle();
    expect(servers.north?.requests).toHaveLength(before ?? 0);
    expect(servers.south?.count('refresh')).toBe(1);
    const rows = await j.deps.db
      .select()
      .from(oauthAccounts)
      .where(eq(oauthAccounts.userId, 'sites-4'));
    const north = rows.find(({ parameters }) => parameters.site === 'north');
    expect(north).toMatchObject({
      state: 'active',
      leaseId: null,
      lastError: 'provider_not_configured',
      lastErrorCategory: 'operator_fault',
    });
    expect(north?.refreshDueAt).toBeGreaterThan(j.deps.now());
  });
});
