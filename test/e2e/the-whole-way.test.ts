/** Connect, know, keep, disconnect: the built Worker against a real authorization server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOf } from '../sandbox/authorization-server/index.ts';
import { type Integration, type Mooring, type Problem, startMooring } from './support/mooring.ts';
import { eventually, pause } from './support/time.ts';

interface List {
  version: number;
  integrations: Integration[];
}

interface Run {
  claimed: number;
  refreshed: number;
  refused: number;
  failed: number;
}

/** Past the memory tier's five seconds. */
const PAST_MEMORY_MS = 6_000;

describe('the whole way', () => {
  let mooring: Mooring;
  beforeAll(async () => {
    mooring = await startMooring();
  });
  afterAll(() => mooring.stop());

  const list = (user: string, atLeast?: number) =>
    mooring.call<List>(
      'GET',
      `/v1/users/${user}/integrations`,
      atLeast === undefined ? {} : { atLeast },
    );
  const token = (user: string, account: string, provider = 'sandbox') =>
    mooring.call<{ accessToken: string; expiresAt: string } & Problem>(
      'GET',
      `/v1/users/${user}/integrations/${provider}/${account}/token`,
    );
  const accounts = (reply: { body: List }) => reply.body.integrations.map((one) => one.accountId);

  /** What an API of the provider says to an access token. */
  const whoAmI = async (accessToken: string) => {
    const reply = await fetch(`${mooring.sandbox.issuer}/me`, {
      headers: { Authorization: `Bearer ${accessToken}` },
    });
    return { status: reply.status, body: (await reply.json()) as { sub?: string } };
  };

  it('connects an account, and a list with the token of the change has it', async () => {
    const before = await list('connect');
    expect(before.body.integrations).toEqual([]);
    const { id, url } = await mooring.authorize('connect', 'ada');
    expect(url.pathname).toBe('/connected');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      connection: id,
      completion: expect.stringMatching(/^e2e\.[\w-]{43}$/),
    });
    const connected = await mooring.complete('connect', id);
    expect(connected.status).toBe(201);
    expect(connected.body).toMatchObject({
      provider: 'sandbox',
      accountId: 'ada',
      displayName: 'Ada Fairwind',
      status: 'connected',
      missingScopes: [],
      metadata: { email: 'ada@sandbox.example' },
    });
    const after = await list('connect', connected.version);
    expect(accounts(after)).toEqual(['ada']);
    expect(after.version).toBeGreaterThanOrEqual(connected.version);
  });

  it('connects an account whose profile the server signs', async () => {
    const connected = await mooring.connect('signed', 'signed-account', {
      provider: 'sandbox-short',
    });
    const reply = await fetch(`${mooring.sandbox.issuer}/me`, {
      headers: {
        Authorization: `Bearer ${(await token('signed', 'signed-account', 'sandbox-short')).body.accessToken}`,
      },
    });
    expect(reply.headers.get('Content-Type')).toContain('application/jwt');
    expect(connected.body).toMatchObject({
      provider: 'sandbox-short',
      accountId: 'signed-account',
      metadata: { email: 'signed-account@sandbox.example' },
    });
    const path = '/v1/users/signed/integrations/sandbox-short/signed-account/check';
    expect(await mooring.call('POST', path)).toMatchObject({
      status: 200,
      body: { status: 'connected' },
    });
  });

  it('answers a list from D1, then from memory, then from KV, and says so', async () => {
    await mooring.connect('tiers', 'tiers-account');
    const dropped = await mooring.call('DELETE', '/v1/cache/users/tiers');
    expect(dropped.status).toBe(204);
    const fromOrigin = await list('tiers');
    expect(fromOrigin.cacheStatus).toMatch(/^mooring-kv; fwd=\S+.*, mooring-memory; fwd=/);
    expect((await list('tiers')).cacheStatus).toMatch(/^mooring-memory; hit; ttl=\d+$/);
    await pause(PAST_MEMORY_MS);
    const fromKv = await list('tiers');
    expect(fromKv.cacheStatus).toMatch(/^mooring-kv; hit; ttl=\d+, mooring-memory; fwd=/);
    expect(fromKv.body).toEqual(fromOrigin.body);
  });

  it('gives a token that the provider takes, and the same one while it lives', async () => {
    await mooring.connect('token', 'token-account');
    const first = await token('token', 'token-account');
    expect(first.status).toBe(200);
    expect(first.headers.get('Cache-Control')).toBe('no-store');
    expect((await whoAmI(first.body.accessToken)).body.sub).toBe('token-account');
    expect((await token('token', 'token-account')).body.accessToken).toBe(first.body.accessToken);
  });

  it('refreshes a token that ran out when it is asked for', async () => {
    await mooring.connect('run-out', 'run-out-account');
    const first = await token('run-out', 'run-out-account');
    await mooring.worker.sql(
      'UPDATE oauth_accounts SET expires_at = ? WHERE user_id = ?',
      Date.now() - 1000,
      'run-out',
    );
    const second = await token('run-out', 'run-out-account');
    expect(second.status).toBe(200);
    expect(second.body.accessToken).not.toBe(first.body.accessToken);
    expect((await whoAmI(second.body.accessToken)).body.sub).toBe('run-out-account');
  });

  it('refreshes on demand of the caller, and the list with the token of the change shows it', async () => {
    await mooring.connect('forced', 'forced-account');
    const before = await token('forced', 'forced-account');
    const refreshed = await mooring.call<Integration>(
      'POST',
      '/v1/users/forced/integrations/sandbox/forced-account/refresh',
    );
    expect(refreshed.status).toBe(200);
    expect(refreshed.body.lastRefreshedAt).not.toBeNull();
    const after = await list('forced', refreshed.version);
    expect(after.body.integrations[0]?.lastRefreshedAt).toBe(refreshed.body.lastRefreshedAt);
    const taken = await token('forced', 'forced-account');
    expect(taken.body.accessToken).not.toBe(before.body.accessToken);
  });

  it('keeps two accounts of one provider apart, newest connection first', async () => {
    await mooring.connect('two', 'two-first');
    const second = await mooring.connect('two', 'two-second');
    expect(accounts(await list('two', second.version))).toEqual(['two-second', 'two-first']);
    const tokens = await Promise.all([token('two', 'two-first'), token('two', 'two-second')]);
    const owners = await Promise.all(tokens.map(({ body }) => whoAmI(body.accessToken)));
    expect(owners.map(({ body }) => body.sub)).toEqual(['two-first', 'two-second']);
  });

  it('takes the same account again as a reconnect', async () => {
    const first = await mooring.connect('again', 'again-account');
    const second = await mooring.connect('again', 'again-account');
    expect(second.version).toBeGreaterThan(first.version);
    expect(accounts(await list('again', second.version))).toEqual(['again-account']);
    expect((await token('again', 'again-account')).status).toBe(200);
  });

  it('refreshes twelve due accounts in one cron tick: groups of 5, 5 and 2, never six at once', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `due-${i}`);
    for (const name of names) await mooring.connect('cron', name);
    const before = await list('cron');
    await mooring.worker.sql(
      'UPDATE oauth_accounts SET refresh_due_at = ? WHERE user_id = ?',
      Date.now() - 1000,
      'cron',
    );
    await mooring.worker.sql(
      'UPDATE oauth_accounts SET refresh_due_at = NULL WHERE user_id <> ?',
      'cron',
    );
    const { traffic } = mooring.sandbox;
    traffic.forget();
    // Long enough that a group is there together.
    traffic.behaviour = { latencyMs: 1_500, failure: 'none', failures: 0 };
    await mooring.worker.cron();
    traffic.behaviour = { latencyMs: 0, failure: 'none', failures: 0 };

    const inFlight = traffic.tokenRequests.map((request) => request.inFlight);
    expect(inFlight).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2]);
    expect(traffic.tokenRequests.every(({ status }) => status === 200)).toBe(true);
    const runs = await mooring.call<{ runs: Run[] }>('GET', '/v1/refresh/runs');
    expect(runs.body.runs[0]).toMatchObject({ claimed: 12, refreshed: 12, refused: 0, failed: 0 });

    // In time, so nobody's cached list had to be told.
    const after = await list('cron');
    expect(after.body.version).toBe(before.body.version);
    for (const name of names) {
      expect(mooring.sandbox.liveRefreshTokens('sandbox', name)).toBe(1);
    }
  });

  it('leaves what is not due alone', async () => {
    await mooring.worker.sql('UPDATE oauth_accounts SET refresh_due_at = NULL');
    await mooring.connect('early', 'early-account');
    mooring.sandbox.traffic.forget();
    await mooring.worker.cron();
    expect(mooring.sandbox.traffic.tokenRequests).toEqual([]);
  });

  it('shows needs_reconnect only when the provider refuses for good, and a reconnect heals it', async () => {
    await mooring.connect('withdrawn', 'withdrawn-account');
    const path = '/v1/users/withdrawn/integrations/sandbox/withdrawn-account';

    mooring.sandbox.traffic.behaviour = { latencyMs: 0, failure: 'unavailable', failures: 1 };
    const away = await mooring.call<Problem>('POST', `${path}/refresh`);
    expect(away.status).toBeGreaterThanOrEqual(502);
    expect((await list('withdrawn')).body.integrations[0]?.status).toBe('connected');
    await mooring.worker.sql(
      'UPDATE oauth_accounts SET unknown_since = NULL, lost_lease_id = NULL, refresh_failures = 0 WHERE user_id = ?',
      'withdrawn',
    );

    await mooring.sandbox.withdraw('withdrawn-account');
    const refused = await mooring.call<Problem>('POST', `${path}/refresh`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'needs_reconnect' } });
    const dead = await list('withdrawn', refused.version);
    expect(dead.body.integrations[0]?.status).toBe('needs_reconnect');
    expect(await token('withdrawn', 'withdrawn-account')).toMatchObject({
      status: 409,
      body: { code: 'needs_reconnect' },
    });

    const { id } = await mooring.authorize('withdrawn', 'withdrawn-account', {
      accountId: 'withdrawn-account',
    });
    const healed = await mooring.complete('withdrawn', id);
    expect(healed.body.status).toBe('connected');
    const alive = await list('withdrawn', healed.version);
    expect(alive.body.integrations[0]?.status).toBe('connected');
  });

  it('disconnects, and the server confirms that the grant is revoked', async () => {
    await mooring.connect('leaving', 'leaving-account');
    const { body } = await token('leaving', 'leaving-account');
    mooring.sandbox.traffic.forget();
    const gone = await mooring.call<{ revocation: string }>(
      'DELETE',
      '/v1/users/leaving/integrations/sandbox/leaving-account',
    );
    expect(gone).toMatchObject({ status: 200, body: { revocation: 'queued' } });
    expect((await list('leaving', gone.version)).body.integrations).toEqual([]);

    await eventually(() => expect(mooring.sandbox.traffic.revocations).toHaveLength(1));
    expect(mooring.sandbox.traffic.revocations[0]?.status).toBe(200);
    expect(mooring.sandbox.liveRefreshTokens('sandbox', 'leaving-account')).toBe(0);
    expect((await whoAmI(body.accessToken)).status).toBe(401);
    await eventually(async () => {
      expect(await mooring.worker.sql('SELECT id FROM outbox')).toEqual([]);
    });
    const again = await mooring.call(
      'DELETE',
      '/v1/users/leaving/integrations/sandbox/leaving-account',
    );
    expect(again.status).toBe(404);
  });

  it('never presents a refresh token twice on the whole way', () => {
    const presented = mooring.sandbox.traffic.tokenRequests
      .filter(({ grantType }) => grantType === 'refresh_token')
      .map((request) => request.presented);
    expect(new Set(presented).size).toBe(presented.length);
    expect(presented).not.toContain(hashOf(''));
  });
});
