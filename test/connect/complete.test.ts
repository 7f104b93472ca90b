import { env } from 'cloudflare:workers';
import { and, desc, eq } from 'drizzle-orm';
import { calculatePKCECodeChallenge } from 'oauth4webapi';
import { describe, expect, test } from 'vitest';
import { completionOf } from '../../src/connect/secrets';
import { connectTransactions, eventLog, oauthAccounts, providerHealth } from '../../src/db/schema';
import { refreshOne } from '../../src/refresh/on-demand';
import { accountContext } from '../../src/vault/vault';
import { d1With, gate } from '../status-cache/faults';
import { userToken } from '../support/api';
import { clientsOf, configWith, recordAt, recordByIssuer, serverMetadata } from '../support/config';
import { insertAccount } from '../support/fixtures';
import { codeOf, type Journey, journey } from './journey';

const rowOf = async (j: Journey, accountId: string, provider = 'acme') => {
  const [row] = await j.deps.db
    .select()
    .from(oauthAccounts)
    .where(
      and(eq(oauthAccounts.provider, provider), eq(oauthAccounts.providerAccountId, accountId)),
    );
  return row;
};

const transactionOf = async (j: Journey, id: string) => {
  const [row] = await j.deps.db
    .select()
    .from(connectTransactions)
    .where(eq(connectTransactions.id, id));
  return row;
};

const eventsOf = async (j: Journey, userId: string) =>
  (
    await j.deps.db
      .select()
      .from(eventLog)
      .where(eq(eventLog.userId, userId))
      .orderBy(desc(eventLog.id))
  ).map(({ type }) => type);

const refused = async (reply: Response) => [reply.status, await codeOf(reply)];

describe('POST complete', () => {
  test('exchanges the code, stores sealed tokens, and the list shows it at once', async () => {
    const j = journey();
    const id = await j.authorize('complete-1', 'code-ann');
    const reply = await j.complete('complete-1', id);
    expect(reply.status).toBe(201);
    const integration = await reply.json<Record<string, unknown>>();
    expect(integration).toMatchObject({
      provider: 'acme',
      accountId: 'ann',
      displayName: 'Name of ann',
      status: 'connected',
      isConnected: true,
      scopes: ['openid', 'offline_access'],
      missingScopes: [],
      expiresAt: new Date(j.deps.now() + 3_600_000).toISOString(),
    });
    const [exchange] = j.provider.to('/token');
    expect(Object.fromEntries(exchange?.params ?? [])).toMatchObject({
      grant_type: 'authorization_code',
      code: 'code-ann',
      redirect_uri: 'http://localhost:8787/connect/callback/acme',
    });

    const row = await rowOf(j, 'ann');
    expect(JSON.stringify(row)).not.toMatch(/access-ann|refresh-ann/);
    const { vault } = j.deps;
    expect(
      await vault.open(row?.refreshToken ?? '', accountContext('acme', 'ann', 'refresh_token')),
    ).toBe('refresh-ann-1');
    expect(row?.refreshDueAt).toBeGreaterThan(j.deps.now());
    expect(await transactionOf(j, id)).toMatchObject({
      state: 'completed',
      accountId: 'ann',
      code: null,
    });
    expect(await eventsOf(j, 'complete-1')).toEqual(['integration.connected']);

    const token = reply.headers.get('Consistency-Token') ?? '';
    const list = await j.api('/v1/users/complete-1/integrations', {
      headers: { 'Consistency-Token': token },
    });
    expect(Number(list.headers.get('Consistency-Token'))).toBeGreaterThanOrEqual(Number(token));
    expect((await list.json<{ integrations: unknown[] }>()).integrations).toEqual([integration]);
  });

  test("the verifier is the one whose challenge went out, and the provider's alone", async () => {
    const j = journey();
    const { id, connectUrl } = await j.begin('complete-2');
    const { location, cookie } = await j.open(connectUrl);
    const state = location.searchParams.get('state') ?? '';
    await j.callback({ state, code: 'code-bea' }, cookie);
    expect((await j.complete('complete-2', id)).status).toBe(201);
    const verifier = j.provider.to('/token')[0]?.params.get('code_verifier') ?? '';
    expect(await calculatePKCECodeChallenge(verifier)).toBe(
      location.searchParams.get('code_challenge'),
    );
    expect(j.deps.logLines.join('\n')).not.toMatch(
      new RegExp(`${verifier}|${state}|code-bea|access-bea|refresh-bea`),
    );
  });

  test('repeated: 200 and the same integration, and the code is not sent again', async () => {
    const j = journey();
    const id = await j.authorize('complete-3', 'code-cay');
    const first = await j.complete('complete-3', id);
    const second = await j.complete('complete-3', id);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(await second.json()).toEqual(await first.json());
    expect(second.headers.get('Consistency-Token')).toBe(first.headers.get('Consistency-Token'));
    expect(j.provider.to('/token')).toHaveLength(1);
  });

  test('repeated after a disconnect: the integration is not found, and does not come back', async () => {
    const j = journey();
    const id = await j.authorize('complete-4', 'code-dot');
    await j.complete('complete-4', id);
    const path = '/v1/users/complete-4/integrations/acme/dot';
    const gone = await j.api(path, { method: 'DELETE' });
    const again = await j.complete('complete-4', id);
    const version = gone.headers.get('Consistency-Token');
    expect(version).not.toBeNull();
    expect(again.headers.get('Consistency-Token')).toBe(version);
    expect(await refused(again)).toEqual([404, 'integration_not_found']);
    expect(await rowOf(j, 'dot')).toBeUndefined();
  });

  test("an attacker's link that a victim finished connects nothing: 403, and dead for both (I10)", async () => {
    const j = journey();
    // The attacker's link, opened and consented to in the victim's browser.
    const id = await j.authorize('complete-5-attacker', 'code-victim');
    expect(await refused(await j.complete('complete-5-victim', id))).toEqual([403, 'wrong_user']);
    expect(await refused(await j.complete('complete-5-attacker', id))).toEqual([
      409,
      'connection_failed',
    ]);
    expect(j.provider.requests).toEqual([]);
    expect(await transactionOf(j, id)).toMatchObject({ error: 'wrong_user', code: null });
  });

  test('a user can complete its own only, under its own path', async () => {
    const j = journey();
    const id = await j.authorize('complete-6', 'code-eli');
    const token = await userToken('complete-6-other');
    const path = (user: string) => `/v1/users/${user}/connections/${id}/complete`;
    const codeHash = (await transactionOf(j, id))?.codeHash ?? '';
    const json = { completion: await completionOf(j.deps.vault, id, codeHash) };
    expect((await j.api(path('complete-6'), { method: 'POST', token, json })).status).toBe(403);
    expect((await transactionOf(j, id))?.state).toBe('authorized');
    expect((await j.api(path('me'), { method: 'POST', token, json })).status).toBe(403);
    expect((await transactionOf(j, id))?.state).toBe('failed');
  });

  test('a connection is shown to its own user only', async () => {
    const j = journey();
    const { id } = await j.begin('complete-7');
    expect(await refused(await j.api(`/v1/users/other/connections/${id}`))).toEqual([
      404,
      'connection_not_found',
    ]);
    const mine = await j.api(`/v1/users/complete-7/connections/${id}`);
    expect(await mine.json()).toEqual({ id, provider: 'acme', state: 'started' });
    expect(mine.headers.get('Cache-Control')).toBe('no-store');
  });

  test('before the user came back nobody has the secret; after ten minutes: expired; unknown: not found', async () => {
    const j = journey();
    const { id } = await j.begin('complete-8');
    const late = await j.authorize('complete-8', 'code-fay');
    expect(await refused(await j.complete('complete-8', id))).toEqual([403, 'wrong_completion']);
    j.deps.clock.advance(600_000);
    expect(await refused(await j.complete('complete-8', id))).toEqual([403, 'wrong_completion']);
    expect(await refused(await j.complete('complete-8', late))).toEqual([
      410,
      'connection_expired',
    ]);
    expect(await refused(await j.complete('complete-8', 'nothing'))).toEqual([
      404,
      'connection_not_found',
    ]);
    const state = await j.api(`/v1/users/complete-8/connections/${late}`);
    expect(await state.json()).toMatchObject({ state: 'expired' });
    expect(j.provider.requests).toEqual([]);
  });
});

describe('one exchange per code (I4)', () => {
  test('of many completes at once one exchanges; the others are told to come back', async () => {
    const j = journey();
    const id = await j.authorize('once-1', 'code-gus');
    const replies = await Promise.all(Array.from({ length: 8 }, () => j.complete('once-1', id)));
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.every((status) => [200, 201, 503].includes(status))).toBe(true);
    expect(j.provider.to('/token')).toHaveLength(1);
    for (const reply of replies.filter(({ status }) => status === 503)) {
      expect(await codeOf(reply)).toBe('completion_in_progress');
      expect(Number(reply.headers.get('Retry-After'))).toBeGreaterThan(0);
    }
  });

  test('whoever only waits for it is told the version that shows it', async () => {
    const j = journey();
    const id = await j.authorize('waits-1', 'code-ivy');
    const waiting = await j.api(`/v1/users/waits-1/connections/${id}`);
    expect(waiting.headers.get('Consistency-Token')).toBeNull();
    const completed = await j.complete('waits-1', id);
    const seen = await j.api(`/v1/users/waits-1/connections/${id}`);
    expect(await seen.json()).toMatchObject({ state: 'completed' });
    expect(seen.headers.get('Consistency-Token')).toBe(completed.headers.get('Consistency-Token'));
  });

  test('while it runs, others get 503; past its deadline another goes on with its grant, and its late commit lands nowhere', async () => {
    const j = journey();
    const id = await j.authorize('once-2', 'code-hal');
    const gate = Promise.withResolvers<void>();
    j.provider.answer('/me', async ({ nth }) => {
      if (nth === 1) await gate.promise;
    });
    const slow = j.complete('once-2', id);
    await expect.poll(() => j.provider.to('/me').length).toBe(1);
    expect(await refused(await j.complete('once-2', id))).toEqual([503, 'completion_in_progress']);
    const shown = await j.api(`/v1/users/once-2/connections/${id}`);
    expect(await shown.json()).toMatchObject({ state: 'authorized' });

    j.deps.clock.advance(25_000);
    expect((await j.complete('once-2', id)).status).toBe(201);
    const row = await rowOf(j, 'hal');
    gate.resolve();
    expect((await slow).status).toBe(404);
    await j.deps.settle();
    expect(await rowOf(j, 'hal')).toEqual(row);
    expect(j.provider.to('/token')).toHaveLength(1);
    // The grant is not the late one's to give back, although its own seals are others.
    expect(j.provider.to('/revoke')).toEqual([]);
  });

  test('one whose grant could not be put onto the outbox has failed past its deadline, and what it got is given back', async () => {
    let saves = 0;
    const db = d1With((batch) => {
      saves += 1;
      return saves === 1 ? Promise.reject(new Error('D1_ERROR: lost')) : batch();
    });
    const j = journey();
    const id = await j.authorize('once-5', 'code-hob');
    const gate = Promise.withResolvers<void>();
    j.provider.answer('/me', () => gate.promise);
    Object.assign(j.deps, { db });
    const slow = j.complete('once-5', id);
    await expect.poll(() => j.provider.to('/me').length).toBe(1);
    j.deps.clock.advance(25_000);
    expect(await refused(await j.complete('once-5', id))).toEqual([409, 'connection_failed']);
    gate.resolve();
    expect((await slow).status).toBe(404);
    expect(await rowOf(j, 'hob')).toBeUndefined();
    await j.deps.settle();
    expect(j.provider.to('/revoke').map(({ params }) => params.get('token'))).toEqual([
      'refresh-hob-1',
    ]);
  });

  test('goes on to its end although the caller hung up (Floway#411)', async () => {
    const j = journey();
    const id = await j.authorize('once-3', 'code-ida');
    void j.complete('once-3', id);
    await expect.poll(async () => (await transactionOf(j, id))?.state).toBe('completed');
    await j.deps.settle();
    expect(await rowOf(j, 'ida')).toBeDefined();
  });

  test('an outage of the discovery costs no code: the connection can still be completed', async () => {
    const config = configWith(
      {
        oidc: recordByIssuer('https://once.example'),
      },
      clientsOf(['oidc']),
    );
    const j = journey({ config });
    const metadata = () => Response.json(serverMetadata('https://once.example'));
    j.provider.answer('/.well-known/openid-configuration', metadata);
    const id = await j.authorize('once-4', 'code-jo', { provider: 'oidc' });
    j.provider.answer('/.well-known/openid-configuration', () => new Response('', { status: 503 }));
    await j.deps.db
      .update(connectTransactions)
      .set({ expiresAt: j.deps.now() + 200 * 3_600_000 })
      .where(eq(connectTransactions.id, id));
    j.deps.clock.advance(100 * 3_600_000);
    expect((await j.complete('once-4', id)).status).toBe(503);
    expect((await transactionOf(j, id))?.state).toBe('authorized');
    j.provider.answer('/.well-known/openid-configuration', metadata);
    expect((await j.complete('once-4', id)).status).toBe(201);
  });
});

describe('what the provider answers', () => {
  test.each([
    ['refuses the code', () => Response.json({ error: 'invalid_grant' }, { status: 400 })],
    ['an error inside a 200', () => Response.json({ error: 'bad_verification_code' })],
    ['HTML with 200', () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } })],
    ['nothing', () => new Response('', { status: 400 })],
    ['breaks down', () => new Response('oops', { status: 500 })],
    ['a token inside a 500', () => Response.json({ access_token: 'x' }, { status: 500 })],
    ['is not there', () => Promise.reject(new TypeError('connection refused'))],
    [
      'a redirect',
      () => new Response(null, { status: 307, headers: { Location: 'https://x.example' } }),
    ],
  ])('%s: 502, the transaction is over, the code is not sent again', async (_, answer) => {
    const j = journey();
    j.provider.answer('/token', answer);
    const id = await j.authorize('replies-1', 'code-kim');
    const reply = await j.complete('replies-1', id);
    expect(await refused(reply)).toEqual([502, 'provider_error']);
    expect(await refused(await j.complete('replies-1', id))).toEqual([409, 'connection_failed']);
    expect(j.provider.to('/token')).toHaveLength(1);
    expect(await transactionOf(j, id)).toMatchObject({ error: 'provider_error', code: null });
  });

  test('an error that repeats the code is told to nobody, and not logged', async () => {
    const j = journey();
    j.provider.answer('/token', ({ params }) =>
      Response.json({ error: params.get('code') }, { status: 400 }),
    );
    const reply = await j.connect('replies-8', 'code-echoed');
    expect(reply.status).toBe(502);
    expect(await reply.text()).not.toContain('echoed');
    expect(j.deps.logLines.join()).not.toContain('code-echoed');
  });

  test.each([
    ['401', () => new Response('{"token":"access-lou"}', { status: 401 })],
    ['no id', () => Response.json({ name: 'Lou' })],
    ['an id that is no path', () => Response.json({ sub: '..' })],
    ['an id of 300 bytes', () => Response.json({ sub: 'x'.repeat(300) })],
  ])('a profile with %s: 502, nothing stored', async (_, answer) => {
    const j = journey();
    j.provider.answer('/me', answer);
    const reply = await j.connect('replies-2', 'code-lou');
    expect(await refused(reply)).toEqual([502, 'provider_error']);
    expect(await reply.text()).not.toContain('access-lou');
    expect(
      await j.deps.db.select().from(oauthAccounts).where(eq(oauthAccounts.userId, 'replies-2')),
    ).toEqual([]);
  });

  test.each([
    ['refresh_token: null', { access_token: 'access-ned', refresh_token: null }],
    ['no token_type', { access_token: 'access-ned', refresh_token: 'r' }],
    ['a lifetime as text', { access_token: 'access-ned', expires_in: '3600' }],
    ['no lifetime', { access_token: 'access-ned', expires_in: null }],
  ])('%s is no reason to refuse', async (_, body) => {
    const j = journey();
    j.provider.answer('/token', () => Response.json(body, { status: 201 }));
    expect((await j.connect('replies-3', 'code-ned')).status).toBe(201);
  });

  test('a narrower grant is stored, and shown as missing', async () => {
    const j = journey();
    j.provider.answer('/token', () =>
      Response.json({ access_token: 'access-oda', scope: 'openid' }),
    );
    const reply = await j.connect('replies-4', 'code-oda');
    expect(await reply.json()).toMatchObject({
      scopes: ['openid'],
      missingScopes: ['offline_access'],
    });
  });

  test('a scope that is reported by another name, or never, is not missing (Google, Microsoft)', async () => {
    const { acme } = JSON.parse(env.PROVIDERS);
    const j = journey({
      config: configWith({
        acme: {
          ...acme,
          scopeAliases: { email: 'https://id.acme.example/scopes/email' },
          unreportedScopes: ['offline_access'],
        },
      }),
    });
    j.provider.answer('/token', () =>
      Response.json({
        access_token: 'access-ona',
        scope: 'openid https://id.acme.example/scopes/email',
      }),
    );
    const scopes = ['openid', 'email', 'offline_access', 'files'];
    const reply = await j.connect('replies-5', 'code-ona', { scopes });
    expect(await reply.json()).toMatchObject({
      scopes: ['openid', 'email', 'offline_access'],
      missingScopes: ['files'],
    });
  });

  test('a scope that a granted one includes is not missing (GitHub)', async () => {
    const { acme } = JSON.parse(env.PROVIDERS);
    const impliedScopes = { user: ['read:user', 'user:email'] };
    const j = journey({ config: configWith({ acme: { ...acme, impliedScopes } }) });
    j.provider.answer('/token', () =>
      Response.json({ access_token: 'access-obi', scope: 'repo,user' }),
    );
    const scopes = ['repo', 'user', 'user:email', 'read:user', 'gist'];
    const reply = await j.connect('replies-6', 'code-obi', { scopes });
    expect(await reply.json()).toMatchObject({ scopes: ['repo', 'user'], missingScopes: ['gist'] });
  });

  test('lifetimes are kept as they are stated, for refreshes that state none', async () => {
    const j = journey();
    const token = { access_token: 'access-oto', refresh_token: 'refresh-oto' };
    j.provider.answer('/token', () =>
      Response.json({ ...token, expires_in: 3600, refresh_token_expires_in: 604_800 }),
    );
    expect((await j.connect('replies-7', 'code-oto')).status).toBe(201);
    expect(await rowOf(j, 'oto')).toMatchObject({
      accessLifetime: 3_600_000,
      refreshLifetime: 604_800_000,
    });
  });

  test('a success closes the circuit, and an open one blocks no connect', async () => {
    const j = journey();
    await j.deps.db.insert(providerHealth).values({
      provider: 'acme',
      host: 'id.acme.example',
      failures: 5,
      failedIds: [1],
      openUntil: j.deps.now() + 900_000,
      openFor: 900_000,
      updatedAt: j.deps.now(),
    });
    expect((await j.connect('replies-5', 'code-pam')).status).toBe(201);
    await j.deps.settle();
    const [health] = await j.deps.db.select().from(providerHealth);
    expect(health).toMatchObject({ failures: 0, openUntil: null });
  });
});

describe('the extended token of Instagram', () => {
  test('is what is kept; its end is the end of what can renew it; scopes come from the first reply', async () => {
    const j = journey();
    j.provider.answer('/oauth/access_token', () =>
      Response.json({
        access_token: 'short',
        user_id: 178,
        permissions: ['instagram_business_basic'],
      }),
    );
    j.provider.answer('/access_token', ({ params }) =>
      params.get('access_token') === 'short'
        ? Response.json({ access_token: 'long', token_type: 'bearer', expires_in: 5_184_000 })
        : new Response('', { status: 400 }),
    );
    j.provider.answer('/v26.0/me', ({ params }) =>
      params.get('access_token') === 'long'
        ? new Response('{"user_id":17841400000000001234,"username":"ig"}')
        : new Response('', { status: 401 }),
    );
    const reply = await j.connect('extended-1', 'code-ig', { provider: 'instagram' });
    expect(reply.status, await reply.clone().text()).toBe(201);
    const row = await rowOf(j, '17841400000000001234', 'instagram');
    const end = j.deps.now() + 5_184_000_000;
    expect(row).toMatchObject({
      expiresAt: end,
      refreshExpiresAt: end,
      refreshToken: null,
      scope: ['instagram_business_basic'],
    });
    expect(row?.refreshDueAt).toBeGreaterThan(j.deps.now() + 24 * 3_600_000);
    expect(
      await j.deps.vault.open(
        row?.accessToken ?? '',
        accountContext('instagram', '17841400000000001234', 'access_token'),
      ),
    ).toBe('long');
  });
});

describe('several accounts', () => {
  test('of one provider for one user, newest connection first', async () => {
    const j = journey();
    expect((await j.connect('several-1', 'code-quin')).status).toBe(201);
    j.deps.clock.advance(1000);
    expect((await j.connect('several-1', 'code-ray')).status).toBe(201);
    const list = await j.api('/v1/users/several-1/integrations');
    const { integrations } = await list.json<{ integrations: { accountId: string }[] }>();
    expect(integrations.map(({ accountId }) => accountId)).toEqual(['ray', 'quin']);
  });

  test('look-alike account ids are different accounts: NFC and NFD, case', async () => {
    const j = journey();
    const ids = ['\u00e9', 'e\u0301', '\u00c9'];
    for (const sub of ids) {
      j.provider.answer('/me', () => Response.json({ sub }));
      expect((await j.connect('several-2', 'code-x')).status).toBe(201);
    }
    const rows = await j.deps.db
      .select()
      .from(oauthAccounts)
      .where(eq(oauthAccounts.userId, 'several-2'));
    expect(rows.map(({ providerAccountId }) => providerAccountId)).toEqual(ids);
  });
});

describe('the same account again', () => {
  test('keeps the connection: id, connectedAt, place (pipedream#18448); state and failures begin anew', async () => {
    const j = journey();
    const old = await insertAccount(j.deps, {
      userId: 'again-1',
      providerAccountId: 'sam',
      state: 'needs_reconnect',
      stateReason: 'invalid_grant',
      refreshFailures: 4,
      lastError: 'invalid_grant',
      unknownSince: 1,
      lostLeaseId: 'lost',
      leaseId: 'lease',
      leaseUntil: j.deps.now() + 60_000,
      createdAt: j.deps.now() - 86_400_000,
      lastUsedAt: 17,
      tokenVersion: j.deps.now() + 5,
    });
    const reply = await j.connect('again-1', 'code-sam');
    expect(reply.status).toBe(201);
    expect(await reply.json()).toMatchObject({
      status: 'connected',
      connectedAt: new Date(old.createdAt).toISOString(),
      updatedAt: new Date(j.deps.now()).toISOString(),
    });
    const row = await rowOf(j, 'sam');
    expect(row).toMatchObject({
      id: old.id,
      createdAt: old.createdAt,
      lastUsedAt: 17,
      state: 'active',
      stateReason: null,
      refreshFailures: 0,
      lastError: null,
      unknownSince: null,
      lostLeaseId: null,
      // The token that this lease protected is no longer stored.
      leaseId: null,
      leaseUntil: null,
      // A refresh in flight cannot commit over it, whatever the clocks say.
      tokenVersion: old.tokenVersion + 1,
    });
    expect(row?.refreshToken).not.toBe(old.refreshToken);
    expect(await eventsOf(j, 'again-1')).toEqual(['integration.reconnected']);
  });

  test.each([null, '', undefined])(
    'a reply whose refresh token is %o keeps the stored one (postiz-app#1884), and its lease',
    async (refreshToken) => {
      const j = journey();
      const accountId = `tom-${String(refreshToken)}`;
      const leaseUntil = j.deps.now() + 60_000;
      const old = await insertAccount(j.deps, {
        userId: 'again-2',
        providerAccountId: accountId,
        refreshExpiresAt: j.deps.now() + 86_400_000,
        leaseId: 'lease',
        leaseUntil,
      });
      j.provider.answer('/token', () =>
        Response.json({
          access_token: `access-${accountId}`,
          refresh_token: refreshToken,
          expires_in: 3600,
        }),
      );
      expect((await j.connect('again-2', `code-${accountId}`)).status).toBe(201);
      const row = await rowOf(j, accountId);
      expect(row).toMatchObject({
        refreshToken: old.refreshToken,
        refreshExpiresAt: old.refreshExpiresAt,
        // Somebody may be showing this very token to the provider right now.
        leaseId: 'lease',
        leaseUntil,
      });
      expect(row?.tokenVersion).toBeGreaterThan(old.tokenVersion);
      expect(row?.refreshDueAt).toBeGreaterThan(j.deps.now());
    },
  );

  test.each([
    ['client', { clientId: 'replaced' }],
    ['person', { subject: 'somebody-else' }],
    ['authorization server', { parameters: { authorization_server: 'https://other.example' } }],
  ])('a refresh token of another %s is not kept, nor is its lease', async (what, former) => {
    const j = journey();
    const accountId = `tim-${what}`;
    await insertAccount(j.deps, {
      userId: 'again-6',
      providerAccountId: accountId,
      refreshExpiresAt: j.deps.now() + 86_400_000,
      noticeDueAt: j.deps.now() + 3_600_000,
      leaseId: 'lease',
      leaseUntil: j.deps.now() + 60_000,
      ...former,
    });
    j.provider.answer('/token', () =>
      Response.json({ access_token: `access-${accountId}`, expires_in: 3600 }),
    );
    j.provider.answer('/me', () => Response.json({ sub: accountId }));
    const reply = await j.connect('again-6', `code-${accountId}`);
    expect(reply.status, await reply.clone().text()).toBe(201);
    expect(await rowOf(j, accountId)).toMatchObject({
      clientId: 'acme-client',
      subject: accountId,
      refreshToken: null,
      refreshExpiresAt: null,
      refreshDueAt: null,
      noticeDueAt: null,
      leaseId: null,
      leaseUntil: null,
    });
  });

  test('a row whose parameters cannot be read is connected again all the same', async () => {
    const j = journey();
    await insertAccount(j.deps, { userId: 'again-7', providerAccountId: 'tia' });
    await env.DB.prepare("UPDATE oauth_accounts SET parameters = '{' WHERE user_id = ?")
      .bind('again-7')
      .run();
    j.provider.answer('/token', () =>
      Response.json({ access_token: 'access-tia', expires_in: 3600 }),
    );
    expect((await j.connect('again-7', 'code-tia')).status).toBe(201);
    expect(await rowOf(j, 'tia')).toMatchObject({ parameters: {} });
  });

  test.each([
    ['a new refresh token', 'refresh-new', 'refresh-new'],
    // The one that was sent is rotated by now: what the refresh brought is the only good one.
    ['none', undefined, 'refresh-rotated'],
  ])(
    'while a refresh is in flight, bringing %s: the token that works is kept',
    async (_, brought, kept) => {
      const j = journey();
      const accountId = `ulf-${kept}`;
      await insertAccount(j.deps, { userId: 'again-5', providerAccountId: accountId });
      const answer = gate();
      j.provider.answer('/token', async ({ params }) => {
        if (params.get('grant_type') === 'authorization_code') {
          return Response.json({
            access_token: `access-${accountId}`,
            refresh_token: brought,
            expires_in: 3600,
          });
        }
        await answer.promise;
        return Response.json({
          access_token: 'access-rotated',
          refresh_token: 'refresh-rotated',
          expires_in: 3600,
        });
      });
      const key = { userId: 'again-5', provider: 'acme', accountId };
      const refreshing = refreshOne(j.deps, key).catch((error: unknown) => error);
      await expect.poll(() => j.provider.to('/token').length).toBe(1);
      expect((await j.connect('again-5', `code-${accountId}`)).status).toBe(201);
      answer.resolve();
      await refreshing;
      await j.deps.settle();
      const row = await rowOf(j, accountId);
      expect(
        await j.deps.vault.open(
          row?.refreshToken ?? '',
          accountContext('acme', accountId, 'refresh_token'),
        ),
      ).toBe(kept);
      expect(row).toMatchObject({ state: 'active', leaseId: null });
      // No token was shown twice.
      const shown = j.provider.to('/token').map(({ params }) => params.get('refresh_token'));
      expect(shown.filter((token) => token !== null)).toEqual([`refresh-${accountId}`]);
    },
  );

  test('no refresh token at all: nothing is due', async () => {
    const j = journey();
    j.provider.answer('/token', () =>
      Response.json({ access_token: 'access-una', expires_in: 3600 }),
    );
    await j.connect('again-3', 'code-una');
    expect(await rowOf(j, 'una')).toMatchObject({
      refreshToken: null,
      refreshDueAt: null,
      refreshExpiresAt: null,
    });
  });

  test('on a reconnect another account comes back: 409, nothing changes, its tokens are given back', async () => {
    const j = journey();
    const old = await insertAccount(j.deps, { userId: 'again-4', providerAccountId: 'vic' });
    const input = { accountId: 'vic' };
    const id = await j.authorize('again-4', 'code-wil', input);
    expect(await refused(await j.complete('again-4', id))).toEqual([409, 'account_mismatch']);
    expect(await refused(await j.complete('again-4', id))).toEqual([409, 'account_mismatch']);
    expect(await rowOf(j, 'wil')).toBeUndefined();
    expect(await rowOf(j, 'vic')).toEqual(old);
    await j.deps.settle();
    expect(j.provider.to('/revoke').map(({ params }) => params.get('token'))).toEqual([
      'refresh-wil-1',
    ]);
    expect((await j.connect('again-4', 'code-vic', input)).status).toBe(201);
  });
});

describe('an account belongs to one user (I9)', () => {
  test("somebody else's: 409, nothing changes, and the owner's grant is not revoked", async () => {
    const j = journey();
    const owned = await insertAccount(j.deps, { userId: 'one-1-owner', providerAccountId: 'xia' });
    const id = await j.authorize('one-1', 'code-xia');
    for (let i = 0; i < 2; i += 1) {
      expect(await refused(await j.complete('one-1', id))).toEqual([
        409,
        'account_linked_to_another_user',
      ]);
    }
    await j.deps.settle();
    expect(await rowOf(j, 'xia')).toEqual(owned);
    expect(j.provider.to('/token')).toHaveLength(1);
    // A revocation would reach the owner's grant (I7).
    expect(j.provider.to('/revoke')).toEqual([]);
    expect(await eventsOf(j, 'one-1')).toEqual(['connection.failed']);
    const list = await j.api('/v1/users/one-1/integrations');
    expect(await list.json()).toMatchObject({ integrations: [] });
    const state = await j.api(`/v1/users/one-1/connections/${id}`);
    expect(await state.json()).toMatchObject({
      state: 'failed',
      error: 'account_linked_to_another_user',
    });
  });

  test('where a revocation ends its token only, the tokens that came in vain are revoked', async () => {
    const config = configWith(
      {
        single: recordAt('single', { refreshModel: 'static', revocationReach: 'token' }),
      },
      clientsOf(['single']),
    );
    const j = journey({ config });
    await insertAccount(j.deps, {
      userId: 'one-2-owner',
      provider: 'single',
      providerAccountId: 'yan',
    });
    await j.connect('one-2', 'code-yan', { provider: 'single' });
    await j.deps.settle();
    expect(j.provider.to('/revoke').map(({ params }) => params.get('token'))).toEqual([
      'refresh-yan-1',
      'access-yan-1',
    ]);
  });

  test('two users complete the same account at once: one has it, with its own tokens, the other is refused', async () => {
    for (let round = 0; round < 5; round += 1) {
      const j = journey();
      j.provider.answer('/me', () => Response.json({ sub: `zoe-${round}` }));
      const users = [`race-${round}-a`, `race-${round}-b`];
      const ids = await Promise.all(users.map((user) => j.authorize(user, `code-${user}`)));
      const replies = await Promise.all(ids.map((id, i) => j.complete(users[i] ?? '', id)));
      expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
      const winner = users[replies.findIndex(({ status }) => status === 201)];
      const row = await rowOf(j, `zoe-${round}`);
      expect(row?.userId).toBe(winner);
      const context = accountContext('acme', `zoe-${round}`, 'refresh_token');
      expect(await j.deps.vault.open(row?.refreshToken ?? '', context)).toContain(winner);
      await j.deps.settle();
      expect(j.provider.to('/revoke')).toEqual([]);
    }
  });
});

describe('a code that comes too late', () => {
  const config = () =>
    configWith(
      { quick: recordAt('quick', { codeLifetimeSeconds: 30, refusedCodes: ['invalid_code'] }) },
      clientsOf(['quick']),
    );
  const refusing = (status: number, error: string) => () => Response.json({ error }, { status });

  async function late(seconds: number, answer: () => Response) {
    const j = journey({ config: config() });
    const id = await j.authorize('late', 'code-x', { provider: 'quick' });
    j.provider.answer('/token', answer);
    j.provider.answer('/me', () => Response.json({ sub: 'late-account' }));
    j.deps.clock.advance(seconds * 1000);
    const reply = await j.complete('late', id);
    const { code, detail } = await reply.clone().json<{ code: string; detail: string }>();
    return { j, id, status: reply.status, code, detail };
  }

  test('is tried all the same; refused, it says how late it was and what to do', async () => {
    const { j, id, status, code, detail } = await late(45, refusing(400, 'invalid_grant'));
    expect([status, code]).toEqual([502, 'provider_error']);
    expect(detail).toContain('it came back 45 s ago, and lives 30 s');
    expect(detail).toContain('complete it as soon as the browser is back');
    expect(j.provider.to('/token')).toHaveLength(1);
    const stands = await j.api(`/v1/users/late/connections/${id}`);
    expect(await stands.json()).toMatchObject({ state: 'failed', error: 'code_expired' });
    const again = await j.complete('late', id);
    expect(await refused(again)).toEqual([409, 'connection_failed']);
    expect((await again.json<{ detail: string }>()).detail).toContain('as soon as the browser');
  });

  test('is told also where the provider refuses with a success', async () => {
    const { j, id } = await late(45, refusing(200, 'invalid_code'));
    const stands = await j.api(`/v1/users/late/connections/${id}`);
    expect(await stands.json()).toMatchObject({ state: 'failed', error: 'code_expired' });
  });

  test('is connected where the provider is kinder than its pages', async () => {
    const { status } = await late(45, () => Response.json({ access_token: 'a' }));
    expect(status).toBe(201);
  });

  test.each([
    ['in time', 30, refusing(400, 'invalid_grant')],
    ['late, but the provider fails', 45, refusing(500, 'server_error')],
    ['late, but a success says something else', 45, refusing(200, 'other')],
    ['late, but the provider asks for a pause', 45, refusing(429, 'slow_down')],
  ])('%s: nothing is said of the time', async (_, seconds, answer) => {
    const { detail } = await late(seconds, answer);
    expect(detail).not.toContain('lives 30 s');
  });
});

describe('a key that is taken out between the callback and the end', () => {
  const key = (kid: string, fill: number) =>
    `${kid}:${btoa(String.fromCharCode(...new Uint8Array(32).fill(fill)))}`;
  const under = (...keys: string[]) => configWith({}, { ENCRYPTION_KEYS: keys.join(',') });
  const [former, next] = [key('former', 1), key('next', 2)];

  test('the reload that comes then completes nothing, and says what to do', async () => {
    const before = journey({ config: under(former) });
    const { id, connectUrl } = await before.begin('key-gone');
    const { location, cookie } = await before.open(connectUrl);
    const query = { state: location.searchParams.get('state') ?? '', code: 'code-x' };
    await before.callback(query, cookie);

    const after = journey({ config: under(next) });
    expect((await after.callback(query, cookie)).status).toBe(303);
    const reply = await after.complete('key-gone', id);
    expect(await refused(reply)).toEqual([409, 'connection_failed']);
    expect((await reply.json<{ detail: string }>()).detail).toContain('start a new one');
    expect(await refused(await after.complete('key-gone', id))).toEqual([409, 'connection_failed']);
    expect(after.provider.requests).toEqual([]);
  });

  test('a link from before leads back, and says that nothing came of it', async () => {
    const { connectUrl } = await journey({ config: under(former) }).begin('key-gone-2');
    const { location } = await journey({ config: under(next) }).open(connectUrl);
    expect(location.searchParams.get('error')).toBe('not_finished');
  });

  test('one that is only replaced, and kept as a second, hinders nobody', async () => {
    const before = journey({ config: under(former) });
    const { id, connectUrl } = await before.begin('key-kept');
    const { location, cookie } = await before.open(connectUrl);
    const after = journey({ config: under(next, former) });
    const state = location.searchParams.get('state') ?? '';
    await after.callback({ state, code: 'code-kim' }, cookie);
    after.provider.answer('/token', () => Response.json({ access_token: 'a', refresh_token: 'r' }));
    after.provider.answer('/me', () => Response.json({ sub: 'key-kept' }));
    expect((await after.complete('key-kept', id)).status).toBe(201);
  });
});
