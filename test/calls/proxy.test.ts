/** Calls over the app's routes, with a provider in the test's own hands. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app';
import { Caches } from '../../src/caches';
import { createDatabase } from '../../src/db/client';
import { oauthAccounts } from '../../src/db/schema';
import { MINUTE_MS as MINUTE } from '../../src/time';
import { accountContext } from '../../src/vault/vault';
import { type ApiInit, apiWith, serviceKey, userToken } from '../support/api';
import { configWith } from '../support/config';
import { type TestDeps, testDeps } from '../support/deps';
import { type AccountOverrides, accountRow, insertAccount } from '../support/fixtures';
import { errorReply, json } from '../support/provider';

interface Setup {
  deps: TestDeps;
  call(path: string, init?: ApiInit): Promise<Response>;
  /** What the provider got, token requests left out. */
  sent: Request[];
  refreshes(): number;
}

/** A provider whose API answers so, and whose token endpoint gives `fresh-1`, `fresh-2`, ... */
async function setup(
  answer: (request: Request, n: number) => Response | Promise<Response>,
  account: AccountOverrides = {},
  { providers = {}, settings = {}, token = undefined as undefined | (() => Response) } = {},
): Promise<Setup & { row: Awaited<ReturnType<typeof insertAccount>> }> {
  const sent: Request[] = [];
  let refreshes = 0;
  const deps = testDeps({
    config: configWith(providers, settings),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      if (new URL(request.url).pathname === '/token') {
        refreshes += 1;
        return (
          token?.() ??
          json({
            access_token: `fresh-${refreshes}`,
            refresh_token: `refresh-${refreshes}`,
            token_type: 'bearer',
            expires_in: 3600,
          })
        );
      }
      sent.push(request);
      return answer(request, sent.length);
    },
  });
  const old = deps.now() - 20 * MINUTE;
  const row = await insertAccount(deps, { tokenVersion: old, ...account });
  const app = apiWith(deps);
  const root = `/v1/users/${row.userId}/proxy`;
  return {
    deps,
    sent,
    row,
    refreshes: () => refreshes,
    call: (path, init) =>
      app(path.startsWith('/v1/') ? path : `${root}/acme/${row.providerAccountId}/${path}`, init),
  };
}

const problem = async (reply: Response) => ({
  status: reply.status,
  by: reply.headers.get('Mooring-Answered-By'),
  ...(await reply.json<{ code: string; detail: string }>()),
});

describe('a call', () => {
  it('goes to the API with the token, and comes back as it is', async () => {
    const { call, sent, row } = await setup(() =>
      json({ ok: true }, 418, { ETag: '"1"', 'Set-Cookie': 'a=b', 'Content-Security-Policy': 'x' }),
    );
    const reply = await call('me/things?x=1', { headers: { 'X-Own': 'a', Cookie: 'c=d' } });
    expect(reply.status).toBe(418);
    expect(await reply.json()).toEqual({ ok: true });
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      etag: '"1"',
      'cache-control': 'no-store',
      'content-type': 'application/json',
      'content-security-policy': "sandbox; default-src 'none'",
      'mooring-answered-by': 'provider',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String),
    });
    expect(reply.headers.has('Set-Cookie')).toBe(false);
    const [request] = sent;
    expect(request?.url).toBe('https://api.acme.example/v1/me/things?x=1');
    expect(request?.redirect).toBe('manual');
    // Two users' answers have one URL, and Cloudflare's cache goes by it.
    expect(request?.cache).toBe('no-store');
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({
      'acme-version': '7',
      authorization: `Bearer access-${row.providerAccountId}`,
      'user-agent': 'mooring',
      'x-own': 'a',
    });
  });

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('%s keeps its method', async (method) => {
    const { call, sent } = await setup(() => json({}));
    expect((await call('x', { method })).status).toBe(200);
    expect(sent[0]?.method).toBe(method);
  });

  it('HEAD is sent as HEAD', async () => {
    const { call, sent } = await setup(() => new Response(null, { headers: { ETag: '"2"' } }));
    const reply = await call('x', { method: 'HEAD' });
    expect([reply.status, reply.headers.get('ETag'), sent[0]?.method]).toEqual([
      200,
      '"2"',
      'HEAD',
    ]);
  });

  it.each([204, 205, 304])('%i has no body', async (status) => {
    const { call } = await setup(() => new Response(null, { status }));
    expect((await call('x')).status).toBe(status);
  });

  it('carries a body of any length and type', async () => {
    const { call, sent } = await setup(
      async (request) => new Response(await request.arrayBuffer()),
    );
    for (const length of [0, 10, 70_000]) {
      const body = new Uint8Array(length).fill(7);
      const reply = await call('x', { method: 'POST', body, headers: { 'Content-Type': 'a/b' } });
      expect((await reply.arrayBuffer()).byteLength).toBe(length);
    }
    expect(sent[1]?.headers.get('Content-Type')).toBe('a/b');
  });

  it('may name another API of the provider, and no origin', async () => {
    const { call, sent, row } = await setup(() => json({}));
    const root = `/v1/users/${row.userId}/proxy`;
    expect((await call(`${root}/acme:files/${row.providerAccountId}/f/1`)).status).toBe(200);
    expect(sent[0]?.url).toBe('https://files.acme.example/f/1');
    const unknown = await call(`${root}/acme:other/${row.providerAccountId}/f`);
    expect(await problem(unknown)).toMatchObject({ status: 404, by: 'mooring' });
    expect(sent.length).toBe(1);
  });

  it('"-" is the only account; of several it says which there are', async () => {
    const { call, sent, row, deps } = await setup(() => json({}));
    const path = `/v1/users/${row.userId}/proxy/acme/-/me`;
    expect((await call(path)).status).toBe(200);
    const second = await insertAccount(deps, { userId: row.userId, displayName: null });
    const reply = await call(path);
    expect(await problem(reply)).toMatchObject({
      status: 409,
      code: 'several_accounts',
      by: 'mooring',
      accounts: [
        { accountId: row.providerAccountId, displayName: row.displayName },
        { accountId: second.providerAccountId, displayName: null },
      ],
    });
    expect(sent.length).toBe(1);
  });

  it('needs the user’s consent: not connected, another user’s, to be connected again', async () => {
    const { call, sent, row, deps } = await setup(() => json({}));
    const of = (user: string, account: string) => call(`/v1/users/${user}/proxy/acme/${account}/x`);
    const dead = await insertAccount(deps, { state: 'needs_reconnect', stateReason: 'x' });
    for (const [user, account, reason] of [
      [row.userId, 'nobody', 'not_connected'],
      ['somebody-else', row.providerAccountId, 'not_connected'],
      ['somebody-else', '-', 'not_connected'],
      [dead.userId, dead.providerAccountId, 'needs_reconnect'],
    ] as const) {
      expect(await problem(await of(user, account))).toMatchObject({
        status: 409,
        code: 'authorization_required',
        reason,
        by: 'mooring',
      });
    }
    expect(sent).toEqual([]);
  });

  it('is not for providers without an API, or that are none', async () => {
    const { call, row } = await setup(() => json({}));
    const of = (provider: string) => call(`/v1/users/${row.userId}/proxy/${provider}/a/x`);
    expect(await problem(await of('nowhere'))).toMatchObject({ code: 'provider_not_found' });
    expect(await problem(await of('onlyfans'))).toMatchObject({ code: 'call_not_supported' });
  });

  it('renews a token that has run out, before it is sent', async () => {
    const { call, sent, refreshes, deps } = await setup(() => json({}), {
      expiresAt: Date.now() - 1,
    });
    expect((await call('x')).status).toBe(200);
    expect([sent[0]?.headers.get('Authorization'), refreshes()]).toEqual(['Bearer fresh-1', 1]);
    await deps.settle();
  });

  it('asks D1 once where the token is fresh', async () => {
    const { deps, row } = await setup(() => json({}), { lastUsedAt: Date.now() });
    let calls = 0;
    const counted = new Proxy(env.DB, {
      get(target, name) {
        if (name === 'batch' || name === 'exec') calls += 1;
        if (name === 'prepare') {
          return (text: string) => {
            const count = (one: D1PreparedStatement): D1PreparedStatement =>
              new Proxy(one, {
                get(statement, method) {
                  if (['all', 'first', 'raw', 'run'].includes(String(method))) calls += 1;
                  const value = Reflect.get(statement, method);
                  if (method === 'bind')
                    return (...args: unknown[]) => count(statement.bind(...args));
                  return typeof value === 'function' ? value.bind(statement) : value;
                },
              });
            return count(target.prepare(text));
          };
        }
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    let gathered = Promise.withResolvers<void>();
    const sleep = () => gathered.promise;
    const call = apiWith({ ...deps, db: createDatabase(counted), sleep });
    const settle = async () => {
      gathered.resolve();
      await deps.settle();
      gathered = Promise.withResolvers();
    };
    const path = `/v1/users/${row.userId}/proxy/acme/${row.providerAccountId}/x`;
    // The first of a day also notes that the key was used.
    await call(path);
    await settle();
    calls = 0;
    expect((await call(path)).status).toBe(200);
    expect(calls).toBe(1);
    for (let i = 0; i < 19; i += 1) await call(path);
    await settle();
    // What came of all twenty is written together.
    expect(calls).toBe(20 + 1);
  });
});

describe('what cannot be sent', () => {
  it.each(['a/../b', '%2e%2e/x', 'a%5c..%5cb', 'a%00', 'auth.revoke'])('%s', async (path) => {
    const { row, sent, deps } = await setup(() => json({}));
    // A Request would tidy the path.
    const url = `http://localhost:8787/v1/users/${row.userId}/proxy/acme/${row.providerAccountId}/${path}`;
    const app = createApp(
      (_env, _ctx, log) => ({ ...deps, log }),
      () => deps.log,
    );
    const request = new Proxy(
      new Request('http://localhost:8787/', {
        headers: { Authorization: `Bearer ${serviceKey}` },
      }),
      {
        get: (target, name) => (name === 'url' ? url : Reflect.get(target, name)),
      },
    );
    const reply = await app.fetch(request, env, {
      waitUntil() {},
      passThroughOnException() {},
    } as never);
    expect([400, 403]).toContain(reply.status);
    expect(reply.headers.get('Mooring-Answered-By')).toBe('mooring');
    expect(sent).toEqual([]);
  });

  it('too large a body, said and unsaid', async () => {
    const { call, sent } = await setup(
      async (request) => new Response(await request.arrayBuffer()),
      {},
      { settings: { CALL_BODY_LIMIT: '100' } },
    );
    const post = (length: number, headers: Record<string, string> = {}) =>
      call('x', { method: 'POST', body: new Uint8Array(length), headers });
    expect((await post(100)).status).toBe(200);
    expect((await post(101, { 'Content-Length': '101' })).status).toBe(413);
    expect(sent.length).toBe(1);
    // Whoever does not say how long it is, is cut off on the way.
    const reply = await post(101);
    expect(await problem(reply)).toMatchObject({ status: 413, code: 'too_large', by: 'mooring' });
  });

  it('more calls than are allowed, of one user', async () => {
    const { call, sent, row, deps } = await setup(
      () => json({}),
      {},
      { settings: { CALLS_PER_MINUTE: '2' } },
    );
    const other = await insertAccount(deps);
    expect([(await call('x')).status, (await call('x')).status, (await call('x')).status]).toEqual([
      200, 200, 429,
    ]);
    const path = `/v1/users/${other.userId}/proxy/acme/-/x`;
    expect((await call(path)).status).toBe(200);
    deps.clock.advance(MINUTE);
    expect([(await call('x')).status, sent.length]).toEqual([200, 4]);
    expect(row.provider).toBe('acme');
  });

  it('TRACE, OPTIONS without an origin', async () => {
    const { call, sent } = await setup(() => json({}));
    expect((await call('x', { method: 'OPTIONS' })).status).toBe(405);
    expect((await call('x', { method: 'PROPFIND' })).status).toBe(405);
    expect(sent).toEqual([]);
  });

  it('a WebSocket: 501', async () => {
    const { call, sent } = await setup(() => json({}));
    const reply = await call('x', { headers: { Upgrade: 'websocket' } });
    expect(await problem(reply)).toMatchObject({ status: 501, by: 'mooring' });
    expect(sent).toEqual([]);
  });

  it('a delegation that was ended, from that moment on', async () => {
    const { call, sent, row } = await setup(() => json({}));
    const path = `/v1/users/${row.userId}/delegations`;
    const made = await call(path, { method: 'POST', json: { rights: ['call'] } });
    const { token } = await made.json<{ token: string }>();
    expect((await call('x', { token })).status).toBe(200);
    expect((await call('/v1/users/me/proxy/acme/-/x', { token })).status).toBe(200);
    expect((await call('/v1/users/other/proxy/acme/-/x', { token })).status).toBe(403);
    expect((await call(path, { method: 'DELETE' })).status).toBe(204);
    expect((await call('x', { token })).status).toBe(401);
    const reads = await call(path, { method: 'POST', json: { rights: ['read'] } });
    const reader = await reads.json<{ token: string }>();
    expect((await call('x', { token: reader.token })).status).toBe(403);
    expect(sent.length).toBe(2);
  });

  it('a delegation whose key is gone, or has less than it had, or whose user was erased', async () => {
    const { call, sent, row, deps } = await setup(() => json({}));
    const path = `/v1/users/${row.userId}/proxy/acme/-/x`;
    const made = await call(`/v1/users/${row.userId}/delegations`, {
      method: 'POST',
      json: { rights: ['call'] },
    });
    const { token } = await made.json<{ token: string }>();
    const hash = (env.SERVICE_KEYS as string).split(':')[1];
    const other = '0'.repeat(63);
    /** In an isolate that started with these keys. */
    const under = async (keys: string): Promise<number> => {
      const config = configWith({}, { SERVICE_KEYS: keys });
      return (await apiWith({ ...deps, config, caches: new Caches() })(path, { token })).status;
    };
    expect(await under(`test:${hash}`)).toBe(200);
    expect(await under(`test:${hash}:read+call@acme`)).toBe(200);
    expect(await under(`test:${hash}:read+connect`)).toBe(403);
    expect(await under(`test:${hash}@reddit`)).toBe(403);
    expect(await under(`test:${other}1`)).toBe(401);
    expect(await under(`other:${hash}`)).toBe(401);
    expect(sent.length).toBe(2);
    deps.clock.advance(1000);
    expect((await call(`/v1/users/${row.userId}`, { method: 'DELETE' })).status).toBe(204);
    expect((await call(path, { token })).status).toBe(401);
    expect(await under(`test:${hash}`)).toBe(401);
    // Also where the same user has connected again.
    await insertAccount(deps, { userId: row.userId });
    expect((await call(path, { token })).status).toBe(401);
    // The erasure has told the provider to revoke the tokens.
    expect(sent.filter(({ url }) => url.startsWith('https://api.')).length).toBe(2);
    await deps.settle();
  });

  it('a user’s own token, unless the deployment allows it', async () => {
    for (const [setting, status] of [
      ['', 403],
      ['1', 200],
    ] as const) {
      const { call, row } = await setup(
        () => json({}),
        {},
        { settings: { USERS_MAY_CALL: setting } },
      );
      const token = await userToken(row.userId);
      expect((await call('x', { token })).status).toBe(status);
      expect((await call('/v1/users/me/proxy/acme/-/x', { token })).status).toBe(status);
      expect((await call('/v1/users/other/proxy/acme/-/x', { token })).status).toBe(403);
    }
  });
});

describe('what the provider does wrong', () => {
  it('does not answer: 502', async () => {
    const { call } = await setup(() => {
      throw new TypeError('connection lost');
    });
    expect(await problem(await call('x'))).toMatchObject({ status: 502, code: 'provider_error' });
  });

  it('is told when the caller hangs up before it has answered', async () => {
    const caller = new AbortController();
    let ended = false;
    const { call } = await setup(
      (request) =>
        new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => {
            ended = true;
            reject(new Error('aborted'));
          });
          caller.abort();
        }),
    );
    await call('x', { signal: caller.signal }).catch(() => {});
    expect(ended).toBe(true);
  });

  it('is late: 502 after the record’s time', async () => {
    const providers = { acme: { ...JSON.parse(env.PROVIDERS).acme, apiTimeoutSeconds: 1 } };
    const { call } = await setup(
      (request) =>
        new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
      {},
      { providers },
    );
    const { detail } = await problem(await call('x'));
    expect(detail).toBe("the provider's API did not answer within 1 s");
  });

  it('redirects: nobody follows, and the token goes nowhere', async () => {
    const locations = {
      '/v1/next': (a: string) => `/v1/users/${a}/x`,
      'https://evil.example/v1': () => 'https://evil.example/v1',
    };
    for (const location of Object.keys(locations)) {
      const { call, sent, row } = await setup(
        () => new Response(null, { status: 302, headers: { Location: location } }),
      );
      const reply = await call('x');
      const expected = location.startsWith('/')
        ? `/v1/users/${row.userId}/proxy/acme/${row.providerAccountId}/next`
        : location;
      expect([reply.status, reply.headers.get('Location'), sent.length]).toEqual([
        302,
        expected,
        1,
      ]);
    }
  });

  it('echoes the token in a header: the header is left out', async () => {
    const { call, row } = await setup((request) =>
      json({}, 200, { 'X-Echo': request.headers.get('Authorization') ?? '', 'X-Other': 'a' }),
    );
    const reply = await call('x');
    expect(JSON.stringify([...reply.headers])).not.toContain(`access-${row.providerAccountId}`);
    expect(reply.headers.get('X-Other')).toBe('a');
  });

  it('forges what is Mooring’s', async () => {
    const { call } = await setup(() =>
      json({}, 200, {
        'Mooring-Answered-By': 'mooring',
        'Mooring-Token': 'refreshed',
        'Consistency-Token': '99',
        'X-Request-Id': 'forged',
        'Access-Control-Allow-Origin': '*',
      }),
    );
    const { headers } = await call('x', { headers: { Origin: 'https://evil.example' } });
    expect(headers.get('Mooring-Answered-By')).toBe('provider');
    expect(headers.get('Mooring-Token')).toBeNull();
    expect(headers.get('Consistency-Token')).toBeNull();
    expect(headers.get('X-Request-Id')).not.toBe('forged');
    expect(headers.get('Mooring-Provider-Request-Id')).toBe('forged');
    expect(headers.get('Access-Control-Allow-Origin')).toBeNull();
  });
});

describe('from a browser', () => {
  const origin = { Origin: 'https://app.example.com' };

  it('a preflight is Mooring’s own answer', async () => {
    const { call, sent } = await setup(() => json({}));
    const reply = await call('x', {
      method: 'OPTIONS',
      token: null,
      headers: {
        ...origin,
        'Access-Control-Request-Method': 'PATCH',
        'Access-Control-Request-Headers': 'authorization,x-own',
      },
    });
    expect([reply.status, sent.length]).toEqual([204, 0]);
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': expect.stringContaining('PATCH'),
      'access-control-allow-headers': 'authorization,x-own',
    });
  });

  it('all headers can be read', async () => {
    const { call } = await setup(() => json({}, 200, { Vary: 'Accept' }));
    const { headers } = await call('x', { headers: origin });
    expect(headers.get('Access-Control-Allow-Origin')).toBe('https://app.example.com');
    expect(headers.get('Access-Control-Expose-Headers')).toBe('*');
    expect(headers.get('Vary')).toMatch(/^Accept, Origin/);
  });
});

describe('401', () => {
  const refuse = (request: Request) =>
    request.headers.get('Authorization')?.startsWith('Bearer fresh')
      ? json({ ok: true })
      : errorReply(401, 'invalid_token');

  it('renews the token once and sends the call again', async () => {
    const { call, sent, refreshes, deps } = await setup(refuse);
    const reply = await call('x?y=1', {
      method: 'POST',
      body: 'small',
      headers: { 'Content-Length': '5' },
    });
    expect(await reply.json()).toEqual({ ok: true });
    expect(reply.headers.get('Mooring-Token')).toBe('refreshed');
    expect([sent.length, refreshes()]).toEqual([2, 1]);
    expect(await sent[1]?.text()).toBe('small');
    expect(sent[1]?.url).toBe('https://api.acme.example/v1/x?y=1');
    await deps.settle();
  });

  it('with a large body goes back, and says that there is a new token', async () => {
    const { call, sent, refreshes, deps } = await setup(async (request) => {
      await request.arrayBuffer();
      return refuse(request);
    });
    const reply = await call('x', { method: 'POST', body: new Uint8Array(65_537) });
    expect([reply.status, reply.headers.get('Mooring-Token')]).toEqual([401, 'refreshed']);
    expect([sent.length, refreshes()]).toEqual([1, 1]);
    await deps.settle();
    const again = await call('x', { method: 'POST', body: new Uint8Array(65_537) });
    expect(again.status).toBe(200);
  });

  it('of a provider that refuses every token, a thousand times: one refresh', async () => {
    const { call, refreshes, deps } = await setup(
      () => errorReply(401, 'invalid_token'),
      {},
      {
        settings: { CALLS_PER_MINUTE: '0' },
      },
    );
    const statuses = new Set<number>();
    for (let round = 0; round < 10; round += 1) {
      const replies = await Promise.all(Array.from({ length: 100 }, () => call('x')));
      for (const reply of replies) {
        statuses.add(reply.status);
        await reply.text();
      }
      await deps.settle();
    }
    expect([[...statuses], refreshes()]).toEqual([[401], 1]);
  }, 60_000);

  it.each([10, 65_537])(
    'goes back where the token was renewed for this call, with a body of %i bytes',
    async (length) => {
      const { call, sent, refreshes, deps } = await setup(
        async (request) => {
          await request.arrayBuffer();
          return errorReply(401, 'invalid_token');
        },
        { expiresAt: Date.now() - 1 },
      );
      const body = new Uint8Array(length);
      const headers = { 'Content-Length': String(length) };
      const reply = await call('x', { method: 'POST', body, headers });
      expect([reply.status, reply.headers.get('Mooring-Token')]).toEqual([401, null]);
      expect([sent.length, refreshes()]).toEqual([1, 1]);
      await deps.settle();
    },
  );

  const now = Date.now();
  it.each<[string, AccountOverrides]>([
    ['the token is young', { tokenVersion: now - 5 * MINUTE }],
    ['it was refreshed a moment ago', { lastRefreshedAt: now - 5 * MINUTE }],
    ['a refresh failed a moment ago', { lastFailedAt: now - MINUTE, lastError: 'x' }],
    ['the fate of the refresh token is unknown', { unknownSince: now - MINUTE }],
    ['there is nothing to refresh with', { refreshToken: null }],
  ])('goes back where %s', async (_, account) => {
    const { call, refreshes } = await setup(refuse, account);
    const reply = await call('x');
    expect([reply.status, reply.headers.get('Mooring-Token'), refreshes()]).toEqual([401, null, 0]);
    expect(await reply.json()).toEqual({ error: 'invalid_token' });
  });

  it('goes back where the token lacks a scope', async () => {
    const { call, refreshes } = await setup(() =>
      json({}, 401, {
        'WWW-Authenticate': 'Bearer realm="mooring", error="insufficient_scope", scope="a b"',
      }),
    );
    const reply = await call('x');
    expect([reply.status, refreshes()]).toEqual([401, 0]);
    // Who calls can tell it from Mooring's own.
    expect(reply.headers.get('Mooring-Answered-By')).toBe('provider');
    expect(reply.headers.get('WWW-Authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="a b"',
    );
  });

  it('goes back where the refresh fails, and is not tried again at once', async () => {
    const { call, refreshes, row, deps } = await setup(refuse, {}, { token: () => json({}, 500) });
    expect([(await call('x')).status, (await call('x')).status, refreshes()]).toEqual([
      401, 401, 1,
    ]);
    await deps.settle();
    expect((await accountRow(deps, row.id))?.state).toBe('active');
  });

  it('goes back where the integration was disconnected meanwhile', async () => {
    const { call, refreshes, row, deps } = await setup(async () => {
      await deps.db.delete(oauthAccounts).where(eq(oauthAccounts.id, row.id));
      return errorReply(401, 'invalid_token');
    });
    expect([(await call('x')).status, refreshes()]).toEqual([401, 0]);
  });

  it('takes a newer token that is stored already', async () => {
    const { call, refreshes, row, deps, sent } = await setup(async (request, n) => {
      if (n === 1) {
        const accessToken = await deps.vault.seal(
          'fresh-by-others',
          accountContext('acme', row.providerAccountId, 'access_token'),
        );
        await deps.db
          .update(oauthAccounts)
          .set({ accessToken, tokenVersion: deps.now() })
          .where(eq(oauthAccounts.id, row.id));
      }
      return refuse(request);
    });
    expect([(await call('x')).status, refreshes(), sent.length]).toEqual([200, 0, 2]);
  });
});

describe('credentials', () => {
  const keyed = {
    keyed: {
      extends: 'basic',
      name: 'Keyed',
      apiUrl: 'https://keyed.example/api',
      requestHeaders: { Authorization: 'Basic {base64:username:password}' },
      requestQuery: { api_user: '{username}' },
    },
  };

  it('are sent as the record says, in headers and query', async () => {
    const { deps, sent } = await setup(
      (request) => json({}, 200, { 'X-Echo': request.url }),
      {},
      {
        providers: keyed,
      },
    );
    const row = await insertAccount(deps, {
      provider: 'keyed',
      accessToken: JSON.stringify({ username: 'ann', password: 'pass-word-1' }),
      refreshToken: null,
      expiresAt: null,
    });
    const reply = await apiWith(deps)(`/v1/users/${row.userId}/proxy/keyed/-/x?a=1&api_user=eve`, {
      headers: { 'X-Own': 'pass' },
    });
    expect(reply.status).toBe(200);
    expect(sent[0]?.url).toBe('https://keyed.example/api/x?a=1&api_user=ann');
    expect(sent[0]?.headers.get('Authorization')).toBe(`Basic ${btoa('ann:pass-word-1')}`);
  });
});

describe('an origin from metadata', () => {
  const account = (instanceUrl: string | null) => ({
    provider: 'salesforce',
    metadata: { instanceUrl },
    parameters: { domain: 'login' },
  });

  it.each([
    ['https://acme.my.salesforce.com', true],
    ['https://acme--dev.sandbox.my.salesforce.com/', true],
    ['https://na1.salesforce.com', true],
    ['http://acme.my.salesforce.com', false],
    ['https://acme.my.salesforce.com:8443', false],
    ['https://a@acme.my.salesforce.com', false],
    ['https://acme.my.salesforce.com/x', false],
    ['https://acme.my.salesforce.com?x', false],
    ['https://evil.example', false],
    ['https://acme.my.salesforce.com.evil.example', false],
    ['https://salesforce.com.evil', false],
    ['https://evilsalesforce.com', false],
    ['https://127.0.0.1', false],
    [null, false],
  ])('%s: %s', async (instanceUrl, isUsable) => {
    const { deps, sent } = await setup(() => json({}));
    const row = await insertAccount(deps, account(instanceUrl));
    const reply = await apiWith(deps)(`/v1/users/${row.userId}/proxy/salesforce/-/services/data`);
    expect([reply.status, sent.length]).toEqual(isUsable ? [200, 1] : [502, 0]);
  });
});
