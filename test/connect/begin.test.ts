import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { connectTransactions } from '../../src/db/schema';
import { userToken } from '../support/api';
import { configWith } from '../support/config';
import { insertAccount } from '../support/fixtures';
import { codeOf, journey } from './journey';

const shop = {
  shopper: {
    name: 'Shopper',
    kind: 'oauth2',
    authorizationUrl: 'https://{shop}.shopper.example/authorize',
    tokenUrl: 'https://{shop}.shopper.example/token',
    profileUrl: 'https://{shop}.shopper.example/me',
    accountId: 'sub',
    parameters: {
      shop: { label: 'Shop', pattern: '[a-z0-9-]{1,40}' },
      region: { label: 'Region', pattern: 'eu|us', default: 'eu' },
    },
    refreshModel: 'static',
  },
};

const post = (j: ReturnType<typeof journey>, userId: string, json: unknown) =>
  j.api(`/v1/users/${userId}/connections`, { method: 'POST', json });

const returnTo = 'https://app.example.com/done';

describe('POST connections', () => {
  test('stores neither the ticket nor the verifier in the clear, and names no account', async () => {
    const j = journey();
    const { id, connectUrl, expiresAt } = await j.begin('begin-1');
    const ticket = connectUrl.split('/').at(-1) ?? '';
    expect(connectUrl).toBe(`http://localhost:8787/connect/start/${ticket}`);
    expect(ticket).toMatch(/^[\w-]{43}$/);
    expect(new Date(expiresAt).getTime()).toBe(j.deps.now() + 600_000);
    const [row] = await j.deps.db
      .select()
      .from(connectTransactions)
      .where(eq(connectTransactions.id, id));
    expect(JSON.stringify(row)).not.toContain(ticket);
    expect(row).toMatchObject({
      userId: 'begin-1',
      state: 'started',
      requestedScope: ['openid', 'offline_access'],
      expectedAccountId: null,
      code: null,
    });
    expect(row?.verifier.split('.')).toHaveLength(5);
  });

  test.each([
    ['an unknown provider', { provider: 'nobody', returnTo }, 404, 'provider_not_found'],
    ['a prototype key', { provider: 'constructor', returnTo }, 404, 'provider_not_found'],
    [
      'no client in this deployment',
      { provider: 'shopper', returnTo },
      409,
      'provider_not_configured',
    ],
    ['a provider without OAuth', { provider: 'onlyfans', returnTo }, 400, 'invalid_request'],
    [
      'a foreign returnTo',
      { provider: 'acme', returnTo: 'https://evil.example' },
      400,
      'invalid_request',
    ],
    [
      'a scope that would be two',
      { provider: 'acme', returnTo, scopes: ['a b'] },
      400,
      'invalid_request',
    ],
    [
      'parameters that the record has not',
      { provider: 'acme', returnTo, parameters: { a: 'b' } },
      400,
      'invalid_request',
    ],
    [
      'a reconnect of what is not there',
      { provider: 'acme', returnTo, accountId: 'x' },
      404,
      'integration_not_found',
    ],
  ])('refuses %s', async (_, json, status, code) => {
    const j = journey({ config: configWith(shop) });
    const reply = await post(j, 'begin-2', json);
    expect([reply.status, await codeOf(reply)]).toEqual([status, code]);
    expect(await reply.text()).not.toContain('evil');
  });

  test('says where credentials go instead', async () => {
    const reply = await post(journey(), 'begin-3', { provider: 'onlyfans', returnTo });
    expect((await reply.json<{ detail: string }>()).detail).toContain(
      'PUT its credentials to /v1/users/{userId}/integrations/onlyfans',
    );
  });

  test("a reconnect of another user's account is not found, as if it were not there", async () => {
    const j = journey();
    await insertAccount(j.deps, { userId: 'begin-4-owner', providerAccountId: 'begin-4' });
    const reply = await post(j, 'begin-4', { provider: 'acme', returnTo, accountId: 'begin-4' });
    expect([reply.status, await codeOf(reply)]).toEqual([404, 'integration_not_found']);
  });

  test('a reconnect asks again for the scopes that were asked for before', async () => {
    const j = journey();
    await insertAccount(j.deps, {
      userId: 'begin-5',
      providerAccountId: 'begin-5',
      requestedScope: ['openid', 'extra'],
    });
    const { id } = await j.begin('begin-5', { accountId: 'begin-5' });
    const [row] = await j.deps.db
      .select()
      .from(connectTransactions)
      .where(eq(connectTransactions.id, id));
    expect(row?.requestedScope).toEqual(['openid', 'extra']);
  });

  test('a user may begin only for itself', async () => {
    const j = journey();
    const token = await userToken('begin-6');
    const init = { method: 'POST', token, json: { provider: 'acme', returnTo } };
    expect((await j.api('/v1/users/me/connections', init)).status).toBe(201);
    expect((await j.api('/v1/users/begin-6/connections', init)).status).toBe(201);
    expect((await j.api('/v1/users/other/connections', init)).status).toBe(403);
  });
});

describe('parameters of the URLs', () => {
  const settings = { SHOPPER_CLIENT_ID: 'id', SHOPPER_CLIENT_SECRET: 'secret' };

  test('are checked against the whole pattern, and defaults fill in', async () => {
    const j = journey({ config: configWith(shop, settings) });
    const { id } = await j.begin('begin-7', { provider: 'shopper', parameters: { shop: 'a-1' } });
    const [row] = await j.deps.db
      .select()
      .from(connectTransactions)
      .where(eq(connectTransactions.id, id));
    expect(row?.parameters).toEqual({ shop: 'a-1', region: 'eu' });
  });

  test.each([
    ['missing', {}],
    ['a host of its own', { shop: 'evil.example/' }],
    ['a line break after a match', { shop: 'ok\n' }],
    ['upper case', { shop: 'A' }],
    ['another region', { shop: 'ok', region: 'us2' }],
    ['__proto__', { shop: 'ok', constructor: 'x' }],
  ])('%s is refused', async (_, parameters) => {
    const j = journey({ config: configWith(shop, settings) });
    const reply = await post(j, 'begin-8', { provider: 'shopper', returnTo, parameters });
    expect([reply.status, await codeOf(reply)]).toEqual([400, 'invalid_request']);
  });
});
