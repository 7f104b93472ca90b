import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { connectTransactions } from '../../src/db/schema';
import { userToken } from '../support/api';
import { clientsOf, configWith } from '../support/config';
import { insertAccount } from '../support/fixtures';
import { codeOf, journey } from './journey';

const shop = {
  shopper: {
    name: 'Shopper',
    kind: 'oauth2',
    authorizationUrl: 'https://{shop}.shopper.example/authorize',
    tokenUrl: 'https://{shop}.shopper.example/token',
    profileUrl: 'https://{shop}.shopper.example/me',
    accountId: 'sub',
    parameters: {
      shop: { label: 'Shop', pattern: '[a-z0-9-]{1,40}' },
      region: { label: 'Region', pattern: 'eu|us', default: 'eu' },
    },
    refreshModel: 'static',
  },
};

const post = (j: ReturnType<typeof journey>, userId: string, json: unknown) =>
  j.api(`/v1/users/${userId}/connections`, { method: 'POST', json });

const returnTo = 'https://app.example.com/done';

describe('POST connections', () => {
  test('stores neither the ticket nor the verifier in the clear, and names no account', async () => {
    const j = journey();
    const { id, connectUrl, expiresAt } = await j.begin('begin-1');
    const ticket = connectUrl.split('/').at(-1) ?? '';
    expect(connectUrl).toBe(`http://localhost:8787/connect/start/${ticket}`);
    expect(ticket).toMatch(/^[\w-]{43}$/);
    expect(new Date(expiresAt).getTime()).toBe(j.deps.now() + 600_000);
    const [row] = await j.deps.db
      .select()
      .from(connectTransactions)
      .where(eq(connectTransactions.id, id));
    expect(JSON.stringify(row)).not.toContain(ticket);
    expect(row).toMatchObject({
      userId: 'begin-1',
      state: 'started',
      requestedScope: ['openid', 'offline_access'],
      expectedAccountId: null,
      code: null,
    });
    expect(row?.verifier.split('.')).toHaveLength(5);
  });

  test.each([
    ['an unknown provider', { provider: 'nobody', returnTo }, 404, 'provider_not_found'],
    ['a prototype key', { provider: 'constructor', returnTo }, 404, 'provider_not_found'],
    [
      'no client in this deployment',
      { provider: 'shopper', returnTo },
      409,
      'provider_not_configured',
    ],
    ['a provider without OAuth', { provider: 'onlyfans', returnTo }, 400, 'invalid_request'],
    [
      'a foreign returnTo',
      { provider: 'acme', returnTo: 'https://evil.example' },
      400,
      'invalid_request',
    ],
    [
      'a scope that would be two',
      { provider: 'acme', returnTo, scopes: ['a b'] },
      400,
      'invalid_request',
    ],
    [
      'parameters that the record has not',
      { provider: 'acme', returnTo, parameters: { a: 'b' } },
      400,
      'invalid_request',
    ],
    [
      'a reconnect of what is not there',
      { provider: 'acme', returnTo, accountId: 'x' },
      404,
      'integration_not_found',
    ],
  ])('refuses %s', async (_, json, status, code) => {
    const j = journey({ config: configWith(shop) });
    const reply = await post(j, 'begin-2', json);
    expect([reply.status, await codeOf(reply)]).toEqual([status, code]);
    expect(await reply.text()).not.toContain('evil');
  });

  test('says where credentials go instead', async () => {
    const reply = await post(journey(), 'begin-3', { provider: 'onlyfans', returnTo });
    expect((await reply.json<{ detail: string }>()).detail).toContain(
      'PUT its credentials to /v1/users/{userId}/integrations/onlyfans',
    );
  });

  test("a reconnect of another user's account is not found, as if it were not there", async () => {
    const j = journey();
    await insertAccount(j.deps, { userId: 'begin-4-owner', providerAccountId: 'begin-4' });
    const reply = await post(j, 'begin-4', { provider: 'acme', returnTo, accountId: 'begin-4' });
    expect([reply.status, await codeOf(reply)]).toEqual([404, 'integration_not_found']);
  });

  test('a reconnect asks again for the scopes that were asked for before', async () => {
    const j = journey();
    await insertAccount(j.deps, {
      userId: 'begin-5',
      providerAccountId: 'begin-5',
      requestedScope: ['openid', 'extra'],
    });
    const { id } = await j.begin('begin-5', { accountId: 'begin-5' });
    const [row] = await j.deps.db
      .select()
      .from(connectTransactions)
      .where(eq(connectTransactions.id, id));
    expect(row?.requestedScope).toEqual(['openid', 'extra']);
  });

  test('a user may begin only for itself', async () => {
    const j = journey();
    const token = await userToken('begin-6');
    const init = { method: 'POST', token, json: { provider: 'acme', returnTo } };
    expect((await j.api('/v1/users/me/connections', init)).status).toBe(201);
    expect((await j.api('/v1/users/begin-6/connections', init)).status).toBe(201);
    expect((await j.api('/v1/users/other/connections', init)).status).toBe(403);
  });
});

describe('at most 20 unfinished connections of a user', () => {
  const begin = (j: ReturnType<typeof journey>, userId: string) =>
    post(j, userId, { provider: 'acme', returnTo });

  test('more are a 429, also where they come at once, and another user is not held up', async () => {
    const j = journey();
    const replies = await Promise.all(Array.from({ length: 25 }, () => begin(j, 'pending-1')));
    const statuses = replies.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(20).fill(201), ...Array(5).fill(429)]);
    const refused = await begin(j, 'pending-1');
    expect([refused.status, await codeOf(refused)]).toEqual([429, 'too_many_connections']);
    expect(refused.headers.get('Retry-After')).toBe('600');
    expect((await begin(j, 'pending-2')).status).toBe(201);
    j.deps.clock.advance(599_000);
    expect((await begin(j, 'pending-1')).headers.get('Retry-After')).toBe('1');
    j.deps.clock.advance(1_000);
    expect((await begin(j, 'pending-1')).status).toBe(201);
  });

  test('what is finished or has failed does not count', async () => {
    const j = journey();
    for (let i = 0; i < 19; i++) await begin(j, 'pending-3');
    expect((await j.connect('pending-3', 'code-pen')).status).toBe(201);
    const { connectUrl } = await j.begin('pending-3');
    expect((await begin(j, 'pending-3')).status).toBe(429);
    const { location, cookie } = await j.open(connectUrl);
    const state = location.searchParams.get('state') ?? '';
    await j.callback({ state, error: 'access_denied' }, cookie);
    expect((await begin(j, 'pending-3')).status).toBe(201);
  });
});

describe('RETURN_TO', () => {
  const config = () => configWith({}, { RETURN_TO: 'myapp://,https://*.preview.example.com' });

  test.each(['myapp://done', 'https://pr-1.preview.example.com/done'])(
    'a connection comes back to %s',
    async (place) => {
      const j = journey({ config: config() });
      const { id, connectUrl } = await j.begin('return-to', { returnTo: place });
      const { location, cookie } = await j.open(connectUrl);
      const state = location.searchParams.get('state') ?? '';
      const back = await j.callback({ state, code: 'code-x' }, cookie);
      expect(back.headers.get('Location')).toMatch(`${place}?connection=${id}&completion=k1.`);
      const late = await j.api(`/connect/callback/acme?code=y&state=${state}`, {
        token: null,
        headers: { Cookie: cookie, Accept: 'text/html' },
      });
      const label = place.startsWith('my') ? 'the app' : 'pr-1.preview.example.com';
      expect(await late.text()).toContain(`href="${place}?connection=${id}">Back to ${label}</a>`);
    },
  );

  test('says nothing of CORS, nor of page sessions', async () => {
    const j = journey({ config: config() });
    const session = await j.api('/v1/users/return-to/page-sessions', {
      method: 'POST',
      json: { label: 'Robin', returnTo: 'https://pr-1.preview.example.com/' },
    });
    expect(session.status).toBe(400);
    for (const Origin of ['https://pr-1.preview.example.com', 'myapp://', 'null']) {
      const read = await j.api('/v1/users/return-to/integrations', { headers: { Origin } });
      expect(read.headers.get('Access-Control-Allow-Origin')).toBeNull();
      const opened = await j.api('/connect/session', {
        method: 'POST',
        token: null,
        headers: { Origin },
        body: new URLSearchParams({ token: 'x' }),
      });
      expect([opened.status, await codeOf(opened)]).toEqual([403, 'forbidden']);
    }
  });
});

describe('what a connection adds to the authorization request', () => {
  const hinted = {
    hinted: {
      ...shop.shopper,
      parameters: {},
      authorizationUrl: 'https://hinted.example/authorize',
      tokenUrl: 'https://hinted.example/token',
      profileUrl: 'https://hinted.example/me',
      scopes: ['profile'],
      requiredScopes: ['openid', 'offline_access'],
      authorizationParams: { prompt: 'consent', audience: 'api' },
      allowedAuthorizationParams: ['prompt', 'team'],
    },
  };
  const hintless = { hintless: { ...hinted.hinted, loginHintParam: null } };
  const named = { named: { ...hinted.hinted, loginHintParam: 'login' } };
  const providers = { ...hinted, ...hintless, ...named };
  const config = () => configWith(providers, clientsOf(Object.keys(providers)));

  const sent = async (input: Record<string, unknown>) => {
    const j = journey({ config: config() });
    const { connectUrl } = await j.begin('begin-own', { provider: 'hinted', ...input });
    return Object.fromEntries((await j.open(connectUrl)).location.searchParams);
  };

  test('loginHint is sent under the name that the record says', async () => {
    expect((await sent({ loginHint: 'zoë@example.com' })).login_hint).toBe('zoë@example.com');
    const { login, login_hint } = await sent({ provider: 'named', loginHint: 'zoe' });
    expect([login, login_hint]).toEqual(['zoe', undefined]);
  });

  test('its own parameters win over those of the record, and nothing protected is touched', async () => {
    const query = await sent({ authorizationParams: { prompt: 'login', team: 'T1' } });
    expect(query).toMatchObject({
      prompt: 'login',
      team: 'T1',
      audience: 'api',
      response_type: 'code',
      redirect_uri: 'http://localhost:8787/connect/callback/hinted',
      code_challenge_method: 'S256',
    });
  });

  test.each([
    ['its own scopes', { scopes: ['mail.read', 'openid'] }, 'mail.read openid offline_access'],
    ["the record's scopes", {}, 'profile openid offline_access'],
    ['no scopes', { scopes: [] }, 'openid offline_access'],
  ])('with %s, the required ones are asked for besides', async (_, input, scope) => {
    expect((await sent(input)).scope).toBe(scope);
  });

  test('gmail.readonly alone keeps openid (google)', async () => {
    const j = journey({ config: configWith({}, clientsOf(['google'])) });
    const scopes = ['https://www.googleapis.com/auth/gmail.readonly'];
    const { connectUrl } = await j.begin('begin-google', { provider: 'google', scopes });
    const { location } = await j.open(connectUrl);
    expect(location.searchParams.get('scope')).toBe(`${scopes[0]} openid`);
  });

  test.each([
    ['a hint where the provider takes none', { provider: 'hintless', loginHint: 'x' }, 'loginHint'],
    ['an empty hint', { loginHint: '' }, 'loginHint'],
    ['a hint with a line break', { loginHint: 'a\nb' }, 'loginHint'],
    ['a hint that is half a character', { loginHint: 'a\ud800' }, 'loginHint'],
    ['a parameter that is not listed', params({ hd: 'x' }), 'authorizationParams.hd'],
    ['state', params({ state: 'x' }), 'authorizationParams.state'],
    ['redirect_uri', params({ redirect_uri: 'x' }), 'authorizationParams.redirect_uri'],
    ['a number', params({ team: 1 }), 'authorizationParams.team'],
    ['a long value', params({ team: 'x'.repeat(513) }), 'authorizationParams.team'],
    ['a client id', { clientId: 'x' }, 'clientId'],
    ['login_hint', { login_hint: 'x' }, 'login_hint'],
  ])('%s is refused, by its name', async (_, input, path) => {
    const j = journey({ config: config() });
    const reply = await post(j, 'begin-own-2', { provider: 'hinted', returnTo, ...input });
    const { errors } = await reply.json<{ errors: { path: string }[] }>();
    expect([reply.status, errors.map((error) => error.path)]).toEqual([400, [`body.${path}`]]);
  });

  function params(authorizationParams: Record<string, unknown>) {
    return { authorizationParams };
  }
});

describe('parameters of a connection', () => {
  const everywhere = {
    tenants: {
      name: 'Tenants',
      kind: 'oauth2',
      authorizationUrl: 'https://tenants.example/authorize',
      tokenUrl: 'https://tenants.example/token',
      revocationUrl: 'https://tenants.example/revoke',
      profileUrl: 'https://tenants.example/me',
      accountId: 'sub',
      parameters: { org: { label: 'Organization', pattern: '.+' } },
      headers: { 'X-Org': 'o:{org}' },
      authorizationParams: { organization: '{org}' },
      tokenParams: { audience: 'org:{org}' },
      refreshParams: { audience: '{org}' },
      profileHeaders: { 'X-Profile-Org': '{org}' },
      revocation: { params: { organization: '{org}' } },
      refreshModel: 'rotating',
    },
  };
  const config = () => configWith(everywhere, clientsOf(['tenants']));

  test('fill placeholders in every request, and are not looked at again', async () => {
    const j = journey({ config: config() });
    const org = '{client_secret}';
    const { id, connectUrl } = await j.begin('begin-org', {
      provider: 'tenants',
      parameters: { org },
    });
    const { location, cookie } = await j.open(connectUrl);
    expect(location.searchParams.get('organization')).toBe(org);
    j.provider.answer('/token', () =>
      Response.json({ access_token: 'a-1', refresh_token: 'r-1', expires_in: 3600 }),
    );
    j.provider.answer('/me', () => Response.json({ sub: 'org-account' }));
    j.provider.answer('/revoke', () => new Response());
    const state = location.searchParams.get('state') ?? '';
    await j.callback({ state, code: 'code-x' }, cookie, 'tenants');
    expect((await j.complete('begin-org', id)).status).toBe(201);
    const path = '/v1/users/begin-org/integrations/tenants/org-account';
    await j.api(path, { method: 'DELETE' });
    await j.deps.settle();
    const [exchange] = j.provider.to('/token');
    const [profile] = j.provider.to('/me');
    const [revocation] = j.provider.to('/revoke');
    expect(exchange?.params.get('audience')).toBe(`org:${org}`);
    expect(revocation?.params.get('organization')).toBe(org);
    expect(profile?.headers['x-profile-org']).toBe(org);
    for (const request of [exchange, profile, revocation]) {
      expect(request?.headers['x-org']).toBe(`o:${org}`);
    }
  });

  test.each(['a\r\nX-Evil: 1', 'ö', '\u0000'])('%o fits no header, and is refused', async (org) => {
    const j = journey({ config: config() });
    const body = { provider: 'tenants', returnTo, parameters: { org } };
    expect((await post(j, 'begin-org-2', body)).status).toBe(400);
  });
});

describe('parameters of the URLs', () => {
  const settings = { SHOPPER_CLIENT_ID: 'id', SHOPPER_CLIENT_SECRET: 'secret' };

  test('are checked against the whole pattern, and defaults fill in', async () => {
    const j = journey({ config: configWith(shop, settings) });
    const { id } = await j.begin('begin-7', { provider: 'shopper', parameters: { shop: 'a-1' } });
    const [row] = await j.deps.db
      .select()
      .from(connectTransactions)
      .where(eq(connectTransactions.id, id));
    expect(row?.parameters).toEqual({ shop: 'a-1', region: 'eu' });
  });

  test.each([
    ['missing', {}],
    ['a host of its own', { shop: 'evil.example/' }],
    ['a line break after a match', { shop: 'ok\n' }],
    ['upper case', { shop: 'A' }],
    ['another region', { shop: 'ok', region: 'us2' }],
    ['__proto__', { shop: 'ok', constructor: 'x' }],
  ])('%s is refused', async (_, parameters) => {
    const j = journey({ config: configWith(shop, settings) });
    const reply = await post(j, 'begin-8', { provider: 'shopper', returnTo, parameters });
    expect([reply.status, await codeOf(reply)]).toEqual([400, 'invalid_request']);
  });
});
