/** A client at each host that users name (Mastodon): whose secret goes where. */
import { beforeEach, describe, expect, it } from 'vitest';
import { registeredClients } from '../../src/db/schema';
import { authorizationEndpointsOf } from '../../src/oauth/endpoints';
import { clientForConnection, clientOf } from '../../src/oauth/registration';
import { readRequest } from '../simulator/request';
import { configWith } from '../support/config';
import { type TestDeps, testDeps } from '../support/deps';
import { json } from '../support/provider';

const ours = { host: 'ours.example' };
const theirs = { host: 'theirs.example' };

/** Each host answers with what is said of it; the requests, by host. */
function setup(answers: Record<string, Record<string, unknown>>) {
  const asked: Record<string, URLSearchParams[]> = {};
  const deps = testDeps({
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { host, pathname } = new URL(request.url);
      expect([request.method, pathname]).toEqual(['POST', '/api/v1/apps']);
      asked[host] = [...(asked[host] ?? []), (await readRequest(request)).sent.params];
      return json(answers[host] ?? {});
    },
  });
  return { deps, asked };
}

const configured = (deps: TestDeps, id = 'mastodon') => {
  const client = deps.config.providers.client(id);
  if (!client) throw new Error('there is no such client');
  return client;
};

const begin = async (deps: TestDeps, parameters: Record<string, string>, id?: string) => {
  const client = configured(deps, id);
  const endpoints = await authorizationEndpointsOf(deps, client.provider, parameters);
  return clientForConnection(deps, client, endpoints);
};

beforeEach(async () => {
  await testDeps().db.delete(registeredClients);
});

describe('a client for each host', () => {
  it('is registered once, as the record has it, and its secret is sealed', async () => {
    const { deps, asked } = setup({
      'ours.example': { client_id: 'a', client_secret: 'canary-of-ours' },
      'theirs.example': { client_id: 'b', client_secret: 'canary-of-theirs' },
    });
    for (let n = 0; n < 2; n += 1) {
      expect(await begin(deps, ours)).toMatchObject({
        clientId: 'a',
        clientSecret: 'canary-of-ours',
      });
      expect(await begin(deps, theirs)).toMatchObject({
        clientId: 'b',
        clientSecret: 'canary-of-theirs',
      });
    }
    expect(Object.values(asked).map(({ length }) => length)).toEqual([1, 1]);
    expect(Object.fromEntries(asked['ours.example']?.[0] ?? [])).toMatchObject({
      client_name: deps.config.brand.name,
      redirect_uris: `${deps.config.publicUrl}/connect/callback/mastodon`,
      website: deps.config.publicUrl,
      scopes: expect.stringContaining('read:accounts'),
    });
    const rows = await deps.db.select().from(registeredClients);
    expect(rows.map(({ server }) => server).sort()).toEqual([
      'https://ours.example',
      'https://theirs.example',
    ]);
    expect(JSON.stringify([rows, deps.logLines])).not.toContain('canary');
  });

  it('is that of its own host, also where another one gives out the same id later', async () => {
    const { deps } = setup({
      'ours.example': { client_id: 'same', client_secret: 'of-ours' },
      'theirs.example': { client_id: 'same', client_secret: 'of-theirs' },
    });
    await begin(deps, ours);
    await begin(deps, theirs);
    const client = configured(deps);
    expect(await clientOf(deps, client, 'same', ours)).toMatchObject({ clientSecret: 'of-ours' });
    expect(await clientOf(deps, client, 'same', theirs)).toMatchObject({
      clientSecret: 'of-theirs',
    });
  });

  it.each([
    ['no client', {}],
    [
      'another redirect URI',
      { client_id: 'a', client_secret: 's', redirect_uris: ['https://x.example/'] },
    ],
    ['no secret', { client_id: 'a', token_endpoint_auth_method: 'client_secret_post' }],
  ])('is none where the host gives %s', async (_, answer) => {
    const { deps } = setup({ 'ours.example': answer });
    await expect(begin(deps, ours)).rejects.toMatchObject({ code: 'provider_error' });
    expect(await deps.db.select().from(registeredClients)).toEqual([]);
  });

  it.each(['localhost', '127.0.0.1', 'x.internal', 'ours.example/path', 'a@b.example'])(
    'is registered at no host like %s',
    async (host) => {
      const { deps, asked } = setup({});
      await expect(begin(deps, { host })).rejects.toMatchObject({ code: 'provider_error' });
      expect(asked).toEqual({});
    },
  );
});

describe('a client at each issuer that users name', () => {
  const record = {
    name: 'Fleet',
    kind: 'oauth2',
    issuer: 'https://{host}',
    parameters: { host: { label: 'Server', pattern: '[a-z.]+' } },
    clientRegistration: 'automatic',
    accountId: ['parameter:host', 'sub'],
    refreshModel: 'static',
  };

  it.each([
    ['as the metadata says', {}],
    ['where the record says', { registrationUrl: 'https://{host}/clients' }],
  ])('registered %s: its secret goes to that issuer only', async (_, more) => {
    const deps = testDeps({
      config: configWith({ fleet: { ...record, ...more } }),
      fetch: async (input, init) => {
        const { method, url } = new Request(input, init);
        const { origin, host } = new URL(url);
        return method === 'POST'
          ? json({ client_id: 'same', client_secret: `of-${host}` })
          : json({
              issuer: origin,
              authorization_endpoint: `${origin}/authorize`,
              token_endpoint: `${origin}/token`,
              userinfo_endpoint: `${origin}/me`,
              registration_endpoint: `${origin}/clients`,
            });
      },
    });
    for (const one of [ours, theirs]) await begin(deps, one, 'fleet');
    const client = configured(deps, 'fleet');
    for (const one of [ours, theirs]) {
      expect(await clientOf(deps, client, 'same', one)).toMatchObject({
        clientSecret: `of-${one.host}`,
      });
    }
  });
});
