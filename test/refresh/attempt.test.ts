import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import {
  eventLog,
  oauthAccounts,
  outbox,
  providerHealth,
  registeredClients,
} from '../../src/db/schema';
import { refreshOne } from '../../src/refresh/on-demand';
import { runRefresh } from '../../src/refresh/run';
import { tokenFor } from '../../src/refresh/token';
import { MINUTE_MS as MINUTE } from '../../src/time';
import { errorReply, json } from '../support/provider';
import { countedKv, hookedDb } from './support/faults';
import { world } from './support/world';

const eventsOf = (deps: ReturnType<typeof world>['deps'], provider: string) =>
  deps.db.select().from(eventLog).where(eq(eventLog.provider, provider));

const versionOf = async (deps: ReturnType<typeof world>['deps'], userId: string) => {
  const [row] = await deps.db.all<{ version: number }>(
    sql`SELECT version FROM user_versions WHERE user_id = ${userId}`,
  );
  return row?.version ?? 0;
};

describe('what comes back is kept', () => {
  it.each([
    ['omitted (RFC 6749 6)', {}],
    ['null (better-auth#8001, postiz-app#1884)', { refresh_token: null }],
    ['empty', { refresh_token: '' }],
    ['"undefined"', { refresh_token: 'undefined' }],
  ])('a refresh token that is %s keeps the stored one', async (_, fields) => {
    const { deps, server, due, tokens } = world({ refreshModel: 'static' });
    const { id, refreshToken, providerAccountId } = await due();
    server.answer('/token', () => json({ access_token: 'new', expires_in: 3600, ...fields }));
    await runRefresh(deps, 'cron');
    expect(await tokens(id)).toEqual({ access: 'new', refresh: `refresh-${providerAccountId}` });
    // Not even sealed anew.
    expect(
      await deps.db.$count(oauthAccounts, eq(oauthAccounts.refreshToken, refreshToken ?? '')),
    ).toBe(1);
  });

  it('a static provider that sends a new refresh token all the same is believed', async () => {
    const { deps, server, due, tokens } = world({ refreshModel: 'static' });
    const { id } = await due();
    server.answer('/token', () => json({ access_token: 'new', refresh_token: 'other' }));
    await runRefresh(deps, 'cron');
    expect(await tokens(id)).toEqual({ access: 'new', refresh: 'other' });
  });

  it.each([
    ['201, no token_type', () => json({ access_token: 'new', refresh_token: 'next' }, 201)],
    [
      'expires_in as text',
      () => json({ access_token: 'new', refresh_token: 'next', expires_in: '3600' }),
    ],
    [
      'expires_in 1e308',
      () => json({ access_token: 'new', refresh_token: 'next', expires_in: 1e308 }),
    ],
    [
      'negative expires_in',
      () => json({ access_token: 'new', refresh_token: 'next', expires_in: -5 }),
    ],
    [
      'a 64 KB token',
      () => json({ access_token: 'new', refresh_token: 'next', id_token: 'x'.repeat(65_536) }),
    ],
    ['a form', () => new Response('access_token=new&refresh_token=next')],
    ['the end is missing', () => new Response('{"access_token":"new","refresh_token":"next","exp')],
  ])('a strict parser would have thrown away the only copy: %s', async (_, answer) => {
    const { deps, server, due, tokens } = world();
    const { id } = await due();
    server.answer('/token', () => answer());
    expect(await runRefresh(deps, 'cron')).toMatchObject({ refreshed: 1 });
    expect(await tokens(id)).toEqual({ access: 'new', refresh: 'next' });
  });

  it('a new refresh token is saved even where the access token is missing, and tried soon', async () => {
    const { deps, server, due, row, tokens } = world();
    const { id, providerAccountId, tokenVersion } = await due();
    server.answer('/token', () => json({ refresh_token: 'next', access_token: 7 }));
    expect(await runRefresh(deps, 'cron')).toMatchObject({ refreshed: 0, failed: 1 });
    expect(await tokens(id)).toEqual({ access: `access-${providerAccountId}`, refresh: 'next' });
    const after = await row(id);
    expect(after).toMatchObject({
      state: 'active',
      leaseId: null,
      unknownSince: null,
      refreshFailures: 1,
    });
    expect(after.tokenVersion).toBeGreaterThan(tokenVersion);
    expect(after.refreshDueAt).toBeLessThanOrEqual(deps.now() + MINUTE);
    // The next attempt presents the new one.
    server.answer('/token', ({ token }) => json({ access_token: `for-${token}` }));
    deps.clock.advance(MINUTE);
    await runRefresh(deps, 'cron');
    expect(await tokens(id)).toMatchObject({ access: 'for-next' });
  });

  it('a token that is extended while alive is exchanged itself, before it ends', async () => {
    const { deps, server, due, row, tokens } = world({
      refreshModel: 'extend',
      refreshRequest: { method: 'GET', body: 'query' },
      refreshParams: { grant_type: 'extend', access_token: '{access_token}' },
    });
    const { id, providerAccountId } = await due({ refreshToken: null });
    server.answer('/token', ({ token }) =>
      json({ access_token: `${token}-longer`, expires_in: 5_184_000 }),
    );
    expect(await runRefresh(deps, 'cron')).toMatchObject({ refreshed: 1 });
    expect(await tokens(id)).toEqual({
      access: `access-${providerAccountId}-longer`,
      refresh: null,
    });
    const after = await row(id);
    expect(after.expiresAt).toBe(deps.now() + 5_184_000_000);
    expect(after.refreshExpiresAt).toBe(after.expiresAt);
    expect(after.refreshDueAt).toBeGreaterThan(deps.now() + 4_300_000_000);
  });

  it('granted scopes follow the reply', async () => {
    const { deps, server, due, row } = world();
    const { id } = await due();
    server.answer('/token', () => json({ access_token: 'new', scope: 'openid,email' }));
    await runRefresh(deps, 'cron');
    expect((await row(id)).scope).toEqual(['openid', 'email']);
  });
});

describe('granted scopes', () => {
  it('keep the names they were asked for, and what no reply names (Google, Microsoft)', async () => {
    const { deps, server, due, row } = world({
      scopeAliases: { email: 'https://p.example/email' },
      unreportedScopes: ['offline_access'],
    });
    const { id } = await due({ requestedScope: ['email', 'offline_access', 'files'] });
    server.answer('/token', () =>
      json({ access_token: 'new', scope: 'openid https://p.example/email' }),
    );
    await runRefresh(deps, 'cron');
    expect((await row(id)).scope).toEqual(['openid', 'email', 'offline_access']);
  });
});

describe('a refusal', () => {
  it('marks at once, is asked again two minutes later, and only then is an event', async () => {
    const { deps, server, due, row, provider } = world();
    const { id, userId, refreshToken } = await due();
    server.answer('/token', () => errorReply(400, 'invalid_grant'));
    const before = await versionOf(deps, userId);
    deps.clock.advance(1_000);
    expect(await runRefresh(deps, 'cron')).toMatchObject({ refused: 1, failed: 0 });
    expect(await row(id)).toMatchObject({
      state: 'needs_reconnect',
      stateReason: 'invalid_grant',
      refreshDueAt: deps.now() + 2 * MINUTE,
      leaseId: null,
      refreshToken,
      updatedAt: deps.now(),
    });
    const marked = await versionOf(deps, userId);
    expect(marked).toBeGreaterThan(before);
    expect(await eventsOf(deps, provider)).toEqual([]);
    expect(await runRefresh(deps, 'cron')).toMatchObject({ claimed: 0 });

    deps.clock.advance(2 * MINUTE);
    await runRefresh(deps, 'cron');
    expect(await row(id)).toMatchObject({
      state: 'needs_reconnect',
      refreshDueAt: null,
      refreshToken,
    });
    expect(await versionOf(deps, userId)).toBeGreaterThan(marked);
    const events = await eventsOf(deps, provider);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: 'integration.needs_reconnect',
      userId,
      at: deps.now(),
    });
    // One dead connection retried 60,000 times a day: nango#5505.
    deps.clock.advance(24 * 60 * MINUTE);
    expect(await runRefresh(deps, 'cron')).toMatchObject({ claimed: 0 });
    expect(server.requests).toHaveLength(2);
  });

  it('that a provider takes back heals, and nobody was told', async () => {
    const { deps, server, due, row, provider } = world();
    const { id, userId } = await due();
    server.answer('/token', () => errorReply(400, 'invalid_grant'));
    await runRefresh(deps, 'cron');
    const marked = await versionOf(deps, userId);
    server.answer('/token', null);
    deps.clock.advance(2 * MINUTE);
    expect(await runRefresh(deps, 'cron')).toMatchObject({ refreshed: 1 });
    expect(await row(id)).toMatchObject({
      state: 'active',
      stateReason: null,
      lastError: null,
      refreshFailures: 0,
      updatedAt: deps.now(),
    });
    expect(await versionOf(deps, userId)).toBeGreaterThan(marked);
    expect(await eventsOf(deps, provider)).toEqual([]);
  });
});

describe("a failure that is not the user's", () => {
  it.each([
    ['503', () => new Response('', { status: 503 }), 'http_503'],
    ['500 with invalid_grant', () => errorReply(500, 'invalid_grant'), 'http_500'],
    ['429', () => new Response('', { status: 429 }), 'http_429'],
    ['a page', () => new Response('<html></html>'), 'empty_reply'],
    ['an empty 400', () => new Response('', { status: 400 }), 'http_400'],
    [
      'a wrong client secret (a Vault plugin deleted connections for it)',
      () => errorReply(401, 'invalid_client'),
      'invalid_client',
    ],
    [
      'a redirect',
      () => new Response(null, { status: 307, headers: { Location: 'https://evil.example' } }),
      'redirected',
    ],
  ])('%s: the state stays, the due time moves, the lease is released', async (_, answer, code) => {
    for (const refreshModel of ['static', 'rotating'] as const) {
      const { deps, server, due, row } = world({ refreshModel });
      const { id, refreshDueAt, accessToken, refreshToken, updatedAt } = await due();
      server.answer('/token', () => answer());
      expect(await runRefresh(deps, 'cron')).toMatchObject({ refused: 0, failed: 1 });
      const after = await row(id);
      expect(after).toMatchObject({
        state: 'active',
        stateReason: null,
        lastError: code,
        lastFailedAt: deps.now(),
        refreshFailures: 1,
        leaseId: null,
        leaseUntil: null,
        accessToken,
        refreshToken,
        updatedAt,
      });
      expect(after.refreshDueAt).toBeGreaterThanOrEqual(deps.now() + 30_000);
      expect(after.refreshDueAt).not.toBe(refreshDueAt);
      expect(server.requests).toHaveLength(1);
    }
  });

  it('Retry-After is honoured, an hour at most', async () => {
    for (const [value, wait] of [
      ['600', 600_000],
      ['99999', 3_600_000],
    ] as const) {
      const { deps, server, due, row } = world({ refreshModel: 'static' });
      const { id } = await due();
      server.answer(
        '/token',
        () => new Response('', { status: 503, headers: { 'Retry-After': value } }),
      );
      await runRefresh(deps, 'cron');
      expect((await row(id)).refreshDueAt).toBe(deps.now() + wait);
    }
  });

  it('a quiet one writes no version; one out of time does', async () => {
    const { deps, server, due } = world({ refreshModel: 'static' });
    const quiet = await due();
    const late = await due({}, 116_000);
    const before = [await versionOf(deps, quiet.userId), await versionOf(deps, late.userId)];
    server.answer('/token', () => new Response('', { status: 503 }));
    deps.clock.advance(1);
    await runRefresh(deps, 'cron');
    expect(await versionOf(deps, quiet.userId)).toBe(before[0]);
    expect(await versionOf(deps, late.userId)).toBeGreaterThan(before[1] ?? 0);
  });

  it('an answer that nobody foresaw is one event for the operator, not one for each retry', async () => {
    const { deps, server, due, provider } = world();
    await due();
    server.answer('/token', () => errorReply(400, 'invalid_request'));
    for (let i = 0; i < 3; i += 1) {
      await runRefresh(deps, 'cron');
      deps.clock.advance(60 * MINUTE);
    }
    const events = await eventsOf(deps, provider);
    expect(events.map(({ type, userId }) => [type, userId])).toEqual([
      ['provider.odd_reply', null],
    ]);
    expect(server.requests).toHaveLength(3);
  });

  it("a token that does not open under any key is not the user's fault either", async () => {
    const { deps, server, due, row } = world();
    const other = await due();
    const { id } = await due({ providerAccountId: 'moved' });
    // A sealed value that was moved to another row does not open there.
    await deps.db
      .update(oauthAccounts)
      .set({ refreshToken: other.refreshToken })
      .where(eq(oauthAccounts.id, id));
    await runRefresh(deps, 'cron');
    expect(await row(id)).toMatchObject({ state: 'active', lastError: 'wrong_context' });
    expect(server.requests.map(({ token }) => token)).toEqual([
      `refresh-${other.providerAccountId}`,
    ]);
  });
});

describe('what cannot even be sent moves the due time, and leaves nothing unknown', () => {
  const tenants = {
    clientRegistration: 'automatic',
    registrationUrl: 'https://{tenant}.acme.example/apps',
    parameters: { tenant: { label: 'Tenant', pattern: '[a-z]+' } },
  };
  /** An integration of a client that was registered, and whose secret no key opens. */
  const ofLostClient = async (
    { deps, due, provider }: ReturnType<typeof world>,
    tenant = 'one',
  ) => {
    const row = await due({ clientId: 'registered', parameters: { tenant } });
    const at = { provider, server: 'https://one.acme.example', redirectUri: 'https://m.example/' };
    await deps.db.insert(registeredClients).values({
      ...at,
      clientId: 'registered',
      // Sealed for something else.
      clientSecret: row.accessToken,
      clientAuth: 'client_secret_post',
      registeredAt: 0,
    });
    return row;
  };

  it.each([
    ['the client’s secret opens under no key', 'one', 'wrong_context', 'token_unusable'],
    ['the client’s server is named by nothing', 'NONE', 'provider_error', 'operator_fault'],
  ])('%s', async (_, tenant, lastError, lastErrorCategory) => {
    const w = world(tenants);
    const { deps, row } = w;
    const { id } = await ofLostClient(w, tenant);
    for (let failures = 1; failures < 4; failures += 1) {
      expect(await runRefresh(deps, 'cron')).toMatchObject({ claimed: 1, failed: 1 });
      expect(await row(id)).toMatchObject({
        ...{ lastError, lastErrorCategory, refreshFailures: failures, state: 'active' },
        ...{ leaseId: null, lostLeaseId: null, unknownSince: null },
      });
      expect((await row(id)).refreshDueAt).toBeGreaterThan(deps.now());
      deps.clock.advance(60 * MINUTE);
    }
    expect(w.server.requests).toEqual([]);
    expect(deps.logLines.join()).toContain('refresh.client_not_opened');
  });

  it('D1 does not say which client it is', async () => {
    const { db } = hookedDb({
      before: async (text) => {
        if (/from "registered_clients"/.test(text)) throw new Error('D1_ERROR: 503');
      },
    });
    const w = world(tenants, { db });
    const { id } = await ofLostClient(w);
    await runRefresh(w.deps, 'cron');
    expect(await w.row(id)).toMatchObject({
      ...{ lastError: 'client_lookup_failed', lastErrorCategory: 'internal' },
      ...{ leaseId: null, unknownSince: null },
    });
    expect(w.server.requests).toEqual([]);
  });

  it('a rescue record is looked for all the same', async () => {
    const { kv, calls } = countedKv();
    const w = world(tenants, { kv });
    const { id } = await ofLostClient(w);
    await w.deps.db
      .update(oauthAccounts)
      .set({ lostLeaseId: `lost.${id}@${w.deps.now()}` })
      .where(eq(oauthAccounts.id, id));
    await runRefresh(w.deps, 'cron');
    expect(calls.join()).toContain(`rescue/lost.${id}`);
    // It may come yet.
    expect((await w.row(id)).lostLeaseId).not.toBeNull();
  });

  it('a token of a browser’s grant, whose record takes fields by now', async () => {
    const { deps, server, due, row } = world({
      grant: 'client_credentials',
      refreshModel: 'static',
      authorizationUrl: undefined,
      fields: { client_id: { label: 'Id' }, client_secret: { label: 'Secret' } },
    });
    const { id } = await due();
    await runRefresh(deps, 'cron');
    expect(await row(id)).toMatchObject({
      ...{ lastError: 'not_opened', lastErrorCategory: 'token_unusable', state: 'active' },
      ...{ leaseId: null, unknownSince: null, refreshFailures: 1 },
    });
    expect((await row(id)).refreshDueAt).toBeGreaterThan(deps.now());
    expect(server.requests).toEqual([]);
  });
});

describe('metadata of the server', () => {
  it.each([
    [
      "that is wrong in itself is the operator's fault, and nothing was sent",
      () => json({ issuer: 'https://other.example' }),
      'provider_error',
      'operator_fault',
      'provider_error',
    ],
    [
      'that cannot be had is a failure that passes',
      () => new Response('', { status: 503 }),
      'provider_unavailable',
      'provider_failure',
      'provider_unavailable',
    ],
  ])('%s', async (_, answer, lastError, lastErrorCategory, code) => {
    const w = world({
      issuer: 'https://discovered.example',
      authorizationUrl: undefined,
      tokenUrl: undefined,
    });
    w.server.answer('*', answer);
    const row = await w.due({ expiresAt: w.deps.now() - 1 });
    const { userId, provider, providerAccountId: accountId } = row;
    await expect(
      tokenFor(w.deps, { userId, provider, accountId, minTtlSeconds: null }),
    ).rejects.toMatchObject({ code });
    expect(await w.row(row.id)).toMatchObject({ lastError, lastErrorCategory, state: 'active' });
    expect(w.server.requests.map(({ method }) => method)).not.toContain('POST');
    expect(w.deps.logLines.join()).toContain('refresh.discovery_failed');
  });
});

describe('an unknown outcome', () => {
  const reset = () => {
    throw new TypeError('connection reset');
  };

  it('where reuse kills the family, the access token lives out first; then once again', async () => {
    const { deps, server, due, row } = world();
    const { id } = await due({ expiresAt: deps.now() + 9 * MINUTE });
    server.answer('/token', reset);
    await runRefresh(deps, 'cron');
    const after = await row(id);
    expect(after).toMatchObject({
      lastError: 'network',
      unknownSince: deps.now(),
      state: 'active',
    });
    expect(after.refreshDueAt).toBe(after.expiresAt);
    expect(server.requests).toHaveLength(1);
    // Not rotated after all: the same token works, and nothing is unknown any more.
    server.answer('/token', null);
    deps.clock.set(after.expiresAt ?? 0);
    expect(await runRefresh(deps, 'cron')).toMatchObject({ refreshed: 1 });
    expect(await row(id)).toMatchObject({ unknownSince: null, lastError: null });
  });

  it('within a grace the token is sent again at once', async () => {
    const { deps, server, due, row, tokens } = world({ reuse: 'grace', reuseGraceSeconds: 30 });
    const { id, providerAccountId } = await due();
    // Rotated, and the answer got lost; a server with grace repeats it.
    server.answer('/token', async ({ nth }, usual) => {
      await usual();
      if (nth === 1) reset();
    });
    expect(await runRefresh(deps, 'cron')).toMatchObject({ refreshed: 1, failed: 0 });
    expect(server.requests).toHaveLength(2);
    expect(await row(id)).toMatchObject({ unknownSince: null });
    expect((await tokens(id)).refresh).toBe(`refresh-${providerAccountId}-1`);
  });

  it('within a grace, but without an end: a few times, then the access token lives out', async () => {
    const { deps, server, due, row } = world({ reuse: 'grace', reuseGraceSeconds: 20 });
    const { id } = await due();
    server.answer('/token', reset);
    await runRefresh(deps, 'cron');
    expect(server.requests).toHaveLength(4);
    const after = await row(id);
    expect(after.refreshDueAt).toBe(after.expiresAt);
  });

  it('within a grace: what the second answer says leaves open what became of the first (found by the model)', async () => {
    const { deps, server, due, row } = world({ reuse: 'grace', reuseGraceSeconds: 30 });
    const { id, expiresAt } = await due();
    // Rotated, and the answer got lost; the second request is not even looked at.
    server.answer('/token', async ({ nth }, usual) => {
      if (nth > 1) return errorReply(429, 'slow_down');
      await usual();
      return reset();
    });
    await runRefresh(deps, 'cron');
    expect(server.requests).toHaveLength(2);
    expect(await row(id)).toMatchObject({
      lastError: 'http_429',
      unknownSince: expect.any(Number),
    });
    // Long after the grace the token would be taken for stolen.
    server.answer('/token', null);
    deps.clock.advance(5 * 60_000);
    await runRefresh(deps, 'cron');
    expect(server.requests).toHaveLength(2);
    expect(await row(id)).toMatchObject({ refreshDueAt: expiresAt });
    expect(server.ended()).toEqual([]);
  });

  it('a refusal afterwards is certain', async () => {
    const { deps, server, due, row } = world();
    const { id } = await due({ expiresAt: deps.now() + 2 * MINUTE });
    server.answer('/token', reset);
    await runRefresh(deps, 'cron');
    server.answer('/token', null);
    server.answer('/token', () => errorReply(400, 'invalid_grant'));
    deps.clock.advance(3 * MINUTE);
    await runRefresh(deps, 'cron');
    expect(await row(id)).toMatchObject({ state: 'needs_reconnect', unknownSince: null });
    deps.clock.advance(2 * MINUTE);
    await runRefresh(deps, 'cron');
    expect(await row(id)).toMatchObject({ refreshDueAt: null });
  });
});

describe('races', () => {
  it('a disconnect in mid-refresh wins: nothing is put back, the new tokens are owed a revocation (helm-api#893)', async () => {
    const { deps, server, due, provider } = world();
    const account = await due();
    const held = server.hold('/token');
    const run = runRefresh(deps, 'cron');
    await held.arrived;
    await deps.db.delete(oauthAccounts).where(eq(oauthAccounts.id, account.id));
    held.release();
    await run;
    expect(await deps.db.$count(oauthAccounts, eq(oauthAccounts.provider, provider))).toBe(0);
    const owed = await deps.db.select().from(outbox).where(eq(outbox.provider, provider));
    expect(owed).toHaveLength(1);
    const [entry] = owed;
    const opened = await deps.vault.open(entry?.refreshToken ?? '', [
      'oauth_accounts',
      provider,
      account.providerAccountId,
      'refresh_token',
    ]);
    expect(opened).toBe(server.newest(account.providerAccountId));
  });

  it('a reconnect in mid-refresh wins: its tokens stay', async () => {
    const { deps, server, due, row } = world();
    const account = await due();
    const held = server.hold('/token');
    const run = runRefresh(deps, 'cron');
    await held.arrived;
    const sealed = await deps.vault.seal('reconnected', [
      'oauth_accounts',
      account.provider,
      account.providerAccountId,
      'refresh_token',
    ]);
    const reconnected = { refreshToken: sealed, tokenVersion: deps.now() + 5 };
    await deps.db.update(oauthAccounts).set(reconnected).where(eq(oauthAccounts.id, account.id));
    held.release();
    await run;
    expect(await row(account.id)).toMatchObject(reconnected);
  });

  it('a row that was only sealed anew meanwhile is still ours', async () => {
    const { deps, server, due, tokens } = world();
    const account = await due();
    const held = server.hold('/token');
    const run = runRefresh(deps, 'cron');
    await held.arrived;
    const sealed = await deps.vault.seal(`refresh-${account.providerAccountId}`, [
      'oauth_accounts',
      account.provider,
      account.providerAccountId,
      'refresh_token',
    ]);
    await deps.db
      .update(oauthAccounts)
      .set({ refreshToken: sealed, tokenVersion: account.tokenVersion + 1 })
      .where(eq(oauthAccounts.id, account.id));
    held.release();
    await run;
    expect((await tokens(account.id)).refresh).toBe(`refresh-${account.providerAccountId}-1`);
  });

  it('two runs at once ask once for each account (n8n#12742, airbyte#3990)', async () => {
    const { deps, server, due } = world({}, {}, { RUN_SUBREQUESTS: '900' });
    for (let i = 0; i < 9; i += 1) await due();
    const runs = await Promise.all([runRefresh(deps, 'cron'), runRefresh(deps, 'queue')]);
    expect(runs.reduce((sum, { refreshed }) => sum + refreshed, 0)).toBe(9);
    expect(server.requests).toHaveLength(9);
    expect(new Set(server.requests.map(({ token }) => token)).size).toBe(9);
    expect(server.ended()).toEqual([]);
  });

  it('a holder paused past its lease before it asks does not ask (nango#2494)', async () => {
    const { db, hooks } = hookedDb();
    const { deps, server, due, row } = world({}, { db });
    const { id } = await due();
    hooks.after = (text) => {
      if (text.includes('json_each') && text.startsWith('update')) deps.clock.advance(59_000);
    };
    await runRefresh(deps, 'cron');
    expect(server.requests).toEqual([]);
    expect(await row(id)).toMatchObject({ state: 'active', refreshFailures: 0 });
  });

  it('a holder paused past its lease after it asked still saves what it got, and takes no lease away', async () => {
    const { deps, server, due, row, tokens } = world();
    const account = await due();
    const held = server.hold('/token');
    const run = runRefresh(deps, 'cron');
    await held.arrived;
    deps.clock.advance(70_000);
    await deps.db
      .update(oauthAccounts)
      .set({ leaseId: 'successor.1', leaseUntil: deps.now() + 60_000 })
      .where(eq(oauthAccounts.id, account.id));
    held.release();
    await run;
    expect((await tokens(account.id)).refresh).toBe(`refresh-${account.providerAccountId}-1`);
    expect(await row(account.id)).toMatchObject({ leaseId: 'successor.1' });
  });

  it('a failure of a holder that lost its lease is not written', async () => {
    const { deps, server, due, row } = world({ refreshModel: 'static' });
    const account = await due();
    const held = Promise.withResolvers<void>();
    server.answer('/token', async () => {
      await held.promise;
      throw new TypeError('reset');
    });
    const run = runRefresh(deps, 'cron');
    while (server.inFlight === 0) await scheduler.wait(1);
    const taken = { leaseId: 'successor.1', leaseUntil: deps.now() + 60_000 };
    await deps.db.update(oauthAccounts).set(taken).where(eq(oauthAccounts.id, account.id));
    held.resolve();
    await run;
    expect(await row(account.id)).toMatchObject({ ...taken, refreshFailures: 0, lastError: null });
  });

  it('a commit after another holder moved the due time is visible: cached promises rely on that time', async () => {
    const { deps, server, due } = world();
    const account = await due();
    const held = server.hold('/token');
    const run = runRefresh(deps, 'cron');
    await held.arrived;
    await deps.db
      .update(oauthAccounts)
      .set({ refreshDueAt: deps.now() + 45_000, leaseId: null, leaseUntil: null })
      .where(eq(oauthAccounts.id, account.id));
    const before = await versionOf(deps, account.userId);
    held.release();
    expect(await run).toMatchObject({ refreshed: 1 });
    expect(await versionOf(deps, account.userId)).toBeGreaterThan(before);
  });
});

describe('the circuit', () => {
  const health = async (w: ReturnType<typeof world>) => {
    const [row] = await w.deps.db
      .select()
      .from(providerHealth)
      .where(eq(providerHealth.provider, w.provider));
    return row;
  };

  it('opens after failures of five integrations in a row, probes with one group, and a success closes it', async () => {
    const w = world({ refreshModel: 'static' }, {}, { RUN_SUBREQUESTS: '900' });
    const { deps, server, due } = w;
    for (let i = 0; i < 15; i += 1) await due();
    server.answer('/token', () => new Response('', { status: 503 }));
    expect(await runRefresh(deps, 'cron')).toMatchObject({ claimed: 5, failed: 5 });
    expect(await health(w)).toMatchObject({ openUntil: deps.now() + 30_000, reason: 'http_503' });
    expect(await runRefresh(deps, 'cron')).toMatchObject({ claimed: 0 });
    // The probe fails: twice as long.
    deps.clock.advance(30_000);
    expect(await runRefresh(deps, 'cron')).toMatchObject({ claimed: 5, failed: 5 });
    expect(await health(w)).toMatchObject({ openUntil: deps.now() + 60_000, openFor: 60_000 });
    expect(server.requests).toHaveLength(10);
    // The provider is well again.
    server.answer('/token', null);
    deps.clock.advance(60_000);
    expect(await runRefresh(deps, 'cron')).toMatchObject({ refreshed: 15 });
    expect(await health(w)).toMatchObject({ openUntil: null, failures: 0, reason: null });
  });

  it('one broken account does not open it, however often it fails', async () => {
    const w = world({ refreshModel: 'static' });
    const { deps, server, due } = w;
    await due();
    server.answer('/token', () => new Response('', { status: 503 }));
    for (let i = 0; i < 7; i += 1) {
      await runRefresh(deps, 'cron');
      deps.clock.advance(60 * MINUTE);
    }
    expect(server.requests).toHaveLength(7);
    expect(await health(w)).toMatchObject({ failures: 1, openUntil: null });
  });

  it("an operator's fault opens it as any other failure does, and is told once a day", async () => {
    const w = world({}, {}, { RUN_SUBREQUESTS: '900' });
    const { deps, server, due, provider } = w;
    // Nothing was granted for a day.
    const old = { tokenVersion: deps.now() - 30 * 60 * MINUTE };
    for (let i = 0; i < 6; i += 1) await due(old);
    server.answer('/token', () => errorReply(401, 'invalid_client'));
    await runRefresh(deps, 'cron');
    expect(await health(w)).toMatchObject({ openFor: 30_000, reason: 'invalid_client' });
    expect(server.requests).toHaveLength(5);
    const told = async () => {
      const events = await eventsOf(deps, provider);
      return events.filter(({ type }) => type === 'provider.operator_fault').length;
    };
    expect(await told()).toBe(1);
    for (let i = 0; i < 23; i += 1) {
      deps.clock.advance(60 * MINUTE);
      await runRefresh(deps, 'cron');
    }
    // The provider answers, and an account that was failing opens nothing.
    expect(await health(w)).toMatchObject({ openUntil: null });
    expect(await told()).toBe(1);
    for (let i = 0; i < 24; i += 1) {
      deps.clock.advance(60 * MINUTE);
      await runRefresh(deps, 'cron');
    }
    expect(await told()).toBe(2);
    const rows = await deps.db
      .select()
      .from(oauthAccounts)
      .where(eq(oauthAccounts.provider, provider));
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['active']));
    // Six or seven in the first hours, then one a day.
    expect(server.requests.length / 6).toBeLessThanOrEqual(10);
  });

  it("one provider's outage starves no other", async () => {
    const down = world({ refreshModel: 'static' }, {}, { RUN_SUBREQUESTS: '900' });
    for (let i = 0; i < 20; i += 1) await down.due({}, 30 * MINUTE);
    down.server.answer('/token', () => new Response('', { status: 503 }));
    await runRefresh(down.deps, 'cron');
    const well = world();
    await well.due();
    expect(await runRefresh(well.deps, 'cron')).toMatchObject({ refreshed: 1 });
  });
});

describe('a storm of refusals', () => {
  it('marks nobody, also not those who were refused before it was known for one', async () => {
    const w = world({}, {}, { RUN_SUBREQUESTS: '900' });
    const { deps, server, due, provider } = w;
    for (let i = 0; i < 12; i += 1) await due();
    server.answer('/token', () => errorReply(400, 'invalid_grant'));
    await runRefresh(deps, 'cron');
    const states = async () => {
      const rows = await deps.db
        .select()
        .from(oauthAccounts)
        .where(eq(oauthAccounts.provider, provider));
      return new Set(rows.map(({ state, stateReason }) => `${state} ${stateReason}`));
    };
    expect(await states()).toEqual(new Set(['active null']));
    expect(server.requests).toHaveLength(10);
    const events = await eventsOf(deps, provider);
    expect(events.map(({ type }) => type)).toEqual(['provider.refusal_storm']);
    // It goes on: a group asks now and then, and still nobody is marked.
    for (let i = 0; i < 10; i += 1) {
      deps.clock.advance(20 * MINUTE);
      await runRefresh(deps, 'cron');
      expect(await states()).toEqual(new Set(['active null']));
    }
    expect(server.requests.length).toBeLessThanOrEqual(60);
    // It ends, and everybody is well.
    server.answer('/token', null);
    deps.clock.advance(60 * MINUTE);
    expect(await runRefresh(deps, 'cron')).toMatchObject({ refreshed: 12 });
  });

  it('is one although somebody forces refreshes that go well all the time', async () => {
    const { deps, server, due, provider } = world({}, {}, { RUN_SUBREQUESTS: '900' });
    const well = await due({ refreshDueAt: deps.now() + 60 * MINUTE });
    const key = { userId: well.userId, provider, accountId: well.providerAccountId };
    server.answer('/token', ({ token }) =>
      token.startsWith(`refresh-${well.providerAccountId}`)
        ? null
        : errorReply(400, 'invalid_grant'),
    );
    // From the first refusal on attempts are counted.
    await due();
    await runRefresh(deps, 'cron');
    for (let i = 0; i < 20; i += 1) {
      deps.clock.advance(100);
      await refreshOne(deps, key);
    }
    for (let i = 0; i < 12; i += 1) await due();
    await runRefresh(deps, 'cron');
    const events = await eventsOf(deps, provider);
    expect(events.map(({ type }) => type)).toContain('provider.refusal_storm');
  });

  it('is none where most are well, nor where five are refused twice', async () => {
    for (const well of [8, 0]) {
      const { deps, server, due, provider } = world({}, {}, { RUN_SUBREQUESTS: '900' });
      const dead = new Set<string>();
      for (let i = 0; i < 5; i += 1) dead.add(`refresh-${(await due()).providerAccountId}`);
      for (let i = 0; i < well; i += 1) await due();
      server.answer('/token', ({ token }) =>
        dead.has(token) ? errorReply(400, 'invalid_grant') : null,
      );
      await runRefresh(deps, 'cron');
      deps.clock.advance(2 * MINUTE);
      await runRefresh(deps, 'cron');
      const marked = await deps.db.$count(
        oauthAccounts,
        sql`provider = ${provider} AND state = 'needs_reconnect' AND refresh_due_at IS NULL`,
      );
      expect(marked).toBe(5);
    }
  });
});

describe('what a reply leaves unsaid', () => {
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;

  it("a lifetime: as the last reply stated it, and not the record's", async () => {
    const { deps, server, due, row } = world({ assumedLifetimeSeconds: 86_400 });
    const { id } = await due({ accessLifetime: HOUR });
    server.answer('/token', () => json({ access_token: 'new', refresh_token: 'next' }));
    await runRefresh(deps, 'cron');
    const after = await row(id);
    expect(after.expiresAt).toBe(deps.now() + HOUR);
    expect(after.refreshDueAt).toBeLessThan(deps.now() + HOUR);
    expect(after.accessLifetime).toBe(HOUR);
  });

  it('a stated lifetime is the one that counts from then on', async () => {
    const { deps, server, due, row } = world();
    const { id } = await due({ accessLifetime: HOUR, refreshLifetime: DAY });
    const reply = { access_token: 'new', refresh_token: 'next' };
    server.answer('/token', () =>
      json({ ...reply, expires_in: 7200, refresh_token_expires_in: 172_800 }),
    );
    await runRefresh(deps, 'cron');
    const stated = { accessLifetime: 2 * HOUR, refreshLifetime: 2 * DAY };
    expect(await row(id)).toMatchObject(stated);
    deps.clock.advance(2 * HOUR);
    server.answer('/token', () => json({ ...reply, refresh_token: 'last' }));
    await runRefresh(deps, 'cron');
    const now = deps.now();
    expect(await row(id)).toMatchObject({
      ...stated,
      expiresAt: now + 2 * HOUR,
      refreshExpiresAt: now + 2 * DAY,
    });
  });

  it('the end of the refresh token: a stated one is not written over by the record', async () => {
    const { deps, server, due, row } = world({
      refreshModel: 'static',
      refreshLifetimeSeconds: 180 * 86_400,
    });
    const end = deps.now() + 6 * DAY;
    const { id } = await due({ refreshExpiresAt: end, refreshLifetime: 7 * DAY });
    server.answer('/token', () => json({ access_token: 'new', expires_in: 3600 }));
    await runRefresh(deps, 'cron');
    expect(await row(id)).toMatchObject({ refreshExpiresAt: end, refreshLifetime: 7 * DAY });
  });

  it.each([
    ['empty', { scope: '' }],
    ['an empty list', { scope: [] }],
    ['absent', {}],
  ])('scopes: %s, they stay as they are, also for who asked', async (_, fields) => {
    const { deps, server, due, row, provider } = world({ scopeOnRefresh: true });
    const account = await due({ scope: ['read', 'write'] });
    server.answer('/token', () =>
      json({ access_token: 'new', refresh_token: 'next', expires_in: 3600, ...fields }),
    );
    const token = await tokenFor(deps, {
      userId: account.userId,
      provider,
      accountId: account.providerAccountId,
      minTtlSeconds: 3600,
    });
    expect(token).toMatchObject({ scope: ['read', 'write'] });
    expect((await row(account.id)).scope).toEqual(['read', 'write']);
  });

  it('metadata of the reply is read again; what the reply does not hold stays', async () => {
    const { deps, server, due, row } = world({
      metadata: { instanceUrl: 'token:instance_url', team: 'token:team.name', name: 'name' },
    });
    const { id } = await due({
      metadata: { instanceUrl: 'https://old.example', team: 'Blue', name: 'Ann' },
    });
    server.answer('/token', () =>
      json({ access_token: 'new', instance_url: 'https://new.example', name: 'nobody' }),
    );
    await runRefresh(deps, 'cron');
    expect((await row(id)).metadata).toEqual({
      instanceUrl: 'https://new.example',
      team: 'Blue',
      name: 'Ann',
    });
  });
});

describe('an ID token of somebody else in the reply (OpenID Connect Core 12.2)', () => {
  const jwt = (claims: object) => `e30.${btoa(JSON.stringify(claims)).replace(/=+$/, '')}.sig`;
  const reply = (claims: object) => () =>
    json({
      access_token: 'foreign',
      refresh_token: 'foreign-next',
      expires_in: 3600,
      id_token: jwt(claims),
    });

  it.each([
    ['single-use', 'rotating' as const],
    ['lasting', 'static' as const],
  ])(
    'with a %s refresh token: nothing of it is kept or told, and one event is',
    async (_, model) => {
      const { deps, server, due, row, tokens, provider } = world({ refreshModel: model });
      const account = await due({ expiresAt: deps.now() - 1 });
      const before = await tokens(account.id);
      server.answer('/token', reply({ sub: 'somebody-else' }));
      const asked = tokenFor(deps, {
        userId: account.userId,
        provider,
        accountId: account.providerAccountId,
        minTtlSeconds: null,
      });
      await expect(asked).rejects.toMatchObject({ code: 'provider_error' });
      await deps.settle();
      expect(await tokens(account.id)).toEqual(before);
      expect(await row(account.id)).toMatchObject({
        state: 'active',
        lastError: 'wrong_subject',
        tokenVersion: account.tokenVersion,
        unknownSince: model === 'rotating' ? expect.any(Number) : null,
      });
      const events = await eventsOf(deps, provider);
      expect(events.map(({ type, detail }) => [type, detail])).toEqual([
        ['provider.wrong_subject', { rowId: account.id }],
      ]);
      expect(await deps.db.select().from(outbox).where(eq(outbox.provider, provider))).toEqual([]);
      expect(JSON.stringify(deps.logLines)).not.toContain('foreign');
      // The server has come to its senses.
      server.answer('/token', reply({ sub: account.providerAccountId }));
      const { refreshDueAt } = await row(account.id);
      deps.clock.set((refreshDueAt ?? 0) + 1);
      await runRefresh(deps, 'cron');
      expect(await tokens(account.id)).toMatchObject({ access: 'foreign' });
    },
  );

  it.each([
    ['the same sub', { accountId: 'sub' }, (id: string) => ({ sub: id })],
    [
      'another sub, where the account is told by something else',
      { accountId: 'id' },
      () => ({ sub: 'x' }),
    ],
    ['no sub', { accountId: 'sub' }, () => ({ aud: 'x' })],
    ['the same claims', { accountId: 'id_token:oid' }, (id: string) => ({ sub: 'x', oid: id })],
  ])('%s: it is accepted', async (_, change, claims) => {
    const { deps, server, due, tokens } = world(change);
    const { id, providerAccountId } = await due();
    server.answer('/token', reply(claims(providerAccountId)));
    await runRefresh(deps, 'cron');
    expect(await tokens(id)).toMatchObject({ access: 'foreign' });
  });

  it('another claim that tells the account: it is not', async () => {
    const { deps, server, due, row } = world({ accountId: ['id_token:tid', 'id_token:oid'] });
    const { id } = await due({ subject: 'tenant:ann' });
    server.answer('/token', reply({ sub: 'x', tid: 'tenant', oid: 'bob' }));
    await runRefresh(deps, 'cron');
    expect((await row(id)).lastError).toBe('wrong_subject');
  });
});
