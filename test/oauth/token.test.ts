import { describe, expect, it } from 'vitest';
import { Caches } from '../../src/caches';
import { endpointsOf } from '../../src/oauth/endpoints';
import { exchangeCode, extendToken, refreshGrant } from '../../src/oauth/token';
import { records } from '../../src/providers/records';
import { type OAuth2Provider, oauth2ProviderSchema } from '../../src/providers/types';
import { answering, json } from '../support/provider';
import { clientOf, endpoints, oauth2Provider, signing } from './support/providers';

const redirectUri = 'https://mooring.example.com/connect/callback/acme';
const code = { code: 'c-1', verifier: 'v-1', redirectUri, timeoutMs: 1000 };
const refresh = { refreshToken: 'r-1', scopes: ['read', 'write'], timeoutMs: 1000 };
const basic = (text: string) => `Basic ${btoa(text)}`;
const form = (body: string | undefined) => Object.fromEntries(new URLSearchParams(body));

const builtIn = (id: string): OAuth2Provider =>
  oauth2ProviderSchema.parse(records.find((record) => record.id === id));
const endpointsFor = (provider: OAuth2Provider) =>
  endpointsOf(
    {
      fetch: answering().fetch,
      now: () => 0,
      caches: new Caches(),
      config: { publicUrl: 'https://mooring.example.com' },
    },
    provider,
    {},
  );

describe('the code exchange', () => {
  it('is the request of RFC 6749 4.1.3, with the verifier of RFC 7636', async () => {
    const { fetch, requests } = answering(json({ access_token: 'a' }));
    const reply = await exchangeCode(
      { ...signing, fetch },
      clientOf(oauth2Provider()),
      endpoints,
      code,
    );
    expect(reply).toMatchObject({ kind: 'reply', status: 200 });
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: 'https://id.acme.example/token',
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
        },
      },
    ]);
    expect(form(requests[0]?.body)).toEqual({
      grant_type: 'authorization_code',
      code: 'c-1',
      redirect_uri: redirectUri,
      code_verifier: 'v-1',
      client_id: 'client',
      client_secret: 'secret',
    });
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });

  it('carries no verifier where the provider takes none', async () => {
    const { fetch, requests } = answering(json({}));
    await exchangeCode(
      { ...signing, fetch },
      clientOf(oauth2Provider({ pkce: false })),
      endpoints,
      code,
    );
    expect(form(requests[0]?.body)).not.toHaveProperty('code_verifier');
  });

  it.each([
    ['plain', 'client', 'secret', 'client:secret'],
    ["Reddit's, which are not decoded there", 'aB-c_D', 'x.y-z_0', 'aB-c_D:x.y-z_0'],
    [
      'with what must be encoded (RFC 6749 2.3.1)',
      'a:b',
      'p&q=r s/ü',
      'a%3Ab:p%26q%3Dr+s%2F%C3%BC',
    ],
  ])(
    'proves the client by Basic, id and secret %s',
    async (_, clientId, clientSecret, expected) => {
      const { fetch, requests } = answering(json({}));
      const client = clientOf(oauth2Provider({ clientAuth: 'client_secret_basic' }), {
        clientId,
        clientSecret,
      });
      await exchangeCode({ ...signing, fetch }, client, endpoints, code);
      expect(requests[0]?.headers.authorization).toBe(basic(expected));
      expect(form(requests[0]?.body)).not.toHaveProperty('client_secret');
      expect(form(requests[0]?.body)).not.toHaveProperty('client_id');
    },
  );

  it.each([
    ['as they are', 'an-id', 'a+b/c=', 'an-id:a+b/c='],
    ['in UTF-8', 'an-id', 'gr\u00fcn', 'an-id:gr\u00c3\u00bcn'],
  ])(
    'proves the client by raw Basic, id and secret %s, where the server does not decode',
    async (_, clientId, clientSecret, expected) => {
      const { fetch, requests } = answering(json({}));
      const client = clientOf(oauth2Provider({ clientAuth: 'client_secret_basic_raw' }), {
        clientId,
        clientSecret,
      });
      await exchangeCode({ ...signing, fetch }, client, endpoints, code);
      expect(requests[0]?.headers.authorization).toBe(basic(expected));
      expect(form(requests[0]?.body)).not.toHaveProperty('client_id');
    },
  );

  it.each([
    ['the record', 'client_secret_basic', 'client_secret_post'],
    ['the metadata, where the record is silent', undefined, 'client_secret_basic'],
  ] as const)('proves the client as %s says', async (_, clientAuth, announced) => {
    const { fetch, requests } = answering(json({}));
    const client = clientOf(oauth2Provider({ clientAuth }));
    await exchangeCode(
      { ...signing, fetch },
      client,
      { ...endpoints, clientAuth: announced },
      code,
    );
    expect(requests[0]?.headers.authorization).toBe(basic('client:secret'));
  });

  it('of a public client names it and sends no secret', async () => {
    const { fetch, requests } = answering(json({}));
    const client = clientOf(oauth2Provider({ clientAuth: 'none' }), { clientSecret: null });
    await exchangeCode({ ...signing, fetch }, client, endpoints, code);
    expect(form(requests[0]?.body)).toMatchObject({ client_id: 'client' });
    expect(requests[0]?.body).not.toContain('secret');
  });

  it('takes names, headers and parameters from the record', async () => {
    const { fetch, requests } = answering(json({}));
    const provider = oauth2Provider({
      clientIdParam: 'client_key',
      headers: { 'Notion-Version': '2022-06-28', Accept: 'application/vnd.x+json' },
      tokenParams: { expiring: '1', app: '{client_id}' },
    });
    await exchangeCode({ ...signing, fetch }, clientOf(provider), endpoints, code);
    expect(requests[0]?.headers).toMatchObject({
      'notion-version': '2022-06-28',
      accept: 'application/vnd.x+json',
    });
    expect(form(requests[0]?.body)).toMatchObject({
      client_key: 'client',
      expiring: '1',
      app: 'client',
    });
    expect(form(requests[0]?.body)).not.toHaveProperty('client_id');
  });

  it('is JSON where the record says so (Notion)', async () => {
    const { fetch, requests } = answering(json({}));
    const provider = oauth2Provider({ tokenRequest: { body: 'json' } });
    await exchangeCode({ ...signing, fetch }, clientOf(provider), endpoints, code);
    expect(requests[0]?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ code: 'c-1', client_id: 'client' });
  });

  it('keeps the query of the token URL (RFC 6749 3.2)', async () => {
    const { fetch, requests } = answering(json({}), json({}));
    const tokenUrl = 'https://id.acme.example/token?realm=a';
    await exchangeCode(
      { ...signing, fetch },
      clientOf(oauth2Provider()),
      { ...endpoints, tokenUrl },
      code,
    );
    const query = oauth2Provider({ tokenRequest: { method: 'POST', body: 'query' } });
    await exchangeCode({ ...signing, fetch }, clientOf(query), { ...endpoints, tokenUrl }, code);
    expect(requests[0]?.url).toBe(tokenUrl);
    expect(requests[1]?.url).toMatch(/^https:\/\/id\.acme\.example\/token\?realm=a&grant_type=/);
    expect(requests[1]?.body).toBe('');
  });
});

describe('a token reply', () => {
  it('of two tokens of 60 KB is read, a longer one is not', async () => {
    const of = (length: number) => json({ access_token: 'a'.repeat(length), refresh_token: 'r' });
    const sent = (length: number) =>
      refreshGrant(
        { ...signing, fetch: answering(of(length)).fetch },
        clientOf(oauth2Provider()),
        endpoints,
        refresh,
      );
    expect(await sent(120_000)).toMatchObject({ kind: 'reply' });
    expect(await sent(132_000)).toEqual({ kind: 'failed', reason: 'too_large' });
  });
});

describe('the refresh', () => {
  it('is the request of RFC 6749 6, without scopes', async () => {
    const { fetch, requests } = answering(json({}));
    await refreshGrant({ ...signing, fetch }, clientOf(oauth2Provider()), endpoints, refresh);
    expect(form(requests[0]?.body)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'r-1',
      client_id: 'client',
      client_secret: 'secret',
    });
  });

  it('encodes a token that holds anything (Twitch)', async () => {
    const { fetch, requests } = answering(json({}));
    const refreshToken = 'a+b/c=&d%20é';
    await refreshGrant({ ...signing, fetch }, clientOf(oauth2Provider()), endpoints, {
      ...refresh,
      refreshToken,
    });
    expect(form(requests[0]?.body).refresh_token).toBe(refreshToken);
  });

  it('sends the scopes where the record says so (Microsoft)', async () => {
    const { fetch, requests } = answering(json({}));
    const provider = oauth2Provider({ scopeOnRefresh: true, scopeSeparator: ',' });
    await refreshGrant({ ...signing, fetch }, clientOf(provider), endpoints, refresh);
    expect(form(requests[0]?.body).scope).toBe('read,write');
  });

  it('names the redirect URI of the consent where the record says so (GitLab)', async () => {
    const { fetch, requests } = answering(json({}));
    const client = clientOf(builtIn('gitlab'));
    await refreshGrant({ ...signing, fetch }, client, await endpointsFor(client.provider), refresh);
    expect(form(requests[0]?.body)).toMatchObject({
      refresh_token: 'r-1',
      redirect_uri: 'https://mooring.example.com/connect/callback/gitlab',
    });
  });

  it('goes to its own URL where there is one (Figma)', async () => {
    const { fetch, requests } = answering(json({}));
    const refreshUrl = 'https://api.acme.example/refresh';
    await refreshGrant(
      { ...signing, fetch },
      clientOf(oauth2Provider()),
      { ...endpoints, refreshUrl },
      refresh,
    );
    expect(requests[0]?.url).toBe(refreshUrl);
  });

  it.each([
    ['rotating', { refreshToken: null, accessToken: 'a-1' }],
    ['extend', { refreshToken: 'r-1', accessToken: null }],
  ] as const)('of a %s token is never sent without it', async (refreshModel, given) => {
    const { fetch, requests } = answering(json({}));
    const provider = oauth2Provider({
      refreshModel,
      refreshParams: { access_token: '{access_token}' },
    });
    const sent = refreshGrant({ ...signing, fetch }, clientOf(provider), endpoints, {
      ...refresh,
      ...given,
    });
    await expect(sent).rejects.toThrow('needs the');
    expect(requests).toHaveLength(0);
  });
});

describe('Instagram', () => {
  const client = clientOf(builtIn('instagram'));

  it('exchanges the code by form, then the short token for a long one, then extends it', async () => {
    const { fetch, requests } = answering(json({}), json({}), json({}));
    const urls = await endpointsFor(client.provider);
    await exchangeCode({ ...signing, fetch }, client, urls, code);
    await extendToken({ ...signing, fetch }, client, urls, {
      accessToken: 'short',
      timeoutMs: 1000,
    });
    await refreshGrant({ ...signing, fetch }, client, urls, {
      accessToken: 'long',
      scopes: ['a'],
      timeoutMs: 1000,
    });
    expect(requests.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', 'https://api.instagram.com/oauth/access_token', expect.stringContaining('code=c-1')],
      [
        'GET',
        'https://graph.instagram.com/access_token?grant_type=ig_exchange_token&client_secret=secret&access_token=short',
        '',
      ],
      [
        'GET',
        'https://graph.instagram.com/refresh_access_token?grant_type=ig_refresh_token&access_token=long',
        '',
      ],
    ]);
    expect(requests[0]?.body).not.toContain('code_verifier');
  });

  it('has no second step for others', async () => {
    const { fetch } = answering();
    const extend = extendToken({ ...signing, fetch }, clientOf(oauth2Provider()), endpoints, {
      accessToken: 'a',
      timeoutMs: 1000,
    });
    await expect(extend).rejects.toThrow('no extendedToken step');
  });
});

describe('Reddit', () => {
  it('is asked with Basic and a user agent of its own', async () => {
    const { fetch, requests } = answering(json({}));
    const client = clientOf(builtIn('reddit'));
    await refreshGrant({ ...signing, fetch }, client, await endpointsFor(client.provider), refresh);
    expect(requests).toMatchObject([
      {
        url: 'https://www.reddit.com/api/v1/access_token',
        body: 'grant_type=refresh_token&refresh_token=r-1',
        headers: { authorization: basic('client:secret') },
      },
    ]);
    expect(requests[0]?.headers['user-agent']).toMatch(/^web:mooring:/);
  });
});
