/** The routes over the Worker's real entry point. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app';
import type { Deps } from '../../src/deps';
import { integrationListSchema, integrationSchema } from '../../src/integrations/serialization';
import { keyOf } from '../../src/status-cache/kv';
import { MemoryTier } from '../../src/status-cache/memory';
import { SECOND_MS as SECOND } from '../../src/time';
import { d1Away, readsWith } from '../status-cache/faults';
import { connect, disconnect, held, isolate, listPath, read } from '../status-cache/support/client';
import { api, apiRequest, userToken } from '../support/api';
import { asDeclared } from '../support/declared';
import { testDeps } from '../support/deps';
import { growVersion, insertAccount } from '../support/fixtures';

const deps = testDeps();

/** The app with these dependencies instead of the real ones. */
async function ask(overrides: Partial<Deps>, request: Request, bindings: object = {}) {
  const own = testDeps(overrides);
  const app = createApp(
    () => own,
    () => own.log,
  );
  const ctx = { waitUntil: own.waitUntil, passThroughOnException: () => {} };
  const response = await app.fetch(request, { ...env, ...bindings }, ctx as ExecutionContext);
  await own.settle();
  return asDeclared(request, response);
}

describe('GET /v1/users/{userId}/integrations', () => {
  it('answers a service with the list and its headers', async () => {
    const { userId, providerAccountId } = await insertAccount(deps);
    const response = await api(listPath(userId));
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('application/json');
    expect(response.headers.get('Cache-Control')).toBe('private, no-cache');
    expect(response.headers.get('Cache-Status')).toMatch(/^mooring-kv; fwd=miss; stored, /);
    expect(response.headers.get('Consistency-Token')).toBe(String(deps.now()));
    expect(response.headers.get('ETag')).toMatch(/^W\//);
    expect(response.headers.get('Server-Timing')).toMatch(/kv;dur=\d+, d1;dur=\d+, total;dur=\d+/);
    const list = integrationListSchema.parse(await response.json());
    expect(list).toMatchObject({ userId, integrations: [{ accountId: providerAccountId }] });
  });

  it('after an invalidation: the database; at once again: memory', async () => {
    const { userId } = await insertAccount(deps);
    await (await api(listPath(userId))).text();
    const gone = await api(`/v1/cache/users/${userId}`, { method: 'DELETE' });
    expect(gone.status).toBe(204);
    const first = await api(listPath(userId));
    expect(first.headers.get('Cache-Status')).toMatch(/^mooring-kv; fwd=miss/);
    const second = await api(listPath(userId));
    expect(second.headers.get('Cache-Status')).toMatch(/^mooring-memory; hit; ttl=[45]$/);
    expect(await second.json()).toEqual(await first.json());
  });

  it('If-None-Match with the ETag: 304, no body, the same headers', async () => {
    const { userId } = await insertAccount(deps);
    const first = await api(listPath(userId));
    const etag = first.headers.get('ETag') ?? '';
    await first.text();
    const again = await api(listPath(userId), { headers: { 'If-None-Match': etag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    for (const name of ['ETag', 'Consistency-Token', 'Cache-Control']) {
      expect(again.headers.get(name)).toBe(first.headers.get(name));
    }
  });

  it('a Consistency-Token gets what is as new, although the caches are not', async () => {
    const { userId } = await insertAccount(deps);
    await (await api(listPath(userId))).text();
    const version = await growVersion(deps, userId);
    const response = await api(listPath(userId), {
      headers: { 'Consistency-Token': String(version) },
    });
    expect(response.headers.get('Consistency-Token')).toBe(String(version));
    expect(response.headers.get('Cache-Status')).toContain('fwd=request');
    await response.text();
  });

  it.each([String(Number.MAX_SAFE_INTEGER), '9'.repeat(16), '9'.repeat(400)])(
    'a Consistency-Token of %s is from the future: the database answers',
    async (token) => {
      const { userId } = await insertAccount(deps);
      await (await api(listPath(userId))).text();
      const response = await api(listPath(userId), { headers: { 'Consistency-Token': token } });
      expect(response.status).toBe(200);
      expect(response.headers.get('Cache-Status')).not.toContain('hit');
      expect(response.headers.get('Consistency-Token')).toBe(String(deps.now()));
      await response.text();
    },
  );

  it.each(['abc', '-1', '1.5', ''])('a Consistency-Token of "%s" is a 400', async (token) => {
    const response = await api(listPath('anybody'), { headers: { 'Consistency-Token': token } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid_request' });
  });

  it('a user sees its own, by id or as me, and nobody else’s', async () => {
    const { userId } = await insertAccount(deps, { userId: 'auth0|ada lovelace ✓' });
    const token = await userToken(userId);
    for (const path of [listPath(userId), listPath('me')]) {
      const response = await api(path, { token });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ userId, integrations: [{}] });
    }
    const other = await api(listPath('somebody-else'), { token });
    expect(other.status).toBe(403);
    await other.text();
  });

  it('users are limited past memory only, a service never', async () => {
    const { userId } = await insertAccount(deps);
    const asked: string[] = [];
    const RATE_LIMIT_STATUS = {
      limit: async ({ key }: { key: string }) => {
        asked.push(key);
        return { success: asked.length < 2 };
      },
    };
    const memory = new MemoryTier();
    const token = await userToken(userId);
    const get = (init = {}) =>
      ask({ memory }, apiRequest(listPath(userId), { token, ...init }), { RATE_LIMIT_STATUS });
    expect((await get()).status).toBe(200);
    expect((await get()).status).toBe(200);
    expect(asked).toEqual([userId]);
    memory.clear(Date.now() + 1_000);
    const limited = await get();
    expect(limited.status).toBe(429);
    expect(limited.headers.get('Retry-After')).toBe('60');
    const service = await ask({ memory }, apiRequest(listPath(userId)), { RATE_LIMIT_STATUS });
    expect(service.status).toBe(200);
    expect(asked).toHaveLength(2);
  });

  it('503 with Retry-After when the database is away and nothing is cached', async () => {
    const response = await ask({ db: d1Away(), session: d1Away }, apiRequest(listPath('nobody')));
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await response.json()).toMatchObject({ code: 'unavailable' });
  });
});

describe('GET /v1/users/{userId}/integrations/{provider}/{accountId}', () => {
  it('answers with the one, under the headers of the list', async () => {
    const row = await insertAccount(deps, { providerAccountId: 'a/b c%2f' });
    const response = await api(
      `${listPath(row.userId)}/acme/${encodeURIComponent(row.providerAccountId)}`,
    );
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Status')).toContain('mooring-kv');
    expect(response.headers.get('Consistency-Token')).toBe(String(deps.now()));
    expect(integrationSchema.parse(await response.json()).accountId).toBe('a/b c%2f');
  });

  it('404 integration_not_found carries the version that says so', async () => {
    const row = await insertAccount(deps);
    const response = await api(`${listPath(row.userId)}/acme/no-such-account`);
    expect(response.status).toBe(404);
    expect(response.headers.get('Consistency-Token')).toBe(String(deps.now()));
    expect(await response.json()).toMatchObject({ code: 'integration_not_found' });
  });
});

describe('POST /v1/status', () => {
  const post = (json: unknown, init = {}) => api('/v1/status', { method: 'POST', json, ...init });

  it('answers for each user who was asked for', async () => {
    const { userId } = await insertAccount(deps);
    const response = await post({ userIds: [userId, '__proto__', 'constructor'] });
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Control')).toBe('private, no-cache');
    const { users } = await response.json<{ users: Record<string, unknown> }>();
    expect(Object.keys(users).sort()).toEqual(['__proto__', 'constructor', userId].sort());
    expect(users[userId]).toEqual({
      version: deps.now(),
      asOf: expect.any(String),
      integrations: [expect.objectContaining({ status: 'connected' })],
    });
  });

  it.each([
    ['nobody', { userIds: [] }],
    ['over a hundred', { userIds: Array.from({ length: 101 }, (_, i) => `u${i}`) }],
    ['an id that is no id', { userIds: [''] }],
    ['half a character, which KV and D1 would both spell as another', { userIds: ['\ud800'] }],
    ['a number', { userIds: [7] }],
    ['nothing', {}],
  ])('%s is a 400', async (_, json) => {
    const response = await post(json);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid_request' });
  });

  it('with a Consistency-Token, no user is answered from before it', async () => {
    const { call } = isolate();
    const userIds = ['batch-writer', 'batch-bystander', 'batch-nobody'];
    const status = async (headers = {}) => {
      const reply = await call('/v1/status', { method: 'POST', json: { userIds }, headers });
      expect(reply.status).toBe(200);
      return (await reply.json<{ users: Record<string, { version: number }> }>()).users;
    };
    await connect('batch-bystander', 'first', call);
    const before = await status();
    // Elsewhere, so that the memory here still has what was before.
    const written = await connect('batch-writer', 'first', isolate().call);
    const token = written.headers.get('Consistency-Token') ?? '';
    expect(await status()).toEqual(before);

    const users = await status({ 'Consistency-Token': token });
    expect(users['batch-writer']).toMatchObject({
      version: Number(token),
      integrations: [{ displayName: 'first' }],
    });
    // A version is its user's own.
    expect(users['batch-bystander']).toMatchObject({ version: before['batch-bystander']?.version });
    expect(users['batch-nobody']).toMatchObject({ version: 0, integrations: [] });
    expect((await status())['batch-writer']).toMatchObject({ version: Number(token) });
  });

  it('a Consistency-Token that is no number is a 400', async () => {
    const response = await post({ userIds: ['ada'] }, { headers: { 'Consistency-Token': 'new' } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ path: 'header.consistency-token' }],
    });
  });

  it('is for services only', async () => {
    const response = await post({ userIds: ['ada'] }, { token: await userToken('ada') });
    expect(response.status).toBe(403);
    await response.text();
  });
});

describe('get', () => {
  it('of a user who is not cached is a miss: the database answers', async () => {
    const { userId } = await insertAccount(testDeps());
    expect(await read(userId)).toMatchObject({ from: 'origin', ttl: null });
  });

  it('of a cached user is a hit', async () => {
    const { userId } = await insertAccount(testDeps());
    await read(userId);
    expect(await read(userId)).toMatchObject({ from: 'memory' });
  });

  it('brings back all that was stored, field by field', async () => {
    const { userId } = await insertAccount(testDeps(), {
      metadata: { handle: '@ada' },
      displayName: 'Ada ✓',
      requestedScope: ['openid', 'more'],
    });
    const { list } = await read(userId);
    expect(list.integrations).toMatchObject([{ displayName: 'Ada ✓', missingScopes: ['more'] }]);
    expect((await read(userId)).list).toEqual(list);
  });

  it('in another isolate is a hit too, of KV', async () => {
    const { userId } = await insertAccount(testDeps());
    const here = isolate();
    const { list } = await read(userId, here.call);
    expect(await read(userId, isolate(here.deps).call)).toMatchObject({ from: 'kv', list });
  });
});

describe('set', () => {
  it('a change is stored with its reply: nobody has to read it in first', async () => {
    const here = isolate();
    await connect('set-first', 'a', here.call);
    expect(await read('set-first', isolate(here.deps).call)).toMatchObject({
      from: 'kv',
      list: { integrations: [{ displayName: 'a' }] },
    });
  });

  it('replaces what was there', async () => {
    await connect('set-again', 'a');
    const before = await read('set-again');
    await connect('set-again', 'b');
    const after = await read('set-again');
    expect(after).toMatchObject({
      from: 'memory',
      list: { integrations: [{ displayName: 'b' }, { displayName: 'a' }] },
    });
    expect(after.version).toBeGreaterThan(before.version);
  });

  it('stores no token, nor what was handed in as a credential', async () => {
    await connect('set-secret', 'canary');
    const { list } = await read('set-secret');
    expect(JSON.stringify(list)).not.toContain('session-of-canary');
  });
});

describe('an empty list', () => {
  it('is cached like any other', async () => {
    expect(await read('empty-1')).toMatchObject({ from: 'origin', list: { integrations: [] } });
    expect(await read('empty-1')).toMatchObject({ from: 'memory', list: { integrations: [] } });
  });

  it('is not taken for "nothing cached"', async () => {
    await read('empty-2');
    expect((await held('empty-2')).memory).not.toBeNull();
  });

  it('is what stays cached when the last integration is gone', async () => {
    await connect('empty-3', 'a');
    await (await disconnect('empty-3', 'a')).text();
    expect(await read('empty-3')).toMatchObject({ from: 'memory', list: { integrations: [] } });
  });
});

/** An isolate that counts its reads of the database. */
function counting(like?: ReturnType<typeof isolate>) {
  const counts = { reads: 0 };
  const session = () =>
    readsWith((read) => {
      counts.reads += 1;
      return read();
    });
  return { ...isolate(like?.deps, { session }), counts };
}

const broken = (like: ReturnType<typeof isolate>) =>
  isolate(like.deps, { db: d1Away(), session: d1Away });

describe('the database is asked', () => {
  it('once on a miss', async () => {
    const { call, counts } = counting();
    await read('fetch-miss', call);
    expect(counts.reads).toBe(1);
  });

  it('not at all on a hit', async () => {
    const { call, counts } = counting();
    await read('fetch-hit', call);
    for (let i = 0; i < 20; i += 1) await read('fetch-hit', call);
    expect(counts.reads).toBe(1);
  });

  it('not by other isolates either, once one of them has asked', async () => {
    const first = counting();
    await read('fetch-shared', first.call);
    const second = counting(first);
    await read('fetch-shared', second.call);
    expect(second.counts.reads).toBe(0);
  });

  it('again after the entry has expired', async () => {
    const { call, deps, counts } = counting();
    await read('fetch-expired', call);
    deps.clock.advance(300_000);
    await read('fetch-expired', call);
    expect(counts.reads).toBe(2);
  });

  it('where the cache holds what nobody can read', async () => {
    const { call } = isolate();
    await env.STATUS_CACHE.put(keyOf('fetch-garbage'), '{"v":1,"userId":');
    expect(await read('fetch-garbage', call)).toMatchObject({ from: 'origin' });
    expect((await held('fetch-garbage', call)).kv).not.toBeNull();
  });
});

describe('an error of the database', () => {
  it('is passed on', async () => {
    const reply = await broken(isolate()).call(listPath('error-passed'));
    expect(reply.status).toBe(503);
    expect(reply.headers.get('Retry-After')).toBe('5');
    expect(await reply.json()).toMatchObject({ code: 'unavailable' });
  });

  it('is never cached: nothing is held afterwards', async () => {
    const { call } = broken(isolate());
    await (await call(listPath('error-cached'))).text();
    expect(await held('error-cached', call)).toEqual({ memory: null, kv: null });
  });

  it('is over when the database is back: the next read is a plain miss', async () => {
    const here = isolate();
    const { userId } = await insertAccount(here.deps);
    const { call } = broken(here);
    await (await call(listPath(userId))).text();
    const { from, list } = await read(userId, here.call);
    expect([from, list.integrations.length]).toEqual(['origin', 1]);
  });

  it('does not reach those who are cached', async () => {
    const here = isolate();
    await read('error-hit', here.call);
    expect(await read('error-hit', broken(here).call)).toMatchObject({ from: 'kv' });
  });

  it('an expired entry is better than none, and says that it is expired', async () => {
    const here = isolate();
    await read('error-stale', here.call);
    here.deps.clock.advance(299_500);
    expect(await read('error-stale', broken(here).call)).toMatchObject({ from: 'stale', ttl: -2 });
  });
});

describe('an entry expires', () => {
  it('not before 300 s, less 2 s for clocks that differ', async () => {
    const { call, deps } = isolate();
    await read('expiry-before', call);
    deps.clock.advance(298 * SECOND - 1);
    expect(await read('expiry-before', call)).toMatchObject({ from: 'kv' });
  });

  it('then, and the database answers', async () => {
    const { call, deps } = isolate();
    await read('expiry-after', call);
    deps.clock.advance(298 * SECOND);
    expect(await read('expiry-after', call)).toMatchObject({ from: 'origin' });
  });

  it('from memory after 5 s: then KV is asked again', async () => {
    const { call, deps } = isolate();
    await read('expiry-memory', call);
    deps.clock.advance(5 * SECOND - 1);
    expect(await read('expiry-memory', call)).toMatchObject({ from: 'memory' });
    deps.clock.advance(1);
    expect(await read('expiry-memory', call)).toMatchObject({ from: 'kv' });
  });

  it('however often it is read: a hit does not prolong its life', async () => {
    const { call, deps } = isolate();
    await read('expiry-hits', call);
    for (let i = 0; i < 9; i += 1) {
      deps.clock.advance(30 * SECOND);
      expect(await read('expiry-hits', call)).toMatchObject({ from: 'kv' });
    }
    deps.clock.advance(28 * SECOND);
    expect(await read('expiry-hits', call)).toMatchObject({ from: 'origin' });
  });

  it('and a change begins a new life', async () => {
    const { call, deps } = isolate();
    await connect('expiry-change', 'a', call);
    deps.clock.advance(200 * SECOND);
    await connect('expiry-change', 'b', call);
    deps.clock.advance(200 * SECOND);
    expect(await read('expiry-change', call)).toMatchObject({ from: 'kv' });
  });

  it('KV removes it by itself: that is the clean-up of what nobody reads', async () => {
    await read('expiry-kv');
    const expiration = await vi.waitFor(async () => {
      const { keys } = await env.STATUS_CACHE.list({ prefix: keyOf('expiry-kv') });
      // Filled after the reply.
      expect(keys).toHaveLength(1);
      return keys[0]?.expiration ?? 0;
    });
    const left = expiration - Date.now() / SECOND;
    expect(left).toBeGreaterThan(290);
    expect(left).toBeLessThanOrEqual(301);
  });
});

/** Nobody has to choose one: an entry lives as long as what it says is sure not to change. */
describe('custom TTL', () => {
  it('an integration that is refreshed in 60 s is cached for 60 s', async () => {
    const { call, deps } = isolate();
    const { userId } = await insertAccount(deps, { refreshDueAt: deps.now() + 60 * SECOND });
    await read(userId, call);
    expect(await held(userId, call)).toMatchObject({ kv: { ttl: 58 } });
    deps.clock.advance(58 * SECOND);
    expect(await read(userId, call)).toMatchObject({ from: 'origin' });
  });

  it('each entry has its own', async () => {
    const { call, deps } = isolate();
    const soon = await insertAccount(deps, { refreshDueAt: deps.now() + 60 * SECOND });
    const never = await insertAccount(deps, { refreshDueAt: null });
    await read(soon.userId, call);
    await read(never.userId, call);
    deps.clock.advance(100 * SECOND);
    expect(await read(soon.userId, call)).toMatchObject({ from: 'origin' });
    expect(await read(never.userId, call)).toMatchObject({ from: 'kv', ttl: 198 });
  });

  it('the soonest of a user’s integrations counts', async () => {
    const { call, deps } = isolate();
    const { userId } = await insertAccount(deps, { refreshDueAt: deps.now() + 200 * SECOND });
    await insertAccount(deps, { userId, refreshDueAt: deps.now() + 20 * SECOND });
    await read(userId, call);
    expect(await held(userId, call)).toMatchObject({ kv: { ttl: 18 } });
  });
});
