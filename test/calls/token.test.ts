/** POST .../token: the token, or what the user has to consent to first. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it, test } from 'vitest';
import { Caches } from '../../src/caches';
import { connectTransactions, oauthAccounts } from '../../src/db/schema';
import { HOUR_MS as HOUR } from '../../src/time';
import { createKeyring } from '../../src/vault/keyring';
import { createVault } from '../../src/vault/vault';
import { codeOf, type Journey, journey } from '../connect/journey';
import { hookedDb } from '../refresh/support/faults';
import { apiWith, serviceKey, userToken } from '../support/api';
import { configWith } from '../support/config';
import { type AccountOverrides, insertAccount } from '../support/fixtures';
import { errorReply } from '../support/provider';

const returnTo = 'https://app.example.com/done';
const ownHash = (env.SERVICE_KEYS as string).split(':')[1];

interface Answer {
  status: number;
  body: {
    code?: string;
    reason?: string;
    missingScopes?: string[];
    accounts?: unknown;
    accessToken?: string;
    connection?: { id: string; connectUrl: string; expiresAt: string };
    errors?: { path: string }[];
    [field: string]: unknown;
  };
  version: string | null;
}

const asked = async (
  j: Pick<Journey, 'api'>,
  userId: string,
  json: Record<string, unknown> = {},
  token = serviceKey,
): Promise<Answer> => {
  const reply = await j.api(`/v1/users/${userId}/token`, {
    method: 'POST',
    json: { provider: 'acme', ...json },
    token,
  });
  return {
    status: reply.status,
    body: await reply.json<Answer['body']>(),
    version: reply.headers.get('Consistency-Token'),
  };
};

let users = 0;
const newUser = (): string => {
  users += 1;
  return `consent-${users}`;
};

/** An account with a live token. */
const account = (j: Journey, userId: string, more: AccountOverrides = {}) =>
  insertAccount(j.deps, { userId, expiresAt: j.deps.now() + HOUR, ...more });

const transactionsOf = (j: Journey, userId: string) =>
  j.deps.db.select().from(connectTransactions).where(eq(connectTransactions.userId, userId));

const linked = ({ body }: Answer) => {
  if (!body.connection) throw new Error(`no connection in ${JSON.stringify(body)}`);
  return body.connection;
};

describe('a token', () => {
  it('is that of the GET route, for the only account or a named one', async () => {
    const j = journey();
    const user = newUser();
    const row = await account(j, user);
    const path = `/v1/users/${user}/integrations/acme/${row.providerAccountId}/token`;
    const short = await (await j.api(path)).json();
    for (const json of [
      {},
      { accountId: row.providerAccountId },
      { minTtl: 600 },
      { scopes: row.scope },
      { scopes: [] },
      { returnTo },
    ]) {
      const { status, body } = await asked(j, user, json);
      expect([status, body]).toEqual([200, short]);
    }
    expect(await transactionsOf(j, user)).toEqual([]);
    await j.deps.settle();
  });

  it('is refreshed where it does not live long enough', async () => {
    const j = journey();
    const user = newUser();
    await j.connect(user, 'code-fresh');
    const before = await asked(j, user);
    expect((await asked(j, user, { minTtl: 60 })).body).toEqual(before.body);
    j.deps.clock.advance(HOUR);
    const { status, body } = await asked(j, user);
    expect(status).toBe(200);
    expect(body.accessToken).not.toBe(before.body.accessToken);
    await j.deps.settle();
  });

  it('costs one call of D1 while it is fresh', async () => {
    const { db, meter } = hookedDb();
    const j = journey({ db });
    const user = newUser();
    await account(j, user, { lastUsedAt: j.deps.now() });
    await asked(j, user);
    await j.deps.settle();
    meter.calls.length = 0;
    expect((await asked(j, user)).status).toBe(200);
    await j.deps.settle();
    expect(meter.calls).toHaveLength(1);
  });

  it('costs two calls of D1 where there is a link instead: the account, and the link', async () => {
    const { db, meter } = hookedDb();
    const j = journey({ db });
    const user = newUser();
    await account(j, user);
    await asked(j, user, { minTtl: 1 });
    await j.deps.settle();
    meter.calls.length = 0;
    expect((await asked(j, user, { scopes: ['more'], returnTo })).body.connection).toBeDefined();
    await j.deps.settle();
    expect(meter.calls).toHaveLength(2);
  });

  it('of credentials is the credentials, which have no scopes', async () => {
    const vendor = {
      vendor: { name: 'Vendor', kind: 'credentials', fields: { key: { label: 'K' } } },
    };
    const j = journey({ config: configWith(vendor) });
    const user = newUser();
    const missing = await asked(j, user, { provider: 'vendor', returnTo });
    expect(missing).toMatchObject({ status: 409, body: { reason: 'not_connected' } });
    expect(missing.body.connection).toBeUndefined();
    await j.api(`/v1/users/${user}/integrations/vendor`, {
      method: 'PUT',
      json: { credentials: { key: 'k1' }, accountId: user },
    });
    const given = await asked(j, user, { provider: 'vendor', minTtl: 99 });
    expect(given).toMatchObject({
      status: 200,
      body: { kind: 'credentials', credentials: { key: 'k1' } },
    });
    const scoped = await asked(j, user, { provider: 'vendor', scopes: ['read'] });
    expect(scoped).toMatchObject({ status: 400, body: { errors: [{ path: 'body.scopes' }] } });
    await j.deps.settle();
  });
});

describe('what the user has to consent to', () => {
  it('is no account that is called as the only one is: "-" is a 400', async () => {
    const j = journey();
    const { status, body } = await asked(j, newUser(), { accountId: '-', returnTo });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ path: 'body.accountId' }] });
  });

  it('is nothing that a choice of the account solves: several accounts', async () => {
    const j = journey();
    const user = newUser();
    const one = await account(j, user);
    const other = await account(j, user, { displayName: null });
    const { status, body } = await asked(j, user, { returnTo });
    expect([status, body.code]).toEqual([409, 'several_accounts']);
    expect(body.accounts).toEqual([
      { accountId: one.providerAccountId, displayName: one.displayName },
      { accountId: other.providerAccountId, displayName: null },
    ]);
    expect((await asked(j, user, { accountId: other.providerAccountId })).status).toBe(200);
    const reply = await j.api(`/v1/users/${user}/token`, {
      method: 'POST',
      json: { provider: 'acme' },
    });
    expect(Number(reply.headers.get('Consistency-Token'))).toBeGreaterThan(0);
    await reply.text();
    expect(await transactionsOf(j, user)).toEqual([]);
    await j.deps.settle();
  });

  // [what there is, what is asked for, reason, missing, what the connection asks for]
  it.each<
    [
      string,
      AccountOverrides | null,
      Record<string, unknown>,
      string,
      string[],
      { scopes: string[]; account: string | null },
    ]
  >([
    [
      'nothing there',
      null,
      {},
      'not_connected',
      [],
      { scopes: ['openid', 'offline_access'], account: null },
    ],
    [
      'nothing there, and scopes asked for',
      null,
      { scopes: ['openid', 'mail'] },
      'not_connected',
      ['openid', 'mail'],
      { scopes: ['openid', 'mail'], account: null },
    ],
    [
      'another account than the one that was named',
      {},
      { accountId: 'named-but-absent' },
      'not_connected',
      [],
      { scopes: ['openid', 'offline_access'], account: 'named-but-absent' },
    ],
    [
      'a dead grant',
      { state: 'needs_reconnect', stateReason: 'invalid_grant', stateConfirmedAt: 1 },
      {},
      'needs_reconnect',
      [],
      { scopes: ['openid', 'before'], account: 'own' },
    ],
    [
      'a token that has run out, and nothing that renews it',
      { expiresAt: 1, refreshToken: null, refreshDueAt: null },
      {},
      'needs_reconnect',
      [],
      { scopes: ['openid', 'before'], account: 'own' },
    ],
    [
      'a scope that is not granted',
      {},
      { scopes: ['openid', 'mail'] },
      'missing_scopes',
      ['mail'],
      { scopes: ['openid', 'before', 'mail'], account: 'own' },
    ],
    [
      'a dead grant that lacks a scope too',
      { state: 'needs_reconnect', stateReason: 'invalid_grant', stateConfirmedAt: 1 },
      { scopes: ['mail'] },
      'needs_reconnect',
      ['mail'],
      { scopes: ['openid', 'before', 'mail'], account: 'own' },
    ],
  ])('%s', async (_, existing, json, reason, missing, wanted) => {
    const j = journey();
    const user = newUser();
    const row = existing
      ? await account(j, user, {
          scope: ['openid', 'before'],
          requestedScope: ['openid', 'before'],
          ...existing,
        })
      : null;
    const without = await asked(j, user, json);
    expect(without).toMatchObject({
      status: 409,
      body: { code: 'authorization_required', reason, missingScopes: missing },
    });
    expect(without.body.connection).toBeUndefined();
    expect(await transactionsOf(j, user)).toEqual([]);

    const { status, body } = await asked(j, user, { ...json, returnTo });
    expect([status, body.reason, body.missingScopes]).toEqual([409, reason, missing]);
    const [begun, ...others] = await transactionsOf(j, user);
    expect(others).toEqual([]);
    expect(body.connection).toEqual({
      id: begun?.id,
      connectUrl: expect.stringMatching(/^http:\/\/localhost:8787\/connect\/start\/[\w-]{43}$/),
      expiresAt: new Date(j.deps.now() + 600_000).toISOString(),
    });
    expect(begun).toMatchObject({
      userId: user,
      provider: 'acme',
      returnTo,
      requestedScope: wanted.scopes,
      expectedAccountId: wanted.account === 'own' ? row?.providerAccountId : wanted.account,
    });
    await j.deps.settle();
  });

  it('is told by a refusal of the provider too, with the version that shows it', async () => {
    const j = journey();
    const user = newUser();
    await j.connect(user, 'code-revoked');
    j.deps.clock.advance(HOUR);
    j.provider.answer('/token', () => errorReply(400, 'invalid_grant'));
    // Believed at once by who asks; the account is marked by the second refusal.
    const { status, body, version } = await asked(j, user, { returnTo });
    expect([status, body.reason]).toEqual([409, 'needs_reconnect']);
    expect(Number(version)).toBeGreaterThan(0);
    expect(linked({ status, body, version }).id).toBeTruthy();
    await j.deps.settle();
  });

  it('counts what a refresh left of the scopes', async () => {
    const j = journey();
    const user = newUser();
    await j.connect(user, 'code-narrowed', { scopes: ['openid', 'mail'] });
    const [row] = await j.deps.db
      .select()
      .from(oauthAccounts)
      .where(eq(oauthAccounts.userId, user));
    expect((await asked(j, user, { scopes: ['openid'] })).status).toBe(200);
    j.deps.clock.advance(HOUR);
    j.provider.answer('/token', () =>
      Response.json({
        access_token: 'a2',
        token_type: 'bearer',
        expires_in: 3600,
        scope: 'openid',
      }),
    );
    const { status, body } = await asked(j, user, { scopes: row?.scope });
    expect(status).toBe(409);
    expect(body.reason).toBe('missing_scopes');
    await j.deps.settle();
  });

  it('ends with a token, once the user has consented', async () => {
    const j = journey();
    const user = newUser();
    const { connectUrl, id } = linked(await asked(j, user, { returnTo, scopes: ['openid'] }));
    const { location, cookie } = await j.open(connectUrl);
    const back = await j.provider.consent(location, 'willing');
    await j.callback(Object.fromEntries(back.searchParams), cookie);
    expect((await j.complete(user, id)).status).toBe(201);
    expect((await asked(j, user, { returnTo, scopes: ['openid'] })).status).toBe(200);
    await j.deps.settle();
  });

  it('of an account that was named, another one that comes back does not connect', async () => {
    const j = journey();
    const user = newUser();
    const { connectUrl, id } = linked(await asked(j, user, { returnTo, accountId: 'wanted' }));
    const { location, cookie } = await j.open(connectUrl);
    const back = await j.provider.consent(location, 'unwanted');
    await j.callback(Object.fromEntries(back.searchParams), cookie);
    expect(await codeOf(await j.complete(user, id))).toBe('account_mismatch');
    await j.deps.settle();
  });
});

describe('the same request again', () => {
  it('gets the same unopened connection, also where many come at once', async () => {
    const j = journey();
    const user = newUser();
    const first = linked(await asked(j, user, { returnTo }));
    j.deps.clock.advance(60_000);
    const more = await Promise.all(Array.from({ length: 5 }, () => asked(j, user, { returnTo })));
    for (const answer of more) expect(linked(answer)).toEqual(first);
    const other = newUser();
    const together = await Promise.all(
      Array.from({ length: 8 }, () => asked(j, other, { returnTo })),
    );
    expect(new Set(together.map((answer) => linked(answer).connectUrl)).size).toBe(1);
    expect(await transactionsOf(j, other)).toHaveLength(1);
    // Nothing of it is stored in the clear.
    const ticket = first.connectUrl.split('/').at(-1) ?? '';
    expect(JSON.stringify(await transactionsOf(j, user))).not.toContain(ticket);
  });

  const parametersOf = (shop: string) => ({ provider: 'shopper', parameters: { shop } });
  const shopper = {
    shopper: {
      name: 'Shopper',
      kind: 'oauth2',
      authorizationUrl: 'https://{shop}.shopper.example/authorize',
      tokenUrl: 'https://{shop}.shopper.example/token',
      profileUrl: 'https://{shop}.shopper.example/me',
      accountId: 'sub',
      parameters: { shop: { label: 'Shop', pattern: '[a-z0-9-]{1,40}' } },
      refreshModel: 'static',
    },
  };
  const shops = { SHOPPER_CLIENT_ID: 'a', SHOPPER_CLIENT_SECRET: 'b' };

  it.each([
    ['scopes', { scopes: ['openid'] }, { scopes: ['openid', 'mail'] }],
    ['another account', { accountId: 'a' }, { accountId: 'b' }],
    ['an account and none', {}, { accountId: 'b' }],
    ['returnTo', {}, { returnTo: `${returnTo}/other` }],
    ['parameters', parametersOf('one'), parametersOf('two')],
  ])('is another one with other %s', async (_, one, other) => {
    const j = journey({ config: configWith(shopper, shops) });
    const user = newUser();
    const ids = [];
    for (const json of [one, other, one, other]) {
      ids.push(linked(await asked(j, user, { returnTo, ...json })).id);
    }
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
    expect(new Set(ids).size).toBe(2);
  });

  it('a parameter that the record needs is asked for', async () => {
    const j = journey({ config: configWith(shopper, shops) });
    const { status, body } = await asked(j, newUser(), { provider: 'shopper', returnTo });
    expect([status, body.errors?.[0]?.path]).toEqual([400, 'body.parameters.shop']);
  });

  it.each<[string, (j: Journey, user: string, connectUrl: string) => Promise<unknown>]>([
    ['somebody has opened it', (j, _, connectUrl) => j.open(connectUrl)],
    ['half of its time is over', async (j) => j.deps.clock.advance(300_000)],
    [
      'it has failed',
      (j, user) =>
        j.deps.db
          .update(connectTransactions)
          .set({ state: 'failed' })
          .where(eq(connectTransactions.userId, user)),
    ],
    [
      'an older Worker began it, with a ticket that follows from nothing',
      (j, user) =>
        j.deps.db
          .update(connectTransactions)
          .set({ ticketHash: `x-${user}` })
          .where(eq(connectTransactions.userId, user)),
    ],
  ])('is another one once %s', async (_, change) => {
    const j = journey();
    const user = newUser();
    const first = linked(await asked(j, user, { returnTo }));
    await change(j, user, first.connectUrl);
    const second = linked(await asked(j, user, { returnTo }));
    expect(second.id).not.toBe(first.id);
    // And that one is given again.
    expect(linked(await asked(j, user, { returnTo }))).toEqual(second);
  });

  it('a look at the link by HEAD opens nothing', async () => {
    const j = journey();
    const user = newUser();
    const first = linked(await asked(j, user, { returnTo }));
    await j.api(first.connectUrl.replace('http://localhost:8787', ''), {
      method: 'HEAD',
      token: null,
    });
    expect(linked(await asked(j, user, { returnTo }))).toEqual(first);
  });

  it('is another one after the first key of ENCRYPTION_KEYS is another, and both links work', async () => {
    const j = journey();
    const user = newUser();
    const first = linked(await asked(j, user, { returnTo }));
    const newer = `k2:${btoa(String.fromCharCode(...new Uint8Array(32).fill(2)))}`;
    const vault = createVault(createKeyring(`${newer},${env.ENCRYPTION_KEYS}`));
    const rotated = { api: apiWith({ ...j.deps, vault, caches: new Caches() }) };
    const second = linked(await asked(rotated, user, { returnTo }));
    expect(second.id).not.toBe(first.id);
    expect(linked(await asked(rotated, user, { returnTo }))).toEqual(second);
    for (const { connectUrl } of [first, second]) {
      const reply = await rotated.api(connectUrl.replace('http://localhost:8787', ''), {
        token: null,
      });
      expect(reply.headers.get('Location')).toContain('https://id.acme.example/authorize');
    }
  });

  it('never gets what another user, or the page, has begun', async () => {
    const j = journey();
    const [one, other] = [newUser(), newUser()];
    const first = linked(await asked(j, one, { returnTo }));
    expect(linked(await asked(j, other, { returnTo })).id).not.toBe(first.id);
    // A connection of the hosted page ends there.
    await j.deps.db
      .update(connectTransactions)
      .set({ returnTo: null })
      .where(eq(connectTransactions.userId, one));
    expect(linked(await asked(j, one, { returnTo })).id).not.toBe(first.id);
  });

  it('more than 20 unfinished ones are refused, and the same one is still given again', async () => {
    const j = journey();
    const user = newUser();
    const first = linked(await asked(j, user, { returnTo }));
    for (let i = 1; i < 20; i += 1) await asked(j, user, { returnTo: `${returnTo}/${i}` });
    expect(await transactionsOf(j, user)).toHaveLength(20);
    const { status, body } = await asked(j, user, { returnTo: `${returnTo}/20` });
    expect([status, body.code]).toEqual([429, 'too_many_connections']);
    expect(linked(await asked(j, user, { returnTo }))).toEqual(first);
    // Without a link there is nothing to be too many of.
    expect((await asked(j, user)).status).toBe(409);
  });
});

describe('who may', () => {
  const limited = (limits: string) =>
    journey({ config: configWith({}, { SERVICE_KEYS: `limited:${ownHash}${limits}` }) });

  test('a key without "connect" gets the reason, and no link', async () => {
    const j = limited(':token');
    const user = newUser();
    const { status, body } = await asked(j, user, { returnTo });
    expect([status, body.reason, body.connection]).toEqual([409, 'not_connected', undefined]);
    expect(await transactionsOf(j, user)).toEqual([]);
  });

  test('a key with "connect" alone gets neither', async () => {
    expect((await asked(limited(':connect'), newUser(), { returnTo })).status).toBe(403);
  });

  test('a key for another provider gets neither, and learns nothing', async () => {
    const j = limited('@reddit');
    const user = newUser();
    await account(j, user);
    for (const provider of ['acme', 'nowhere']) {
      const { status, body } = await asked(j, user, { provider, returnTo });
      expect([status, body.code]).toEqual([403, 'forbidden']);
    }
  });

  test("a user's own JWT gets none, not even its own", async () => {
    const j = journey();
    const user = newUser();
    await account(j, user);
    const { status } = await asked(j, user, { returnTo }, await userToken(user));
    expect(status).toBe(403);
  });

  test.each([
    ['a provider that there is not', { provider: 'nowhere' }, 404, 'provider_not_found'],
    ['a page of somebody else', { returnTo: 'https://evil.example/' }, 400, 'invalid_request'],
    ['a scope that would be two', { scopes: ['a b'] }, 400, 'invalid_request'],
    ['a fraction of a second', { minTtl: 0.5 }, 400, 'invalid_request'],
    ['a negative time', { minTtl: -1 }, 400, 'invalid_request'],
    ['an unknown key', { minTTL: 60 }, 400, 'invalid_request'],
  ])('%s is refused, whether there is a token or not', async (_, json, status, code) => {
    const j = journey();
    const user = newUser();
    for (let n = 0; n < 2; n += 1) {
      const answer = await asked(j, user, json);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      await account(j, user);
    }
  });
});
