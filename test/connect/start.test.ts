import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { calculatePKCECodeChallenge } from 'oauth4webapi';
import { describe, expect, test } from 'vitest';
import type { Bindings } from '../../src/config';
import { hashSecret } from '../../src/crypto';
import { connectTransactions } from '../../src/db/schema';
import { transactionContext } from '../../src/vault/vault';
import { apiWith } from '../support/api';
import { clientsOf, configWith, recordByIssuer } from '../support/config';
import { codeOf, journey } from './journey';

const row = async (j: ReturnType<typeof journey>, id: string) => {
  const [found] = await j.deps.db
    .select()
    .from(connectTransactions)
    .where(eq(connectTransactions.id, id));
  if (!found) throw new Error('no such transaction');
  return found;
};

describe('GET /connect/start', () => {
  test('sends the browser to the provider with S256, a state, and the redirect URI of the provider', async () => {
    const j = journey();
    const { id, connectUrl } = await j.begin('start-1');
    const { location } = await j.open(connectUrl);
    const query = Object.fromEntries(location.searchParams);
    const verifier = await j.deps.vault.open(
      (await row(j, id)).verifier,
      transactionContext(id, 'verifier'),
    );
    expect(`${location.origin}${location.pathname}`).toBe('https://id.acme.example/authorize');
    expect(query).toMatchObject({
      response_type: 'code',
      client_id: 'acme-client',
      redirect_uri: 'http://localhost:8787/connect/callback/acme',
      scope: 'openid offline_access',
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    // 128 bits at least; ours has an HMAC of 256, beside the id.
    expect(query.state).toMatch(new RegExp(`^${id}\\.k1\\.[\\w-]{43}$`));
    expect(location.href).not.toContain(verifier);
  });

  test('the cookie names this browser only: __Host-, HttpOnly, Secure, Lax; hashes are stored', async () => {
    const j = journey();
    const { id, connectUrl } = await j.begin('start-2');
    const reply = await j.api(connectUrl.replace('http://localhost:8787', ''), { token: null });
    const cookie = reply.headers.get('Set-Cookie') ?? '';
    expect(cookie).toMatch(/^__Host-mooring-browser=[\w-]{43}; /);
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) {
      expect(cookie).toContain(attribute);
    }
    expect(cookie).not.toContain('Domain');
    expect(reply.headers.get('Cache-Control')).toBe('no-store');
    expect(reply.headers.get('Referrer-Policy')).toBe('no-referrer');
    const secret = /=([\w-]+)/.exec(cookie)?.[1] ?? '';
    const state = new URL(reply.headers.get('Location') ?? '').searchParams.get('state') ?? '';
    const stored = await row(j, id);
    expect(stored.browserHash).toBe(await hashSecret(secret));
    expect(stored.stateHash).toBe(await hashSecret(state));
    expect(JSON.stringify(stored)).not.toContain(state);
  });

  test('one cookie serves all transactions of a browser: two tabs do not disturb each other', async () => {
    const j = journey();
    const first = await j.begin('start-3');
    const second = await j.begin('start-3');
    const a = await j.open(first.connectUrl);
    const b = await j.open(second.connectUrl, a.cookie);
    expect(b.cookie).toBe(a.cookie);
    for (const { location } of [a, b]) {
      const state = location.searchParams.get('state') ?? '';
      expect((await j.callback({ state, code: 'code-x' }, a.cookie)).status).toBe(303);
    }
  });

  test('two links opened at once in a fresh browser: each comes back', async () => {
    const j = journey();
    const opened = await Promise.all(
      ['start-12', 'start-12'].map(async (userId) => {
        const { connectUrl } = await j.begin(userId);
        const path = connectUrl.replace('http://localhost:8787', '');
        const reply = await j.api(path, { token: null });
        const cookies = reply.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
        const location = new URL(reply.headers.get('Location') ?? '');
        return { cookies, state: location.searchParams.get('state') ?? '' };
      }),
    );
    // As a browser keeps them: the later one of a name.
    const jar = new Map(
      opened.flatMap(({ cookies }) => cookies.map((one) => one.split('=') as [string, string])),
    );
    expect(jar.size).toBe(3);
    const cookie = Array.from(jar, ([name, value]) => `${name}=${value}`).join('; ');
    for (const { state } of opened) {
      expect((await j.callback({ state, code: 'code-x' }, cookie)).status).toBe(303);
    }
  });

  test('a cookie of a connection is for that connection only', async () => {
    const j = journey();
    const [mine, other] = [await j.begin('start-13'), await j.begin('start-13')];
    const { cookie } = await j.open(mine.connectUrl);
    const [, secret] = cookie.split('=');
    const { location } = await j.open(other.connectUrl);
    const state = location.searchParams.get('state') ?? '';
    const forged = `__Host-mooring-browser-${mine.id.slice(0, 8)}=${secret}`;
    expect((await j.callback({ state, code: 'code-x' }, forged)).status).toBe(403);
    const state2 = state.replace(other.id, mine.id);
    expect((await j.callback({ state: state2, code: 'code-x' }, forged)).status).toBe(403);
  });

  test('a cookie that is not one of ours is replaced, not used', async () => {
    const j = journey();
    const { connectUrl } = await j.begin('start-4');
    const { cookie } = await j.open(connectUrl, '__Host-mooring-browser=short');
    expect(cookie).toMatch(/=[\w-]{43}$/);
  });

  test('may be opened again until a callback came: an older tab is as good as the newest', async () => {
    const j = journey();
    const { id, connectUrl } = await j.begin('start-5');
    const older = await j.open(connectUrl);
    const newer = await j.open(connectUrl, older.cookie);
    const stateIn = ({ location }: { location: URL }) => location.searchParams.get('state') ?? '';
    const back = await j.callback({ state: stateIn(older), code: 'code-x' }, older.cookie);
    expect(back.status).toBe(303);
    // The other tab's answer has another code: nothing changes, and it says so.
    const second = await j.callback({ state: stateIn(newer), code: 'code-y' }, older.cookie);
    expect([second.status, await codeOf(second)]).toEqual([400, 'invalid_request']);

    const later = await j.open(connectUrl, older.cookie);
    expect(later.location.href).toBe(`https://app.example.com/done?tab=1&connection=${id}`);
    expect((await row(j, id)).state).toBe('authorized');
  });

  test('a previewer that opens it after the user ends nothing', async () => {
    const j = journey();
    const { id, connectUrl } = await j.begin('start-10');
    const { location, cookie } = await j.open(connectUrl);
    const previewer = await j.open(connectUrl);
    expect(previewer.cookie).not.toBe(cookie);
    const state = location.searchParams.get('state') ?? '';
    expect((await j.callback({ state, code: 'code-x' }, cookie)).status).toBe(303);
    expect((await row(j, id)).state).toBe('authorized');
  });

  test('a HEAD leads to the provider, and changes nothing', async () => {
    const j = journey();
    const { id, connectUrl } = await j.begin('start-11');
    const before = await row(j, id);
    const look = () =>
      j.api(connectUrl.replace('http://localhost:8787', ''), { method: 'HEAD', token: null });
    const reply = await look();
    expect([reply.status, reply.headers.get('Location')]).toEqual([
      303,
      'https://id.acme.example/authorize',
    ]);
    expect(reply.headers.get('Set-Cookie')).toBeNull();
    expect(await row(j, id)).toEqual(before);

    const { location, cookie } = await j.open(connectUrl);
    const state = location.searchParams.get('state') ?? '';
    const query = new URLSearchParams({ state, code: 'code-x' });
    const head = await j.api(`/connect/callback/acme?${query}`, {
      method: 'HEAD',
      token: null,
      headers: { Cookie: cookie },
    });
    expect([head.status, head.headers.get('Allow')]).toEqual([405, 'GET']);
    expect((await row(j, id)).state).toBe('started');
    await j.callback({ state, code: 'code-x' }, cookie);
    const used = await look();
    expect(used.headers.get('Location')).toMatch(/\/done\?tab=1&connection=[\w-]+$/);
  });

  test('too late: back to the app, which is told so', async () => {
    const j = journey();
    const { id, connectUrl } = await j.begin('start-6');
    j.deps.clock.advance(600_000);
    const { location } = await j.open(connectUrl);
    expect(location.href).toBe(
      `https://app.example.com/done?tab=1&connection=${id}&error=connection_expired`,
    );
    expect((await row(j, id)).stateHash).toBeNull();
  });

  test('a millisecond before its end it still works', async () => {
    const j = journey();
    const { connectUrl } = await j.begin('start-7');
    j.deps.clock.advance(599_999);
    expect((await j.open(connectUrl)).location.host).toBe('id.acme.example');
  });

  test.each(['nothing-like-it', 'x'.repeat(43), '..%2f..'])(
    'the unknown ticket %s is a 404',
    async (ticket) => {
      const reply = await journey().api(`/connect/start/${ticket}`, { token: null });
      expect([reply.status, await codeOf(reply)]).toEqual([404, 'connection_not_found']);
      expect(reply.headers.get('Location')).toBeNull();
    },
  );

  test('URLs follow PUBLIC_URL, never a forged Host', async () => {
    const j = journey();
    const { connectUrl } = await j.begin('start-8');
    const reply = await j.api(connectUrl.replace('http://localhost:8787', 'http://evil.example'), {
      token: null,
      headers: { 'X-Forwarded-Host': 'evil.example' },
    });
    expect(reply.headers.get('Location')).not.toContain('evil');
  });

  test('a provider whose discovery is away: back to the app, and the link stays usable', async () => {
    const config = configWith(
      {
        oidc: recordByIssuer('https://away.example'),
      },
      clientsOf(['oidc']),
    );
    const j = journey({ config });
    const { id, connectUrl } = await j.begin('start-9', { provider: 'oidc' });
    const { location } = await j.open(connectUrl);
    expect(location.searchParams.get('error')).toBe('provider_unavailable');
    expect((await row(j, id)).state).toBe('started');
    j.provider.answer('/.well-known/openid-configuration', () =>
      Response.json({
        issuer: 'https://away.example',
        authorization_endpoint: 'https://away.example/auth',
        token_endpoint: 'https://away.example/token',
      }),
    );
    expect((await j.open(connectUrl)).location.pathname).toBe('/auth');
  });
});

test('a link opens so many times a minute, by whoever has it', async () => {
  const keys: string[] = [];
  const limiter: RateLimit = {
    limit: async ({ key }) => {
      keys.push(key);
      return { success: keys.length <= 1 };
    },
  };
  const j = journey();
  const api = apiWith(j.deps, { ...(env as Bindings), RATE_LIMIT_CONNECT: limiter });
  const { connectUrl } = await j.begin('start-limited');
  const open = (method: string) =>
    api(new URL(connectUrl).pathname, { token: null, method, headers: { Accept: 'text/html' } });
  keys.length = 0;
  expect((await open('GET')).status).toBe(303);
  for (const method of ['GET', 'HEAD']) {
    const refused = await open(method);
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '60']);
  }
  expect(new Set(keys).size).toBe(1);
  // The ticket itself stays here.
  expect(keys[0]).not.toContain(new URL(connectUrl).pathname.split('/').at(-1));
});
