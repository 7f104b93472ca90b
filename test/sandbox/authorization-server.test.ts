import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, consent } from '../e2e/support/browser.ts';
import {
  type AuthorizationServer,
  hashOf,
  startAuthorizationServer,
} from './authorization-server/index.ts';

const redirectUri = 'http://localhost:9/callback';
const client = {
  id: 'sandbox',
  name: 'A test',
  secret: 'sandbox-secret',
  redirectUris: [redirectUri],
  accessTokenSeconds: 600,
};

interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  error?: string;
}

const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;

async function post(server: AuthorizationServer, path: string, form: Record<string, string>) {
  return fetch(server.issuer + path, {
    method: 'POST',
    headers: { Authorization: basic },
    body: new URLSearchParams(form),
  });
}

const authorizationUrl = (server: AuthorizationServer, challenge: string): URL => {
  const url = new URL('/auth', server.issuer);
  url.search = new URLSearchParams({
    client_id: client.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile email offline_access',
    prompt: 'consent',
    state: 's',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }).toString();
  return url;
};

const atClient = (url: URL) => url.href.startsWith(redirectUri);

async function signIn(server: AuthorizationServer, account: string, browser = new Browser()) {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const login = await browser.open(authorizationUrl(server, challenge));
  const end = await consent(browser, login, account, atClient);
  const code = end.url.searchParams.get('code') ?? '';
  const reply = await post(server, '/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
  return (await reply.json()) as Tokens;
}

const refresh = async (server: AuthorizationServer, token: string) =>
  (await (
    await post(server, '/token', { grant_type: 'refresh_token', refresh_token: token })
  ).json()) as Tokens;

describe('the sandbox authorization server', () => {
  let server: AuthorizationServer;
  beforeAll(async () => {
    server = await startAuthorizationServer({ port: 0, clients: [client] });
  });
  afterAll(() => server.close());

  it('gives tokens of the client’s lifetime, and says who the account is', async () => {
    const tokens = await signIn(server, 'ada');
    expect(tokens.expires_in).toBe(600);
    const me = await fetch(`${server.issuer}/me`, {
      headers: { Authorization: `Bearer ${tokens.access_token}` },
    });
    expect(await me.json()).toMatchObject({ sub: 'ada', name: 'Ada Fairwind' });
  });

  it('lets one browser sign in as several people, one after the other', async () => {
    const browser = new Browser();
    await signIn(server, 'first', browser);
    await signIn(server, 'second', browser);
    expect(server.liveRefreshTokens('sandbox', 'first')).toBe(1);
    expect(server.liveRefreshTokens('sandbox', 'second')).toBe(1);
  });

  it('answers a cancelled sign-in with access_denied', async () => {
    const browser = new Browser();
    const login = await browser.open(authorizationUrl(server, 'x'.repeat(43)));
    const end = await browser.submit(login, '/cancel', {}, atClient);
    expect(end.url.searchParams.get('error')).toBe('access_denied');
    expect(end.url.searchParams.get('state')).toBe('s');
  });

  it('keeps the hash of every refresh token presented, never the token', async () => {
    const tokens = await signIn(server, 'hashed');
    await refresh(server, tokens.refresh_token);
    const seen = server.traffic.tokenRequests.filter(
      ({ presented }) => presented === hashOf(tokens.refresh_token),
    );
    expect(seen).toMatchObject([{ grantType: 'refresh_token', status: 200, error: null }]);
    expect(JSON.stringify(server.traffic)).not.toContain(tokens.refresh_token);
  });

  it('counts how many token requests are under way at the same time', async () => {
    const tokens = await Promise.all(['p1', 'p2', 'p3'].map((name) => signIn(server, name)));
    server.traffic.forget();
    server.traffic.behaviour = { latencyMs: 500, failure: 'none', failures: 0 };
    await Promise.all(tokens.map((token) => refresh(server, token.refresh_token)));
    server.traffic.behaviour = { latencyMs: 0, failure: 'none', failures: 0 };
    expect(server.traffic.tokenRequests.map(({ inFlight }) => inFlight)).toEqual([1, 2, 3]);
    expect(server.traffic.inFlight).toBe(0);
  });

  it('revokes the whole grant when its refresh token is revoked', async () => {
    const tokens = await signIn(server, 'leaving');
    const reply = await post(server, '/token/revocation', { token: tokens.refresh_token });
    expect(reply.status).toBe(200);
    expect(server.traffic.revocations.at(-1)?.presented).toBe(hashOf(tokens.refresh_token));
    expect(server.liveRefreshTokens('sandbox', 'leaving')).toBe(0);
  });

  it('can lose its reply after it has rotated', async () => {
    const tokens = await signIn(server, 'unlucky');
    server.traffic.behaviour = { latencyMs: 0, failure: 'lost', failures: 1 };
    await expect(refresh(server, tokens.refresh_token)).rejects.toThrow();
    expect(await refresh(server, tokens.refresh_token)).toMatchObject({ error: 'invalid_grant' });
  });

  describe('its API', () => {
    const api = (path: string, token: string, init: RequestInit = {}) =>
      fetch(`${server.issuer}/api/${path}`, {
        redirect: 'manual',
        ...init,
        headers: { Authorization: `Bearer ${token}` },
      });

    it('answers who brings a token that lives, with that person’s own', async () => {
      const { access_token } = await signIn(server, 'sailor');
      expect(await (await api('me', access_token)).json()).toMatchObject({ id: 'sailor' });
      const made = await api('boats', access_token, { method: 'POST', body: '{"name":"Skua"}' });
      expect([made.status, made.headers.get('Location')]).toEqual([201, '/api/boats/4']);
      const page = await api('boats?page=2', access_token);
      expect(await page.json()).toMatchObject({ boats: [{ id: 3 }, { name: 'Skua' }] });
      const other = (await signIn(server, 'landlubber')).access_token;
      const theirs = await api('boats?page=2', other);
      expect(await theirs.json()).toMatchObject({ boats: [{ id: 3 }] });
    });

    it('refuses any other token, and those of a grant that was withdrawn', async () => {
      const { access_token } = await signIn(server, 'withdrawn');
      expect((await api('me', 'made-up')).status).toBe(401);
      expect((await fetch(`${server.issuer}/api/me`)).status).toBe(401);
      expect((await api('me', access_token)).status).toBe(200);
      await server.withdraw('withdrawn');
      const reply = await api('me', access_token);
      expect([reply.status, reply.headers.get('WWW-Authenticate')]).toEqual([
        401,
        'Bearer error="invalid_token"',
      ]);
    });

    it('answers as it is told', async () => {
      const { access_token } = await signIn(server, 'difficult');
      const told = async (answer: string) => {
        const { status, headers } = await api(`answers/${answer}`, access_token);
        return [status, headers.get('Location') ?? headers.get('Retry-After')];
      };
      expect(await told('401')).toEqual([401, null]);
      expect(await told('429')).toEqual([429, '30']);
      expect(await told('503')).toEqual([503, '120']);
      expect(await told('inside')).toEqual([302, '/api/me']);
      expect(await told('outside')).toEqual([302, 'https://elsewhere.example/boats']);
      expect(await told('other')).toEqual([404, null]);
      const startedAt = performance.now();
      expect(await told('slow?seconds=0.2')).toEqual([200, null]);
      expect(performance.now() - startedAt).toBeGreaterThan(190);
      const large = await api('answers/large?bytes=1000001', access_token);
      expect((await large.arrayBuffer()).byteLength).toBe(1_000_001);
    });
  });

  it('remembers more than a thousand grants', async () => {
    const tokens = await signIn(server, 'the-first-of-many');
    for (let i = 0; i < 30; i++) {
      await Promise.all(Array.from({ length: 12 }, (_, n) => signIn(server, `many-${i}-${n}`)));
    }
    expect(await refresh(server, tokens.refresh_token)).toHaveProperty('access_token');
  });

  it('keeps its grants over a restart, in a file that only its owner can read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mooring-sandbox-'));
    const file = join(folder, 'server.json');
    try {
      const before = await startAuthorizationServer({ port: 0, clients: [client], file });
      const tokens = await signIn(before, 'returning');
      await before.close();
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readFileSync(file, 'utf8')).toContain('returning');
      const after = await startAuthorizationServer({ port: 0, clients: [client], file });
      expect(await refresh(after, tokens.refresh_token)).toHaveProperty('access_token');
      await after.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
