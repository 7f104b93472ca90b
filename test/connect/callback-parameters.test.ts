/**
 * What only the redirect back says: anybody can write that address, so nothing of it is believed.
 */
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { connectTransactions, oauthAccounts } from '../../src/db/schema';
import { mechanisms } from '../simulator/mechanisms';
import { simulate } from '../simulator/simulator';
import type { Fixture } from '../simulator/types';
import { clientsOf, configWith, recordAt } from '../support/config';
import { testDeps } from '../support/deps';
import { codeOf, journey } from './journey';

const CLIENT = { id: 'client', secret: 'secret' };

const travel = (fixture: Fixture, record: Record<string, unknown>) =>
  journey(
    { config: configWith({ [fixture.id]: record }, clientsOf([fixture.id], CLIENT)) },
    (now) =>
      simulate(
        fixture,
        { ...CLIENT, redirectUri: `http://localhost:8787/connect/callback/${fixture.id}` },
        now,
      ),
  );

const books = (changes: Record<string, unknown> = {}) =>
  travel(
    mechanisms.books,
    recordAt('books', {
      parameters: {
        realm_id: { label: 'Company', pattern: '[a-z0-9-]{1,40}', from: 'callback:realmId' },
      },
      profileUrl: 'https://api.books.example/v3/company/{realm_id}/info',
      accountId: 'parameter:realm_id',
      displayName: 'CompanyInfo.CompanyName',
      scopes: ['read'],
      ...changes,
    }),
  );

const desk = () =>
  travel(
    mechanisms.desk,
    recordAt('desk', {
      parameters: {
        server: {
          label: 'Server',
          pattern: 'accounts\\.desk(?:-eu)?\\.example',
          from: 'callback:accounts-server',
        },
      },
      codeParam: 'auth_code',
      tokenUrl: 'https://{server}/token',
      profileUrl: 'https://{server}/me',
      revocationUrl: 'https://{server}/revoke',
      accountId: ['parameter:server', 'sub'],
      scopes: ['read'],
    }),
  );

type Travel = ReturnType<typeof travel>;

/** To the consent of this account, and what the browser would bring back. */
async function consented(j: Travel, userId: string, provider: string, account?: string) {
  const { id, connectUrl } = await j.begin(userId, { provider });
  const { location, cookie } = await j.open(connectUrl);
  const back = await j.provider.consent(location, account);
  return { id, cookie, query: Object.fromEntries(back.searchParams) };
}

const rows = () => testDeps().db.select().from(oauthAccounts);

beforeEach(async () => {
  await testDeps().db.delete(oauthAccounts);
});

describe('a company that the redirect back names', () => {
  test('is the account: two companies of one person are two integrations', async () => {
    const j = books();
    for (const company of ['company-1', 'company-2']) {
      const { id, cookie, query } = await consented(j, 'books-1', 'books', company);
      expect((await j.callback(query, cookie, 'books')).status).toBe(303);
      const reply = await j.complete('books-1', id);
      expect(reply.status, await reply.clone().text()).toBe(201);
      expect(await reply.json()).toMatchObject({
        accountId: company,
        displayName: `Company ${company}`,
      });
    }
    expect((await rows()).map(({ parameters }) => parameters)).toEqual([
      { realm_id: 'company-1' },
      { realm_id: 'company-2' },
    ]);
  });

  test('is not replaced by another one on a reconnect', async () => {
    const j = books();
    const first = await consented(j, 'books-2', 'books', 'company-1');
    await j.callback(first.query, first.cookie, 'books');
    await j.complete('books-2', first.id);
    const [before] = await rows();

    const { id, connectUrl } = await j.begin('books-2', {
      provider: 'books',
      accountId: 'company-1',
    });
    const { location, cookie } = await j.open(connectUrl);
    const back = await j.provider.consent(location, 'company-2');
    await j.callback(Object.fromEntries(back.searchParams), cookie, 'books');
    const reply = await j.complete('books-2', id);
    expect([reply.status, await codeOf(reply)]).toEqual([409, 'account_mismatch']);
    expect(await rows()).toEqual([before]);
  });

  test.each(['first', 'last'])(
    'which nothing confirms is an account of the user alone: who names another’s, and is back %s, has nothing of it',
    async (order) => {
      const j = books({
        accountId: ['user:id', 'parameter:realm_id'],
        profileUrl: undefined,
        displayName: 'parameter:realm_id',
      });
      const owner = await consented(j, 'books-5-owner', 'books', 'company-1');
      const thief = await consented(j, 'books-5-thief', 'books', 'company-2');
      thief.query.realmId = 'company-1';
      const both = { 'books-5-owner': owner, 'books-5-thief': thief };
      const users = Object.entries(both);
      for (const [userId, { id, query, cookie }] of order === 'first' ? users.reverse() : users) {
        await j.callback(query, cookie, 'books');
        const reply = await j.complete(userId, id);
        expect(reply.status, await reply.clone().text()).toBe(201);
      }
      const found = await rows();
      expect(found.map(({ userId }) => userId).sort()).toEqual(Object.keys(both));
      expect(new Set(found.map(({ providerAccountId }) => providerAccountId)).size).toBe(2);
      expect(new Set(found.map(({ subject }) => subject)).size).toBe(2);
    },
  );

  test("swapped for another user's: the provider does not confirm it, and nobody's account changes", async () => {
    const j = books();
    const owner = await consented(j, 'books-3-owner', 'books', 'company-1');
    const thief = await consented(j, 'books-3-thief', 'books', 'company-2');
    // Before the owner is back, and after.
    await j.callback({ ...thief.query, realmId: 'company-1' }, thief.cookie, 'books');
    const stolen = await j.complete('books-3-thief', thief.id);
    expect([stolen.status, await codeOf(stolen)]).toEqual([502, 'provider_error']);
    expect(await rows()).toEqual([]);
    // What it had was its own company's grant, and is given back.
    await j.deps.settle();
    expect(j.provider.count('revoke')).toBeLessThanOrEqual(1);

    await j.callback(owner.query, owner.cookie, 'books');
    expect((await j.complete('books-3-owner', owner.id)).status).toBe(201);
    const again = await consented(j, 'books-3-thief', 'books', 'company-2');
    await j.callback({ ...again.query, realmId: 'company-1' }, again.cookie, 'books');
    expect((await j.complete('books-3-thief', again.id)).status).toBe(502);
    expect(await rows()).toMatchObject([
      { userId: 'books-3-owner', providerAccountId: 'company-1' },
    ]);
  });

  test('cannot be changed by the same callback sent again', async () => {
    const j = books();
    const { id, cookie, query } = await consented(j, 'books-4', 'books', 'company-1');
    const first = await j.callback(query, cookie, 'books');
    const again = await j.callback({ ...query, realmId: 'company-2' }, cookie, 'books');
    expect(again.headers.get('Location')).toBe(first.headers.get('Location'));
    expect(await (await j.complete('books-4', id)).json()).toMatchObject({
      accountId: 'company-1',
    });
  });

  test.each([
    ['is missing', {}],
    ['is empty', { realmId: '' }],
    ['climbs the path', { realmId: '..' }],
    ['holds a slash', { realmId: 'company-1/info?' }],
    ['is too long', { realmId: 'x'.repeat(41) }],
  ])('that %s ends the connection, and no code is sent', async (_, change) => {
    const j = books();
    const { cookie, query } = await consented(j, 'books-5', 'books', 'company-1');
    const { realmId: _realm, ...rest } = query;
    const reply = await j.callback({ ...rest, ...change }, cookie, 'books');
    const location = new URL(reply.headers.get('Location') ?? '');
    expect(location.searchParams.get('error')).toBe('provider_error');
    expect(location.searchParams.has('completion')).toBe(false);
    expect(j.provider.requests).toEqual([]);
  });

  test('is not for whoever starts a connection to say', async () => {
    const j = books();
    const reply = await j.api('/v1/users/books-6/connections', {
      method: 'POST',
      json: {
        provider: 'books',
        returnTo: 'https://app.example.com/done',
        parameters: { realm_id: 'company-1' },
      },
    });
    expect([reply.status, await codeOf(reply)]).toEqual([400, 'invalid_request']);
    const catalog = await (await j.api('/v1/providers')).json<{ providers: { id: string }[] }>();
    expect(catalog.providers.find(({ id }) => id === 'books')).not.toHaveProperty('parameters');
  });
});

describe('a host that the redirect back names', () => {
  test.each([
    'https://evil.example',
    'https://accounts.desk.example.evil.example',
    'https://accounts.desk.example@evil.example',
    'https://evil.example/accounts.desk.example',
    'https://accounts.desk.example:8443',
    'http://accounts.desk.example',
    'https://accounts-desk.example',
    '//accounts.desk.example',
    'https://accounts.desk.example/..',
    'accounts.desk.example\n',
    'localhost',
    '169.254.169.254',
  ])('%j is not taken: neither code nor secret goes anywhere', async (server) => {
    const j = desk();
    const { id, cookie, query } = await consented(j, 'desk-1', 'desk');
    const reply = await j.callback({ ...query, 'accounts-server': server }, cookie, 'desk');
    const location = new URL(reply.headers.get('Location') ?? '');
    expect(location.searchParams.get('error')).toBe('provider_error');
    expect(j.provider.requests).toEqual([]);
    const [row] = await j.deps.db
      .select()
      .from(connectTransactions)
      .where(eq(connectTransactions.id, id));
    expect(row).toMatchObject({ state: 'failed', code: null, parameters: {} });
  });

  test('is where the code, refreshes and the revocation go from then on', async () => {
    const j = desk();
    const { id, cookie, query } = await consented(j, 'desk-2', 'desk');
    await j.callback(query, cookie, 'desk');
    const reply = await j.complete('desk-2', id);
    expect(reply.status, await reply.clone().text()).toBe(201);
    const { accountId } = await reply.json<{ accountId: string }>();
    expect(accountId).toBe('accounts.desk-eu.example:ada');
    const path = `/v1/users/desk-2/integrations/desk/${encodeURIComponent(accountId)}`;
    expect((await j.api(`${path}/refresh`, { method: 'POST' })).status).toBe(200);
    expect((await j.api(path, { method: 'DELETE' })).status).toBe(200);
    await j.deps.settle();
    const hosts = new Set(j.provider.requests.map(({ url }) => new URL(url).host));
    expect([...hosts]).toEqual(['accounts.desk-eu.example']);
    expect(j.provider.count('revoke')).toBe(1);
  });
});

describe('a redirect back that the browser posts', () => {
  const posted = (authorizationParams: Record<string, string> = { response_mode: 'form_post' }) =>
    travel(mechanisms.posted, recordAt('posted', { authorizationParams, scopes: ['read'] }));

  test('is asked for again by GET, where the cookie comes along; nothing else of it is', async () => {
    const j = posted();
    const { id, cookie, query } = await consented(j, 'posted-1', 'posted');
    const sent = await j.postBack(query, 'posted');
    expect(Object.keys(sent).sort()).toEqual(['code', 'state']);
    expect(j.provider.requests).toEqual([]);
    expect((await j.callback(sent, cookie, 'posted')).status).toBe(303);
    expect((await j.complete('posted-1', id)).status).toBe(201);
  });

  test('from another origin, without the cookie of the browser, ends nothing', async () => {
    const j = posted();
    const { id, cookie, query } = await consented(j, 'posted-2', 'posted');
    // An attacker's page posts a code of its own with a state that it knows, in another browser.
    const sent = await j.postBack({ ...query, code: 'code-of-the-attacker' }, 'posted');
    for (const stranger of [null, '__Host-mooring-browser=another-browser']) {
      const reply = await j.callback(sent, stranger, 'posted');
      expect([reply.status, reply.headers.get('Location')]).toEqual([403, null]);
    }
    const without = await j.postBack({ code: 'code-of-the-attacker' }, 'posted');
    expect((await j.callback(without, cookie, 'posted')).status).toBe(400);
    expect(j.provider.requests).toEqual([]);
    expect((await j.callback(await j.postBack(query, 'posted'), cookie, 'posted')).status).toBe(
      303,
    );
    expect((await j.complete('posted-2', id)).status).toBe(201);
  });

  test.each([
    ['a provider that posts nothing', 'acme', 405],
    ['no provider', 'nobody', 405],
  ])('of %s is refused', async (_, provider, status) => {
    const reply = await posted().api(`/connect/callback/${provider}`, {
      method: 'POST',
      token: null,
      body: 'code=c&state=s',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(reply.status).toBe(status);
  });

  test('may be no other form, not too long, and name nothing twice', async () => {
    const j = posted();
    const post = (body: string, type = 'application/x-www-form-urlencoded') =>
      j.api('/connect/callback/posted', {
        method: 'POST',
        token: null,
        body,
        headers: { 'Content-Type': type },
      });
    expect((await post('{"code":"c"}', 'application/json')).status).toBe(415);
    expect((await post('code=c', 'multipart/form-data; boundary=x')).status).toBe(415);
    expect((await post('code=c&code=d&state=s')).status).toBe(400);
    expect((await post(`code=c&state=s&user=${'x'.repeat(70_000)}`)).status).toBe(413);
  });
});
