import { and, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { eventLog, oauthAccounts, userVersions } from '../../src/db/schema';
import { disconnect } from '../../src/disconnect/disconnect';
import { EVERY_MINUTE, runJobs } from '../../src/jobs/cron';
import { checkIntegration, repeatChecks } from '../../src/refresh/check';
import { claimOne } from '../../src/refresh/claim';
import { refreshOne } from '../../src/refresh/on-demand';
import { HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../src/time';
import { apiWith, userToken } from '../support/api';
import type { AccountRow } from '../support/fixtures';
import { errorReply } from '../support/provider';
import { hookedDb } from './support/faults';
import { world } from './support/world';

const keyOf = (row: AccountRow) => ({
  userId: row.userId,
  provider: row.provider,
  accountId: row.providerAccountId,
});

const pathOf = (row: AccountRow, userId = row.userId) =>
  `/v1/users/${userId}/integrations/${row.provider}/${row.providerAccountId}/check`;

/** A token that nothing renews, and that runs out at no known time. */
const forever = { refreshToken: null, refreshDueAt: null, expiresAt: null };

function apart() {
  const w = world({ refreshModel: 'none' } as never);
  const api = apiWith(w.deps);
  const check = (row: AccountRow) => api(pathOf(row), { method: 'POST' });
  return { ...w, api, check };
}

const eventsOf = (
  w: ReturnType<typeof world>,
  type: 'integration.needs_reconnect' | 'provider.refusal_storm',
) =>
  w.deps.db
    .select()
    .from(eventLog)
    .where(and(eq(eventLog.provider, w.provider), eq(eventLog.type, type)));

/** D1 does the first of these, and its answer gets lost. */
function losingTheFirst(statement: RegExp) {
  let isFirst = true;
  const after = async (sql: string) => {
    if (!statement.test(sql) || !isFirst) return;
    isFirst = false;
    throw new Error('D1_ERROR: the answer got lost');
  };
  return hookedDb({ after }).db;
}

/** The two minutes pass, and cron comes. */
async function confirm(w: ReturnType<typeof world>): Promise<void> {
  w.deps.clock.advance(2 * MINUTE);
  await runJobs(w.deps, EVERY_MINUTE);
  await w.deps.settle();
}

describe('POST .../check', () => {
  it('tries the token at the profile, and answers the integration', async () => {
    const w = apart();
    const row = await w.due(forever);
    const reply = await w.check(row);
    expect(reply.status, await reply.clone().text()).toBe(200);
    expect(reply.headers.get('Retry-After')).toBeNull();
    expect(await reply.json()).toMatchObject({
      status: 'connected',
      accountId: row.providerAccountId,
    });
    expect(w.server.to('/me').map(({ headers }) => headers.authorization)).toEqual([
      `Bearer access-${row.providerAccountId}`,
    ]);
    expect(await w.row(row.id)).toMatchObject({
      leaseId: null,
      checkedAt: w.deps.now(),
      verifiedAt: w.deps.now(),
      checkDueAt: null,
    });
  });

  it('a revoked token: refused once marks nobody, twice needs reconnecting', async () => {
    const w = apart();
    const row = await w.due(forever);
    w.server.answer('/me', () => errorReply(401, 'invalid_token'));
    const first = await w.check(row);
    expect(await first.json()).toMatchObject({ status: 'connected' });
    expect(first.headers.get('Retry-After')).toBe('120');
    const before = await w.deps.db
      .select()
      .from(userVersions)
      .where(eq(userVersions.userId, row.userId));

    await confirm(w);
    expect(w.server.to('/me')).toHaveLength(2);
    const shown = await w.api(`/v1/users/${row.userId}/integrations`);
    expect(await shown.json()).toMatchObject({
      integrations: [{ status: 'needs_reconnect', isConnected: false, reason: 'token_refused' }],
    });
    expect(Number(shown.headers.get('Consistency-Token'))).toBeGreaterThan(before[0]?.version ?? 0);
    expect(await eventsOf(w, 'integration.needs_reconnect')).toMatchObject([
      { userId: row.userId, accountId: row.providerAccountId, detail: { reason: 'token_refused' } },
    ]);
    // Cron has nothing left to do.
    w.deps.clock.advance(HOUR);
    expect(await repeatChecks(w.deps)).toBe(0);
  });

  it('a success after a refusal clears it', async () => {
    const w = apart();
    const row = await w.due(forever);
    w.server.answer('/me', () => errorReply(401, 'invalid_token'));
    await w.check(row);
    w.server.answer('/me', null);
    await confirm(w);
    expect(await w.row(row.id)).toMatchObject({
      state: 'active',
      checkRefusedAt: null,
      checkDueAt: null,
    });
    // So the next refusal is a first one again.
    w.server.answer('/me', () => errorReply(401, 'invalid_token'));
    w.deps.clock.advance(HOUR);
    expect(await (await w.check(row)).json()).toMatchObject({ status: 'connected' });
  });

  it('what was marked is well again once the provider takes it', async () => {
    const w = apart();
    const row = await w.due(forever);
    w.server.answer('/me', () => errorReply(401, 'invalid_token'));
    await w.check(row);
    await confirm(w);
    w.server.answer('/me', null);
    w.deps.clock.advance(HOUR);
    const reply = await w.check(row);
    expect(await reply.json()).toMatchObject({ status: 'connected', isConnected: true });
    const shown = await w.api(`/v1/users/${row.userId}/integrations`);
    expect(await shown.json()).toMatchObject({ integrations: [{ status: 'connected' }] });
  });

  it.each([
    [
      'insufficient_scope in the header',
      new Response('', {
        status: 401,
        headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' },
      }),
      502,
      'provider_error',
    ],
    [
      'insufficient_scope in the body',
      errorReply(401, 'insufficient_scope'),
      502,
      'provider_error',
    ],
    ['a 403', errorReply(403, 'forbidden'), 502, 'provider_error'],
    ['a 404', new Response('', { status: 404 }), 502, 'provider_error'],
    [
      'a redirect',
      new Response('', { status: 302, headers: { Location: 'https://x.example/' } }),
      502,
      'provider_error',
    ],
    ['a 429', new Response('', { status: 429 }), 503, 'provider_unavailable'],
    [
      'a 500 that says invalid_token',
      errorReply(500, 'invalid_token'),
      503,
      'provider_unavailable',
    ],
  ])('%s is no verdict', async (_, answer, status, code) => {
    const w = apart();
    const row = await w.due(forever);
    w.server.answer('/me', () => answer.clone());
    const reply = await w.check(row);
    expect(reply.status).toBe(status);
    expect(await reply.json()).toMatchObject({ code });
    expect(reply.headers.get('Retry-After')).toBe('600');
    expect(reply.headers.get('Consistency-Token')).not.toBeNull();
    expect(await w.row(row.id)).toMatchObject({
      state: 'active',
      checkRefusedAt: null,
      checkDueAt: null,
      leaseId: null,
    });
  });

  it('a dead endpoint is 503, and says nothing of the token', async () => {
    const w = apart();
    const row = await w.due(forever);
    w.server.answer('/me', () => {
      throw new TypeError('connection reset');
    });
    const reply = await w.check(row);
    expect([reply.status, reply.headers.get('Retry-After')]).toEqual([503, '600']);
    expect(await w.row(row.id)).toMatchObject({ state: 'active', leaseId: null });
  });

  it('is tried at most every ten minutes, whatever came of it', async () => {
    const w = apart();
    const row = await w.due(forever);
    w.server.answer('/me', () => errorReply(503, 'x'));
    await w.check(row);
    w.deps.clock.advance(4 * MINUTE);
    const between = await w.check(row);
    expect([between.status, between.headers.get('Retry-After')]).toEqual([200, '360']);
    expect(w.server.to('/me')).toHaveLength(1);
    w.deps.clock.advance(6 * MINUTE);
    w.server.answer('/me', null);
    expect((await w.check(row)).status).toBe(200);
    expect(w.server.to('/me')).toHaveLength(2);
  });

  it('two at once make one request, and one answer', async () => {
    const w = apart();
    const row = await w.due(forever);
    const held = w.server.hold('/me');
    const both = [w.check(row), w.check(row)];
    await held.arrived;
    held.release();
    const replies = await Promise.all(both);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(w.server.to('/me')).toHaveLength(1);
  });

  it('a disconnect meanwhile wins', async () => {
    const w = apart();
    const row = await w.due(forever);
    const held = w.server.hold('/me');
    const checking = w.check(row);
    await held.arrived;
    await disconnect(w.deps, row.userId, row.provider, row.providerAccountId);
    held.release();
    const reply = await checking;
    expect([reply.status, (await reply.json<{ code: string }>()).code]).toEqual([
      404,
      'integration_not_found',
    ]);
    expect(
      await w.deps.db.select().from(oauthAccounts).where(eq(oauthAccounts.id, row.id)),
    ).toEqual([]);
  });

  it('a refusal of a token that was replaced meanwhile says nothing of the new one', async () => {
    const w = apart();
    const row = await w.due(forever);
    const held = w.server.hold('/me');
    w.server.answer('/me', () => errorReply(401, 'invalid_token'));
    const checking = w.check(row);
    await held.arrived;
    await w.deps.db
      .update(oauthAccounts)
      .set({ tokenVersion: w.deps.now() + 5 })
      .where(eq(oauthAccounts.id, row.id));
    held.release();
    expect((await checking).status).toBe(200);
    expect(await w.row(row.id)).toMatchObject({
      checkRefusedAt: null,
      checkDueAt: null,
      leaseId: null,
    });
  });

  it('waits for a refresh that holds the lease, and takes its token for the answer', async () => {
    const w = world();
    const row = await w.due();
    const held = w.server.hold('/token');
    const refreshing = refreshOne(w.deps, keyOf(row));
    await held.arrived;
    const checking = checkIntegration(w.deps, keyOf(row));
    held.release();
    await refreshing;
    expect((await checking).facts.state).toBe('active');
    expect(w.server.to('/me')).toHaveLength(0);
  });

  it('a refresh that does not end is 503, and no check is sent beside it', async () => {
    const w = apart();
    const row = await w.due(forever);
    await claimOne(w.deps.db, 'somebody', row, w.deps.now());
    const reply = await w.check(row);
    expect([reply.status, (await reply.json<{ code: string }>()).code]).toEqual([
      503,
      'refresh_in_progress',
    ]);
    expect(w.server.to('/me')).toHaveLength(0);
  });

  it('a check that died leaves no unknown outcome to the next refresh', async () => {
    const w = world();
    const row = await w.due();
    const { db, hooks } = hookedDb();
    hooks.after = async (sql) => {
      if (sql.startsWith('update "oauth_accounts"')) throw new Error('the isolate is gone');
    };
    await checkIntegration({ ...w.deps, db }, keyOf(row)).catch(() => {});
    expect((await w.row(row.id)).leaseId).toMatch(/^check-/);
    w.deps.clock.advance(2 * MINUTE);
    await refreshOne(w.deps, keyOf(row));
    expect(await w.row(row.id)).toMatchObject({ lostLeaseId: null, unknownSince: null });
    expect(w.server.count('refresh')).toBe(1);
  });

  it('a claim whose answer got lost is repeated, and finds its own row', async () => {
    const w = apart();
    const row = await w.due(forever);
    const db = losingTheFirst(/^update "oauth_accounts"/);
    const { facts } = await checkIntegration({ ...w.deps, db }, keyOf(row));
    expect(facts.verified).toBe(true);
    expect(w.server.to('/me')).toHaveLength(1);
    expect(await w.row(row.id)).toMatchObject({ leaseId: null, verifiedAt: expect.any(Number) });
  });

  it.each(['service', 'user'])('is for the %s, and users see only their own', async (kind) => {
    const w = apart();
    const row = await w.due(forever);
    const token = kind === 'user' ? { token: await userToken(row.userId) } : {};
    expect((await w.api(pathOf(row), { method: 'POST', ...token })).status).toBe(200);
    const other = { method: 'POST', token: await userToken('somebody-else') };
    expect((await w.api(pathOf(row), other)).status).toBe(403);
    expect((await w.api(pathOf(row, 'me'), other)).status).toBe(404);
  });

  it('where nothing could tell: 409', async () => {
    const w = world({ accountId: 'token:sub', displayName: 'name' });
    const row = await w.due(forever);
    const reply = await apiWith(w.deps)(pathOf(row), { method: 'POST' });
    expect([reply.status, (await reply.json<{ code: string }>()).code]).toEqual([
      409,
      'check_not_supported',
    ]);
    expect(Number(reply.headers.get('Consistency-Token'))).toBeGreaterThan(0);
    expect(w.server.to('/me')).toHaveLength(0);
  });
});

describe('a check of a token that a refresh can replace', () => {
  it('refused: it is refreshed at once', async () => {
    const w = world();
    const row = await w.due({}, -20 * MINUTE);
    w.server.answer('/me', ({ headers }) =>
      headers.authorization === `Bearer access-${row.providerAccountId}`
        ? errorReply(401, 'invalid_token')
        : null,
    );
    const { facts } = await checkIntegration(w.deps, keyOf(row));
    expect(facts.state).toBe('active');
    expect(w.server.count('refresh')).toBe(1);
    // The repetition tries the new token, and finds it good.
    await confirm(w);
    expect(w.server.to('/me')).toHaveLength(2);
    expect(await w.row(row.id)).toMatchObject({
      state: 'active',
      checkRefusedAt: null,
      checkDueAt: null,
    });
  });

  it('refused, and refused again with the new token: needs reconnecting', async () => {
    const w = world();
    const row = await w.due({}, -20 * MINUTE);
    w.server.answer('/me', () => errorReply(401, 'invalid_token'));
    await checkIntegration(w.deps, keyOf(row));
    await confirm(w);
    expect(w.server.count('refresh')).toBe(1);
    expect(await w.row(row.id)).toMatchObject({
      state: 'needs_reconnect',
      stateReason: 'token_refused',
      refreshDueAt: null,
    });
  });

  it('a marked one is not brought back by a refresh, forced or due, but by a check', async () => {
    const w = world();
    const row = await w.due({}, -20 * MINUTE);
    w.server.answer('/me', () => errorReply(401, 'invalid_token'));
    await checkIntegration(w.deps, keyOf(row));
    await confirm(w);
    await expect(refreshOne(w.deps, keyOf(row))).rejects.toMatchObject({ code: 'needs_reconnect' });
    w.deps.clock.advance(20 * MINUTE);
    await runJobs(w.deps, EVERY_MINUTE);
    expect(w.server.count('refresh')).toBe(1);
    w.server.answer('/me', null);
    const { facts } = await checkIntegration(w.deps, keyOf(row));
    expect(facts).toMatchObject({ state: 'active', stateReason: null });
    // And back on its schedule.
    w.deps.clock.advance(MINUTE);
    await runJobs(w.deps, EVERY_MINUTE);
    expect(w.server.count('refresh')).toBe(2);
  });

  it('refused while the token endpoint is away: never marked by the old token alone', async () => {
    const w = world({ refreshModel: 'static' });
    const row = await w.due({}, -20 * MINUTE);
    w.server.answer('/me', () => errorReply(401, 'invalid_token'));
    w.server.answer('/token', () => errorReply(503, 'x'));
    await expect(checkIntegration(w.deps, keyOf(row))).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
    for (let i = 0; i < 5; i += 1) await confirm(w);
    expect(await w.row(row.id)).toMatchObject({ state: 'active' });
    expect(w.server.to('/me')).toHaveLength(1);
  });

  it('refused, and the refresh says that the grant is dead: that is what is shown', async () => {
    const w = world();
    const row = await w.due({}, -20 * MINUTE);
    w.server.answer('/me', () => errorReply(401, 'invalid_token'));
    w.server.answer('/token', () => errorReply(400, 'invalid_grant'));
    const { facts } = await checkIntegration(w.deps, keyOf(row));
    expect(facts).toMatchObject({ state: 'needs_reconnect', stateReason: 'invalid_grant' });
  });

  it('run out: there is nothing to try, and it is refreshed', async () => {
    const w = world();
    const row = await w.due({ expiresAt: world().deps.now() - HOUR });
    const { facts } = await checkIntegration(w.deps, keyOf(row));
    expect(facts.state).toBe('active');
    expect(w.server.to('/me')).toHaveLength(0);
    expect(w.server.count('refresh')).toBe(1);
  });
});

describe('repetitions by cron', () => {
  it('go on while the provider does not answer, ever less often, and end after a day', async () => {
    const w = apart();
    const row = await w.due(forever);
    w.server.answer('/me', ({ nth }) => errorReply(nth === 1 ? 401 : 503, 'x'));
    await w.check(row);
    const startedAt = w.deps.now();
    const pauses: number[] = [];
    for (let due = (await w.row(row.id)).checkDueAt; due !== null; ) {
      pauses.push(due - w.deps.now());
      w.deps.clock.set(due);
      await repeatChecks(w.deps);
      due = (await w.row(row.id)).checkDueAt;
    }
    expect(pauses.slice(0, 4).map((ms) => ms / MINUTE)).toEqual([2, 2, 4, 8]);
    expect(pauses.length).toBeLessThan(15);
    expect(w.server.to('/me')).toHaveLength(pauses.length + 1);
    expect(w.deps.now() - startedAt).toBe(24 * HOUR);
    expect(await w.row(row.id)).toMatchObject({
      state: 'active',
      checkRefusedAt: null,
      leaseId: null,
    });
  });

  it('a claim whose answer got lost is repeated, and finds its own rows before others', async () => {
    const w = apart();
    const due: AccountRow[] = [];
    for (let i = 0; i < 7; i += 1) {
      due.push(await w.due({ ...forever, checkDueAt: w.deps.now() - HOUR - i }));
    }
    await repeatChecks({ ...w.deps, db: losingTheFirst(/^update "oauth_accounts"/) });
    for (const { id } of due) {
      expect(await w.row(id)).toMatchObject({ leaseId: null, checkDueAt: null });
    }
    expect(w.server.to('/me')).toHaveLength(due.length);
  });

  it('take turns by provider: the backlog of one does not keep the others waiting', async () => {
    const crowded = apart();
    const well = apart();
    const dues: AccountRow[] = [];
    for (let i = 0; i < 8; i += 1) {
      dues.push(await crowded.due({ ...forever, checkDueAt: crowded.deps.now() - HOUR }));
    }
    const row = await well.due({ ...forever, checkDueAt: well.deps.now() - MINUTE });
    await repeatChecks(well.deps);
    expect((await well.row(row.id)).checkDueAt).toBeNull();
    for (const one of dues)
      await crowded.deps.db.delete(oauthAccounts).where(eq(oauthAccounts.id, one.id));
  });

  it('a storm of refusals marks nobody, and the operator is told once an hour', async () => {
    const w = apart();
    w.deps.clock.advance(HOUR - (w.deps.now() % HOUR));
    const rows: AccountRow[] = [];
    for (let i = 0; i < 12; i += 1) rows.push(await w.due(forever));
    w.server.answer('/me', () => errorReply(401, 'invalid_token'));
    for (const row of rows) await w.check(row);
    for (let i = 0; i < 6; i += 1) await confirm(w);
    for (const row of rows) expect(await w.row(row.id)).toMatchObject({ state: 'active' });
    expect(await eventsOf(w, 'integration.needs_reconnect')).toEqual([]);
    expect(await eventsOf(w, 'provider.refusal_storm')).toMatchObject([
      { detail: { code: 'token_refused' } },
    ]);
    // The provider is well again, but for one.
    w.server.answer('/me', ({ headers }) =>
      headers.authorization === `Bearer access-${rows[0]?.providerAccountId}`
        ? errorReply(401, 'x')
        : null,
    );
    for (let i = 0; i < 90; i += 1) await confirm(w);
    const states = await Promise.all(rows.map(async ({ id }) => (await w.row(id)).state));
    expect(states).toEqual(['needs_reconnect', ...Array(11).fill('active')]);
  }, 60_000);

  it('one user with many dead keys makes no storm', async () => {
    const w = apart();
    const rows: AccountRow[] = [];
    for (let i = 0; i < 12; i += 1)
      rows.push(await w.due({ ...forever, userId: `hoarder-${w.provider}` }));
    w.server.answer('/me', () => errorReply(401, 'invalid_token'));
    for (const row of rows) await w.check(row);
    for (let i = 0; i < 5; i += 1) await confirm(w);
    expect(await eventsOf(w, 'provider.refusal_storm')).toEqual([]);
    for (const row of rows) expect(await w.row(row.id)).toMatchObject({ state: 'needs_reconnect' });
  });
});
