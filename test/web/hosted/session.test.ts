/** Who gets into the hosted page, and who does not. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../../src/config';
import { hex, sha256 } from '../../../src/crypto';
import { pageSessions } from '../../../src/db/schema';
import { eraseUser } from '../../../src/disconnect/erase';
import { SESSION_MS, TOKEN_MS } from '../../../src/web/hosted/session';
import { serviceKey, userToken } from '../../support/api';
import { dumpDatabase, dumpKv } from '../../support/dump';
import { fastTime } from '../../support/fast-time';
import { formTokenIn, HERE, textOf } from '../pages';
import { APP, hosted } from './client';

const keyHash = async (key: string) => hex(await sha256(key));

const sessionOf = async (h: ReturnType<typeof hosted>, userId: string) =>
  (await h.deps.db.select().from(pageSessions).where(eq(pageSessions.userId, userId)))[0];

describe('POST /v1/users/{userId}/page-sessions', () => {
  test('gives a token for a minute, and where to post it', async () => {
    const h = hosted();
    const reply = await h.api('/v1/users/ps-1/page-sessions', {
      method: 'POST',
      json: { label: 'Robin', returnTo: `${APP}/settings` },
    });
    expect(reply.status).toBe(201);
    const body = await reply.json<Record<string, string>>();
    expect(body.action).toBe(`${HERE}/connect/session`);
    expect(Date.parse(body.expiresAt ?? '')).toBe(h.deps.now() + TOKEN_MS);
    expect(reply.headers.get('Cache-Control')).toBe('no-store');
  });

  test.each([
    ['another origin', { returnTo: 'https://evil.example/' }, 'body.returnTo'],
    ['a path', { returnTo: '//app.example.com' }, 'body.returnTo'],
    ['a script', { returnTo: 'javascript:alert(1)' }, 'body.returnTo'],
    ['Mooring itself', { returnTo: `${HERE}/integrations` }, 'body.returnTo'],
    ['an unknown provider', { providers: ['acme', 'nobody'] }, 'body.providers'],
    ['no providers', { providers: [] }, 'body.providers'],
    ['an empty label', { label: '  ' }, 'body.label'],
    ['a long label', { label: 'x'.repeat(121) }, 'body.label'],
    ['a label with a line break', { label: 'a\nb' }, 'body.label'],
  ])('refuses %s', async (_, input, path) => {
    const reply = await hosted().api('/v1/users/ps-2/page-sessions', {
      method: 'POST',
      json: { label: 'Robin', returnTo: APP, ...input },
    });
    expect(reply.status).toBe(400);
    expect((await reply.json<{ errors: { path: string }[] }>()).errors[0]?.path).toBe(path);
  });

  test('is not for users: a stolen JWT opens no page', async () => {
    const reply = await hosted().api('/v1/users/ps-3/page-sessions', {
      method: 'POST',
      token: await userToken('ps-3'),
      json: { label: 'Robin', returnTo: APP },
    });
    expect(reply.status).toBe(403);
  });
});

describe('POST /connect/session', () => {
  test('trades the token for a session of this browser, and leads to the page', async () => {
    const h = hosted();
    const reply = await h.post(await h.token('begin-1'));
    expect(reply.status).toBe(303);
    expect(reply.headers.get('Location')).toBe('/integrations');
    const cookie = reply.headers.get('Set-Cookie') ?? '';
    expect(cookie).toMatch(/^__Host-mooring-session=[\w-]{43}; /);
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) {
      expect(cookie).toContain(attribute);
    }
    expect(textOf(await h.page(cookie.split(';')[0] ?? ''))).toContain('Signed in as Robin');
  });

  test('takes a token once, also of two posts at the same time', async () => {
    const h = hosted();
    const token = await h.token('begin-2');
    const replies = await Promise.all([h.post(token), h.post(token), h.post(token)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([303, 403, 403]);
    const later = await h.post(token);
    expect(later.status).toBe(403);
    expect(textOf(await later.text())).toContain('works once');
  });

  test('takes a token for a minute', async () => {
    const h = hosted();
    const token = await h.token('begin-3');
    h.deps.clock.advance(TOKEN_MS);
    const reply = await h.post(token);
    expect(reply.status).toBe(403);
    expect(await reply.text()).toContain(`href="${APP}/settings"`);
  });

  test.each([
    ['another origin', { Origin: 'https://evil.example' }, 'not one that may open it'],
    ['the page itself', { Origin: HERE }, 'not one that may open it'],
    ['an origin that looks alike', { Origin: `${APP}.evil.example` }, 'not one that may open it'],
    ['a hidden origin', { Origin: 'null' }, 'strict-origin'],
    ['a frame', { 'Sec-Fetch-Dest': 'iframe' }, 'window of its own'],
    ['a script', { 'Sec-Fetch-Dest': 'empty' }, 'window of its own'],
  ])('refuses %s, says why, and leaves the token good', async (_, headers, said) => {
    const h = hosted();
    const token = await h.token('begin-4');
    const reply = await h.post(token, headers);
    expect(reply.status).toBe(403);
    expect(reply.headers.get('Set-Cookie')).toBeNull();
    expect(textOf(await reply.text())).toContain(said);
    expect((await h.post(token, { 'Sec-Fetch-Dest': 'document' })).status).toBe(303);
  });

  test('refuses another origin before it looks at what is posted', async () => {
    const reply = await hosted().api('/connect/session', {
      method: 'POST',
      token: null,
      headers: { Origin: 'https://evil.example' },
    });
    expect(reply.status).toBe(403);
    await reply.text();
  });

  test('refuses a post without an origin', async () => {
    const h = hosted();
    const reply = await h.api('/connect/session', {
      method: 'POST',
      token: null,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token: await h.token('begin-5') }).toString(),
    });
    expect(reply.status).toBe(403);
    expect((await reply.json<{ detail: string }>()).detail).toContain('no origin');
  });

  test('starts a new session each time: whoever planted a cookie gains nothing', async () => {
    const h = hosted();
    const planted = `__Host-mooring-session=${'a'.repeat(43)}`;
    const reply = await h.post(await h.token('begin-6'), { Cookie: planted });
    expect(reply.headers.get('Set-Cookie')).not.toContain('a'.repeat(43));
    expect((await h.get('/integrations', planted)).status).toBe(403);
  });

  test("an attacker's own token does not replace the visit of a victim", async () => {
    const h = hosted();
    const victim = await h.enter('begin-victim');
    const token = await h.token('begin-attacker');
    for (const Origin of ['https://evil.example', HERE, 'null']) {
      const reply = await h.post(token, { Origin, Cookie: victim });
      expect([reply.status, reply.headers.get('Set-Cookie')]).toEqual([403, null]);
    }
    // Nor does one that the attacker has used first, from wherever it is posted.
    expect((await h.post(token)).status).toBe(303);
    const late = await h.post(token, { Cookie: victim });
    expect([late.status, late.headers.get('Set-Cookie')]).toEqual([403, null]);
    expect((await h.get('/integrations', victim)).status).toBe(200);
  });

  test('keeps hashes only: neither the token nor the cookie can be read anywhere', async () => {
    const h = hosted();
    const token = await h.token('begin-7');
    const reply = await h.post(token);
    const secret = /=([\w-]{43});/.exec(reply.headers.get('Set-Cookie') ?? '')?.[1] ?? '';
    const cookie = `__Host-mooring-session=${secret}`;
    const formToken = formTokenIn(await h.page(cookie));
    await h.act(cookie, 'refresh', { provider: 'acme', account: 'nobody' });
    const kept = JSON.stringify([await dumpDatabase(), await dumpKv(), h.deps.logLines]);
    expect(secret).toHaveLength(43);
    for (const value of [token, secret, formToken]) expect(kept).not.toContain(value);
  });
});

describe('a page session', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('is never begun by a link alone, and the page says so', async () => {
    const h = hosted();
    for (const path of [
      '/integrations',
      '/integrations?token=x',
      '/integrations/connect?provider=acme',
    ]) {
      const reply = await h.get(path);
      expect(reply.status).toBe(403);
      expect(reply.headers.get('Set-Cookie')).toBeNull();
      expect(textOf(await reply.text())).toContain('a link alone does not open');
    }
    expect((await h.get(`/connect/session?token=${await h.token('link-1')}`)).status).toBe(405);
  });

  test('ends after half an hour, and the page leads back to the app', async () => {
    const h = hosted();
    const cookie = await h.enter('end-1');
    h.deps.clock.advance(SESSION_MS - 1);
    await h.page(cookie);
    h.deps.clock.advance(1);
    const reply = await h.get('/integrations', cookie);
    expect(reply.status).toBe(403);
    const page = await reply.text();
    expect(textOf(page)).toContain('Your visit has ended');
    expect(page).toContain(`href="${APP}/settings"`);
  });

  test('ends by signing out, also for a copy of the cookie', async () => {
    const h = hosted();
    const cookie = await h.enter('end-2');
    const reply = await h.act(cookie, 'sign-out');
    expect(reply.status).toBe(200);
    expect(reply.headers.get('Set-Cookie')).toMatch(/^__Host-mooring-session=; .*Max-Age=0/);
    expect(textOf(await reply.text())).toContain('You are signed out');
    expect((await h.get('/integrations', cookie)).status).toBe(403);
    expect(await sessionOf(h, 'end-2')).toBeUndefined();
  });

  test('ends when its key leaves SERVICE_KEYS, is replaced under the same name, or may not connect', async () => {
    const key = await keyHash(serviceKey);
    const other = await keyHash('another service key');
    const cookie = await hosted().enter('key-1', { providers: ['acme', 'reddit'] });
    const opened = (SERVICE_KEYS: string) =>
      hosted({ config: readConfig({ ...env, SERVICE_KEYS }) }).get('/integrations', cookie);
    const open = await opened(`new:${other},test:${key}:connect`);
    expect(textOf(await open.text())).toContain('Reddit');
    for (const keys of [`new:${other}`, `test:${other}`, `test:${key}:read+call`]) {
      const reply = await opened(keys);
      expect(reply.status).toBe(403);
      const page = await reply.text();
      expect(textOf(page)).toContain('Your visit has ended');
      expect(page).toContain(`href="${APP}/settings"`);
    }
    // Its providers are the key's as they are now.
    const narrow = textOf(await (await opened(`test:${key}@acme`)).text());
    expect(narrow).toContain('Acme');
    expect(narrow).not.toContain('Reddit');
  });

  test('holds no hash of its key that could be tried', async () => {
    const cookie = await hosted().enter('key-2');
    expect(cookie).not.toBe('');
    expect(JSON.stringify(await dumpDatabase())).not.toContain(await keyHash(serviceKey));
  });

  test('that a Worker before migration 0018 made lasts its half hour', async () => {
    const h = hosted();
    const cookie = await h.enter('key-3');
    await h.deps.db
      .update(pageSessions)
      .set({ serviceKey: null })
      .where(eq(pageSessions.userId, 'key-3'));
    await h.page(cookie);
    h.deps.clock.advance(SESSION_MS);
    expect((await h.get('/integrations', cookie)).status).toBe(403);
  });

  test('is waited for five seconds, and its language one, where D1 hangs', async () => {
    const cookie = await hosted().enter('hangs');
    const time = fastTime(50);
    let asked = 0;
    const where = () => {
      asked += 1;
      return new Promise(() => {});
    };
    const db = { select: () => ({ from: () => ({ where }) }) } as never;
    const reply = await hosted({ ...time, db }).get('/integrations', cookie);
    expect([reply.status, asked]).toEqual([503, 2]);
  });

  test('goes with the user', async () => {
    const h = hosted();
    const cookie = await h.enter('end-3');
    await eraseUser(h.deps, 'end-3');
    expect((await h.get('/integrations', cookie)).status).toBe(403);
  });

  test('shows one user’s accounts, whoever else is visiting', async () => {
    const h = hosted();
    await h.connect('own-1', 'code-own-1');
    const [mine, theirs] = [await h.enter('own-1'), await h.enter('own-2')];
    expect(await h.page(mine)).toContain('Name of own-1');
    expect(await h.page(theirs)).not.toContain('own-1');
  });
});

describe('a form of the page', () => {
  const fields = { provider: 'acme', account: 'csrf' };
  const actions = ['connect', 'refresh', 'disconnect', 'credentials', 'sign-out'];

  test.each(actions)(
    '%s: refused without the visit’s own token, and from elsewhere',
    async (action) => {
      const h = hosted();
      await h.connect(`csrf-${action}`, `code-csrf-${action}`);
      const cookie = await h.enter(`csrf-${action}`);
      const token = formTokenIn(await h.page(cookie));
      const others = formTokenIn(await h.page(await h.enter('csrf-attacker')));
      const before = JSON.stringify((await dumpDatabase()).oauth_accounts);
      const account = `csrf-${action}`;
      for (const [headers, given] of [
        [{ Origin: HERE, Cookie: cookie }, {}],
        [{ Origin: HERE, Cookie: cookie }, { token: '' }],
        [{ Origin: HERE, Cookie: cookie }, { token: others }],
        [{ Origin: HERE, Cookie: cookie }, { token: `${token}x` }],
        [{ Origin: APP, Cookie: cookie }, { token }],
        [{ Origin: 'null', Cookie: cookie }, { token }],
        [{ Cookie: cookie }, { token }],
        [{ Origin: HERE }, { token }],
        [{ Origin: HERE, Cookie: cookie, 'Sec-Fetch-Dest': 'iframe' }, { token }],
      ] as [Record<string, string>, Record<string, string>][]) {
        const reply = await h.send(action, headers, { ...fields, account, ...given });
        expect([JSON.stringify([headers, given]), reply.status]).toEqual([
          JSON.stringify([headers, given]),
          403,
        ]);
      }
      expect(JSON.stringify((await dumpDatabase()).oauth_accounts)).toBe(before);
      await h.page(cookie);
    },
  );

  test.each(actions)('%s: not by GET', async (action) => {
    const h = hosted();
    await h.connect(`get-${action}`, `code-get-${action}`);
    const cookie = await h.enter(`get-${action}`);
    const query = new URLSearchParams({ ...fields, account: `get-${action}` });
    const before = JSON.stringify((await dumpDatabase()).oauth_accounts);
    await h.get(`/integrations/${action}?${query}`, cookie);
    await h.deps.settle();
    expect(JSON.stringify((await dumpDatabase()).oauth_accounts)).toBe(before);
  });

  test('cannot reach another user’s account', async () => {
    const h = hosted();
    await h.connect('victim', 'code-victim');
    const cookie = await h.enter('intruder');
    const place = { provider: 'acme', account: 'victim' };
    for (const action of ['refresh', 'disconnect']) {
      expect((await h.act(cookie, action, place)).status).toBe(303);
      expect(textOf(await h.page(cookie))).toMatch(/disconnected meanwhile|not connected any more/);
    }
    expect(
      (await h.get(`/integrations/disconnect?${new URLSearchParams(place)}`, cookie)).status,
    ).toBe(404);
    expect(await h.page(await h.enter('victim'))).toContain('Name of victim');
  });

  test('with a field twice, as JSON, or too large is refused', async () => {
    const h = hosted();
    const cookie = await h.enter('odd-form');
    const token = formTokenIn(await h.page(cookie));
    const post = (body: string, type = 'application/x-www-form-urlencoded') =>
      h.api('/integrations/refresh', {
        method: 'POST',
        token: null,
        headers: { Origin: HERE, Cookie: cookie, 'Content-Type': type },
        body,
      });
    expect((await post(`token=${token}&token=${token}`)).status).toBe(400);
    expect((await post(JSON.stringify({ token }), 'application/json')).status).toBe(415);
    expect((await post(`token=${token}&x=${'y'.repeat(70_000)}`)).status).toBe(413);
  });
});
