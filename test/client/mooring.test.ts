/** The package that other projects install, against the Worker that it is for. */
import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createMooring, isMooringError, type MooringOptions } from '../../client/src/index.ts';
import { type Journey, journey } from '../connect/journey';
import { serviceKey, userToken } from '../support/api';

/** Over the routes of a journey, whose replies are held to their declarations. */
const clientOf = ({ api }: Journey, options: Partial<MooringOptions> = {}) =>
  createMooring({
    baseUrl: 'http://localhost:8787',
    token: serviceKey,
    transport: {
      async fetch({ url, method, headers, body }: Request) {
        const { pathname, search } = new URL(url);
        const given = { method, headers, token: null };
        return api(pathname + search, body === null ? given : { ...given, body });
      },
    },
    ...options,
  });

describe('the client', () => {
  it('asks over a service binding', async () => {
    const mooring = createMooring({
      baseUrl: 'https://mooring.internal',
      token: serviceKey,
      transport: exports.default,
    });
    expect((await mooring.user('nobody').integrations()).integrations).toEqual([]);
    const ids = (await mooring.providers()).map(({ id }) => id);
    expect(ids).toContain('acme');
  });

  it('connects, reads its own write, and disconnects', async () => {
    const journeys = journey();
    const mooring = clientOf(journeys);
    const user = mooring.user('client-1');
    expect((await user.integrations()).integrations).toEqual([]);

    const { id, connectUrl } = await user.connections.create({
      provider: 'acme',
      returnTo: 'https://app.example.com/done',
      scopes: undefined,
    });
    expect((await user.connections.get(id)).state).toBe('started');
    const { location, cookie } = await journeys.open(connectUrl);
    const back = await journeys.provider.consent(location, 'ann');
    const reply = await journeys.callback(Object.fromEntries(back.searchParams), cookie);
    const completion =
      new URL(reply.headers.get('Location') ?? '').searchParams.get('completion') ?? '';

    const integration = await user.connections.complete(id, { completion });
    expect(integration).toMatchObject({ provider: 'acme', status: 'connected' });
    const { accountId } = integration;
    const { integrations, version } = await user.integrations();
    expect(integrations.map((one) => one.accountId)).toEqual([accountId]);
    expect(await user.integrations()).toMatchObject({ version, integrations });

    const account = user.account('acme', accountId);
    expect(await account.get()).toMatchObject({ accountId });
    expect(await account.token({ minTtl: 60 })).toMatchObject({ kind: 'oauth2' });
    expect((await account.refresh()).lastRefreshedAt).not.toBeNull();
    expect(Object.keys(await mooring.status(['client-1', 'client-2']))).toEqual([
      'client-1',
      'client-2',
    ]);

    await account.disconnect();
    expect((await user.integrations()).integrations).toEqual([]);
    const gone: unknown = await account.get().catch((error: unknown) => error);
    expect(isMooringError(gone, 'integration_not_found')).toBe(true);
  });

  it('is a user\'s own with a JWT, and reads its own writes as "me" and by its id', async () => {
    const journeys = journey();
    expect((await journeys.connect('client-3', 'code-ann')).status).toBe(201);
    const mooring = clientOf(journeys, { token: () => userToken('client-3') });
    const [one] = (await mooring.user().integrations()).integrations;
    await mooring
      .user()
      .account('acme', one?.accountId ?? '')
      .disconnect();
    expect((await mooring.user('client-3').integrations()).integrations).toEqual([]);
    const refused: unknown = await mooring
      .user('client-1')
      .integrations()
      .catch((error: unknown) => error);
    expect(isMooringError(refused, 'forbidden')).toBe(true);
  });

  it('calls an API, and says who has to consent', async () => {
    const journeys = journey();
    const account = clientOf(journeys).user('client-4').account('acme');
    const error: unknown = await account.fetch('/user').catch((thrown: unknown) => thrown);
    if (!isMooringError(error)) throw error;
    expect(error.code).toMatch(/authorization_required|call_not_supported/);
  });

  it('gives a token, or the link where the user consents', async () => {
    const journeys = journey();
    const account = clientOf(journeys).user('client-7').account('acme');
    const returnTo = 'https://app.example.com/done';
    const error: unknown = await account.token({ returnTo }).catch((thrown: unknown) => thrown);
    if (!isMooringError(error, 'authorization_required')) throw error;
    expect(error.problem).toMatchObject({ reason: 'not_connected', missingScopes: [] });
    expect(error.problem.connection?.connectUrl).toMatch(/\/connect\/start\//);
    expect((await journeys.connect('client-7', 'code-ivy')).status).toBe(201);
    expect(await account.token({ returnTo })).toMatchObject({ kind: 'oauth2' });
    const lacking: unknown = await account
      .token({ scopes: ['never-granted'] })
      .catch((thrown: unknown) => thrown);
    if (!isMooringError(lacking, 'authorization_required')) throw lacking;
    expect(lacking.problem.reason).toBe('missing_scopes');
    expect(lacking.problem.missingScopes).toEqual(['never-granted']);
  });

  it('makes delegations, which read and do nothing else', async () => {
    const journeys = journey();
    const mooring = clientOf(journeys);
    const { token } = await mooring.user('client-5').delegations.create({ rights: ['read'] });
    const delegated = clientOf(journeys, { token });
    expect(delegated.isDelegated).toBe(true);
    expect((await delegated.user().integrations()).userId).toBe('client-5');
    await expect(
      delegated.user().connections.create({ provider: 'acme', returnTo: 'https://a.example' }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await mooring.user('client-5').delegations.endAll();
  });

  it('keeps answers that a 304 leaves unchanged', async () => {
    const { api } = journey();
    const statuses: number[] = [];
    const mooring = createMooring({
      baseUrl: 'http://localhost:8787',
      token: serviceKey,
      transport: {
        async fetch({ url, method, headers }: Request) {
          const reply = await api(new URL(url).pathname, { method, headers, token: null });
          statuses.push(reply.status);
          return reply;
        },
      },
    });
    const first = await mooring.user('client-6').integrations();
    expect(await mooring.user('client-6').integrations()).toEqual(first);
    expect(statuses).toEqual([200, 304]);
  });

  it('reads what happened, and whose integrations there are', async () => {
    const journeys = journey();
    const mooring = clientOf(journeys);
    expect((await journeys.connect('client-8', 'code-hal')).status).toBe(201);
    const told: string[] = [];
    for await (const event of mooring.user('client-8').events({ pageSize: 1 })) {
      told.push(event.type);
      if (event.type !== 'integration.connected') continue;
      const { userId, version } = event.data;
      expect((await mooring.user(userId).integrations({ atLeast: version })).version).toBe(version);
      expect((await mooring.operator.event(event.id)).deliveries).toEqual([]);
    }
    expect(told).toEqual(['integration.connected']);
    const users = new Set<string>();
    for await (const { userId } of mooring.operator.integrations({ provider: 'acme' })) {
      users.add(userId);
    }
    expect(users).toContain('client-8');
  });

  it('has every route of the document', async () => {
    const { data, response } = await clientOf(journey()).api.GET('/v1/refresh/runs');
    expect(response.status).toBe(200);
    expect(data?.runs).toEqual(expect.any(Array));
  });
});
