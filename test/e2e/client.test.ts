/**
 * The package that other projects install, against the built Worker and a real authorization
 * server.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMooring, isMooringError, returnedConnection } from '../../client/src/index.ts';
import { Browser, consent } from './support/browser.ts';
import { atApp, type Mooring, returnTo, startMooring } from './support/mooring.ts';

describe('the client', () => {
  let deployment: Mooring;
  let client: ReturnType<typeof createMooring>;
  beforeAll(async () => {
    deployment = await startMooring({ processes: 2 });
    client = clientAt(0);
  });
  afterAll(() => deployment.stop());

  /** Of one of two processes that share the database, as isolates far apart do. */
  const clientAt = (process: number, versions?: Parameters<typeof createMooring>[0]['versions']) =>
    createMooring({
      baseUrl: deployment.worker.urls[process] ?? '',
      token: deployment.secrets.get('service key') ?? '',
      versions,
    });

  async function connect(userId: string, account: string) {
    const { connections } = client.user(userId);
    const { connectUrl } = await connections.create({ provider: 'sandbox', returnTo });
    const browser = new Browser();
    const page = await consent(browser, await browser.open(connectUrl), account, atApp);
    const back = returnedConnection(page.url);
    if (back?.completion === undefined) throw new Error(`nothing came back: ${page.url.search}`);
    return connections.complete(back.id, back);
  }

  it('connects, takes a token, refreshes and disconnects', async () => {
    const connected = await connect('client', 'client-account');
    expect(connected).toMatchObject({ accountId: 'client-account', status: 'connected' });
    const account = client.user('client').account('sandbox', 'client-account');
    const token = await account.token();
    if (token.kind !== 'oauth2') throw new Error('no access token');
    const reply = await fetch(`${deployment.sandbox.issuer}/me`, {
      headers: { Authorization: `Bearer ${token.accessToken}` },
    });
    expect(reply.status).toBe(200);
    expect((await account.refresh()).status).toBe('connected');
    await account.disconnect();
    expect((await client.user('client').integrations()).integrations).toEqual([]);
  });

  it('reads its own writes in a place that holds what was before', async () => {
    const versions = new Map<string, number>();
    const store = {
      get: async (userId: string) => versions.get(userId),
      set: async (userId: string, version: number) => {
        versions.set(userId, Math.max(version, versions.get(userId) ?? 0));
      },
    };
    const there = clientAt(1, store);
    expect((await there.user('far').integrations()).integrations).toEqual([]);
    client = clientAt(0, store);
    await connect('far', 'far-account');
    const { integrations } = await there.user('far').integrations();
    expect(integrations.map(({ accountId }) => accountId)).toEqual(['far-account']);
  });

  it('tells a user who denied from one who is not connected', async () => {
    const { connections } = client.user('denied');
    const { id } = await connections.create({ provider: 'sandbox', returnTo });
    const early: unknown = await connections
      .complete(id, { completion: 'guessed' })
      .catch((error: unknown) => error);
    expect(isMooringError(early, 'wrong_completion')).toBe(true);
    const absent: unknown = await client
      .user('denied')
      .account('sandbox', 'nobody')
      .token()
      .catch((error: unknown) => error);
    if (!isMooringError(absent, 'authorization_required')) throw absent;
    expect(absent.problem.reason).toBe('not_connected');
  });
});
