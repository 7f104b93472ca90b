/** Who gets to the operator's page, and who does not. */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../../src/app';
import { type Bindings, readConfig } from '../../../src/config';
import { rights } from '../../../src/rights';
import { OPERATOR_SESSION_MS } from '../../../src/web/operator/session';
import { apiRequest, serviceKey, userToken } from '../../support/api';
import { testDeps } from '../../support/deps';
import { dumpDatabase, dumpKv } from '../../support/dump';
import { cookieOf, formTokenIn, HERE, textOf } from '../pages';
import { operator } from './client';

const otherKey = 'another-service-key-0123456789abcdef';
const sha256 = async (text: string) => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
};

const everything = { rights: new Set(rights), providers: null };

describe('the sign-in', () => {
  test('is all that somebody without a session sees', async () => {
    const reply = await operator().get();
    const text = textOf(await reply.text());
    expect(text).toContain('Service key');
    expect(text).not.toContain('Sign out');
    expect(reply.headers.getSetCookie()).toEqual([]);
  });

  test('opens for a service key, with a cookie for half an hour', async () => {
    const o = operator();
    const reply = await o.signIn(` ${serviceKey}\n`);
    expect(reply.status).toBe(303);
    expect(reply.headers.get('Location')).toBe('/operator');
    const [line = ''] = reply.headers.getSetCookie();
    expect(line).toMatch(/^__Host-mooring-operator=[\w.-]+; /);
    expect(line.split('; ').slice(1).sort()).toEqual([
      'HttpOnly',
      'Max-Age=1800',
      'Path=/',
      'SameSite=Strict',
      'Secure',
    ]);
    expect(textOf(await o.page(line.split(';')[0] ?? ''))).toContain(
      'Signed in with the key test , until',
    );
  });

  test.each([
    ['a wrong key', 'nobody-has-this-key'],
    ['half of the key', serviceKey.slice(0, 20)],
    ['an empty key', ''],
    ['a very long key', 'x'.repeat(10_000)],
  ])('stays shut for %s', async (_, key) => {
    const reply = await operator().signIn(key);
    expect(reply.status).toBe(403);
    expect(reply.headers.getSetCookie()).toEqual([]);
    expect(textOf(await reply.text())).toContain('That key is not known here');
  });

  test('stays shut for a key that may not operate, and says so', async () => {
    for (const limits of [':read+connect+token+call', '@acme']) {
      const SERVICE_KEYS = `app:${await sha256(serviceKey)}${limits}`;
      const o = operator({ config: readConfig({ ...env, SERVICE_KEYS }) });
      const reply = await o.signIn(serviceKey);
      expect(reply.status).toBe(403);
      expect(reply.headers.getSetCookie()).toEqual([]);
      expect(textOf(await reply.text())).toContain('That key may not operate');
    }
  });

  test('stays shut for a key that is too short to be one, whatever is configured', async () => {
    for (const key of ['', 'short']) {
      const sha256OfKey = await sha256(key);
      const o = operator({
        config: {
          ...testDeps().config,
          serviceKeys: [{ name: 'slip', sha256: sha256OfKey, ...everything }],
        },
      });
      expect((await o.signIn(key)).status).toBe(403);
    }
  });

  test('stays shut for the hash of a key, and for a user’s JWT', async () => {
    expect((await operator().signIn(await sha256(serviceKey))).status).toBe(403);
    expect((await operator().signIn(await userToken('somebody'))).status).toBe(403);
  });

  test('tells nobody the key that was tried: not in the page, not in the log', async () => {
    const o = operator();
    const reply = await o.signIn('a-key-with-a-typing-mistake');
    expect(await reply.text()).not.toContain('typing-mistake');
    expect(o.deps.logLines.join('\n')).not.toContain('typing-mistake');
  });

  test('keeps no key: not in the cookie, the log, the database or KV', async () => {
    const o = operator();
    const cookie = await o.enter();
    await o.page(cookie);
    const kept = [
      cookie,
      ...o.deps.logLines,
      JSON.stringify([await dumpDatabase(), await dumpKv()]),
    ].join('\n');
    expect(kept).not.toContain(serviceKey);
    expect(kept).not.toContain(await sha256(serviceKey));
  });

  test.each([
    ['another site', { Origin: 'https://evil.example' }],
    ['an app that may open the hosted page', { Origin: 'https://app.example.com' }],
    ['a hidden origin', { Origin: 'null' }],
    ['a frame', { Origin: HERE, 'Sec-Fetch-Dest': 'iframe' }],
  ])('takes no key from %s', async (_, headers) => {
    const reply = await operator().signIn(serviceKey, headers);
    expect(reply.status).toBe(403);
    expect(reply.headers.getSetCookie()).toEqual([]);
  });

  test("signs nobody in with an attacker's key from another site, and leaves who is signed in", async () => {
    const o = operator();
    const cookie = await o.enter();
    for (const key of [serviceKey, 'attackers-key']) {
      const reply = await o.signIn(key, { Origin: 'https://evil.example', Cookie: cookie });
      expect([reply.status, reply.headers.getSetCookie()]).toEqual([403, []]);
    }
    expect(textOf(await o.page(cookie))).toContain('Signed in with the key test');
  });

  test('adopts no cookie that was there before', async () => {
    const o = operator();
    const planted = await o.enter();
    const reply = await o.signIn(serviceKey, { Cookie: planted });
    expect(reply.headers.getSetCookie()[0]).not.toContain(planted.split('=')[1]);
  });

  test('takes no key without an origin', async () => {
    expect((await operator().send('session', {}, { key: serviceKey })).status).toBe(403);
  });

  test('stops taking keys from an address that tries many, for a minute', async () => {
    const asked: string[] = [];
    const limiter = {
      async limit({ key }: { key: string }) {
        asked.push(key);
        return { success: false };
      },
    };
    const deps = testDeps();
    const app = createApp(
      (_env, _ctx, log) => ({ ...deps, log }),
      () => deps.log,
    );
    const reply = await app.fetch(
      apiRequest('/operator/session', {
        method: 'POST',
        token: null,
        headers: {
          Origin: HERE,
          'CF-Connecting-IP': '192.0.2.7',
          'Content-Type': 'application/x-www-form-urlencoded',
        },
        body: `key=${serviceKey}`,
      }),
      { ...(env as Bindings), RATE_LIMIT_SIGN_IN: limiter },
      createExecutionContext(),
    );
    expect(reply.status).toBe(429);
    expect(reply.headers.get('Retry-After')).toBe('60');
    expect(textOf(await reply.text())).toContain('Too many tries');
    expect(asked).toEqual(['192.0.2.7']);
  });

  test('limits by the binding of wrangler.toml', async () => {
    const o = operator();
    const statuses = [];
    for (let i = 0; i < 11; i += 1) statuses.push((await o.signIn('wrong')).status);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(403));
    expect(statuses[10]).toBe(429);
  });
});

describe('a session', () => {
  test('ends after half an hour, whatever the browser keeps', async () => {
    const o = operator();
    const cookie = await o.enter();
    o.deps.clock.advance(OPERATOR_SESSION_MS - 1);
    expect(await o.page(cookie)).toContain('Sign out');
    o.deps.clock.advance(1);
    expect(await o.page(cookie)).not.toContain('Sign out');
  });

  test('ends when its key leaves SERVICE_KEYS, is replaced under the same name, or may not operate', async () => {
    const first = await sha256(serviceKey);
    const other = await sha256(otherKey);
    const cookie = await operator().enter();
    const opens = async (SERVICE_KEYS: string) =>
      (await operator({ config: readConfig({ ...env, SERVICE_KEYS }) }).page(cookie)).includes(
        'Sign out',
      );
    expect(await opens(`new:${other},test:${first}`)).toBe(true);
    expect(await opens(`new:${other}`)).toBe(false);
    expect(await opens(`test:${other}`)).toBe(false);
    expect(await opens(`test:${first}:operate`)).toBe(true);
    expect(await opens(`test:${first}:read+connect`)).toBe(false);
    expect(await opens(`test:${first}@acme`)).toBe(false);
  });

  test('cannot be made up, nor changed', async () => {
    const o = operator();
    const cookie = await o.enter();
    const middle = Math.floor(cookie.length * 0.7);
    const changed = `${cookie.slice(0, middle)}${cookie[middle] === 'A' ? 'B' : 'A'}${cookie.slice(middle + 1)}`;
    const elsewhere = await o.deps.vault.seal(
      JSON.stringify({ name: 'test', sha256: await sha256(serviceKey), expiresAt: 1e15 }),
      ['connect_transactions', 'x', 'code'],
    );
    for (const wrong of [
      changed,
      '__Host-mooring-operator=',
      '__Host-mooring-operator=a.b.c.d.e',
      `__Host-mooring-operator=${elsewhere}`,
      cookie.replace('__Host-', ''),
    ]) {
      expect(await o.page(wrong), wrong).not.toContain('Sign out');
    }
  });

  test('ends in this browser with a sign-out', async () => {
    const o = operator();
    const reply = await o.press(await o.enter(), 'sign-out');
    expect(reply.status).toBe(303);
    expect(reply.headers.getSetCookie().join('\n')).toMatch(
      /__Host-mooring-operator=; Max-Age=0;.*SameSite=Strict/,
    );
  });

  test('of the hosted page opens nothing here, and a service key in a header neither', async () => {
    const o = operator();
    expect(await o.page(`__Host-mooring-session=${'x'.repeat(43)}`)).not.toContain('Sign out');
    const { exports } = await import('cloudflare:workers');
    const reply = await exports.default.fetch(apiRequest('/operator'));
    expect(await reply.text()).not.toContain('Sign out');
  });

  test('leaves an event that names the key', async () => {
    const o = operator();
    expect(textOf(await o.page(await o.enter()))).toContain('An operator signed in');
  });
});

describe.each(['sign-out', 'refresh', 'circuit', 'invalidate'])('POST /operator/%s', (action) => {
  const fields = { provider: 'acme', host: 'id.acme.example', userId: 'somebody' };

  test('does nothing without a session, and says so', async () => {
    const o = operator();
    const before = await dumpDatabase();
    const reply = await o.send(action, { Origin: HERE }, { ...fields, token: 'x' });
    expect(reply.status).toBe(403);
    expect(textOf(await reply.text())).toContain('Your session has ended Nothing was changed');
    await o.deps.settle();
    expect(await dumpDatabase()).toEqual(before);
  });

  test.each([
    ['without the form’s token', {}, ''],
    ['with the token of another session', {}, 'other'],
    ['from another site', { Origin: 'https://evil.example' }, 'own'],
    ['from the app', { Origin: 'https://app.example.com' }, 'own'],
    ['from a page that hides its origin', { Origin: 'null' }, 'own'],
  ])('does nothing %s', async (_, headers, token) => {
    const o = operator();
    const cookie = await o.enter();
    const tokens = {
      '': '',
      own: formTokenIn(await o.page(cookie)),
      other: formTokenIn(await o.page(await o.enter())),
    };
    const before = await dumpDatabase();
    const reply = await o.send(
      action,
      { Origin: HERE, Cookie: cookie, ...headers },
      { ...fields, token: tokens[token as keyof typeof tokens] },
    );
    expect(reply.status).toBe(403);
    expect(reply.headers.getSetCookie()).toEqual([]);
    await o.deps.settle();
    expect(await dumpDatabase()).toEqual(before);
  });

  test('is not for GET', async () => {
    const o = operator();
    const reply = await o.get(await o.enter(), `/operator/${action}`);
    expect(reply.status).toBe(405);
    expect(reply.headers.get('Allow')).toBe('POST');
  });
});

describe('every page here', () => {
  test.each(['/operator', '/operator/nothing', '/operator/session'])(
    '%s lets in its own style and nothing else, and is kept nowhere',
    async (path) => {
      const { headers } = await operator().get(null, path);
      const policy = headers.get('Content-Security-Policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]+=*'; /);
      expect(policy).not.toContain('unsafe');
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("form-action 'self'");
      expect(headers.get('Cache-Control')).toBe('no-store');
      expect(headers.get('X-Frame-Options')).toBe('DENY');
      expect(headers.get('Content-Type')).toContain('text/html');
    },
  );

  test('names in its policy the style that it holds', async () => {
    const o = operator();
    const reply = await o.get(await o.enter());
    const style = /<style>(.*?)<\/style>/s.exec(await reply.text())?.[1] ?? '';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
    expect(reply.headers.get('Content-Security-Policy')).toContain(
      `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`,
    );
  });

  test('has no script, no inline style and no address elsewhere', async () => {
    const o = operator();
    const page = await o.page(await o.enter());
    expect(page).not.toMatch(/<script|\sstyle=|\son\w+=|javascript:/i);
    expect(page.match(/(?:href|src|action)="(?!\/operator|#|data:,)[^"]*"/g)).toBeNull();
  });

  test('that is not there says so', async () => {
    const reply = await operator().get(null, '/operator/x/y');
    expect(reply.status).toBe(404);
    expect(textOf(await reply.text())).toContain('There is nothing here');
  });
});

test('a sign-in sets no notice, and a notice that was tampered with is not shown', async () => {
  const o = operator();
  const cookie = await o.enter();
  expect(cookieOf(await o.signIn(serviceKey), 'mooring-operator-notice')).toBeUndefined();
  for (const value of ['%7B', encodeURIComponent('{"kind":"closed"}'), 'x']) {
    const page = await o.page(`${cookie}; __Host-mooring-operator-notice=${value}`);
    expect(page).not.toContain('class="notice');
  }
});
