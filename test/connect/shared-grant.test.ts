/**
 * `choices.connect: 'all'`: each thing that one grant is good for is an integration, and all of
 * them live by the one grant, whose token is refreshed once.
 */
import { and, eq, isNotNull } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { isAccount } from '../../src/db/grants';
import { eventLog, oauthAccounts, outbox, webhookDeliveries } from '../../src/db/schema';
import { EVERY_MINUTE, runJobs } from '../../src/jobs/cron';
import { LEASE_MS } from '../../src/refresh/claim';
import { giveNotices } from '../../src/refresh/expiry-notices';
import { DAY_MS as DAY } from '../../src/time';
import { hookedDb } from '../refresh/support/faults';
import { mechanisms } from '../simulator/mechanisms';
import { simulate } from '../simulator/simulator';
import { clientsOf, configWith, recordAt } from '../support/config';
import { testDeps } from '../support/deps';
import { erasureOf, rowsNaming } from '../support/dump';
import { insertAccount } from '../support/fixtures';
import { codeOf, journey } from './journey';

const CLIENT = { id: 'client', secret: 'secret' };
const choices = {
  connect: 'all',
  url: 'https://api.sites.example/accessible',
  list: 'values',
  id: 'id',
  label: 'name',
};
const record = recordAt('sites', {
  choices,
  parameters: { site: { label: 'Site', pattern: '[a-z0-9-]+', from: 'choice:id' } },
  apiUrl: 'https://api.sites.example/{site}',
  accountId: 'choice:id',
  displayName: 'choice:name',
  metadata: { person: 'sub', site: 'choice:name' },
  subject: 'sub',
  scopes: ['read'],
  check: { url: 'https://sites.example/me' },
});

const app = {
  url: 'https://app.example.com/hook',
  secrets: [`whsec_${btoa('x'.repeat(32))}`],
  events: ['integration.*'],
};

const input = { provider: 'sites' };
const list = (...ids: string[]) => ids.map((id) => ({ id, name: `Site ${id}` }));

function sites(
  changes: Record<string, unknown> = {},
  settings: Record<string, string> = {},
  overrides: Parameters<typeof journey>[0] = {},
) {
  const redirectUri = 'http://localhost:8787/connect/callback/sites';
  const config = configWith(
    { sites: { ...record, ...changes } },
    { ...clientsOf(['sites'], CLIENT), ...settings },
  );
  const j = journey({ config, ...overrides }, (now) =>
    simulate(mechanisms.sites, { ...CLIENT, redirectUri }, now),
  );
  const { api, deps, provider } = j;
  const path = (user: string, site: string) => `/v1/users/${user}/integrations/sites/${site}`;
  /** What the provider lists from now on. */
  const grant = (...ids: string[]) =>
    provider.answer('/accessible', () => Response.json({ values: list(...ids) }));
  grant('a', 'b', 'c');
  return {
    ...j,
    grant,
    connected: async (user: string, more: Record<string, unknown> = {}) => {
      deps.clock.advance(1_000);
      const reply = await j.connect(user, null, { ...input, ...more });
      await deps.settle();
      return reply;
    },
    shown: async (user: string) => {
      const reply = await api(`/v1/users/${user}/integrations`, {
        headers: { 'Consistency-Token': String(deps.now() + 1) },
      });
      const { integrations } = await reply.json<{ integrations: Shown[] }>();
      const ours = integrations.filter(({ provider: id }) => id === 'sites');
      return ours.toSorted((one, other) => (one.accountId < other.accountId ? -1 : 1));
    },
    token: async (user: string, site: string) => {
      const reply = await api(`${path(user, site)}/token`);
      const { accessToken } = await reply.json<{ accessToken?: string }>();
      return accessToken ?? reply.status;
    },
    refresh: (user: string, site: string) => api(`${path(user, site)}/refresh`, { method: 'POST' }),
    disconnect: async (user: string, site: string) => {
      const reply = await api(path(user, site), { method: 'DELETE' });
      return (await reply.json<{ revocation?: string }>()).revocation ?? reply.status;
    },
    events: async (user: string) => {
      const rows = await deps.db.select().from(eventLog).where(eq(eventLog.userId, user));
      return rows.map(({ type, accountId }) => `${type.replace('integration.', '')} ${accountId}`);
    },
    due: async () => {
      const [held] = await rows().where(isNotNull(oauthAccounts.refreshDueAt));
      deps.clock.set(held?.refreshDueAt ?? 0);
      await runJobs(deps, EVERY_MINUTE);
      await deps.settle();
    },
  };
}

interface Shown {
  provider: string;
  accountId: string;
  displayName: string;
  status: string;
  reason?: string;
  metadata: Record<string, string | null>;
}

const rows = () => testDeps().db.select().from(oauthAccounts).$dynamic();
const namesOf = (shown: readonly Shown[]) => shown.map(({ accountId }) => accountId);
const statusesOf = (shown: readonly Shown[]) => shown.map(({ status }) => status);

beforeEach(async () => {
  const { db } = testDeps();
  await db.delete(oauthAccounts);
  await db.delete(outbox);
  await db.delete(eventLog);
  await db.delete(webhookDeliveries);
});

describe('a consent for all', () => {
  test('connects each, and asks nobody to choose', async () => {
    const s = sites();
    const reply = await s.connected('all-1');
    expect(reply.status, await reply.clone().text()).toBe(201);
    expect(await reply.json()).toMatchObject({ accountId: 'a', displayName: 'Site a' });
    const shown = await s.shown('all-1');
    expect(namesOf(shown)).toEqual(['a', 'b', 'c']);
    expect(statusesOf(shown)).toEqual(['connected', 'connected', 'connected']);
    expect(shown[1]?.metadata).toEqual({ person: 'ada', site: 'Site b' });
    expect(await s.events('all-1')).toEqual(['connected a', 'connected b', 'connected c']);
    expect(s.provider.count('code')).toBe(1);
    expect(s.provider.count('choices')).toBe(1);
    expect(s.provider.count('profile')).toBe(1);
    // One row has tokens, and no caller can name it.
    const held = (await rows()).filter(({ accessToken }) => accessToken !== null);
    expect(held.map(isAccount)).toEqual([false]);
    const name = encodeURIComponent(held[0]?.providerAccountId ?? '');
    for (const call of ['', '/token', '/refresh', '/check']) {
      const method = call === '' ? 'DELETE' : call === '/token' ? 'GET' : 'POST';
      const refused = await s.api(`/v1/users/all-1/integrations/sites/${name}${call}`, { method });
      expect(refused.status).toBe(400);
    }
    const every = await s.api('/v1/integrations');
    const { integrations } = await every.json<{ integrations: Shown[] }>();
    expect(namesOf(integrations)).toEqual(['a', 'b', 'c']);
    expect(statusesOf(integrations)).toEqual(['connected', 'connected', 'connected']);
    // Completed again: what was connected.
    expect(await s.deps.db.select().from(outbox)).toEqual([]);
  });

  test('of one thing is the same', async () => {
    const s = sites();
    s.grant('a');
    expect((await s.connected('all-2')).status).toBe(201);
    expect(namesOf(await s.shown('all-2'))).toEqual(['a']);
    s.grant('a', 'b');
    expect((await s.connected('all-2')).status).toBe(201);
    expect(namesOf(await s.shown('all-2'))).toEqual(['a', 'b']);
    expect(await rows().where(isNotNull(oauthAccounts.accessToken))).toHaveLength(1);
  });

  test('leaves out what the record cannot read', async () => {
    const s = sites();
    s.grant('a', 'NOT A SITE', 'b', 'a');
    await s.connected('all-3');
    expect(namesOf(await s.shown('all-3'))).toEqual(['a', 'b']);
    s.grant('NOT A SITE');
    const reply = await s.connected('all-3');
    expect([reply.status, await codeOf(reply)]).toEqual([502, 'provider_error']);
    expect(namesOf(await s.shown('all-3'))).toEqual(['a', 'b']);
  });

  test('keeps what the profile had said, while that cannot be had', async () => {
    const s = sites({ subject: 'token:owner', metadata: { person: 'name', site: 'choice:name' } });
    s.provider.answer('/token', async (_, usual) => {
      const reply = await usual();
      return Response.json({ ...(await reply.json<object>()), owner: 'ada' });
    });
    await s.connected('all-9');
    s.provider.answer('/me', () => new Response('', { status: 404 }));
    s.grant('a', 'd');
    expect((await s.connected('all-9')).status).toBe(201);
    const [before, , , after] = await s.shown('all-9');
    expect(before?.metadata).toEqual({ person: 'Name of ada', site: 'Site a' });
    expect(after?.metadata).toEqual({ person: null, site: 'Site d' });
  });

  test("leaves another user's alone", async () => {
    const s = sites();
    s.grant('b');
    expect((await s.connected('all-4-owner')).status).toBe(201);
    s.grant('b', 'a', 'c');
    const reply = await s.connected('all-4');
    expect(await reply.json()).toMatchObject({ accountId: 'a' });
    expect(namesOf(await s.shown('all-4'))).toEqual(['a', 'c']);
    expect(namesOf(await s.shown('all-4-owner'))).toEqual(['b']);
    expect(await s.token('all-4', 'b')).toBe(404);
    expect(await s.disconnect('all-4', 'b')).toBe(404);
    // Nothing but another's.
    s.grant('b');
    const refused = await s.connected('all-4-late');
    expect([refused.status, await codeOf(refused)]).toEqual([
      409,
      'account_linked_to_another_user',
    ]);
    expect(await s.shown('all-4-late')).toEqual([]);
    expect(await s.deps.db.select().from(outbox)).toEqual([]);
    // Free again, it is the next one's.
    await s.disconnect('all-4-owner', 'b');
    s.grant('b', 'a', 'c');
    expect((await s.connected('all-4')).status).toBe(201);
    expect(namesOf(await s.shown('all-4'))).toEqual(['a', 'b', 'c']);
  });

  test('colleagues have the same ones each, where the record tells the person too', async () => {
    const s = sites({ accountId: ['choice:id', 'sub'] });
    s.grant('a', 'b');
    expect((await s.connected('all-9')).status).toBe(201);
    s.provider.answer('/me', () => Response.json({ sub: 'bob' }));
    expect((await s.connected('all-9-colleague')).status).toBe(201);
    expect(namesOf(await s.shown('all-9'))).toEqual(['a:ada', 'b:ada']);
    expect(namesOf(await s.shown('all-9-colleague'))).toEqual(['a:bob', 'b:bob']);
    const own = await s.token('all-9', 'a:ada');
    expect(await s.token('all-9-colleague', 'a:bob')).not.toBe(own);
    for (const site of ['a:ada', 'b:ada']) await s.disconnect('all-9', site);
    await s.deps.settle();
    expect(s.provider.accepts(String(await s.token('all-9-colleague', 'b:bob')))).toBe(true);
  });

  test("two users at once: each account is one user's, whoever comes first", async () => {
    const s = sites();
    const users = ['all-7', 'all-7-other'];
    const ids = await Promise.all(users.map((user) => s.authorize(user, null, input)));
    let turn = 0;
    s.provider.answer('/accessible', () => {
      turn += 1;
      return Response.json({ values: turn === 1 ? list('a', 'b', 'c') : list('d', 'b', 'a') });
    });
    const replies = await Promise.all(ids.map((id, at) => s.complete(users[at] ?? '', id)));
    expect(replies.map(({ status }) => status)).toEqual([201, 201]);
    await s.deps.settle();
    const shown = await Promise.all(users.map(s.shown));
    expect(shown.flatMap(namesOf).sort()).toEqual(['a', 'b', 'c', 'd']);
    for (const [at, user] of users.entries()) {
      const tokens = await Promise.all(namesOf(shown[at] ?? []).map((site) => s.token(user, site)));
      expect(new Set(tokens).size).toBe(1);
      expect(s.provider.accepts(String(tokens[0]))).toBe(true);
    }
  });

  test.each([
    ['b', 201],
    ['a', 409],
  ])("and so is one that becomes another user's at the last moment: %s", async (taken, status) => {
    const { db, hooks } = hookedDb();
    const s = sites({}, {}, { db, session: () => db });
    hooks.before = async (sql) => {
      if (!sql.includes('insert into "oauth_accounts"')) return;
      delete hooks.before;
      const theirs = { userId: 'all-8-other', provider: 'sites', providerAccountId: taken };
      await insertAccount(testDeps(), { ...theirs, subject: 'eve' });
    };
    expect((await s.connected('all-8')).status).toBe(status);
    expect(namesOf(await s.shown('all-8-other'))).toEqual([taken]);
    expect(await s.token('all-8-other', taken)).toBe(`access-${taken}`);
    expect(namesOf(await s.shown('all-8'))).toEqual(status === 201 ? ['a', 'c'] : []);
    expect(await s.token('all-8', taken)).toBe(404);
  });

  test('connects as many as the user may have, the first ones first', async () => {
    const s = sites({}, { MAX_INTEGRATIONS_PER_USER: '3' });
    await insertAccount(s.deps, { userId: 'all-5' });
    expect((await s.connected('all-5')).status).toBe(201);
    expect(namesOf(await s.shown('all-5'))).toEqual(['a', 'b']);
    // What is there counts once.
    s.grant('c', 'b', 'a');
    expect((await s.connected('all-5')).status).toBe(201);
    expect(namesOf(await s.shown('all-5'))).toEqual(['a', 'b']);
    s.grant('c', 'd');
    const reply = await s.connected('all-5');
    expect([reply.status, await codeOf(reply)]).toEqual([409, 'too_many_integrations']);
    // Given back, as far as that ends no other's.
    expect(await s.deps.db.select().from(outbox)).toEqual([]);
    expect(s.provider.accepts(String(await s.token('all-5', 'a')))).toBe(true);
    await s.disconnect('all-5', 'a');
    s.grant('b', 'c', 'd');
    expect((await s.connected('all-5')).status).toBe(201);
    expect(namesOf(await s.shown('all-5'))).toEqual(['b', 'c']);
  });

  test('two at once: no more than the user may have, one grant, and no row that is shown twice', async () => {
    const s = sites({}, { MAX_INTEGRATIONS_PER_USER: '4' });
    const ids = [await s.authorize('all-6', null, input), await s.authorize('all-6', null, input)];
    let turn = 0;
    s.provider.answer('/accessible', () => {
      turn += 1;
      return Response.json({ values: turn === 1 ? list('a', 'b', 'c') : list('c', 'd', 'e') });
    });
    const replies = await Promise.all(ids.map((id) => s.complete('all-6', id)));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 201]);
    await s.deps.settle();
    const shown = await s.shown('all-6');
    expect(shown.length).toBeLessThanOrEqual(4);
    expect(new Set(namesOf(shown)).size).toBe(shown.length);
    expect(await rows().where(isNotNull(oauthAccounts.accessToken))).toHaveLength(1);
  });
});

describe('one grant of several accounts', () => {
  test('has one token for all, and is refreshed once', async () => {
    const s = sites();
    await s.connected('one-1');
    const tokens = await Promise.all(['a', 'b', 'c'].map((site) => s.token('one-1', site)));
    expect(new Set(tokens).size).toBe(1);
    await s.due();
    expect(s.provider.count('refresh')).toBe(1);
    const later = await Promise.all(['a', 'b', 'c'].map((site) => s.token('one-1', site)));
    expect(new Set(later).size).toBe(1);
    expect(later[0]).not.toBe(tokens[0]);
    expect(s.provider.accepts(String(later[0]))).toBe(true);
    // Run out, and asked for by all of them at once.
    s.deps.clock.advance(DAY);
    const fresh = await Promise.all(['a', 'b', 'c'].map((site) => s.token('one-1', site)));
    expect(new Set(fresh).size).toBe(1);
    expect(s.provider.accepts(String(fresh[0]))).toBe(true);
    expect(s.provider.count('refresh')).toBe(2);
    expect(s.provider.ended()).toEqual([]);
  });

  test('two that are forced at once make one request', async () => {
    const s = sites();
    await s.connected('one-2');
    const held = s.provider.hold('/token');
    const both = Promise.all([s.refresh('one-2', 'a'), s.refresh('one-2', 'b')]);
    await held.arrived;
    await scheduler.wait(100);
    held.release();
    const replies = await both;
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(await Promise.all(replies.map((reply) => reply.json()))).toMatchObject([
      { accountId: 'a', displayName: 'Site a' },
      { accountId: 'b', displayName: 'Site b' },
    ]);
    expect(s.provider.count('refresh')).toBe(1);
    // As a service names them.
    const many = await s.api('/v1/refresh', {
      method: 'POST',
      json: {
        accounts: ['a', 'c'].map((accountId) => ({ provider: 'sites', accountId })),
      },
    });
    expect(await many.json()).toMatchObject({
      refreshed: [{ accountId: 'a' }, { accountId: 'c' }],
    });
    expect(s.provider.count('refresh')).toBe(2);
  });

  test('is called for each account at its own address', async () => {
    const s = sites();
    await s.connected('one-3');
    for (const site of ['a', 'b']) {
      s.provider.answer(`/${site}/ping`, ({ path }) => Response.json({ path }));
      const called = await s.api(`/v1/users/one-3/proxy/sites/${site}/ping`);
      expect(await called.json()).toEqual({ path: `/${site}/ping` });
    }
    const unnamed = await s.api('/v1/users/one-3/proxy/sites/-/ping');
    expect(await unnamed.json()).toMatchObject({
      code: 'several_accounts',
      accounts: [{ accountId: 'a' }, { accountId: 'b' }, { accountId: 'c' }],
    });
  });

  test('is checked as one', async () => {
    const s = sites();
    await s.connected('one-4');
    const path = '/v1/users/one-4/integrations/sites';
    const checked = await s.api(`${path}/b/check`, { method: 'POST' });
    expect(checked.status, await checked.clone().text()).toBe(200);
    expect(await checked.json()).toMatchObject({ accountId: 'b', status: 'connected' });
    const known = s.provider.requests.length;
    const again = await s.api(`${path}/c/check`, { method: 'POST' });
    expect(await again.json()).toMatchObject({ accountId: 'c', status: 'connected' });
    expect(s.provider.requests).toHaveLength(known);
  });

  test('that is refused shows on all, and each is told, and told again when it is over', async () => {
    const s = sites({}, { WEBHOOKS: JSON.stringify({ app }) });
    await s.connected('one-5');
    s.provider.withdraw();
    expect((await s.refresh('one-5', 'b')).status).toBe(409);
    expect(statusesOf(await s.shown('one-5'))).toEqual(Array(3).fill('needs_reconnect'));
    s.deps.clock.advance(180_000);
    await runJobs(s.deps, EVERY_MINUTE);
    await s.deps.settle();
    const told = (await s.events('one-5')).slice(3);
    expect(told).toEqual(['needs_reconnect a', 'needs_reconnect b', 'needs_reconnect c']);
    // Each has its delivery.
    expect(await s.deps.db.select().from(webhookDeliveries)).toHaveLength(6);
    expect(await s.token('one-5', 'c')).toBe(409);
    // The reconnect of one is that of all.
    const again = await s.connected('one-5', { accountId: 'c' });
    expect(await again.json()).toMatchObject({ accountId: 'c', status: 'connected' });
    expect(statusesOf(await s.shown('one-5'))).toEqual(Array(3).fill('connected'));
    expect((await s.events('one-5')).slice(6).sort()).toEqual([
      'reconnected a',
      'reconnected b',
      'reconnected c',
    ]);
    expect(await rows().where(isNotNull(oauthAccounts.accessToken))).toHaveLength(1);
  });

  test('each is warned of its end', async () => {
    const s = sites(
      { refreshDeadline: 'absolute', refreshLifetimeSeconds: 30 * 24 * 3600 },
      { WEBHOOKS: JSON.stringify({ app }) },
    );
    await s.connected('one-6');
    s.deps.clock.advance(17 * DAY);
    await giveNotices(s.deps);
    expect((await s.events('one-6')).slice(3).sort()).toEqual([
      'expiring a',
      'expiring b',
      'expiring c',
    ]);
    await giveNotices(s.deps);
    expect(await s.events('one-6')).toHaveLength(6);
    expect(await s.deps.db.select().from(webhookDeliveries)).toHaveLength(6);
  });
});

describe('its accounts are disconnected', () => {
  test.each([
    ['a', 'b', 'c'],
    ['c', 'b', 'a'],
    ['b', 'c', 'a'],
  ])('%s, %s, %s: the grant is revoked with the last of them only', async (...order) => {
    const s = sites();
    await s.connected('end-1');
    const receipts: unknown[] = [];
    for (const site of order) {
      receipts.push(await s.disconnect('end-1', site));
      await s.deps.settle();
      if (receipts.length === 3) break;
      expect(s.provider.count('revoke')).toBe(0);
      expect(s.provider.accepts(String(await s.token('end-1', order[2] ?? '')))).toBe(true);
    }
    expect(receipts).toEqual(['kept_for_other_grants', 'kept_for_other_grants', 'queued']);
    expect(s.provider.count('revoke')).toBe(1);
    expect(s.provider.good('refresh')).toBe(0);
    expect(await rows()).toEqual([]);
    expect((await s.events('end-1')).slice(3)).toEqual(order.map((site) => `disconnected ${site}`));
  });

  test('both of the last two at once: one of them revokes', async () => {
    const s = sites();
    s.grant('a', 'b');
    await s.connected('end-2');
    const receipts = await Promise.all(['a', 'b'].map((site) => s.disconnect('end-2', site)));
    expect(receipts.sort()).toEqual(['kept_for_other_grants', 'queued']);
    await s.deps.settle();
    expect(s.provider.count('revoke')).toBe(1);
    expect(await rows()).toEqual([]);
  });

  test('one while the token is refreshed: the others get the new one', async () => {
    const s = sites();
    await s.connected('end-3');
    const held = s.provider.hold('/token');
    const refreshing = s.refresh('end-3', 'a');
    await held.arrived;
    expect(await s.disconnect('end-3', 'a')).toBe('kept_for_other_grants');
    held.release();
    // It is refreshed, and not there any more.
    expect((await refreshing).status).toBe(404);
    await s.deps.settle();
    expect(s.provider.count('revoke')).toBe(0);
    expect(s.provider.accepts(String(await s.token('end-3', 'b')))).toBe(true);
    expect(s.provider.count('refresh')).toBe(1);
  });

  test('the last while the token is refreshed: what came is revoked too, and nothing comes back', async () => {
    const s = sites({ revocationReach: 'token' });
    s.grant('a', 'b');
    await s.connected('end-4');
    await s.disconnect('end-4', 'b');
    const held = s.provider.hold('/token');
    const refreshing = s.refresh('end-4', 'a');
    await held.arrived;
    expect(await s.disconnect('end-4', 'a')).toBe('queued');
    held.release();
    expect((await refreshing).status).toBe(404);
    await s.deps.settle();
    s.deps.clock.advance(LEASE_MS);
    await runJobs(s.deps, EVERY_MINUTE);
    await s.deps.settle();
    expect(await rows()).toEqual([]);
    expect(s.provider.good('refresh')).toBe(0);
    expect(await s.deps.db.select().from(outbox)).toEqual([]);
  });

  test("another user's grant of the same person is kept", async () => {
    const s = sites({ revocationReach: 'user' });
    s.grant('a');
    await s.connected('end-5');
    s.grant('b');
    await s.connected('end-5-other');
    expect(await s.disconnect('end-5', 'a')).toBe('kept_for_other_grants');
    expect(await s.disconnect('end-5-other', 'b')).toBe('queued');
    expect(await rows()).toEqual([]);
  });

  test('by an erasure: nothing is left, and the grant is revoked', async () => {
    const s = sites();
    await s.connected('end-6');
    expect((await s.api('/v1/users/end-6', { method: 'DELETE' })).status).toBe(204);
    await s.deps.settle();
    expect(await rows()).toEqual([]);
    expect(s.provider.count('revoke')).toBe(1);
    expect(await rowsNaming('end-6')).toMatchObject(erasureOf('end-6'));
  });
});

describe('a consent once more', () => {
  test('for fewer: what it leaves out needs a reconnect, and says so', async () => {
    const s = sites();
    await s.connected('more-1');
    s.grant('a', 'c');
    expect((await s.connected('more-1', { accountId: 'a' })).status).toBe(201);
    const shown = await s.shown('more-1');
    expect(statusesOf(shown)).toEqual(['connected', 'needs_reconnect', 'connected']);
    expect(shown[1]?.reason).toBe('not_granted');
    expect((await s.events('more-1')).slice(3).sort()).toEqual([
      'needs_reconnect b',
      'reconnected a',
      'reconnected c',
    ]);
    expect(await s.token('more-1', 'b')).toBe(409);
    expect((await s.refresh('more-1', 'b')).status).toBe(409);
    // Its end ends nothing, and stands in no way.
    const count = s.provider.count('revoke');
    expect(await s.disconnect('more-1', 'a')).toBe('kept_for_other_grants');
    expect(await s.disconnect('more-1', 'c')).toBe('queued');
    await s.deps.settle();
    expect(s.provider.count('revoke')).toBeGreaterThan(count);
    expect(namesOf(await s.shown('more-1'))).toEqual(['b']);
    expect(await s.disconnect('more-1', 'b')).toBe('kept_for_other_grants');
    expect(await rows()).toEqual([]);
  });

  test('that has it again makes it well', async () => {
    const s = sites();
    await s.connected('more-2');
    s.grant('a');
    await s.connected('more-2');
    s.grant('a', 'b', 'c', 'd');
    await s.connected('more-2', { accountId: 'b' });
    expect(namesOf(await s.shown('more-2'))).toEqual(['a', 'b', 'c', 'd']);
    expect(statusesOf(await s.shown('more-2'))).toEqual(Array(4).fill('connected'));
    expect(s.provider.accepts(String(await s.token('more-2', 'b')))).toBe(true);
  });

  test('without the account that is to be reconnected changes nothing', async () => {
    const s = sites();
    await s.connected('more-3');
    s.grant('a');
    const reply = await s.connected('more-3', { accountId: 'b' });
    expect([reply.status, await codeOf(reply)]).toEqual([409, 'account_mismatch']);
    expect(statusesOf(await s.shown('more-3'))).toEqual(Array(3).fill('connected'));
  });

  test('of another person takes over what it is good for; the former grant ends with its last account', async () => {
    const s = sites({ revocationReach: 'token' });
    s.grant('a', 'b');
    await s.connected('more-4');
    s.provider.answer('/me', () => Response.json({ sub: 'bob' }));
    s.grant('b');
    await s.connected('more-4');
    expect(statusesOf(await s.shown('more-4'))).toEqual(['connected', 'connected']);
    const tokens = [await s.token('more-4', 'a'), await s.token('more-4', 'b')];
    expect(new Set(tokens).size).toBe(2);
    expect(s.provider.count('revoke')).toBe(0);
    s.grant('a', 'b');
    await s.connected('more-4');
    await runJobs(s.deps, EVERY_MINUTE);
    await s.deps.settle();
    // Ada's, and what Bob had granted before: of each both tokens.
    expect(s.provider.good('refresh')).toBe(1);
    expect(await rows().where(isNotNull(oauthAccounts.accessToken))).toHaveLength(1);
    expect(s.provider.accepts(String(await s.token('more-4', 'a')))).toBe(true);
  });

  test('takes over accounts that were chosen one by one, with their grants', async () => {
    const one = sites({
      choices: { ...choices, connect: 'one' },
      revocationReach: 'token',
    });
    for (const site of ['a', 'b']) {
      const id = await one.authorize('more-5', null, input);
      expect((await one.complete('more-5', id, undefined, site)).status).toBe(201);
    }
    expect(await rows().where(isNotNull(oauthAccounts.accessToken))).toHaveLength(2);
    const { provider } = one;
    const all = sites({ revocationReach: 'token' });
    // The same provider, whose record now says so.
    const deps = { ...one.deps, config: all.deps.config };
    const again = journey({ config: deps.config, fetch: provider.fetch }, () => provider);
    again.deps.clock.set(one.deps.now() + 1);
    expect((await again.connect('more-5', null, input)).status).toBe(201);
    await runJobs(again.deps, EVERY_MINUTE);
    await again.deps.settle();
    expect(await rows().where(isNotNull(oauthAccounts.accessToken))).toHaveLength(1);
    expect(provider.good('refresh')).toBe(1);
    // And back: one of them has its own again, and the other keeps the shared one.
    const back = journey({ config: one.deps.config, fetch: provider.fetch }, () => provider);
    back.deps.clock.set(again.deps.now() + 1);
    const id = await back.authorize('more-5', null, { ...input, accountId: 'a' });
    expect((await back.complete('more-5', id)).status).toBe(201);
    const held = await rows().where(isNotNull(oauthAccounts.accessToken));
    expect(held.map((row) => isAccount(row) && row.providerAccountId).sort()).toEqual(['a', false]);
  });

  test('while the token is refreshed: the new grant counts', async () => {
    const s = sites();
    await s.connected('more-6');
    const held = s.provider.hold('/token');
    const refreshing = s.refresh('more-6', 'a');
    await held.arrived;
    s.provider.answer('/token', async (_, usual) => usual());
    held.release();
    const [reply] = await Promise.all([s.connected('more-6'), refreshing]);
    expect(reply.status).toBe(201);
    await s.deps.settle();
    const [row] = await rows().where(
      and(isNotNull(oauthAccounts.accessToken), eq(oauthAccounts.userId, 'more-6')),
    );
    expect(row?.state).toBe('active');
    for (const site of ['a', 'b', 'c']) {
      expect(s.provider.accepts(String(await s.token('more-6', site)))).toBe(true);
    }
  });
});
