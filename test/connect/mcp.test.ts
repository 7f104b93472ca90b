/** MCP servers: an address, and everything else discovered, registered and kept apart. */
import { env } from 'cloudflare:workers';
import { base64url } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { Caches } from '../../src/caches';
import { connectTransactions, oauthAccounts, outbox, registeredClients } from '../../src/db/schema';
import { createRegistry } from '../../src/providers/registry';
import type { Received } from '../simulator/simulator.ts';
import { configWith } from '../support/config';
import { codeOf, type Journey, journey } from './journey';

const URL_OF_SERVER = 'https://mcp.tools.example/mcp';
const ISSUER = 'https://auth.tools.example/t1';
const ID = 'tools-mcp';

const PLACES = {
  server: '/mcp',
  own: '/.well-known/oauth-protected-resource/mcp',
  root: '/.well-known/oauth-protected-resource',
  issuer: '/.well-known/oauth-authorization-server/t1',
};

const resourceMetadata = (more: Record<string, unknown> = {}) => ({
  resource: URL_OF_SERVER,
  authorization_servers: [ISSUER],
  scopes_supported: ['boats:read', 'boats:write'],
  ...more,
});

const serverMetadata = (more: Record<string, unknown> = {}) => ({
  issuer: ISSUER,
  authorization_endpoint: 'https://auth.tools.example/authorize',
  token_endpoint: 'https://auth.tools.example/tokens',
  registration_endpoint: 'https://auth.tools.example/register',
  revocation_endpoint: 'https://auth.tools.example/end',
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'none'],
  ...more,
});

interface Options {
  record?: Record<string, unknown>;
  settings?: Record<string, string>;
  resource?: Record<string, unknown>;
  server?: Record<string, unknown>;
  /** `WWW-Authenticate` of the 401. */
  challenge?: string;
  /** This Worker's address. */
  publicUrl?: string;
}

/** What the tests' server registers: the next client each time. */
const registered = (n: number, more: Record<string, unknown> = {}) => ({
  client_id: `client-${n}`,
  client_secret: `secret-${n}`,
  client_secret_expires_at: 0,
  token_endpoint_auth_method: 'client_secret_basic',
  ...more,
});

function connected(options: Options = {}): Journey & { registrations: () => Received[] } {
  const { record = {}, settings = {}, challenge = 'Bearer', publicUrl } = options;
  const providers = { [ID]: { extends: 'mcp', url: URL_OF_SERVER, ...record } };
  const config = configWith(providers, settings);
  const j = journey({
    config:
      publicUrl === undefined
        ? config
        : {
            ...config,
            publicUrl,
            providers: createRegistry(
              { ...env, PROVIDERS: JSON.stringify(providers), ...settings },
              publicUrl,
            ),
          },
  });
  const { provider } = j;
  const found = (body: unknown) => () => Response.json(body);
  const missing = () => new Response('', { status: 404 });
  provider.answer(
    PLACES.server,
    () => new Response('', { status: 401, headers: { 'WWW-Authenticate': challenge } }),
  );
  provider.answer(PLACES.own, found(resourceMetadata(options.resource)));
  provider.answer(PLACES.root, missing);
  provider.answer(PLACES.issuer, found(serverMetadata(options.server)));
  provider.answer('/register', ({ nth }) => Response.json(registered(nth), { status: 201 }));
  provider.answer('/tokens', ({ nth }) =>
    Response.json({
      access_token: `access-${nth}-of-the-server`,
      refresh_token: `refresh-${nth}-of-the-server`,
      token_type: 'Bearer',
      expires_in: 3600,
    }),
  );
  provider.answer('/end', () => new Response(''));
  return { ...j, registrations: () => provider.to('/register') };
}

const connect = (j: Journey, user: string) => j.connect(user, 'code-ann', { provider: ID });

/** What the app is told when the link is opened. */
async function errorAtStart(j: Journey): Promise<string | null> {
  const { connectUrl } = await j.begin('eve', { provider: ID });
  return (await j.open(connectUrl)).location.searchParams.get('error');
}

const detailOf = (j: Journey, event: string) =>
  j.deps.logLines.find((line) => line.includes(event)) ?? '';

const basicOf = (received: Received | undefined) =>
  atob(received?.headers.authorization?.replace(/^Basic /, '') ?? '');

beforeEach(async () => {
  for (const table of ['oauth_accounts', 'connect_transactions', 'outbox', 'registered_clients']) {
    await env.DB.prepare(`DELETE FROM ${table}`).run();
  }
});

describe('one address', () => {
  test('is all that is said: discovered, registered, connected for the resource', async () => {
    const j = connected();
    const { connectUrl } = await j.begin('ada', { provider: ID });
    const { location } = await j.open(connectUrl);
    expect(location.href.startsWith('https://auth.tools.example/authorize?')).toBe(true);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      client_id: 'client-1',
      resource: URL_OF_SERVER,
      code_challenge_method: 'S256',
      scope: 'boats:read boats:write',
      redirect_uri: `http://localhost:8787/connect/callback/${ID}`,
    });
    const [registration] = j.registrations();
    expect(JSON.parse(registration?.body ?? '')).toEqual({
      client_name: 'Mooring',
      client_uri: 'http://localhost:8787',
      application_type: 'native',
      redirect_uris: [`http://localhost:8787/connect/callback/${ID}`],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    });

    const reply = await connect(j, 'ada');
    expect(reply.status, await reply.clone().text()).toBe(201);
    const [exchange] = j.provider.to('/tokens');
    expect(exchange?.params.get('resource')).toBe(URL_OF_SERVER);
    expect(exchange?.params.get('code_verifier')).not.toBeNull();
    expect(basicOf(exchange)).toBe('client-1:secret-1');
    expect(j.registrations()).toHaveLength(1);
    const [row] = await j.deps.db.select().from(oauthAccounts);
    expect(row).toMatchObject({
      provider: ID,
      clientId: 'client-1',
      scope: ['boats:read', 'boats:write'],
      parameters: { resource: URL_OF_SERVER, authorization_server: ISSUER },
    });

    const path = `/v1/users/ada/integrations/${ID}/${row?.providerAccountId}`;
    const refreshed = await j.api(`${path}/refresh`, { method: 'POST' });
    expect(refreshed.status, await refreshed.clone().text()).toBe(200);
    const refresh = j.provider.to('/tokens').at(-1);
    expect(refresh?.params.get('grant_type')).toBe('refresh_token');
    expect(refresh?.params.get('resource')).toBe(URL_OF_SERVER);
    expect(basicOf(refresh)).toBe('client-1:secret-1');

    const gone = await j.api(path, { method: 'DELETE' });
    expect(await gone.json()).toEqual({ revocation: 'queued' });
    await j.deps.settle();
    const [end] = j.provider.to('/end');
    expect(end?.params.get('token')).toBe('refresh-2-of-the-server');
    expect(basicOf(end)).toBe('client-1:secret-1');
    expect(await j.deps.db.select().from(outbox)).toEqual([]);
  });

  test('the account is the user’s own: the same again, and never another user’s', async () => {
    const j = connected();
    const ids = [];
    for (const user of ['ada', 'bea', 'ada']) {
      const reply = await connect(j, user);
      expect(reply.status).toBeLessThan(300);
      ids.push((await reply.json<{ accountId: string }>()).accountId);
    }
    expect(ids[0]).toMatch(/^user-[\w-]{43}$/);
    expect(ids[2]).toBe(ids[0]);
    expect(ids[1]).not.toBe(ids[0]);
    expect(await j.deps.db.$count(oauthAccounts)).toBe(2);
  });

  test('an ID token names the account, where the record says so', async () => {
    const idToken = (sub: string) =>
      `e30.${base64url.encode(JSON.stringify({ iss: ISSUER, aud: 'client-1', exp: 4e9, sub }))}.c2ln`;
    const j = connected({ record: { accountId: 'id_token:sub' } });
    j.provider.answer('/tokens', () =>
      Response.json({ access_token: 'access-of-ann', id_token: idToken('ann') }),
    );
    const reply = await connect(j, 'ada');
    expect(await reply.json()).toMatchObject({ accountId: 'ann' });
    const other = await connect(j, 'bea');
    expect(await codeOf(other)).toBe('account_linked_to_another_user');
  });

  test('is called as it is written, also without a path', async () => {
    const j = connected();
    const reply = await connect(j, 'ada');
    const { accountId } = await reply.json<{ accountId: string }>();
    j.provider.answer(PLACES.server, ({ headers }) =>
      Response.json({ jsonrpc: '2.0', got: headers.authorization }),
    );
    for (const account of ['-', accountId]) {
      const called = await j.api(`/v1/users/ada/proxy/${ID}/${account}/`, {
        method: 'POST',
        json: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      });
      expect(called.status, await called.clone().text()).toBe(200);
      expect(await called.json()).toMatchObject({ got: 'Bearer access-1-of-the-server' });
    }
    expect(j.provider.to(PLACES.server).at(-1)?.url).toBe(URL_OF_SERVER);
    await j.api(`/v1/users/ada/proxy/${ID}/-?tools=issues`, { method: 'POST', json: {} });
    expect(j.provider.to(PLACES.server).at(-1)?.url).toBe(`${URL_OF_SERVER}?tools=issues`);
  });
});

test('it is in the catalog, ready to be connected', async () => {
  const j = connected();
  const reply = await j.api('/v1/providers');
  const { providers } = await reply.json<{ providers: { id: string }[] }>();
  expect(providers.find(({ id }) => id === ID)).toEqual({
    id: ID,
    name: 'mcp.tools.example',
    kind: 'oauth2',
    configured: true,
    scopes: [],
    experimental: false,
  });
});

describe('the scopes', () => {
  test.each<[string, Options, Record<string, unknown>, string | null]>([
    ['the challenge’s', { challenge: 'Bearer scope="boats:sail"' }, {}, 'boats:sail'],
    ['none', { resource: { scopes_supported: undefined } }, {}, null],
    ['the record’s', { record: { scopes: ['boats:own'] } }, {}, 'boats:own'],
    ['the connection’s', {}, { scopes: ['boats:one'] }, 'boats:one'],
    [
      'the resource’s and a refresh token',
      { server: { scopes_supported: ['offline_access'] } },
      {},
      'boats:read boats:write offline_access',
    ],
  ])('are %s', async (_, options, input, scope) => {
    const j = connected(options);
    const { connectUrl } = await j.begin('ada', { provider: ID, ...input });
    const { location } = await j.open(connectUrl);
    expect(location.searchParams.get('scope')).toBe(scope);
    const prompt = scope?.includes('offline_access') ? 'consent' : null;
    expect(location.searchParams.get('prompt')).toBe(prompt);
    // A second look at the link asks for the same.
    const again = await j.open(connectUrl);
    expect(again.location.searchParams.get('scope')).toBe(scope);
  });
});

describe('where the metadata stands', () => {
  test('where the 401 says, on the same host', async () => {
    const j = connected({
      challenge: 'Bearer error="invalid_token", resource_metadata="https://mcp.tools.example/meta"',
    });
    j.provider.answer('/meta', () => Response.json(resourceMetadata()));
    expect(await errorAtStart(j)).toBeNull();
    expect(j.provider.to(PLACES.own)).toEqual([]);
  });

  test('at the root, which may speak for the host', async () => {
    const j = connected();
    j.provider.answer(PLACES.own, () => new Response('', { status: 404 }));
    j.provider.answer(PLACES.root, () =>
      Response.json(resourceMetadata({ resource: 'https://mcp.tools.example' })),
    );
    const { connectUrl } = await j.begin('ada', { provider: ID });
    const { location } = await j.open(connectUrl);
    expect(location.searchParams.get('resource')).toBe('https://mcp.tools.example');
  });

  test('nowhere, and the record names the server', async () => {
    const j = connected({ record: { issuer: ISSUER } });
    j.provider.answer(PLACES.own, () => new Response('', { status: 404 }));
    const { connectUrl } = await j.begin('ada', { provider: ID });
    const { location } = await j.open(connectUrl);
    expect(location.searchParams.get('resource')).toBe(URL_OF_SERVER);
    expect(j.provider.to(PLACES.server)).toEqual([]);
  });
});

describe('metadata that is not to be believed', () => {
  const refused: [string, Options, string][] = [
    ['another resource', { resource: { resource: 'https://bank.example/mcp' } }, 'another one'],
    [
      'a neighbour on the host',
      { resource: { resource: 'https://mcp.tools.example/other' } },
      'another one',
    ],
    [
      'a longer path',
      { resource: { resource: 'https://mcp.tools.example/mcp/deep' } },
      'another one',
    ],
    ['a name that begins alike', { resource: { resource: `${URL_OF_SERVER}-2` } }, 'another one'],
    ['no server', { resource: { authorization_servers: [] } }, 'no authorization server'],
    [
      'a server over http',
      { resource: { authorization_servers: ['http://auth.tools.example'] } },
      'must be https',
    ],
    [
      'a server inside',
      { resource: { authorization_servers: ['https://169.254.169.254/t1'] } },
      'IP address',
    ],
    [
      'a server on a private name',
      { resource: { authorization_servers: ['https://vault.internal/t1'] } },
      'not a public host',
    ],
    ['another issuer', { server: { issuer: 'https://auth.evil.example/t1' } }, 'another issuer'],
    [
      'an endpoint over http',
      { server: { token_endpoint: 'http://auth.tools.example/tokens' } },
      'must be https',
    ],
    [
      'a registration inside',
      { server: { registration_endpoint: 'https://10.0.0.1/register' } },
      'IP address',
    ],
    ['no PKCE', { server: { code_challenge_methods_supported: undefined } }, 'no PKCE'],
    ['PKCE without S256', { server: { code_challenge_methods_supported: ['plain'] } }, 'no PKCE'],
    [
      'neither documents nor a registration',
      { server: { registration_endpoint: undefined } },
      'no registration',
    ],
  ];
  test.each(refused)('names %s', async (_, options, why) => {
    const j = connected(options);
    expect(await errorAtStart(j)).toBe('provider_error');
    const detail = detailOf(j, 'connect.start_failed');
    expect(detail).toContain(why);
    expect(detail).not.toMatch(/bank|\/other|deep|mcp-2|evil/);
    expect(j.registrations()).toEqual([]);
    for (const { url } of j.provider.requests) {
      expect(new URL(url).hostname).toMatch(/\.tools\.example$/);
    }
  });

  test.each([
    ['https://auth.tools.example', 'https://auth.tools.example/'],
    ['https://auth.tools.example/', 'https://auth.tools.example'],
  ])(
    'spells the server %s, which says %s: it goes by what the server says',
    async (named, said) => {
      const j = connected({ resource: { authorization_servers: [named] } });
      j.provider.answer('/.well-known/oauth-authorization-server', () =>
        Response.json(serverMetadata({ issuer: said })),
      );
      expect((await connect(j, 'ada')).status).toBe(201);
      const [row] = await j.deps.db.select().from(oauthAccounts);
      expect(row?.parameters).toMatchObject({ authorization_server: said });
    },
  );

  test('answers its own address with a page: the document of its host counts', async () => {
    const j = connected();
    const page = () =>
      new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } });
    j.provider.answer(PLACES.own, page);
    j.provider.answer(PLACES.root, () => Response.json(resourceMetadata()));
    expect(await errorAtStart(j)).toBeNull();
  });

  test('registers a client with empty texts for what it has not', async () => {
    const j = connected();
    const none = { client_secret: '', registration_access_token: '' };
    j.provider.answer('/register', ({ nth }) =>
      Response.json(registered(nth, { ...none, token_endpoint_auth_method: 'none' })),
    );
    expect((await connect(j, 'ada')).status).toBe(201);
    expect(j.registrations()).toHaveLength(1);
  });

  test('a 401 that names another host: that host is not asked', async () => {
    const j = connected({
      challenge: 'Bearer resource_metadata="https://metadata.internal.example/latest"',
    });
    expect(await errorAtStart(j)).toBeNull();
    expect(j.provider.requests.map(({ url }) => new URL(url).hostname)).not.toContain(
      'metadata.internal.example',
    );
  });

  test('a document of a tenant does not speak for the host', async () => {
    const j = connected({
      challenge: 'Bearer resource_metadata="https://mcp.tools.example/mcp/files/meta"',
    });
    j.provider.answer('/mcp/files/meta', () =>
      Response.json(resourceMetadata({ resource: 'https://mcp.tools.example/' })),
    );
    expect(await errorAtStart(j)).toBe('provider_error');
  });

  test('ten megabytes are not read', async () => {
    const j = connected();
    let sent = 0;
    j.provider.answer(
      PLACES.own,
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              sent += 65_536;
              if (sent > 10_000_000) controller.close();
              else controller.enqueue(new Uint8Array(65_536).fill(32));
            },
          }),
        ),
    );
    expect(await errorAtStart(j)).toBe('provider_error');
    expect(sent).toBeLessThan(3_000_000);
  });

  test('a redirect to another host is not followed', async () => {
    const j = connected();
    j.provider.answer(
      PLACES.own,
      () => new Response(null, { status: 302, headers: { Location: 'https://evil.example/m' } }),
    );
    expect(await errorAtStart(j)).toBe('provider_error');
    expect(j.provider.requests.some(({ url }) => url.includes('evil.example'))).toBe(false);
  });

  test('a server that is away is told as such', async () => {
    const j = connected();
    j.provider.answer(PLACES.own, () => new Response('', { status: 503 }));
    expect(await errorAtStart(j)).toBe('provider_unavailable');
  });
});

describe('a connection that has begun', () => {
  const evil = 'https://auth.evil.example/t1';

  test('stays with its server, whatever the resource names later', async () => {
    const j = connected();
    const { connectUrl } = await j.begin('ada', { provider: ID });
    const { location, cookie } = await j.open(connectUrl);
    j.provider.answer(PLACES.own, () =>
      Response.json(resourceMetadata({ authorization_servers: [evil] })),
    );
    // Another isolate, which knows nothing yet; and the link once more.
    j.deps.caches = new Caches();
    const again = await j.open(connectUrl, cookie);
    expect(again.location.host).toBe('auth.tools.example');
    const state = location.searchParams.get('state') ?? '';
    const back = await j.callback({ state, code: 'code-ann' }, cookie, ID);
    const id = new URL(back.headers.get('Location') ?? '').searchParams.get('connection') ?? '';
    expect((await j.complete('ada', id)).status).toBe(201);
    const [row] = await j.deps.db.select().from(oauthAccounts);
    const path = `/v1/users/ada/integrations/${ID}/${row?.providerAccountId}`;
    expect((await j.api(`${path}/refresh`, { method: 'POST' })).status).toBe(200);
    const hosts = j.provider.to('/tokens').map(({ url }) => new URL(url).host);
    expect(hosts).toEqual(['auth.tools.example', 'auth.tools.example']);
  });

  test.each<[string, Options, Record<string, string>, string | null]>([
    ['of another server', {}, { iss: evil }, 'issuer_mismatch'],
    ['of its own', {}, { iss: ISSUER }, null],
    ['missing and not announced', {}, {}, null],
    [
      'missing and announced',
      { server: { authorization_response_iss_parameter_supported: true } },
      {},
      'issuer_mismatch',
    ],
  ])('takes a callback with an issuer %s', async (_, options, query, error) => {
    const j = connected(options);
    const { connectUrl } = await j.begin('ada', { provider: ID });
    const { location, cookie } = await j.open(connectUrl);
    const state = location.searchParams.get('state') ?? '';
    const reply = await j.callback({ state, code: 'code-ann', ...query }, cookie, ID);
    const back = new URL(reply.headers.get('Location') ?? '').searchParams;
    expect(back.get('error')).toBe(error);
  });

  test('whose user is erased while its server is asked is gone, and is begun no more', async () => {
    const j = connected();
    const { connectUrl } = await j.begin('ada', { provider: ID });
    j.provider.answer(PLACES.server, async () => {
      await j.deps.db.delete(connectTransactions);
      return new Response('', { status: 401 });
    });
    const path = connectUrl.replace('http://localhost:8787', '');
    const reply = await j.api(path, { token: null });
    expect([reply.status, await codeOf(reply)]).toEqual([404, 'connection_not_found']);
  });

  test('takes no server and no resource from whoever begins it', async () => {
    const j = connected();
    const reply = await j.api('/v1/users/eve/connections', {
      method: 'POST',
      json: {
        provider: ID,
        returnTo: 'https://app.example.com/done',
        parameters: { authorization_server: evil, resource: 'https://bank.example/mcp' },
      },
    });
    expect(reply.status).toBe(400);
  });
});

describe('connected again without a refresh token', () => {
  const publicUrl = 'https://mooring.example.com';
  const second = 'https://auth2.tools.example/t1';
  const idToken = (iss: string) => {
    const aud = `${publicUrl}/.well-known/oauth-client/${ID}`;
    return `e30.${base64url.encode(JSON.stringify({ iss, aud, exp: 4e9, sub: 'ann' }))}.c2ln`;
  };

  /** At both servers the client is the same document. The first of them gave a refresh token. */
  async function again(record: Record<string, unknown>, server: string) {
    const j = connected({
      publicUrl,
      record,
      server: { client_id_metadata_document_supported: true },
    });
    const brings = (iss: string, refresh_token?: string) =>
      j.provider.answer('/tokens', ({ nth }) =>
        Response.json({
          access_token: `access-${nth}-of-the-server`,
          refresh_token,
          expires_in: 3600,
          id_token: idToken(iss),
        }),
      );
    brings(ISSUER, 'refresh-of-the-first');
    expect((await connect(j, 'ada')).status).toBe(201);
    j.deps.caches = new Caches();
    j.provider.answer(PLACES.own, () =>
      Response.json(resourceMetadata({ authorization_servers: [server] })),
    );
    j.provider.answer(PLACES.issuer, ({ url }) =>
      Response.json(
        serverMetadata({
          issuer: `${new URL(url).origin}/t1`,
          token_endpoint: `${new URL(url).origin}/tokens`,
          client_id_metadata_document_supported: true,
        }),
      ),
    );
    brings(server);
    const reply = await connect(j, 'ada');
    expect(reply.status, await reply.clone().text()).toBe(201);
    const [row] = await j.deps.db.select().from(oauthAccounts);
    expect(row?.parameters.authorization_server).toBe(server);
    await j.api(`/v1/users/ada/integrations/${ID}/${row?.providerAccountId}/refresh`, {
      method: 'POST',
    });
    const shown = j.provider
      .to('/tokens')
      .filter(({ params }) => params.get('refresh_token') === 'refresh-of-the-first');
    return { row, shownTo: shown.map(({ url }) => new URL(url).host) };
  }

  test.each<[string, Record<string, unknown>]>([
    ['nobody is named', {}],
    ['it is the same person', { accountId: 'id_token:sub' }],
  ])('at another server: that never sees the token of the first, where %s', async (_, record) => {
    const { row, shownTo } = await again(record, second);
    expect(shownTo).toEqual([]);
    expect(row).toMatchObject({ refreshToken: null, refreshDueAt: null });
  });

  test('at the same one: by nobody knows whom, so the token of the first consent goes', async () => {
    const { row, shownTo } = await again({}, ISSUER);
    expect(shownTo).toEqual([]);
    expect(row?.refreshToken).toBeNull();
  });

  test('at the same one, by the same person: the token of the first consent stays', async () => {
    const { shownTo } = await again({ accountId: 'id_token:sub' }, ISSUER);
    expect(shownTo).toEqual(['auth.tools.example']);
  });

  test('an ID token tells persons apart where the account is the user’s own', async () => {
    const { shownTo } = await again({ subject: 'id_token:sub' }, ISSUER);
    expect(shownTo).toEqual(['auth.tools.example']);
  });
});

describe('a registration', () => {
  const answers: [string, () => Response, string, string][] = [
    ['without a client id', () => Response.json({ client_secret: 's' }), 'provider_error', 'read'],
    [
      'for another redirect URI',
      () => Response.json(registered(1, { redirect_uris: ['https://evil.example/cb'] })),
      'provider_error',
      'another redirect URI',
    ],
    [
      'that wants what its client cannot do',
      () => Response.json(registered(1, { token_endpoint_auth_method: 'private_key_jwt' })),
      'provider_error',
      'private_key_jwt',
    ],
    [
      'that wants a secret and gives none',
      () => Response.json(registered(1, { client_secret: undefined })),
      'provider_error',
      'client_secret_basic',
    ],
    ['a page', () => new Response('<html>', { status: 200 }), 'provider_error', 'read'],
    [
      'that is refused',
      () => Response.json({ error: 'invalid_client_metadata' }, { status: 400 }),
      'provider_error',
      'status 400',
    ],
    [
      'that fails',
      () => new Response('', { status: 500 }),
      'provider_unavailable',
      'registers no client now',
    ],
    [
      'of a megabyte',
      () => Response.json(registered(1, { client_name: 'x'.repeat(1_000_000) })),
      'provider_error',
      'too_large',
    ],
  ];
  test.each(answers)('%s is none, and the next start tries again', async (_, answer, code, why) => {
    const j = connected();
    j.provider.answer('/register', answer);
    expect(await errorAtStart(j)).toBe(code);
    expect(detailOf(j, 'connect.start_failed')).toContain(why);
    expect(await j.deps.db.$count(registeredClients)).toBe(0);
    j.provider.answer('/register', () => Response.json(registered(7)));
    expect((await connect(j, 'ada')).status).toBe(201);
  });

  test('keeps its secrets sealed', async () => {
    const j = connected();
    j.provider.answer('/register', () =>
      Response.json(
        registered(1, {
          registration_client_uri: 'https://auth.tools.example/register/client-1',
          registration_access_token: 'the-token-of-the-registration',
        }),
      ),
    );
    expect((await connect(j, 'ada')).status).toBe(201);
    const { results } = await env.DB.prepare('SELECT * FROM registered_clients').all();
    const text = JSON.stringify(results) + j.deps.logLines.join('\n');
    expect(text).not.toContain('secret-1');
    expect(text).not.toContain('the-token-of-the-registration');
    expect(results[0]).toMatchObject({ client_id: 'client-1', client_auth: 'client_secret_basic' });
  });

  test('is made twice by two isolates at once, and used once: the other one is given back', async () => {
    const j = connected();
    j.provider.answer('/register', ({ nth }) =>
      Response.json(
        registered(nth, {
          registration_client_uri: `https://auth.tools.example/register/client-${nth}`,
          registration_access_token: `token-of-registration-${nth}`,
        }),
      ),
    );
    for (const n of [1, 2]) {
      j.provider.answer(`/register/client-${n}`, () => new Response(null, { status: 204 }));
    }
    const links = [
      await j.begin('ada', { provider: ID }),
      await j.begin('bea', { provider: ID }),
    ] as const;
    const hold = j.provider.hold('/register');
    const opened = links.map(({ connectUrl }) => j.open(connectUrl));
    await hold.arrived;
    hold.release();
    const clients = (await Promise.all(opened)).map(({ location }) =>
      location.searchParams.get('client_id'),
    );
    expect(new Set(clients).size).toBe(1);
    expect(await j.deps.db.$count(registeredClients)).toBe(1);
    const deleted = j.provider.requests.filter(({ method }) => method === 'DELETE');
    expect(deleted).toHaveLength(j.registrations().length - 1);
    for (const { path } of deleted) expect(path).not.toBe(`/register/${clients[0]}`);
  });

  test('that the server has forgotten is made anew; what it had granted keeps its client', async () => {
    const j = connected();
    expect((await connect(j, 'ada')).status).toBe(201);
    const usual = ({ nth }: Received) =>
      Response.json({ access_token: `access-${nth}-later`, refresh_token: `refresh-${nth}-later` });
    const forgets = (received: Received) =>
      basicOf(received).startsWith('client-1:')
        ? Response.json({ error: 'invalid_client' }, { status: 401 })
        : usual(received);
    j.provider.answer('/tokens', forgets);
    // One connection is lost, and the next ones are well.
    expect(await codeOf(await connect(j, 'bea'))).toBe('provider_error');
    expect((await connect(j, 'bea')).status).toBe(201);
    const rows = await j.deps.db.select().from(oauthAccounts);
    const clients = rows.map(({ userId, clientId }) => [userId, clientId]);
    expect(Object.fromEntries(clients)).toEqual({ ada: 'client-1', bea: 'client-2' });
    // It may have been a mistake of the server's.
    j.provider.answer('/tokens', usual);
    const row = rows.find(({ userId }) => userId === 'ada');
    const path = `/v1/users/ada/integrations/${ID}/${row?.providerAccountId}`;
    j.deps.clock.advance(3_600_000);
    expect((await j.api(`${path}/refresh`, { method: 'POST' })).status).toBe(200);
    expect(basicOf(j.provider.to('/tokens').at(-1))).toBe('client-1:secret-1');
  });

  test('that stays forgotten ends what it had granted, once the other client works', async () => {
    const j = connected();
    expect((await connect(j, 'ada')).status).toBe(201);
    j.provider.answer('/tokens', (received) =>
      basicOf(received).startsWith('client-1:')
        ? Response.json({ error: 'invalid_client' }, { status: 401 })
        : Response.json({ access_token: 'access-of-the-second', refresh_token: 'refresh-2nd' }),
    );
    const [row] = await j.deps.db.select().from(oauthAccounts);
    const path = `/v1/users/ada/integrations/${ID}/${row?.providerAccountId}`;
    const refresh = () => j.api(`${path}/refresh`, { method: 'POST' });
    j.deps.clock.advance(60_000);
    // Nobody knows yet whether the server is right.
    expect(await codeOf(await refresh())).not.toBe('needs_reconnect');
    j.deps.clock.advance(60_000);
    expect((await connect(j, 'bea')).status).toBe(201);
    j.deps.clock.advance(3_600_000);
    j.deps.caches = new Caches();
    expect(await codeOf(await refresh())).toBe('needs_reconnect');
    expect((await connect(j, 'ada')).status).toBe(201);
    const all = await j.deps.db.select().from(oauthAccounts);
    expect(all.map(({ clientId }) => clientId)).toEqual(['client-2', 'client-2']);
  });

  test('whose secret has run out is made anew', async () => {
    const j = connected();
    j.provider.answer('/register', ({ nth }) =>
      Response.json(
        registered(nth, {
          client_secret_expires_at: Math.floor(j.deps.now() / 1000) + 3600,
        }),
      ),
    );
    expect((await connect(j, 'ada')).status).toBe(201);
    j.deps.clock.advance(1_800_000);
    expect((await connect(j, 'bea')).status).toBe(201);
    expect(j.registrations()).toHaveLength(1);
    j.deps.clock.advance(1_200_000);
    expect((await connect(j, 'cyd')).status).toBe(201);
    expect(j.registrations()).toHaveLength(2);
  });

  test('is of one server: another one gets its own', async () => {
    const j = connected();
    expect((await connect(j, 'ada')).status).toBe(201);
    j.deps.caches = new Caches();
    const second = 'https://auth2.tools.example/t1';
    j.provider.answer(PLACES.own, () =>
      Response.json(resourceMetadata({ authorization_servers: [second] })),
    );
    j.provider.answer(PLACES.issuer, ({ url }) =>
      Response.json(serverMetadata({ issuer: `${new URL(url).origin}/t1` })),
    );
    expect((await connect(j, 'bea')).status).toBe(201);
    const servers = await j.deps.db.select().from(registeredClients);
    expect(servers.map(({ server, clientId }) => [server, clientId])).toEqual([
      [ISSUER, 'client-1'],
      [second, 'client-2'],
    ]);
  });
});

describe('a client by settings', () => {
  test.each([
    ['with a secret', { TOOLS_MCP_CLIENT_SECRET: 'own-secret' }, 'own:own-secret'],
    ['without one', {}, ''],
  ])('%s wins', async (_, settings, basic) => {
    const j = connected({
      settings: { TOOLS_MCP_CLIENT_ID: 'own', ...settings },
      server: { client_id_metadata_document_supported: true },
    });
    expect((await connect(j, 'ada')).status).toBe(201);
    expect(j.registrations()).toEqual([]);
    expect(basicOf(j.provider.to('/tokens')[0])).toBe(basic);
    const [row] = await j.deps.db.select().from(oauthAccounts);
    expect(row?.clientId).toBe('own');
    const [transaction] = await j.deps.db.select().from(connectTransactions);
    expect(transaction?.clientId).toBe('own');
  });
});

test('settings that come later are for new connections', async () => {
  const before = connected();
  expect((await connect(before, 'ada')).status).toBe(201);
  const [row] = await before.deps.db.select().from(oauthAccounts);
  const after = connected({ settings: { TOOLS_MCP_CLIENT_ID: 'own' } });
  const path = `/v1/users/ada/integrations/${ID}/${row?.providerAccountId}`;
  expect((await after.api(`${path}/refresh`, { method: 'POST' })).status).toBe(200);
  expect((await connect(after, 'bea')).status).toBe(201);
  const [refresh, exchange] = after.provider.to('/tokens');
  expect(basicOf(refresh)).toBe('client-1:secret-1');
  expect(exchange?.params.get('client_id')).toBe('own');
});

describe('a client by its document', () => {
  const publicUrl = 'https://mooring.example.com';
  const document = `${publicUrl}/.well-known/oauth-client/${ID}`;

  test('is used where the server takes it, and has no secret', async () => {
    const j = connected({ publicUrl, server: { client_id_metadata_document_supported: true } });
    const { connectUrl } = await j.begin('ada', { provider: ID });
    const { location } = await j.open(connectUrl);
    expect(location.searchParams.get('client_id')).toBe(document);
    expect((await connect(j, 'ada')).status).toBe(201);
    const [exchange] = j.provider.to('/tokens');
    expect(exchange?.params.get('client_id')).toBe(document);
    expect(exchange?.headers.authorization).toBeUndefined();
    expect(j.registrations()).toEqual([]);
    const [row] = await j.deps.db.select().from(oauthAccounts);
    expect(row?.clientId).toBe(document);
  });

  test('can be fetched by anybody, and names itself', async () => {
    const j = connected({ publicUrl });
    const reply = await j.api(`/.well-known/oauth-client/${ID}`, { token: null });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('Content-Type')).toBe('application/json');
    expect(await reply.json()).toMatchObject({
      client_id: document,
      application_type: 'web',
      redirect_uris: [`${publicUrl}/connect/callback/${ID}`],
      token_endpoint_auth_method: 'none',
    });
    for (const other of ['reddit', 'nobody']) {
      const none = await j.api(`/.well-known/oauth-client/${other}`, { token: null });
      expect(none.status).toBe(404);
    }
  });

  test('is not used from localhost, where nobody can fetch it', async () => {
    const j = connected({ server: { client_id_metadata_document_supported: true } });
    expect((await connect(j, 'ada')).status).toBe(201);
    expect(j.registrations()).toHaveLength(1);
  });
});
