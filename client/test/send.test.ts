import { describe, expect, it } from 'vitest';
import { isMooringError, memoryVersions, returnedConnection } from '../src/index.ts';
import { json, problem, testServer } from './server.ts';

const list = (version: number) => ({
  userId: 'u1',
  version,
  asOf: '2026-11-26T12:00:00.000Z',
  freshUntil: '2026-11-26T12:05:00.000Z',
  integrations: [],
});
const at = (version: number, headers: Record<string, string> = {}) =>
  json(list(version), { 'Consistency-Token': String(version), ...headers });

const tokens = ({ asked }: ReturnType<typeof testServer>) =>
  asked.map(({ headers }) => headers.get('Consistency-Token'));

describe('versions', () => {
  it('go out with the next read of the same user, and of no other', async () => {
    const server = testServer();
    server.answers(at(7));
    await server.mooring.user('u1').integrations();
    await server.mooring.user('u1').integrations();
    await server.mooring.user('u2').integrations();
    expect(tokens(server)).toEqual([null, '7', null]);
  });

  it('come from changes, and from refusals that were changes', async () => {
    const server = testServer();
    server.answers(
      json({ revocation: 'queued' }, { 'Consistency-Token': '8' }),
      problem(404, 'integration_not_found', {}, { 'Consistency-Token': '9' }),
      at(9),
    );
    const account = server.mooring.user('u1').account('github', 'a');
    await account.disconnect();
    await account.refresh().catch(() => {});
    await server.mooring.user('u1').integrations();
    expect(tokens(server)).toEqual([null, '8', '9']);
  });

  it('never go back, whatever the order in which answers come', async () => {
    const server = testServer();
    server.answers(at(9), at(5), at(9));
    for (let read = 0; read < 3; read += 1) await server.mooring.user('u1').integrations();
    expect(tokens(server)).toEqual([null, '9', '9']);
  });

  it('that came by another way hold beside those that are known', async () => {
    const server = testServer();
    server.answers(at(7));
    const user = server.mooring.user('u1');
    await user.integrations({ atLeast: 3 });
    await user.integrations({ atLeast: 3 });
    await user.integrations({ atLeast: 12 });
    expect(tokens(server)).toEqual(['3', '7', '12']);
  });

  it('are bounded, and those of long ago go first', () => {
    const versions = memoryVersions(2);
    versions.set('a', 1);
    versions.set('b', 2);
    versions.get('a');
    versions.set('c', 3);
    expect(['a', 'b', 'c'].map((user) => versions.get(user))).toEqual([1, undefined, 3]);
  });

  it('can be shared, also by a store that has to be waited for', async () => {
    const shared = memoryVersions();
    const versions = {
      get: async (user: string) => shared.get(user),
      set: async (user: string, version: number) => shared.set(user, version),
    };
    const writer = testServer({ versions });
    const reader = testServer({ versions });
    writer.answers(json({ revocation: 'queued' }, { 'Consistency-Token': '8' }));
    await writer.mooring.user('u1').account('github', 'a').disconnect();
    reader.answers(at(8));
    await reader.mooring.user('u1').integrations();
    expect(tokens(reader)).toEqual(['8']);
  });

  it('of "me" are those of the user whom the token names', async () => {
    const jwtOf = (sub: string) => `e30.${btoa(JSON.stringify({ sub })).replace(/=+$/, '')}.c2ln`;
    let jwt = jwtOf('ann');
    const server = testServer({ token: () => jwt });
    server.answers(at(7));
    await server.mooring.user().integrations();
    await server.mooring.user('ann').integrations();
    jwt = jwtOf('bob');
    await server.mooring.user().integrations();
    expect(tokens(server)).toEqual([null, '7', null]);
  });

  it('hold for a batch: who is behind is read alone', async () => {
    const server = testServer();
    server.answers(at(7));
    await server.mooring.user('u1').integrations();
    server.answers(
      json({
        users: {
          u1: { version: 5, asOf: '', integrations: [] },
          u2: { version: 4, asOf: '', integrations: [] },
        },
      }),
      at(7),
    );
    const users = await server.mooring.status(['u1', 'u2']);
    expect([users.u1?.version, users.u2?.version]).toEqual([7, 4]);
    await server.mooring.user('u2').integrations();
    expect(tokens(server)).toEqual([null, null, '7', '4']);
  });
});

describe('a batch of refreshes', () => {
  const accounts = [{ provider: 'github', accountId: 'a' }];
  const nothing = { refreshed: [], failed: [] };

  it('tells the version that reads of each of its users take', async () => {
    const server = testServer();
    server.answers(json(nothing, { 'Consistency-Token': '9' }));
    const { version, ...rest } = await server.mooring.refresh(accounts);
    expect([version, rest]).toEqual([9, nothing]);
    server.answers(at(9));
    await server.mooring.user('u1').integrations({ atLeast: version });
    expect(tokens(server)).toEqual([null, '9']);
  });

  it('tells none where Mooring knows none', async () => {
    const server = testServer();
    server.answers(json(nothing));
    expect((await server.mooring.refresh(accounts)).version).toBeUndefined();
  });
});

describe('an unchanged answer', () => {
  const etag = { ETag: 'W/"one"' };

  it('is asked for by its ETag, and is the answer as it was', async () => {
    const server = testServer();
    server.answers(
      at(7, etag),
      new Response(null, { status: 304, headers: { ...etag, 'Consistency-Token': '7' } }),
    );
    const first = await server.mooring.user('u1').integrations();
    const second = await server.mooring.user('u1').integrations();
    expect(server.asked.map(({ headers }) => headers.get('If-None-Match'))).toEqual([
      null,
      'W/"one"',
    ]);
    expect(second).toEqual(first);
  });

  it('is nobody elses', async () => {
    const server = testServer();
    server.answers(at(7, etag));
    await server.mooring.user('u1').integrations();
    await server.mooring.user('u2').integrations();
    expect(server.asked[1]?.headers.get('If-None-Match')).toBeNull();
  });

  it('is forgotten beyond the bound', async () => {
    const server = testServer({ answers: 1 });
    server.answers(at(7, etag));
    for (const user of ['u1', 'u2', 'u1']) await server.mooring.user(user).integrations();
    expect(server.asked.map(({ headers }) => headers.get('If-None-Match'))).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('is the 304 itself for whoever sends an ETag', async () => {
    const server = testServer();
    server.answers(new Response(null, { status: 304 }));
    const { response } = await server.mooring.api.GET('/v1/users/{userId}/integrations', {
      params: { path: { userId: 'u1' }, header: { 'If-None-Match': 'W/"mine"' } },
    });
    expect(response.status).toBe(304);
  });
});

describe('tries', () => {
  const busy = (seconds: string) => problem(503, 'unavailable', {}, { 'Retry-After': seconds });

  it.each([
    [
      'GET',
      'u1',
      (server: ReturnType<typeof testServer>) => server.mooring.user('u1').integrations(),
    ],
    [
      'POST',
      'complete',
      ({ mooring }: ReturnType<typeof testServer>) =>
        mooring.user('u1').connections.complete('con_1', { completion: 'secret' }),
    ],
  ])('%s of %s is sent again after Retry-After, with its body', async (_method, _what, act) => {
    const server = testServer();
    server.answers(busy('3'), busy('2'), json({}));
    await act(server);
    expect(server.waits).toEqual([3000, 2000]);
    expect(new Set(server.asked.map(({ body }) => body)).size).toBe(1);
  });

  it.each([
    [
      'begin',
      ({ mooring }: ReturnType<typeof testServer>) =>
        mooring
          .user('u1')
          .connections.create({ provider: 'github', returnTo: 'https://a.example' }),
    ],
    [
      'refresh',
      ({ mooring }: ReturnType<typeof testServer>) =>
        mooring.user('u1').account('github', 'a').refresh(),
    ],
    [
      'disconnect',
      ({ mooring }: ReturnType<typeof testServer>) =>
        mooring.user('u1').account('github', 'a').disconnect(),
    ],
    [
      'store credentials',
      ({ mooring }: ReturnType<typeof testServer>) =>
        mooring.user('u1').storeCredentials('openai', { credentials: { apiKey: 'key' } }),
    ],
  ])('%s is sent once: it would do more the second time', async (_what, act) => {
    const server = testServer();
    server.answers(busy('1'));
    await expect(act(server)).rejects.toMatchObject({ code: 'unavailable', retryAfter: 1 });
    expect(server.asked).toHaveLength(1);
    server.answers(new TypeError('fetch failed'));
    await expect(act(server)).rejects.toThrow(TypeError);
    expect(server.asked).toHaveLength(2);
  });

  it('end at the limit', async () => {
    const server = testServer({ retry: { limit: 1 } });
    server.answers(busy('1'));
    await expect(server.mooring.user('u1').integrations()).rejects.toMatchObject({ status: 503 });
    expect(server.asked).toHaveLength(2);
  });

  it('are left out where the wait would be long, and the error says how long', async () => {
    const server = testServer({ retry: { maxDelay: 5 } });
    server.answers(busy('6'));
    const error = await server.mooring
      .user('u1')
      .integrations()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ retryAfter: 6 });
    expect(server.asked).toHaveLength(1);
  });

  it('understand a date as well', async () => {
    const server = testServer();
    server.answers(busy('Thu, 26 Nov 2026 12:00:04 GMT'), at(7));
    await server.mooring.user('u1').integrations();
    expect(server.waits).toEqual([4000]);
  });

  it('follow a network that was away, after growing waits', async () => {
    const server = testServer();
    server.answers(new TypeError('fetch failed'), new TypeError('fetch failed'), at(7));
    await server.mooring.user('u1').integrations();
    const [first = 0, second = 0] = server.waits;
    expect(first).toBeGreaterThanOrEqual(250);
    expect(first).toBeLessThan(500);
    expect(second).toBeGreaterThanOrEqual(500);
    expect(second).toBeLessThan(1000);
  });

  it('are not made of what no time mends', async () => {
    const server = testServer();
    server.answers(problem(403, 'forbidden'));
    await expect(server.mooring.user('u1').integrations()).rejects.toThrow('forbidden: why');
    server.answers(problem(502, 'provider_error'));
    await expect(server.mooring.user('u1').integrations()).rejects.toThrow('provider_error');
    expect(server.asked).toHaveLength(2);
  });

  it('stop when the caller gives up', async () => {
    const server = testServer();
    const controller = new AbortController();
    server.answers(() => {
      controller.abort(new Error('enough'));
      return busy('1');
    });
    const { signal } = controller;
    await expect(server.mooring.user('u1').integrations({ signal })).rejects.toThrow('enough');
    expect(server.asked).toHaveLength(1);
  });

  it('ask for the token each time', async () => {
    const keys = ['key-1', 'key-2'];
    const server = testServer({ token: async () => keys.shift() ?? '' });
    server.answers(at(7));
    await server.mooring.user('u1').integrations();
    await server.mooring.user('u1').integrations();
    expect(server.asked.map(({ headers }) => headers.get('Authorization'))).toEqual([
      'Bearer key-1',
      'Bearer key-2',
    ]);
  });
});

describe('errors', () => {
  it('are told apart by their codes, with what comes along', async () => {
    const server = testServer();
    server.answers(
      problem(409, 'several_accounts', { accounts: [{ accountId: 'a', displayName: null }] }),
    );
    const error: unknown = await server.mooring
      .user('u1')
      .account('github')
      .fetch('/user')
      .catch((thrown: unknown) => thrown);
    expect(isMooringError(error)).toBe(true);
    expect(isMooringError(error, 'authorization_required')).toBe(false);
    if (!isMooringError(error, 'several_accounts', 'call_not_supported')) throw error;
    expect(error.code).toBe('several_accounts');
    expect(error.problem.accounts).toEqual([{ accountId: 'a', displayName: null }]);
    expect([error.status, error.requestId]).toEqual([409, 'request-1']);
  });

  it.each([
    ['a page', new Response('<html>', { headers: { 'Content-Type': 'text/html' } })],
    ['an error page', new Response('no', { status: 530 })],
    ['a redirect', new Response(null, { status: 301, headers: { Location: 'https://a.example' } })],
    ['JSON that is no problem', Response.json({ error: 'no' }, { status: 400 })],
  ])('%s is not Mooring', async (_what, reply) => {
    const server = testServer();
    server.answers(reply);
    const error = await server.mooring
      .user('u1')
      .integrations()
      .catch((thrown: unknown) => thrown);
    expect(isMooringError(error, 'unexpected_reply')).toBe(true);
  });

  it('of others are none', () => {
    expect(isMooringError(new TypeError('fetch failed'))).toBe(false);
    expect(isMooringError(null)).toBe(false);
  });
});

describe('paths', () => {
  it.each(['', '.', '..'])('the id "%s" would be another route', (id) => {
    const { mooring } = testServer();
    expect(() => mooring.user(id)).toThrow(TypeError);
  });

  it.each(['', '.', '..'])('so would the account "%s"', async (id) => {
    const server = testServer();
    server.answers(json({}));
    const user = server.mooring.user('u1');
    await expect(user.account('github', id).get()).rejects.toThrow(TypeError);
    await expect(user.account('github', id).fetch('/user')).rejects.toThrow(TypeError);
    await expect(user.account(id, 'a').disconnect()).rejects.toThrow(TypeError);
    await expect(user.connections.get(id)).rejects.toThrow(TypeError);
    expect(server.asked).toEqual([]);
  });

  it('ids are encoded', async () => {
    const server = testServer();
    server.answers(json({}));
    await server.mooring.user('auth0|a/b').account('github', 'ü?').get();
    expect(server.asked[0]?.path).toBe('/v1/users/auth0%7Ca%2Fb/integrations/github/%C3%BC%3F');
  });

  it('a base URL may have a path', async () => {
    const server = testServer({ baseUrl: 'https://app.example/mooring/' });
    server.answers(at(7));
    await server.mooring.user('u1').integrations();
    await server.mooring.user('u1').account('github').fetch('user');
    expect(server.asked.map(({ path }) => path)).toEqual([
      '/mooring/v1/users/u1/integrations',
      '/mooring/v1/users/u1/proxy/github/-/user',
    ]);
  });
});

describe('calls of an API', () => {
  const byProvider = { 'Mooring-Answered-By': 'provider' };
  const byMooring = { 'Mooring-Answered-By': 'mooring' };

  it('give the answer of the provider as it is, and send nothing twice', async () => {
    const server = testServer();
    server.answers(
      new Response('no', { status: 503, headers: { ...byProvider, 'Retry-After': '1' } }),
    );
    const reply = await server.mooring.user('u1').account('dropbox:content').fetch('/files?a=b');
    expect([reply.status, await reply.text()]).toEqual([503, 'no']);
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]?.path).toBe('/v1/users/u1/proxy/dropbox:content/-/files?a=b');
  });

  it('throw what Mooring refuses', async () => {
    const server = testServer();
    server.answers(problem(409, 'authorization_required', { reason: 'not_connected' }, byMooring));
    const error = await server.mooring
      .user('u1')
      .account('github')
      .fetch('/user')
      .catch((thrown: unknown) => thrown);
    if (!isMooringError(error, 'authorization_required')) throw error;
    expect(error.problem.reason).toBe('not_connected');
  });

  it('are sent again where Mooring says so, if they only read', async () => {
    const server = testServer();
    const busy = problem(503, 'refresh_in_progress', {}, { ...byMooring, 'Retry-After': '1' });
    server.answers(busy, new Response('ok', { headers: byProvider }));
    const account = server.mooring.user('u1').account('github', 'a');
    expect(await (await account.fetch('/user')).text()).toBe('ok');
    server.answers(busy);
    await expect(account.fetch('/user', { method: 'post', body: 'x' })).rejects.toMatchObject({
      code: 'refresh_in_progress',
    });
    expect(server.asked.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
  });

  it('send the token of the client, whatever header the caller sets, and no version', async () => {
    const server = testServer();
    server.answers(at(7));
    await server.mooring.user('u1').integrations();
    server.answers(new Response('ok', { headers: { ...byProvider, 'Consistency-Token': '99' } }));
    const headers = { authorization: 'Bearer other', 'X-Own': '1' };
    await server.mooring.user('u1').account('github').fetch('/user', { headers });
    server.answers(at(7));
    await server.mooring.user('u1').integrations();
    expect(server.asked[1]?.headers.get('Authorization')).toBe('Bearer service-key');
    expect(server.asked[1]?.headers.get('X-Own')).toBe('1');
    expect(tokens(server)).toEqual([null, null, '7']);
  });

  it.each(['/../../../users/u2/integrations', '/%2e%2e/x', '..', '/a/../../x'])(
    'the path %s leaves the API',
    async (path) => {
      const server = testServer();
      server.answers(json({}));
      await expect(server.mooring.user('u1').account('github').fetch(path)).rejects.toThrow(
        TypeError,
      );
      expect(server.asked).toEqual([]);
    },
  );

  it.each(['//evil.example/x', 'https://evil.example/x', '/\\evil.example', '@evil.example'])(
    'the path %s goes to no other host',
    async (path) => {
      const server = testServer();
      server.answers(new Response('', { headers: byProvider }));
      await server.mooring.user('u1').account('github').fetch(path);
      expect(server.asked[0]?.path).toMatch(/^\/v1\/users\/u1\/proxy\/github\/-\//);
    },
  );

  it('give what a redirect off the API leads to, also where it fails', async () => {
    const server = testServer();
    // As a browser answers that followed a redirect to a host which knows nothing of Mooring.
    const followed = (reply: Response) => () =>
      Object.defineProperty(reply, 'redirected', { value: true });
    const account = server.mooring.user('u1').account('github');
    const zip = { 'Content-Type': 'application/zip' };
    server.answers(followed(new Response('PK', { headers: zip })));
    expect(await (await account.fetch('/archive')).text()).toBe('PK');
    server.answers(followed(new Response('no', { status: 503, headers: { 'Retry-After': '1' } })));
    expect((await account.fetch('/archive')).status).toBe(503);
    expect(server.asked).toHaveLength(2);
  });

  it('throw what Mooring refuses of a redirect within the API', async () => {
    const server = testServer();
    server.answers(() =>
      Object.defineProperty(problem(403, 'call_not_supported', {}, byMooring), 'redirected', {
        value: true,
      }),
    );
    await expect(server.mooring.user('u1').account('github').fetch('/moved')).rejects.toMatchObject(
      { code: 'call_not_supported' },
    );
  });

  it('throw an answer without a name, if no redirect led to it', async () => {
    const server = testServer();
    server.answers(new Response('<html>', { status: 502 }));
    await expect(server.mooring.user('u1').account('github').fetch('/user')).rejects.toMatchObject({
      code: 'unexpected_reply',
    });
  });

  it('stream a body', async () => {
    const server = testServer();
    server.answers(new Response('ok', { headers: byProvider }));
    const body = new Blob(['one', 'two']).stream();
    await server.mooring.user('u1').account('github').fetch('/up', { method: 'PUT', body });
    expect(server.asked[0]?.body).toBe('onetwo');
  });
});

describe('a page at returnTo', () => {
  const at = (query: string) => returnedConnection(`https://app.example/connected?${query}`);

  it('reads what the browser brought back', () => {
    expect(at('connection=con_1&completion=s')).toEqual({ id: 'con_1', completion: 's' });
    expect(at('connection=con_1&error=access_denied')).toEqual({
      id: 'con_1',
      error: 'access_denied',
    });
    expect(at('connection=con_1')).toEqual({ id: 'con_1', completion: '' });
    expect(at('tab=1')).toBeNull();
  });
});

describe('in a browser', () => {
  const asBrowser = async (
    run: () => unknown,
    navigator: object = { userAgent: 'Mozilla/5.0 (X11)' },
  ) => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
    try {
      await run();
    } finally {
      if (before) Object.defineProperty(globalThis, 'navigator', before);
      else Reflect.deleteProperty(globalThis, 'navigator');
    }
  };

  it('a service key throws, before anything is sent', async () => {
    await asBrowser(async () => {
      expect(() => testServer({ token: 'service-key' })).toThrow('a service key does not belong');
      const late = testServer({ token: () => 'service-key' });
      await expect(late.mooring.user('u1').integrations()).rejects.toThrow(TypeError);
      expect(late.asked).toEqual([]);
    });
    await asBrowser(() => expect(() => testServer({ token: 'service-key' })).toThrow(TypeError), {
      product: 'ReactNative',
    });
  });

  it("a user's token and a delegation do not", async () => {
    await asBrowser(() => {
      expect(testServer({ token: 'e30.e30.c2ln' }).mooring.isDelegated).toBe(false);
      expect(testServer({ token: 'mdel_e30.e30.c2ln' }).mooring.isDelegated).toBe(true);
    });
  });

  it('elsewhere a service key is what is meant', async () => {
    for (const userAgent of ['Node.js/24', 'Cloudflare-Workers', 'Deno/2.1', 'Bun/1.2']) {
      await asBrowser(() => void testServer(), { userAgent });
    }
  });
});
