import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { oauthAccounts } from '../../src/db/schema';
import { accountContext } from '../../src/vault/vault';
import { userToken } from '../support/api';
import { configWith } from '../support/config';
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
    expect([reply.status, await codeOf(reply)]).toEqual([400, 'invalid_request']);
  });

  test.each(['..', 'a\u0000b', 'x'.repeat(256)])(
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
      expect([reply.status, await codeOf(reply)]).toEqual([400, 'invalid_request']);
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
