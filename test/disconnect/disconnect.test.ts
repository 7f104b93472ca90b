import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import {
  connectTransactions,
  eventLog,
  oauthAccounts,
  outbox,
  userVersions,
} from '../../src/db/schema';
import { deliverRevocations } from '../../src/disconnect/outbox';
import { LEASE_MS } from '../../src/refresh/claim';
import { refreshOne } from '../../src/refresh/on-demand';
import { keyOf } from '../../src/status-cache/kv';
import { codeOf, type Journey, journey } from '../connect/journey';
import { d1With, gate, kvWith, storedIn } from '../status-cache/faults';
import { userToken } from '../support/api';
import { clientsOf, configWith, recordAt } from '../support/config';
import { dumpDatabase, erasureOf, rowsNaming } from '../support/dump';
import { accountRow, insertAccount } from '../support/fixtures';

const config = configWith(
  {
    single: recordAt('single', { revocationReach: 'token' }),
    channels: recordAt('channels', { subject: 'owner', revocationReach: 'grant' }),
    videos: recordAt('videos', { subject: 'owner', revocationReach: 'user' }),
    photos: {
      ...recordAt('videos', { subject: 'owner', revocationReach: 'user' }),
      clientOf: 'videos',
    },
    silent: recordAt('silent', { revocationUrl: undefined }),
  },
  {
    ...clientsOf(['single', 'channels', 'silent']),
    ...clientsOf(['videos']),
  },
);

const remove = (j: Journey, userId: string, provider: string, accountId: string) =>
  j.api(`/v1/users/${userId}/integrations/${provider}/${encodeURIComponent(accountId)}`, {
    method: 'DELETE',
  });

const revoked = (j: Journey) => j.provider.to('/revoke').map(({ params }) => params.get('token'));

const owed = (j: Journey, subject: string) =>
  j.deps.db.select().from(outbox).where(eq(outbox.subject, subject));

describe('DELETE integration', () => {
  test('the row is gone at once, the version grows, the provider is told', async () => {
    const j = journey();
    const row = await insertAccount(j.deps, { userId: 'gone-1', providerAccountId: 'adam' });
    const before = await j.api('/v1/users/gone-1/integrations');
    const reply = await remove(j, 'gone-1', 'acme', 'adam');
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual({ revocation: 'queued' });
    const token = Number(reply.headers.get('Consistency-Token'));
    expect(token).toBeGreaterThan(Number(before.headers.get('Consistency-Token')));
    const list = await j.api('/v1/users/gone-1/integrations', {
      headers: { 'Consistency-Token': String(token) },
    });
    expect(await list.json()).toMatchObject({ integrations: [] });
    expect(await accountRow(j.deps, row.id)).toBeUndefined();

    await j.deps.settle();
    const [call] = j.provider.to('/revoke');
    expect(call?.params.get('token')).toBe('refresh-adam');
    expect(call?.headers.authorization).toMatch(/^Basic /);
    expect(await owed(j, 'adam')).toEqual([]);
    const events = await j.deps.db.select().from(eventLog).where(eq(eventLog.userId, 'gone-1'));
    expect(events.map(({ type, accountId }) => [type, accountId])).toEqual([
      ['integration.disconnected', 'adam'],
    ]);
  });

  test('what is not there is a 404, and changes nothing', async () => {
    const j = journey();
    await insertAccount(j.deps, { userId: 'gone-2-owner', providerAccountId: 'beth' });
    const before = await dumpDatabase();
    for (const [provider, account] of [
      ['acme', 'beth'],
      ['acme', 'nobody'],
      ['nowhere', 'beth'],
      ['acme', '%'],
      ['acme', "' OR 1=1 --"],
      ['constructor', 'beth'],
    ] as const) {
      const reply = await remove(j, 'gone-2', provider, account);
      expect([reply.status, await codeOf(reply)]).toEqual([404, 'integration_not_found']);
    }
    expect(await dumpDatabase()).toEqual(before);
  });

  test('a disconnect whose answer got lost leaves nothing in the cache; the next is a 404', async () => {
    let lost = false;
    const j = journey({
      db: d1With(async (batch) => {
        const answers = await batch();
        if (lost) throw new Error('D1_ERROR: Network connection lost.');
        return answers;
      }),
    });
    await insertAccount(j.deps, { userId: 'gone-lost', providerAccountId: 'cora' });
    await j.api('/v1/users/gone-lost/integrations');
    await j.deps.settle();
    expect(await storedIn(keyOf('gone-lost'))).not.toBeNull();

    lost = true;
    expect((await remove(j, 'gone-lost', 'acme', 'cora')).status).toBeGreaterThanOrEqual(500);
    lost = false;
    expect(await storedIn(keyOf('gone-lost'))).toBeNull();
    expect((await remove(j, 'gone-lost', 'acme', 'cora')).status).toBe(404);
    const list = await j.api('/v1/users/gone-lost/integrations');
    expect(await list.json()).toMatchObject({ integrations: [] });
    await deliverRevocations(j.deps);
    expect(revoked(j)).toEqual(['refresh-cora']);
  });

  test('one that commits after it was given up on is out of the cache by the next, a 404', async () => {
    let isLate = false;
    let commit = async (): Promise<unknown> => null;
    const j = journey({
      db: d1With(async (batch) => {
        if (!isLate) return batch();
        commit = batch;
        throw new Error('no answer in time');
      }),
    });
    const list = () => j.api('/v1/users/gone-late/integrations');
    await insertAccount(j.deps, { userId: 'gone-late', providerAccountId: 'cleo' });
    isLate = true;
    expect((await remove(j, 'gone-late', 'acme', 'cleo')).status).toBeGreaterThanOrEqual(500);
    isLate = false;
    expect(await (await list()).json()).toMatchObject({ integrations: [{ accountId: 'cleo' }] });
    await j.deps.settle();
    await commit();
    expect(await storedIn(keyOf('gone-late'))).not.toBeNull();
    expect((await remove(j, 'gone-late', 'acme', 'cleo')).status).toBe(404);
    expect(await storedIn(keyOf('gone-late'))).toBeNull();
    expect(await (await list()).json()).toMatchObject({ integrations: [] });
    await deliverRevocations(j.deps);
    expect(revoked(j)).toEqual(['refresh-cleo']);
  });

  test('a guess, a 404, costs KV no delete', async () => {
    let deletes = 0;
    const kv = kvWith({
      delete: async () => {
        deletes += 1;
      },
    });
    const j = journey({ kv });
    await insertAccount(j.deps, { userId: 'gone-guess', providerAccountId: 'clay' });
    await j.api('/v1/users/gone-guess/integrations');
    await j.deps.settle();
    for (const account of ['nobody', 'carl']) {
      expect((await remove(j, 'gone-guess', 'acme', account)).status).toBe(404);
    }
    expect(deletes).toBe(0);
  });

  test('of two at once one gets the receipt, the other a 404; the version grows once', async () => {
    const j = journey();
    await insertAccount(j.deps, { userId: 'gone-3', providerAccountId: 'carl' });
    const replies = await Promise.all([1, 2, 3].map(() => remove(j, 'gone-3', 'acme', 'carl')));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
    await j.deps.settle();
    expect(revoked(j)).toEqual(['refresh-carl']);
  });

  test('a user ends its own only', async () => {
    const j = journey();
    await insertAccount(j.deps, { userId: 'gone-4', providerAccountId: 'dora' });
    const token = await userToken('gone-4-other');
    const path = (user: string) => `/v1/users/${user}/integrations/acme/dora`;
    expect((await j.api(path('gone-4'), { method: 'DELETE', token })).status).toBe(403);
    expect((await j.api(path('me'), { method: 'DELETE', token })).status).toBe(404);
    const own = await userToken('gone-4');
    expect((await j.api(path('me'), { method: 'DELETE', token: own })).status).toBe(200);
  });

  test('no GET disconnects', async () => {
    const j = journey();
    const row = await insertAccount(j.deps, { userId: 'gone-5', providerAccountId: 'emil' });
    await j.api('/v1/users/gone-5/integrations/acme/emil?_method=DELETE', {
      headers: { 'X-HTTP-Method-Override': 'DELETE' },
    });
    expect(await accountRow(j.deps, row.id)).toBeDefined();
  });

  test('where the provider cannot be told: not_supported, and nothing is owed', async () => {
    const j = journey({ config });
    await insertAccount(j.deps, {
      userId: 'gone-6',
      provider: 'silent',
      providerAccountId: 'finn',
    });
    expect(await (await remove(j, 'gone-6', 'silent', 'finn')).json()).toEqual({
      revocation: 'not_supported',
    });
    await insertAccount(j.deps, {
      userId: 'gone-6',
      provider: 'onlyfans',
      providerAccountId: 'finn',
      refreshToken: null,
    });
    expect(await (await remove(j, 'gone-6', 'onlyfans', 'finn')).json()).toEqual({
      revocation: 'not_supported',
    });
    expect(await owed(j, 'finn')).toEqual([]);
  });

  test('a provider that is no longer configured can still be disconnected', async () => {
    const j = journey();
    await insertAccount(j.deps, {
      userId: 'gone-7',
      provider: 'former',
      providerAccountId: 'gale',
    });
    expect((await remove(j, 'gone-7', 'former', 'gale')).status).toBe(200);
  });
});

describe('how far a revocation reaches (I7)', () => {
  test('another account of the same grant keeps it; the last one ends it', async () => {
    const j = journey({ config });
    for (const accountId of ['owner-h.one', 'owner-h.two']) {
      await insertAccount(j.deps, {
        userId: 'reach-1',
        provider: 'channels',
        providerAccountId: accountId,
        subject: 'owner-h',
      });
    }
    expect(await (await remove(j, 'reach-1', 'channels', 'owner-h.one')).json()).toEqual({
      revocation: 'kept_for_other_grants',
    });
    await j.deps.settle();
    expect(revoked(j)).toEqual([]);
    expect(await (await remove(j, 'reach-1', 'channels', 'owner-h.two')).json()).toEqual({
      revocation: 'queued',
    });
    await j.deps.settle();
    expect(revoked(j)).toEqual(['refresh-owner-h.two']);
  });

  test("another user's account of the same subject keeps it too", async () => {
    const j = journey({ config });
    for (const user of ['reach-2-a', 'reach-2-b']) {
      await insertAccount(j.deps, {
        userId: user,
        provider: 'channels',
        providerAccountId: `ivy.${user}`,
        subject: 'ivy',
      });
    }
    const reply = await remove(j, 'reach-2-a', 'channels', 'ivy.reach-2-a');
    expect(await reply.json()).toEqual({ revocation: 'kept_for_other_grants' });
  });

  test('so does one of a record that shares the client, and none of a record that does not', async () => {
    const j = journey({ config });
    const insert = (provider: string) =>
      insertAccount(j.deps, {
        userId: 'reach-3',
        provider,
        providerAccountId: `jack.${provider}`,
        subject: 'jack',
      });
    await insert('videos');
    await insert('photos');
    await insert('channels');
    const end = async (provider: string) =>
      (await remove(j, 'reach-3', provider, `jack.${provider}`)).json<{ revocation: string }>();
    expect(await end('videos')).toEqual({ revocation: 'kept_for_other_grants' });
    expect(await end('photos')).toEqual({ revocation: 'queued' });
    await j.deps.settle();
    expect(revoked(j)).toEqual(['refresh-jack.photos']);
  });

  test('where it ends its token only, it is sent although another account stands', async () => {
    const j = journey({ config });
    for (const accountId of ['kate-1', 'kate-2']) {
      await insertAccount(j.deps, {
        userId: 'reach-4',
        provider: 'single',
        providerAccountId: accountId,
        subject: 'kate',
      });
    }
    expect(await (await remove(j, 'reach-4', 'single', 'kate-1')).json()).toEqual({
      revocation: 'queued',
    });
    await j.deps.settle();
    expect(revoked(j)).toEqual(['refresh-kate-1', 'access-kate-1']);
  });

  test('a retry looks again: connected anew meanwhile, it is dropped', async () => {
    const j = journey();
    await insertAccount(j.deps, { userId: 'reach-5', providerAccountId: 'liam' });
    j.provider.answer('/revoke', () => new Response('', { status: 503 }));
    await remove(j, 'reach-5', 'acme', 'liam');
    await j.deps.settle();
    expect(await owed(j, 'liam')).toHaveLength(1);
    // Past the connect's own clean-up: as a refresh in flight would leave one behind.
    await insertAccount(j.deps, { userId: 'reach-5', providerAccountId: 'liam' });
    j.deps.clock.advance(86_400_000);
    await deliverRevocations(j.deps);
    expect(j.provider.to('/revoke')).toHaveLength(1);
    expect(await owed(j, 'liam')).toEqual([]);
  });

  test('a provider that is down is asked again until it answers', async () => {
    const j = journey();
    await insertAccount(j.deps, { userId: 'reach-6', providerAccountId: 'mona' });
    j.provider.answer('/revoke', ({ nth }) => new Response('', { status: nth < 3 ? 503 : 200 }));
    expect((await remove(j, 'reach-6', 'acme', 'mona')).status).toBe(200);
    await j.deps.settle();
    for (let i = 0; i < 3; i += 1) {
      j.deps.clock.advance(3_600_000);
      await deliverRevocations(j.deps);
    }
    expect(revoked(j)).toEqual(Array.from({ length: 3 }, () => 'refresh-mona'));
    expect(await owed(j, 'mona')).toEqual([]);
  });
});

describe('disconnect while something is in flight', () => {
  test('a refresh: the row does not come back, and what it received is revoked too (helm-api#893, growthbook#6371)', async () => {
    const j = journey();
    const row = await insertAccount(j.deps, { userId: 'flight-3', providerAccountId: 'sara' });
    const waiting = gate();
    j.provider.answer('/token', async () => {
      await waiting.promise;
      return Response.json({
        access_token: 'access-sara-2',
        refresh_token: 'refresh-sara-2',
        expires_in: 3600,
      });
    });
    const key = { userId: 'flight-3', provider: 'acme', accountId: 'sara' };
    const refreshing = refreshOne(j.deps, key).catch((error: unknown) => error);
    await expect.poll(() => j.provider.to('/token').length).toBe(1);
    expect((await remove(j, 'flight-3', 'acme', 'sara')).status).toBe(200);
    waiting.resolve();
    await refreshing;
    await j.deps.settle();
    await deliverRevocations(j.deps);
    expect(await accountRow(j.deps, row.id)).toBeUndefined();
    expect(
      await j.deps.db.select().from(oauthAccounts).where(eq(oauthAccounts.userId, 'flight-3')),
    ).toEqual([]);
    // The token that was being sent is whose lease it was, until that ends.
    expect(revoked(j)).toEqual(['refresh-sara-2']);
    j.deps.clock.advance(LEASE_MS);
    await deliverRevocations(j.deps);
    expect(revoked(j)).toEqual(['refresh-sara-2', 'refresh-sara']);
    expect(await owed(j, 'sara')).toEqual([]);
  });

  test('a connect of the same account that is completing: the later one counts, nothing dead stays', async () => {
    const j = journey();
    await insertAccount(j.deps, { userId: 'flight-1', providerAccountId: 'nora' });
    const waiting = gate();
    j.provider.answer('/me', async () => {
      await waiting.promise;
      return Response.json({ sub: 'nora' });
    });
    const completing = j.connect('flight-1', 'code-nora');
    await expect.poll(() => j.provider.to('/me').length).toBe(1);
    j.provider.answer('/revoke', () => new Response('', { status: 503 }));
    expect((await remove(j, 'flight-1', 'acme', 'nora')).status).toBe(200);
    waiting.resolve();
    expect((await completing).status).toBe(201);
    const rows = await j.deps.db
      .select()
      .from(oauthAccounts)
      .where(eq(oauthAccounts.userId, 'flight-1'));
    expect(rows).toHaveLength(1);
    expect(await owed(j, 'nora')).toEqual([]);
  });

  test('the callback: a transaction is not an integration, and goes its own way', async () => {
    const j = journey();
    await insertAccount(j.deps, { userId: 'flight-2', providerAccountId: 'otto' });
    const { id, connectUrl } = await j.begin('flight-2', { accountId: 'otto' });
    const { location, cookie } = await j.open(connectUrl);
    await remove(j, 'flight-2', 'acme', 'otto');
    const state = location.searchParams.get('state') ?? '';
    expect((await j.callback({ state, code: 'code-otto' }, cookie)).status).toBe(303);
    expect((await j.complete('flight-2', id)).status).toBe(201);
  });
});

describe('DELETE user', () => {
  test('everything of the user is gone but the event of that; what is owed stays without its id', async () => {
    const j = journey();
    const user = 'erase-me-4711';
    await j.connect(user, 'code-pete');
    await j.begin(user);
    await insertAccount(j.deps, { userId: user, provider: 'reddit', providerAccountId: 'pete-r' });
    await insertAccount(j.deps, { userId: 'erase-other', providerAccountId: 'quinn' });
    j.provider.answer('/revoke', () => new Response('', { status: 503 }));

    const reply = await j.api(`/v1/users/${user}`, { method: 'DELETE' });
    expect([reply.status, await reply.text()]).toEqual([204, '']);
    await j.deps.settle();
    const dump = await dumpDatabase();
    expect(await rowsNaming(user)).toMatchObject(erasureOf(user));
    expect((dump.outbox as { subject: string }[]).map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['pete', 'pete-r']),
    );
    expect(await j.deps.kv.get(`status/${user}`)).toBeNull();
    const list = await j.api(`/v1/users/${user}/integrations`);
    expect(await list.json()).toMatchObject({ version: 0, integrations: [] });
    expect(
      await j.deps.db.select().from(oauthAccounts).where(eq(oauthAccounts.userId, 'erase-other')),
    ).toHaveLength(1);

    j.provider.answer('/revoke', () => new Response(null, { status: 200 }));
    j.deps.clock.advance(3_600_000);
    await deliverRevocations(j.deps);
    expect(revoked(j)).toContain('refresh-pete-1');
  });

  test('whose answer got lost leaves nothing of the user in the cache', async () => {
    let lost = false;
    const j = journey({
      db: d1With(async (batch) => {
        const answers = await batch();
        if (lost) throw new Error('D1_ERROR: Network connection lost.');
        return answers;
      }),
    });
    await insertAccount(j.deps, { userId: 'erase-lost', providerAccountId: 'ines' });
    await j.api('/v1/users/erase-lost/integrations');
    await j.deps.settle();
    expect(await storedIn(keyOf('erase-lost'))).not.toBeNull();
    lost = true;
    expect((await j.api('/v1/users/erase-lost', { method: 'DELETE' })).status).toBe(503);
    expect(await storedIn(keyOf('erase-lost'))).toBeNull();
    await deliverRevocations(j.deps);
  });

  test('is a 204 for somebody unknown, too, and again', async () => {
    const j = journey();
    for (let i = 0; i < 2; i += 1) {
      expect((await j.api('/v1/users/nobody', { method: 'DELETE' })).status).toBe(204);
    }
  });

  test('is for the service only, and wildcards are no wildcards', async () => {
    const j = journey();
    const row = await insertAccount(j.deps, { userId: 'erase-2' });
    const token = await userToken('erase-2');
    expect((await j.api('/v1/users/me', { method: 'DELETE', token })).status).toBe(403);
    await j.api('/v1/users/erase%25', { method: 'DELETE' });
    expect(await accountRow(j.deps, row.id)).toBeDefined();
  });

  test('carries a version, with which nobody is shown what was there before', async () => {
    const j = journey();
    const connected = await j.connect('erase-4', 'code-sue');
    // What another place still has of it, KV's delay long.
    const stale = await j.deps.kv.get('status/erase-4');
    expect(stale).not.toBeNull();
    j.deps.clock.advance(1);
    const erased = await j.api('/v1/users/erase-4', { method: 'DELETE' });
    await j.deps.settle();
    const version = Number(erased.headers.get('Consistency-Token'));
    expect(version).toBeGreaterThan(Number(connected.headers.get('Consistency-Token')));
    await j.deps.kv.put('status/erase-4', stale ?? '');

    const list = await j.api('/v1/users/erase-4/integrations', {
      headers: { 'Consistency-Token': String(version) },
    });
    expect(await list.json()).toMatchObject({ integrations: [] });
    expect(Number(list.headers.get('Consistency-Token'))).toBeGreaterThanOrEqual(version);
    j.deps.clock.advance(1);
    const again = await j.connect('erase-4', 'code-sue');
    expect(Number(again.headers.get('Consistency-Token'))).toBeGreaterThan(version);
  });

  test('a version never goes back, not even after an erasure', async () => {
    const j = journey();
    await j.connect('erase-3', 'code-ruth');
    const [before] = await j.deps.db
      .select()
      .from(userVersions)
      .where(eq(userVersions.userId, 'erase-3'));
    j.deps.clock.advance(1);
    await j.api('/v1/users/erase-3', { method: 'DELETE' });
    await j.deps.settle();
    j.deps.clock.advance(1);
    const again = await j.connect('erase-3', 'code-ruth');
    expect(Number(again.headers.get('Consistency-Token'))).toBeGreaterThan(before?.version ?? 0);
    expect(
      await j.deps.db
        .select()
        .from(connectTransactions)
        .where(eq(connectTransactions.userId, 'erase-3')),
    ).toHaveLength(1);
  });
});
