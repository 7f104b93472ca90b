/**
 * A third real authorization server: pushed authorization requests only, a client that signs
 * (`private_key_jwt`), tokens that are bound to keys (DPoP), and nonces that every proof must have.
 * Its userinfo endpoint plays the API: the library that made the tokens verifies the proofs of
 * calls.
 */
import { generateKeyPairSync } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../sandbox/authorization-server/index.ts';
import { type Integration, type Mooring, type Problem, startMooring } from './support/mooring.ts';
import { eventually } from './support/time.ts';

const CLIENT = 'dockside';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKey = pair.publicKey.export({ format: 'jwk' }) as JsonWebKey;

/** The whole of what Mooring is told, besides its client. */
const recordOf = (issuer: string) => ({
  name: 'Strict',
  kind: 'oauth2',
  issuer,
  apiUrl: issuer,
  dpop: true,
  accountId: 'sub',
  displayName: 'name',
  scopes: ['openid', 'profile', 'offline_access'],
  authorizationParams: { prompt: 'consent' },
  refreshModel: 'rotating',
  reuse: 'revokes_family',
});

/**
 * While the key is in KV, the second process has no D1 any more from the moment that the server
 * gives it tokens: what it does with them then is all that it does.
 */
const OUTAGE = 'planted-outage';
const losesDatabase = `import { env as bound } from 'cloudflare:workers';
const database = Object.getPrototypeOf(bound.DB);
const { batch } = database;
const realFetch = globalThis.fetch;
let isAway = false;
globalThis.fetch = async (input, init) => {
  const reply = await realFetch(input, init);
  const isToken = new URL(input instanceof Request ? input.url : input).pathname === '/token';
  if (isToken && reply.ok && bound.PROCESS === '1') {
    isAway = Boolean(await bound.STATUS_CACHE.get('${OUTAGE}'));
  }
  return reply;
};
database.batch = function (statements) {
  return isAway ? Promise.reject(new Error('D1_ERROR: away')) : batch.call(this, statements);
};
`;

describe('a strict authorization server', () => {
  let server: AuthorizationServer;
  let mooring: Mooring;
  beforeAll(async () => {
    // Held, so that nobody else is given it meanwhile: each of the two has to know the other's
    // address.
    const held = createServer();
    await new Promise<void>((resolve) => held.listen(0, '127.0.0.1', resolve));
    const { port } = held.address() as AddressInfo;
    mooring = await startMooring({
      processes: 2,
      planted: losesDatabase,
      providers: { strict: recordOf(`http://localhost:${port}`) },
      vars: {
        STRICT_CLIENT_ID: CLIENT,
        STRICT_CLIENT_KEY: JSON.stringify(pair.privateKey.export({ format: 'jwk' })),
      },
    });
    await new Promise((resolve) => held.close(resolve));
    server = await startAuthorizationServer({
      port,
      clients: [
        {
          id: CLIENT,
          name: 'Dockside',
          secret: '',
          publicKey,
          redirectUris: [`${mooring.worker.urls[0]}/connect/callback/strict`],
          accessTokenSeconds: 600,
        },
      ],
    });
  });
  afterAll(async () => {
    await mooring?.stop();
    await server?.close();
  });

  const path = (user: string) => `/v1/users/${user}/integrations/strict/${user}`;

  /** `between`: what happens after the consent, before the connection is completed. */
  async function connect(user: string, process = 0, between = async () => {}) {
    const { id, browser } = await mooring.authorize(user, user, { provider: 'strict' });
    await between();
    const connected = await mooring.complete(user, id, { process });
    expect(connected.status, JSON.stringify(connected.body)).toBe(201);
    return { browser, connected };
  }

  const whoIs = (user: string, process = 0) =>
    mooring.call<{ sub: string; name: string }>('GET', `/v1/users/${user}/proxy/strict/-/me`, {
      process,
    });

  const refresh = (user: string, process = 0) =>
    mooring.call<Integration & Problem>('POST', `${path(user)}/refresh`, { process });

  it('connects an account; the browser brings it a reference and the client, nothing else', async () => {
    const { browser, connected } = await connect('ada');
    expect(connected.body).toMatchObject({ accountId: 'ada', status: 'connected' });
    const visit = browser.visited.find((url) => url.startsWith(`${server.issuer}/auth?`)) ?? '';
    const query = Object.fromEntries(new URL(visit).searchParams);
    expect(query).toEqual({
      client_id: CLIENT,
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:/),
    });
  });

  it('is called through the proxy, which proves the key each time', async () => {
    await connect('bea');
    for (let n = 0; n < 3; n += 1) {
      const reply = await whoIs('bea');
      expect(reply.body).toMatchObject({ sub: 'bea' });
      expect(reply.headers.get('Mooring-Answered-By')).toBe('provider');
      expect(reply.headers.has('DPoP-Nonce')).toBe(false);
    }
  });

  it('rotates the refresh token, under one key, whichever process asks, also one that was killed', {
    timeout: 120_000,
  }, async () => {
    await connect('cyd', 1, () => mooring.worker.restart(1));
    expect((await whoIs('cyd', 1)).body).toMatchObject({ sub: 'cyd' });
    for (const process of [0, 1]) {
      expect((await refresh('cyd', process)).status).toBe(200);
      expect((await whoIs('cyd', process)).status).toBe(200);
    }
    await mooring.worker.restart(1);
    expect((await refresh('cyd', 1)).status).toBe(200);
    expect((await whoIs('cyd', 0)).body).toMatchObject({ sub: 'cyd' });
    expect(server.liveRefreshTokens(CLIENT, 'cyd')).toBe(1);
  });

  it('loses no token that came before its process was killed, nor the key that it is bound to', {
    timeout: 120_000,
  }, async () => {
    await connect('gil');
    await mooring.worker.putKv(OUTAGE, 'yes');
    server.traffic.forget();
    const cutOff = refresh('gil', 1).catch(() => 'cut off');
    await eventually(async () => {
      const kept = [...(await mooring.worker.kv()).keys()];
      expect(kept.filter((key) => key.startsWith('rescue/'))).toHaveLength(1);
    });
    await mooring.worker.restart(1);
    await cutOff;
    await mooring.worker.putKv(OUTAGE, '');
    // Nobody waits for its lease to end.
    await mooring.worker.sql(
      'UPDATE oauth_accounts SET lease_until = ? WHERE user_id = ?',
      Date.now() - 1000,
      'gil',
    );
    expect((await refresh('gil')).status).toBe(200);
    expect((await whoIs('gil')).body).toMatchObject({ sub: 'gil' });
    const granted = server.traffic.tokenRequests.filter(({ status }) => status === 200);
    expect(granted).toHaveLength(1);
    // The next one is with the refresh token that was rescued, under the same key.
    await mooring.worker.sql(
      'UPDATE oauth_accounts SET refresh_due_at = ? WHERE user_id = ?',
      Date.now() - 1000,
      'gil',
    );
    await mooring.worker.cron();
    expect((await whoIs('gil')).body).toMatchObject({ sub: 'gil' });
    expect(server.traffic.tokenRequests.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('refreshes in time, by cron', async () => {
    await connect('dov');
    server.traffic.forget();
    await mooring.worker.sql(
      'UPDATE oauth_accounts SET refresh_due_at = ? WHERE user_id = ?',
      Date.now() - 1000,
      'dov',
    );
    await mooring.worker.cron();
    const refreshed = server.traffic.tokenRequests.filter(
      ({ status, accountId }) => status === 200 && accountId === 'dov',
    );
    expect(refreshed).toMatchObject([{ grantType: 'refresh_token' }]);
    expect((await whoIs('dov')).body).toMatchObject({ sub: 'dov' });
  });

  it('gives tokens that are good for nobody else, and Mooring hands none out', async () => {
    await connect('eve');
    const handed = await mooring.call<Problem>('GET', `${path('eve')}/token`);
    expect(handed).toMatchObject({ status: 409, body: { code: 'token_bound' } });
    expect(server.issued.size).toBeGreaterThan(0);
    for (const token of server.issued) {
      for (const scheme of ['Bearer', 'DPoP']) {
        const reply = await fetch(`${server.issuer}/me`, {
          headers: { Authorization: `${scheme} ${token}` },
        });
        expect([400, 401]).toContain(reply.status);
      }
    }
  });

  it('is told when an account is disconnected', async () => {
    await connect('fay');
    const gone = await mooring.call<{ revocation: string }>('DELETE', path('fay'));
    expect(gone).toMatchObject({ status: 200, body: { revocation: 'queued' } });
    await eventually(async () => {
      expect(server.liveRefreshTokens(CLIENT, 'fay')).toBe(0);
      expect(await mooring.worker.sql('SELECT id FROM outbox')).toEqual([]);
    });
  });

  it('leaves no key where anybody reads: logs, answers, D1 and KV', async () => {
    const stored = (await mooring.worker.storageFiles()).toString('latin1');
    expect(stored).toContain('oauth_accounts');
    for (const text of [stored, ...mooring.worker.output, ...mooring.replies]) {
      expect(/"(?:kty|d)":"/.test(text)).toBe(false);
    }
  });
});
