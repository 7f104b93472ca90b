import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { oauthAccounts, userVersions } from '../../src/db/schema';
import { EVERY_MINUTE, runJobs } from '../../src/jobs/cron';
import { accountContext } from '../../src/vault/vault';
import { userToken } from '../support/api';
import { configWith } from '../support/config';
import { errorReply, json } from '../support/provider';
import { codeOf, journey } from './journey';

const session = (authId: string, more: Record<string, string> = {}) => ({
  auth_id: authId,
  sess: 'canary-session',
  x_bc: '0123456789abcdef',
  user_agent: 'Mozilla/5.0',
  ...more,
});

const put = (
  j: ReturnType<typeof journey>,
  userId: string,
  json: unknown,
  { token, provider = 'onlyfans' }: { token?: string; provider?: string } = {},
) =>
  j.api(`/v1/users/${userId}/integrations/${provider}`, {
    method: 'PUT',
    json,
    ...(token === undefined ? {} : { token }),
  });

const vendor = {
  vendor: {
    name: 'Vendor',
    kind: 'credentials',
    fields: { key: { label: 'Key', maxLength: 20 }, note: { label: 'Note', required: false } },
  },
};

describe('PUT credentials', () => {
  test('the service names the account by the field of the record; they are kept sealed', async () => {
    const j = journey();
    const reply = await put(j, 'cred-1', { credentials: session('101'), displayName: 'Mine' });
    expect(reply.status, await reply.clone().text()).toBe(201);
    expect(Number(reply.headers.get('Consistency-Token'))).toBeGreaterThan(0);
    const integration = await reply.json();
    expect(integration).toMatchObject({
      provider: 'onlyfans',
      accountId: '101',
      displayName: 'Mine',
      status: 'connected',
      metadata: { auth_id: '101' },
      expiresAt: null,
    });
    expect(JSON.stringify([integration, j.deps.logLines])).not.toContain('canary-session');
    const [row] = await j.deps.db
      .select()
      .from(oauthAccounts)
      .where(eq(oauthAccounts.userId, 'cred-1'));
    expect(JSON.stringify(row)).not.toContain('canary-session');
    expect(row).toMatchObject({ refreshDueAt: null, refreshToken: null });
    const opened = await j.deps.vault.open(
      row?.accessToken ?? '',
      accountContext('onlyfans', '101', 'access_token'),
    );
    expect(JSON.parse(opened)).toEqual(session('101'));
  });

  test('again: replaced in its place, the label kept', async () => {
    const j = journey();
    await put(j, 'cred-2', { credentials: session('102'), displayName: 'Mine' });
    j.deps.clock.advance(1000);
    const again = await put(j, 'cred-2', { credentials: session('102', { sess: 'new' }) });
    expect(again.status).toBe(201);
    expect(await again.json()).toMatchObject({ displayName: 'Mine' });
    const rows = await j.deps.db
      .select()
      .from(oauthAccounts)
      .where(eq(oauthAccounts.userId, 'cred-2'));
    expect(rows).toHaveLength(1);
  });

  test('an account of another user is refused, and stays as it is', async () => {
    const j = journey();
    await put(j, 'cred-3-owner', { credentials: session('103') });
    const reply = await put(j, 'cred-3', { credentials: session('103', { sess: 'stolen' }) });
    expect([reply.status, await codeOf(reply)]).toEqual([409, 'account_linked_to_another_user']);
    const [row] = await j.deps.db
      .select()
      .from(oauthAccounts)
      .where(eq(oauthAccounts.providerAccountId, '103'));
    expect(row?.userId).toBe('cred-3-owner');
  });

  test("a user's word takes nobody's account: its id is bound to the user, and stays the same", async () => {
    const j = journey();
    const first = await userToken('cred-4-a');
    const second = await userToken('cred-4-b');
    const ids = [];
    for (const token of [first, second, first]) {
      const reply = await put(j, 'me', { credentials: session('104') }, { token });
      expect(reply.status).toBe(201);
      const { accountId, metadata } = await reply.json<{ accountId: string; metadata: unknown }>();
      expect(metadata).toEqual({ auth_id: '104' });
      ids.push(accountId);
    }
    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
    // The rightful owner, named by the app's backend, is not shut out.
    expect((await put(j, 'cred-4-owner', { credentials: session('104') })).status).toBe(201);
  });

  test('a user puts a hundred a day, forced refreshes included, and the service as many as it likes', async () => {
    const j = journey();
    const token = await userToken('cred-often');
    const credentials = session('105');
    expect((await put(j, 'me', { credentials }, { token })).status).toBe(201);
    await j.deps.db
      .update(userVersions)
      .set({ forced: 100, forcedSince: j.deps.now() })
      .where(eq(userVersions.userId, 'cred-often'));
    const refused = await put(j, 'me', { credentials }, { token });
    expect([refused.status, await codeOf(refused)]).toEqual([429, 'rate_limited']);
    expect((await put(j, 'cred-often', { credentials: session('106') })).status).toBe(201);
  });

  test('only the service may name an account', async () => {
    const j = journey({ config: configWith(vendor) });
    const body = { credentials: { key: 'k' }, accountId: 'named' };
    const token = await userToken('cred-5');
    const refused = await put(j, 'me', body, { token, provider: 'vendor' });
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'forbidden']);
    const named = await put(j, 'cred-5', body, { provider: 'vendor' });
    expect(await named.json()).toMatchObject({ accountId: 'named', metadata: {} });
    const generated = await put(j, 'cred-5', { credentials: { key: 'k' } }, { provider: 'vendor' });
    expect(await generated.json()).toMatchObject({
      accountId: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  test.each([
    ['a missing field', { credentials: { key: '' } }],
    ['no field', { credentials: {} }],
    ['one too long', { credentials: { key: 'x'.repeat(21) } }],
    ['a field that is not asked for', { credentials: { key: 'k', other: 'x' } }],
    ['constructor as a field', { credentials: { key: 'k', constructor: 'x' } }],
    ['a number', { credentials: { key: 1 } }],
    ['no credentials', {}],
    ['a line break in the label', { credentials: { key: 'k' }, displayName: 'a\nb' }],
  ])('%s: 400, and nothing is stored', async (_, json) => {
    const j = journey({ config: configWith(vendor) });
    const reply = await put(j, 'cred-6', json, { provider: 'vendor' });
    expect([reply.status, await codeOf(reply)]).toEqual([400, 'invalid_request']);
    expect(
      await j.deps.db.select().from(oauthAccounts).where(eq(oauthAccounts.userId, 'cred-6')),
    ).toEqual([]);
  });

  test('a value that breaks the pattern is named by its field, never quoted', async () => {
    const j = journey();
    const reply = await put(j, 'cred-7', {
      credentials: session('not-a-number', { sess: 'a; auth_id=7' }),
    });
    const text = await reply.text();
    expect(reply.status).toBe(400);
    expect(text).toContain('body.credentials.auth_id');
    expect(text).toContain('body.credentials.sess');
    expect(text).not.toMatch(/not-a-number|auth_id=7/);
  });

  test('an account id that contradicts the credentials is refused', async () => {
    const reply = await put(journey(), 'cred-8', { credentials: session('108'), accountId: '109' });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: 'body.credentials.auth_id' }],
    });
    const unusable = await put(journey(), 'cred-8', {
      credentials: session('108'),
      accountId: '-',
    });
    expect(await unusable.json()).toMatchObject({ errors: [{ path: 'body.accountId' }] });
  });

  test.each(['..', '-', 'a\u0000b', 'x'.repeat(256)])(
    'an account id that could stand in no path is refused (%#)',
    async (login) => {
      const j = journey({
        config: configWith({
          logins: {
            name: 'Logins',
            kind: 'credentials',
            fields: { login: { label: 'Login' } },
            accountIdField: 'login',
          },
        }),
      });
      const reply = await put(j, 'cred-10', { credentials: { login } }, { provider: 'logins' });
      expect(reply.status).toBe(400);
      expect(await reply.json()).toMatchObject({
        code: 'invalid_request',
        errors: [{ path: 'body.credentials.login' }],
      });
    },
  );

  test.each(['a\nb', 'a\r\nX-Own: b', 'a\u0000b', 'clé'])(
    'what no header takes is refused where it goes into one (%#)',
    async (key) => {
      const record = {
        name: 'Headers',
        kind: 'credentials',
        fields: { key: { label: 'Key' }, user: { label: 'User' }, note: { label: 'Note' } },
        requestHeaders: { 'X-Key': 'Key {key}', Authorization: "Basic {base64:user:'x'}" },
      };
      const j = journey({ config: configWith({ headers: record }) });
      const provider = 'headers';
      const credentials = { key, user: key, note: key };
      const reply = await put(j, 'cred-11', { credentials }, { provider });
      const text = await reply.text();
      expect(reply.status, text).toBe(400);
      expect(JSON.parse(text)).toMatchObject({
        errors: [{ path: 'body.credentials.key', message: expect.stringContaining('header') }],
      });
      expect(text).not.toContain(JSON.stringify(key).slice(1, -1));
      const fits = { credentials: { ...credentials, key: 'k' } };
      expect((await put(j, 'cred-11', fits, { provider })).status).toBe(201);
    },
  );

  test('an OAuth provider is refused, with the way that it goes', async () => {
    const reply = await put(journey(), 'cred-9', { credentials: {} }, { provider: 'acme' });
    expect(await reply.json()).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining('/v1/users/{userId}/connections'),
    });
    const unknown = await put(journey(), 'cred-9', { credentials: {} }, { provider: 'nobody' });
    expect(await codeOf(unknown)).toBe('provider_not_found');
  });
});

/** The simulated provider takes `access-<account>` as a key, and says whose it is. */
const checked = {
  tried: {
    name: 'Tried',
    kind: 'credentials',
    fields: { key: { label: 'Key' }, team: { label: 'Team', secret: false, required: false } },
    requestHeaders: { Authorization: 'Bearer {key}' },
    check: { url: 'https://api.tried.example/me' },
  },
  telling: {
    name: 'Telling',
    kind: 'credentials',
    fields: { key: { label: 'Key' } },
    requestHeaders: { Authorization: 'Bearer {key}' },
    check: {
      url: 'https://api.telling.example/me',
      accountId: 'sub',
      displayName: 'name',
      metadata: { owner: 'owner' },
    },
  },
};

describe('PUT credentials that can be tried', () => {
  const tried = { provider: 'tried' };
  const telling = { provider: 'telling' };
  const start = () => journey({ config: configWith(checked) });
  const rowsOf = (j: ReturnType<typeof journey>, userId: string) =>
    j.deps.db.select().from(oauthAccounts).where(eq(oauthAccounts.userId, userId));

  test('a key that the provider takes is verified', async () => {
    const j = start();
    const reply = await put(j, 'try-1', { credentials: { key: 'access-ann' } }, tried);
    expect(reply.status, await reply.clone().text()).toBe(201);
    expect(await reply.json()).toMatchObject({ status: 'connected', verified: true });
    expect(j.provider.to('/me')).toMatchObject([
      { method: 'GET', redirect: 'manual', url: 'https://api.tried.example/me' },
    ]);
  });

  test('a key that it refuses is 422, nothing is stored, and what was stored stays', async () => {
    const j = start();
    const reply = await put(j, 'try-2', { credentials: { key: 'canary-wrong' } }, tried);
    expect([reply.status, await codeOf(reply)]).toEqual([422, 'credentials_refused']);
    expect(await rowsOf(j, 'try-2')).toEqual([]);
    const seen = JSON.stringify([await reply.text(), j.deps.logLines]);
    expect(seen).not.toContain('canary-wrong');

    await put(j, 'try-2', { credentials: { key: 'access-ann' }, accountId: 'mine' }, tried);
    const [before] = await rowsOf(j, 'try-2');
    await put(j, 'try-2', { credentials: { key: 'canary-wrong' }, accountId: 'mine' }, tried);
    expect(await rowsOf(j, 'try-2')).toEqual([before]);
  });

  test.each([
    ['is away', () => Promise.reject(new TypeError('reset'))],
    ['fails', () => errorReply(503, 'x')],
    ['asks for a pause', () => errorReply(429, 'x')],
    ['says neither yes nor no', () => errorReply(403, 'x')],
    ['sends it elsewhere', () => Response.redirect('https://elsewhere.example/', 302)],
  ])(
    'where the provider %s, it is stored as unverified, and tried again by cron',
    async (_, answer) => {
      const j = start();
      const userId = `try-3-${_}`.replaceAll(' ', '-');
      j.provider.answer('/me', answer);
      const reply = await put(j, userId, { credentials: { key: 'access-ann' } }, tried);
      expect(reply.status).toBe(201);
      expect(await reply.json()).toMatchObject({ status: 'connected', verified: false });
      j.provider.answer('/me', null);
      j.deps.clock.advance(120_000);
      await runJobs(j.deps, EVERY_MINUTE);
      await j.deps.settle();
      const list = await j.api(`/v1/users/${userId}/integrations`);
      expect(await list.json()).toMatchObject({ integrations: [{ verified: true }] });
      expect(j.provider.to('/me')).toHaveLength(2);
    },
  );

  test('an unverified key that turns out to be wrong needs reconnecting', async () => {
    const j = start();
    j.provider.answer('/me', () => errorReply(503, 'x'));
    await put(j, 'try-4', { credentials: { key: 'wrong' } }, tried);
    j.provider.answer('/me', null);
    for (let i = 0; i < 2; i += 1) {
      j.deps.clock.advance(120_000);
      await runJobs(j.deps, EVERY_MINUTE);
      await j.deps.settle();
    }
    const list = await j.api('/v1/users/try-4/integrations');
    expect(await list.json()).toMatchObject({
      integrations: [{ status: 'needs_reconnect', reason: 'token_refused', verified: false }],
    });
    // The token route says so too, and another key mends it.
    const [row] = await rowsOf(j, 'try-4');
    const accountId = row?.providerAccountId ?? '';
    const token = await j.api(`/v1/users/try-4/integrations/tried/${accountId}/token`);
    expect([token.status, await codeOf(token)]).toEqual([409, 'needs_reconnect']);
    expect(token.headers.get('Consistency-Token')).toBe(list.headers.get('Consistency-Token'));
    const again = await put(j, 'try-4', { credentials: { key: 'access-ann' }, accountId }, tried);
    expect(await again.json()).toMatchObject({ status: 'connected', verified: true });
    expect(await rowsOf(j, 'try-4')).toMatchObject([{ checkRefusedAt: null, checkDueAt: null }]);
  });

  test('a provider that hangs costs six seconds at most, and nothing is lost', async () => {
    const j = start();
    j.provider.answer('/me', () => new Promise(() => {}));
    const startedAt = Date.now();
    const reply = await put(j, 'try-5', { credentials: { key: 'access-ann' } }, tried);
    expect(await reply.json()).toMatchObject({ verified: false });
    expect(Date.now() - startedAt).toBeLessThan(8_000);
  }, 15_000);

  test('account, name and labels are what the provider says, also for a user', async () => {
    const j = start();
    const token = await userToken('try-6');
    const reply = await put(
      j,
      'me',
      { credentials: { key: 'access-ann.1' } },
      { token, ...telling },
    );
    expect(await reply.json()).toMatchObject({
      accountId: 'ann.1',
      displayName: 'Name of ann.1',
      metadata: { owner: 'ann' },
    });
    const named = { credentials: { key: 'access-ann.1' }, displayName: 'Mine' };
    expect(await (await put(j, 'try-6', named, telling)).json()).toMatchObject({
      displayName: 'Mine',
    });
  });

  test("another user's account is refused, and so is another one than named", async () => {
    const j = start();
    await put(j, 'try-7-owner', { credentials: { key: 'access-bob' } }, telling);
    const taken = await put(j, 'try-7', { credentials: { key: 'access-bob' } }, telling);
    expect([taken.status, await codeOf(taken)]).toEqual([409, 'account_linked_to_another_user']);
    const named = { credentials: { key: 'access-eve' }, accountId: 'bob' };
    const mismatch = await put(j, 'try-7', named, telling);
    expect([mismatch.status, await codeOf(mismatch)]).toEqual([409, 'account_mismatch']);
    expect(await rowsOf(j, 'try-7')).toEqual([]);
  });

  test('where only the provider can name the account, and does not: nothing is stored', async () => {
    const j = start();
    j.provider.answer('/me', () => errorReply(503, 'x'));
    const away = await put(j, 'try-8', { credentials: { key: 'access-ann.8' } }, telling);
    expect([away.status, await codeOf(away)]).toEqual([503, 'provider_unavailable']);
    expect(away.headers.get('Retry-After')).toBe('120');
    j.provider.answer('/me', () => json({ name: 'nobody' }));
    const silent = await put(j, 'try-8', { credentials: { key: 'access-ann.8' } }, telling);
    expect([silent.status, await codeOf(silent)]).toEqual([502, 'provider_error']);
    expect(await rowsOf(j, 'try-8')).toEqual([]);
    // Named by the app, it can be stored all the same.
    j.provider.answer('/me', () => errorReply(503, 'x'));
    const body = { credentials: { key: 'access-ann.8' }, accountId: 'ann.8' };
    expect(await (await put(j, 'try-8', body, telling)).json()).toMatchObject({ verified: false });
  });

  test('only to the hosts that the record allows', async () => {
    const hosted = {
      name: 'Hosted',
      kind: 'credentials',
      fields: {
        host: { label: 'Host', secret: false, pattern: '[a-z0-9.-]+' },
        key: { label: 'Key' },
      },
      requestHeaders: { Authorization: 'Bearer {key}' },
      check: { url: 'https://{host}/me', accountId: ['field:host', 'sub'] },
    };
    // Not on localhost, where a developer's own servers are allowed.
    const publicUrl = 'https://mooring.example.com';
    const j = journey({ config: { ...configWith({ hosted }), publicUrl } });
    for (const host of [
      '127.0.0.1',
      'localhost',
      'metadata.internal',
      'plain',
      '169.254.169.254',
    ]) {
      const body = { credentials: { host, key: 'access-ann' } };
      const reply = await put(j, 'try-9', body, { provider: 'hosted' });
      expect([reply.status, await codeOf(reply)], host).toEqual([400, 'invalid_request']);
      expect(await reply.json()).toMatchObject({ errors: [{ path: 'body.credentials.host' }] });
    }
    expect(j.provider.requests).toEqual([]);
    const body = { credentials: { host: 'one.example', key: 'access-ann' } };
    const reply = await put(j, 'try-9', body, { provider: 'hosted' });
    expect(await reply.json()).toMatchObject({ accountId: 'one.example:ann', verified: true });
  });
});
