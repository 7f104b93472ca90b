import { describe, expect, it } from 'vitest';
import { runRefresh } from '../../src/refresh/run';
import { apiWith, userToken } from '../support/api';
import type { AccountRow } from '../support/fixtures';
import { errorReply } from '../support/provider';
import { world } from './support/world';

const pathOf = (row: AccountRow) =>
  `/v1/users/${encodeURIComponent(row.userId)}/integrations/${row.provider}/${encodeURIComponent(row.providerAccountId)}`;

describe('GET .../token', () => {
  it('gives a backend a token that works, never to be stored', async () => {
    const w = world();
    const row = await w.due({
      userId: 'auth0|7',
      providerAccountId: 'a b/c',
      expiresAt: w.deps.now() - 1,
    });
    const reply = await apiWith(w.deps)(`${pathOf(row)}/token`);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('Cache-Control')).toBe('no-store');
    expect(Number(reply.headers.get('Consistency-Token'))).toBeGreaterThan(0);
    expect(await reply.json()).toEqual({
      kind: 'oauth2',
      accessToken: 'access-a b/c-1',
      tokenType: 'bearer',
      expiresAt: new Date(w.deps.now() + 3_600_000).toISOString(),
      scope: ['openid', 'offline_access'],
    });
  });

  it('is for service callers only: refresh tokens never leave, access tokens only to them', async () => {
    const w = world();
    const row = await w.due();
    const call = apiWith(w.deps);
    const token = await userToken(row.userId);
    expect((await call(`${pathOf(row)}/token`, { token })).status).toBe(403);
    expect((await call(`${pathOf(row)}/token`, { token: null })).status).toBe(401);
    const text = await (await call(`${pathOf(row)}/token`)).text();
    expect(text).not.toContain('refresh');
  });

  it.each(['-1', '1.5', 'x', '', '9999999999', '1&minTtl=2'])(
    'minTtl=%s is a 400',
    async (minTtl) => {
      const w = world();
      const row = await w.due();
      const reply = await apiWith(w.deps)(`${pathOf(row)}/token?minTtl=${minTtl}`);
      expect(reply.status).toBe(400);
      expect(w.server.requests).toEqual([]);
    },
  );

  it.each([
    [() => errorReply(400, 'invalid_grant'), 409, 'needs_reconnect', false],
    [() => new Response('secret text', { status: 503 }), 503, 'provider_unavailable', true],
    [() => errorReply(400, 'secret_text'), 502, 'provider_error', true],
  ])('fails as the contract says', async (answer, status, code, retryAfter) => {
    const w = world({ refreshModel: 'static' });
    const row = await w.due({ expiresAt: w.deps.now() - 1 });
    w.server.answer('/token', () => answer());
    const reply = await apiWith(w.deps)(`${pathOf(row)}/token`);
    const text = await reply.text();
    expect(reply.status).toBe(status);
    expect(JSON.parse(text).code).toBe(code);
    expect(reply.headers.has('Retry-After')).toBe(retryAfter);
    expect(text).not.toContain('secret');
  });

  it('503 refresh_in_progress has a Retry-After', async () => {
    const w = world();
    const row = await w.due({
      expiresAt: w.deps.now() - 1,
      leaseId: 'other.1',
      leaseUntil: w.deps.now() + 60_000,
    });
    const reply = await apiWith(w.deps)(`${pathOf(row)}/token`);
    expect([reply.status, reply.headers.get('Retry-After')]).toEqual([503, '2']);
    expect(await reply.json()).toMatchObject({ code: 'refresh_in_progress' });
  });
});

describe('POST .../refresh', () => {
  it('is for the user too, and its Consistency-Token shows the change', async () => {
    const w = world();
    const row = await w.due();
    w.deps.clock.advance(1_000);
    const call = apiWith(w.deps);
    const token = await userToken(row.userId);
    const reply = await call(`${pathOf(row).replace(row.userId, 'me')}/refresh`, {
      method: 'POST',
      token,
    });
    expect(reply.status).toBe(200);
    const integration = await reply.json();
    expect(integration).toMatchObject({
      accountId: row.providerAccountId,
      status: 'connected',
      lastRefreshedAt: new Date(w.deps.now()).toISOString(),
    });
    const version = reply.headers.get('Consistency-Token') ?? '';
    const list = await call(`/v1/users/${row.userId}/integrations`, {
      headers: { 'Consistency-Token': version },
    });
    expect(await list.json()).toMatchObject({
      version: Number(version),
      integrations: [integration],
    });
  });

  it("another user's integration is not reached", async () => {
    const w = world();
    const row = await w.due();
    const token = await userToken('somebody-else');
    const call = apiWith(w.deps);
    expect((await call(`${pathOf(row)}/refresh`, { method: 'POST', token })).status).toBe(403);
    const own = pathOf(row).replace(row.userId, 'somebody-else');
    expect((await call(`${own}/refresh`, { method: 'POST', token })).status).toBe(404);
    expect(w.server.requests).toEqual([]);
  });
});

describe('POST /v1/refresh', () => {
  it('tells of each account what became of it', async () => {
    const w = world();
    const row = await w.due();
    const account = { provider: row.provider, accountId: row.providerAccountId };
    const nobody = { provider: row.provider, accountId: 'nobody' };
    const reply = await apiWith(w.deps)('/v1/refresh', {
      method: 'POST',
      json: { accounts: [account, nobody] },
    });
    expect(reply.status).toBe(200);
    expect(Number(reply.headers.get('Consistency-Token'))).toBeGreaterThan(0);
    expect(await reply.json()).toMatchObject({
      refreshed: [account],
      failed: [{ ...nobody, code: 'integration_not_found' }],
    });
  });

  it.each([
    ['none', []],
    ['a hundred and one', Array(101).fill({ provider: 'p', accountId: 'a' })],
    ['no names', [{}]],
    ['a path as provider', [{ provider: '../x', accountId: 'a' }]],
  ])('%s: 400', async (_, accounts) => {
    const { deps } = world();
    const reply = await apiWith(deps)('/v1/refresh', { method: 'POST', json: { accounts } });
    expect(reply.status).toBe(400);
  });
});

describe('a failure that changes what the user sees', () => {
  it('comes with the version that shows it, so that its caller reads its own write', async () => {
    const w = world({ refreshModel: 'static' });
    const row = await w.due({ expiresAt: w.deps.now() - 1 });
    w.server.answer('/token', () => errorReply(400, 'invalid_grant'));
    const call = apiWith(w.deps);
    const reply = await call(`${pathOf(row)}/refresh`, { method: 'POST' });
    expect(reply.status).toBe(409);
    const version = Number(reply.headers.get('Consistency-Token'));
    const list = await call(`/v1/users/${row.userId}/integrations`);
    expect(await list.json()).toMatchObject({
      version,
      integrations: [{ status: 'needs_reconnect' }],
    });
    const again = await call('/v1/refresh', {
      method: 'POST',
      json: { accounts: [{ provider: row.provider, accountId: row.providerAccountId }] },
    });
    expect(await again.json()).toMatchObject({ refreshed: [], failed: [{}] });
    expect(Number(again.headers.get('Consistency-Token'))).toBeGreaterThanOrEqual(version);
  });
});

describe('GET /v1/refresh/runs', () => {
  it('lists the runs, newest first', async () => {
    const w = world();
    for (let i = 0; i < 2; i += 1) {
      await w.due();
      await runRefresh(w.deps, i === 0 ? 'cron' : 'queue');
      w.deps.clock.advance(60_000);
    }
    const reply = await apiWith(w.deps)('/v1/refresh/runs');
    const { runs } = (await reply.json()) as { runs: { started: string }[] };
    expect(runs.slice(0, 2)).toMatchObject([
      { trigger: 'queue', claimed: 1, refreshed: 1, refused: 0, failed: 0, left: false },
      { trigger: 'cron', claimed: 1, refreshed: 1, refused: 0, failed: 0, left: false },
    ]);
    expect(runs.map(({ started }) => started)).toEqual(
      runs
        .map(({ started }) => started)
        .sort()
        .reverse(),
    );
  });
});
