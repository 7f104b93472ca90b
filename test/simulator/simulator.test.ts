/** The simulator's own teeth: it refuses what the provider would refuse, and remembers. */
import { describe, expect, it } from 'vitest';
import { discord } from './fixtures/discord.ts';
import { githubApp } from './fixtures/github-app.ts';
import { instagram } from './fixtures/instagram.ts';
import { microsoft } from './fixtures/microsoft.ts';
import { reddit } from './fixtures/reddit.ts';
import { shopify } from './fixtures/shopify.ts';
import { strava } from './fixtures/strava.ts';
import { x } from './fixtures/x.ts';
import { simulate } from './simulator.ts';
import type { Fixture } from './types.ts';

const client = {
  id: 'an-app',
  secret: 'a-secret',
  redirectUri: 'https://app.example/callback',
};
const VERIFIER = 'v'.repeat(43);
/** SHA-256 of the verifier, base64url. */
const CHALLENGE = await (async () => {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(VERIFIER));
  const text = btoa(String.fromCharCode(...new Uint8Array(hash)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
})();

const basic = `Basic ${btoa(`${client.id}:${client.secret}`)}`;

interface Tokens {
  access_token: string;
  refresh_token?: string;
  error?: string;
}

/** A client as simple as can be: what is sent stands in each test. */
function visit(fixture: Fixture) {
  let now = Date.UTC(2026, 10, 22);
  const simulator = simulate(fixture, { ...client }, () => now);
  const post = async (
    url: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ) => {
    const reply = await simulator.fetch(url, {
      method: 'POST',
      body: new URLSearchParams(form).toString(),
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Accept: 'application/json',
        ...headers,
      },
    });
    return { status: reply.status, body: (await reply.json().catch(() => null)) as Tokens };
  };
  const authorize = async (query: Record<string, string>) => {
    const url = new URL(fixture.authorization.url);
    const whole: Record<string, string> = {
      response_type: 'code',
      client_id: client.id,
      redirect_uri: client.redirectUri,
      state: 's',
      ...query,
    };
    for (const [name, value] of Object.entries(whole)) url.searchParams.set(name, value);
    const reply = await simulator.fetch(url, { redirect: 'manual' });
    const location = reply.headers.get('Location');
    return { status: reply.status, back: location === null ? null : new URL(location) };
  };
  const exchange = (code: string, more: Record<string, string> = {}, headers = {}) =>
    post(
      fixture.token.url,
      {
        grant_type: 'authorization_code',
        code,
        redirect_uri: client.redirectUri,
        client_id: client.id,
        client_secret: client.secret,
        ...more,
      },
      headers,
    );
  const refresh = (token: string, more: Record<string, string> = {}, headers = {}) =>
    post(
      fixture.token.url,
      {
        grant_type: 'refresh_token',
        refresh_token: token,
        client_id: client.id,
        client_secret: client.secret,
        ...more,
      },
      headers,
    );
  return {
    simulator,
    post,
    authorize,
    exchange,
    refresh,
    wait: (seconds: number) => {
      now += seconds * 1000;
    },
  };
}

const codeOf = ({ back }: { back: URL | null }) => back?.searchParams.get('code') ?? '';

describe('at the authorization endpoint', () => {
  it('a stranger’s client or redirect gets an error page, never a redirect', async () => {
    const { authorize } = visit(discord);
    expect((await authorize({ scope: 'identify', client_id: 'other' })).back).toBeNull();
    const elsewhere = { scope: 'identify', redirect_uri: 'https://evil.example/' };
    expect((await authorize(elsewhere)).back).toBeNull();
  });

  it.each([
    ['an unknown scope', discord, { scope: 'identify,guilds' }, 'invalid_scope'],
    ['no scope', discord, {}, 'invalid_scope'],
    ['no challenge where one is required', x, { scope: 'users.read' }, 'invalid_request'],
    [
      'a plain challenge',
      x,
      { scope: 'users.read', code_challenge: VERIFIER, code_challenge_method: 'plain' },
      'invalid_request',
    ],
    [
      'another response type',
      discord,
      { scope: 'identify', response_type: 'token' },
      'invalid_request',
    ],
  ] as const)('%s comes back as an error', async (_, fixture, query, error) => {
    const { back } = await visit(fixture).authorize({ ...query });
    expect(back?.searchParams.get('error')).toBe(error);
    expect(back?.searchParams.get('state')).toBe('s');
    expect(back?.searchParams.has('code')).toBe(false);
  });

  it('Shopify signs what it sends back, so that a changed shop shows', async () => {
    const { authorize } = visit(shopify);
    const { back } = await authorize({ scope: 'read_products' });
    const query = Object.fromEntries(back?.searchParams ?? []);
    expect(query).toMatchObject({ shop: 'ada-shop.myshopify.com', state: 's' });
    expect(query.hmac).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('at the token endpoint', () => {
  it('a code is good once, for its own redirect and verifier', async () => {
    const { authorize, exchange } = visit(discord);
    const headers = { 'User-Agent': 'DiscordBot (https://app.example, 1.0)' };
    const query = { scope: 'identify', code_challenge: CHALLENGE, code_challenge_method: 'S256' };
    const code = codeOf(await authorize(query));
    expect((await exchange(code, { code_verifier: VERIFIER }, headers)).status).toBe(200);
    expect((await exchange(code, { code_verifier: VERIFIER }, headers)).body.error).toBe(
      'invalid_grant',
    );
    const other = codeOf(await authorize(query));
    expect((await exchange(other, { code_verifier: 'w'.repeat(43) }, headers)).status).toBe(400);
    const third = codeOf(await authorize(query));
    expect((await exchange(third, {}, headers)).status).toBe(400);
  });

  it('a client is who it proves to be, in the way that the provider has', async () => {
    const { authorize, exchange } = visit(reddit);
    const agent = { 'User-Agent': 'web:test:v1 (by /u/ada)' };
    const code = codeOf(await authorize({ scope: 'identity' }));
    expect((await exchange(code, {}, agent)).status).toBe(401);
    expect((await exchange(code, {}, { ...agent, Authorization: 'Basic eDp5' })).status).toBe(401);
    expect((await exchange(code, {}, { ...agent, Authorization: basic })).status).toBe(200);
  });

  it('no refresh token is given to who did not ask for one', async () => {
    const { authorize, exchange } = visit(reddit);
    const headers = { 'User-Agent': 'web:test:v1 (by /u/ada)', Authorization: basic };
    const plain = await exchange(codeOf(await authorize({ scope: 'identity' })), {}, headers);
    expect(plain.body.refresh_token).toBeUndefined();
    const asked = codeOf(await authorize({ scope: 'identity', duration: 'permanent' }));
    expect((await exchange(asked, {}, headers)).body.refresh_token).toEqual(expect.any(String));
  });
});

describe('GitHub', () => {
  it('answers with a form whoever does not ask for JSON', async () => {
    const { authorize, simulator } = visit(githubApp);
    const form = {
      grant_type: 'authorization_code',
      code: codeOf(await authorize({})),
      redirect_uri: client.redirectUri,
      client_id: client.id,
      client_secret: client.secret,
    };
    const reply = await simulator.fetch(githubApp.token.url, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    expect(reply.headers.get('Content-Type')).toMatch('application/x-www-form-urlencoded');
    const bytes = await reply.arrayBuffer();
    const fields = new URLSearchParams(new TextDecoder().decode(bytes));
    expect(fields.get('access_token')).toMatch(/^ghu_/);
  });
});

describe('a refresh token that was used', () => {
  const connected = async (fixture: Fixture, query: Record<string, string>, headers = {}) => {
    const visitor = visit(fixture);
    const code = codeOf(await visitor.authorize(query));
    const { body } = await visitor.exchange(
      code,
      { code_verifier: VERIFIER, expiring: '1' },
      headers,
    );
    return { ...visitor, first: body.refresh_token ?? '', access: body.access_token };
  };
  const pkce = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };

  it('dies (GitHub Apps), and the old access token with it', async () => {
    const { refresh, first, access, simulator } = await connected(githubApp, pkce);
    const { body } = await refresh(first);
    expect(simulator.accepts(access)).toBe(false);
    expect(simulator.accepts(body.access_token)).toBe(true);
    expect((await refresh(first)).body.error).toBe('bad_refresh_token');
    expect((await refresh(body.refresh_token ?? '')).body.error).toBeUndefined();
  });

  it('kills the grant when it is used again (X)', async () => {
    const headers = { Authorization: basic };
    const scope = 'users.read offline.access';
    const { refresh, first, simulator } = await connected(x, { scope, ...pkce }, headers);
    const { body } = await refresh(first, {}, headers);
    expect((await refresh(first, {}, headers)).status).toBe(400);
    expect((await refresh(body.refresh_token ?? '', {}, headers)).status).toBe(400);
    expect(simulator.good('access')).toBe(0);
  });

  it('brings the same pair again until its replacement was used (Shopify)', async () => {
    const { refresh, first } = await connected(shopify, { scope: 'read_products' });
    const second = await refresh(first);
    expect((await refresh(first)).body).toMatchObject({
      access_token: second.body.access_token,
      refresh_token: second.body.refresh_token,
    });
    await refresh(second.body.refresh_token ?? '');
    expect((await refresh(first)).body.error).toBe('invalid_request');
  });

  it('stays (Microsoft), although each refresh brings another one', async () => {
    const scope = 'openid offline_access User.Read';
    const { refresh, first } = await connected(microsoft, { scope, ...pkce });
    const one = await refresh(first, { scope });
    const two = await refresh(first, { scope });
    expect(one.status).toBe(200);
    expect(two.status).toBe(200);
    expect(one.body.refresh_token).not.toBe(two.body.refresh_token);
  });

  it('brings the same tokens while there is more than an hour left (Strava)', async () => {
    const { refresh, first, access, wait } = await connected(strava, { scope: 'read' });
    expect((await refresh(first)).body.access_token).toBe(access);
    wait(6 * 3600 - 1800);
    expect((await refresh(first)).body.access_token).not.toBe(access);
  });

  it('is worth nothing after its end (GitHub Apps: six months)', async () => {
    const { refresh, first, wait } = await connected(githubApp, pkce);
    wait(15_897_600 + 1);
    expect((await refresh(first)).body.error).toBe('bad_refresh_token');
  });
});

describe('Meta', () => {
  it('extends only a long-lived token, which is a day old and alive', async () => {
    const { authorize, exchange, simulator, wait } = visit(instagram);
    const code = codeOf(await authorize({ scope: 'instagram_business_basic' }));
    const { body } = await exchange(code);
    const short = (body as unknown as { data: { access_token: string }[] }).data[0]?.access_token;
    const get = async (path: string, query: Record<string, string>) => {
      const reply = await simulator.fetch(
        `https://graph.instagram.com/${path}?${new URLSearchParams(query)}`,
      );
      return { status: reply.status, body: (await reply.json()) as Tokens };
    };
    const renew = (token = '') =>
      get('refresh_access_token', { grant_type: 'ig_refresh_token', access_token: token });
    expect((await renew(short)).status).toBe(400);
    const long = await get('access_token', {
      grant_type: 'ig_exchange_token',
      client_secret: client.secret,
      access_token: short ?? '',
    });
    expect((await renew(long.body.access_token)).status).toBe(400);
    wait(86_400);
    const renewed = await renew(long.body.access_token);
    expect(renewed.status).toBe(200);
    wait(61 * 86_400);
    expect((await renew(renewed.body.access_token)).status).toBe(400);
  });
});

describe('elsewhere', () => {
  it('nobody listens at another host, and nothing is at another path', async () => {
    const { simulator } = visit(discord);
    await expect(simulator.fetch('https://discord.example/api/oauth2/token')).rejects.toThrow(
      TypeError,
    );
    expect((await simulator.fetch('https://discord.com/api/v9/users/@me')).status).toBe(404);
    expect(simulator.refusals()).toHaveLength(2);
  });
});
