import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { eventLog } from '../../src/db/schema';
import { eraseUser } from '../../src/disconnect/erase';
import { readSnapshot } from '../../src/status-cache/cache';
import { clearCache } from '../../src/status-cache/clear';
import { keyOf } from '../../src/status-cache/kv';
import { cacheStats } from '../../src/status-cache/statistics';
import { SECOND_MS as SECOND } from '../../src/time';
import { api, apiWith, userToken } from '../support/api';
import { type TestDeps, testDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';
import { kvAway, kvWith } from './faults';
import { clear, connect, held, invalidate, isolate, read, statistics } from './support/client';

describe('GET /v1/cache/stats', () => {
  it('counts what the tiers hold, their hits and their misses', async () => {
    const before = await (await api('/v1/cache/stats')).json<
      Awaited<ReturnType<typeof cacheStats>>
    >();
    await (await api('/v1/users/counted/integrations')).text();
    await (await api('/v1/users/counted/integrations')).text();
    const after = await (await api('/v1/cache/stats')).json();
    expect(after).toEqual({
      memory: {
        size: before.memory.size + 1,
        active: before.memory.active + 1,
        expired: before.memory.expired,
        hits: before.memory.hits + 1,
        misses: before.memory.misses + 1,
      },
      kv: {
        size: expect.any(Number),
        truncated: false,
        hits: before.kv.hits,
        misses: before.kv.misses + 1,
        putsPaused: false,
      },
    });
  });

  it('with KV away tells what memory holds', async () => {
    const deps = testDeps({ kv: kvAway() });
    expect(await cacheStats(deps)).toMatchObject({
      memory: { size: 0 },
      kv: { size: null, truncated: false },
    });
  });
});

describe('DELETE /v1/cache', () => {
  it('deletes the status keys, and no others', async () => {
    await env.STATUS_CACHE.put('rescue/lease-1', 'sealed');
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    await readSnapshot(deps, userId, 0);
    await deps.settle();
    const response = await api('/v1/cache', { method: 'DELETE' });
    expect(response.status).toBe(202);
    const { deleted, truncated } = await response.json<{ deleted: number; truncated: boolean }>();
    expect(deleted).toBeGreaterThanOrEqual(1);
    expect(truncated).toBe(false);
    expect(await env.STATUS_CACHE.get(keyOf(userId))).toBeNull();
    expect(await env.STATUS_CACHE.get('rescue/lease-1')).toBe('sealed');
  });

  it('empties memory too', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    await readSnapshot(deps, userId, 0);
    await deps.settle();
    deps.clock.advance(1);
    await clearCache(deps);
    expect(await readSnapshot(deps, userId, 0)).toMatchObject({ source: 'origin' });
    await deps.settle();
  });

  it('says when keys are left: more than one request can delete, or KV refused some', async () => {
    const page = (names: string[], complete: boolean) => async () => ({
      keys: names.map((name) => ({ name })),
      list_complete: complete,
    });
    const done = async () => {};
    const more = testDeps({ kv: kvWith({ list: page(['a', 'b'], false), delete: done }) });
    expect(await clearCache(more)).toEqual({ deleted: 2, truncated: true });

    const refuse = async (key: string) => {
      if (key === 'a') throw new Error('no');
    };
    const some = testDeps({ kv: kvWith({ list: page(['a', 'b'], true), delete: refuse }) });
    expect(await clearCache(some)).toEqual({ deleted: 1, truncated: true });

    const slow = testDeps();
    slow.kv = kvWith({
      list: page(
        Array.from({ length: 12 }, (_, i) => `k${i}`),
        true,
      ),
      delete: async () => {
        slow.clock.advance(2_500);
      },
    });
    expect(await clearCache(slow)).toEqual({ deleted: 5, truncated: true });
  });

  it('503 when KV does not list its keys', async () => {
    await expect(clearCache(testDeps({ kv: kvAway() }))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

describe('DELETE /v1/cache/users/{userId}', () => {
  it('is an event, which names who did it', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    expect(await eventsAfterInvalidation(deps, userId)).toEqual([
      { type: 'operator.user_invalidated', detail: { by: 'test' } },
    ]);
  });

  it('leaves nothing of a user of whom nothing is kept, such as one who was erased', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    await eraseUser(deps, userId);
    expect(await eventsAfterInvalidation(deps, userId)).toEqual([
      expect.objectContaining({ type: 'user.erased' }),
    ]);
    expect(await eventsAfterInvalidation(deps, 'nobody')).toEqual([]);
  });

  async function eventsAfterInvalidation(deps: TestDeps, userId: string) {
    const reply = await apiWith(deps)(`/v1/cache/users/${userId}`, { method: 'DELETE' });
    expect(reply.status).toBe(204);
    await deps.settle();
    return deps.db
      .select({ type: eventLog.type, detail: eventLog.detail })
      .from(eventLog)
      .where(eq(eventLog.userId, userId));
  }
});

describe('GET /v1/cache/users/{userId}', () => {
  it('tells version, age and time left of what each tier holds', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    await readSnapshot(deps, userId, 0);
    await deps.settle();
    deps.clock.advance(1_500);
    const response = await apiWith(deps)(`/v1/cache/users/${userId}`);
    expect(response.status).toBe(200);
    const held = {
      version: deps.now() - 1_500,
      asOf: new Date(deps.now() - 1_500).toISOString(),
      freshUntil: new Date(deps.now() + 298_500).toISOString(),
    };
    expect(await response.json()).toEqual({
      memory: { ...held, ttl: 3 },
      kv: { ...held, ttl: 296 },
    });
  });

  it('503 when KV does not answer', async () => {
    const response = await apiWith(testDeps({ kv: kvAway() }))('/v1/cache/users/anybody');
    expect(response.status).toBe(503);
    await response.text();
  });
});

it.each([
  ['GET', '/v1/cache/users/ada'],
  ['GET', '/v1/cache/stats'],
  ['DELETE', '/v1/cache'],
  ['DELETE', '/v1/cache/users/ada'],
])('%s %s is for services only', async (method, path) => {
  const response = await api(path, { method, token: await userToken('ada') });
  expect(response.status).toBe(403);
  await response.text();
});

describe('has', () => {
  it('nothing of a user whom nobody asked for', async () => {
    expect(await held('has-not')).toEqual({ memory: null, kv: null });
  });

  it('after a read, in both tiers', async () => {
    const { deps, call } = isolate();
    const { userId } = await insertAccount(deps);
    const { version } = await read(userId, call);
    expect(await held(userId, call)).toMatchObject({ memory: { version }, kv: { version } });
  });

  it('not after an invalidation', async () => {
    const { call, deps } = isolate();
    await read('has-had', call);
    deps.clock.advance(10);
    await invalidate('has-had', call);
    expect(await held('has-had', call)).toEqual({ memory: null, kv: null });
  });

  it('an expired entry is there, with no time left', async () => {
    const { call, deps } = isolate();
    await read('has-expired', call);
    deps.clock.advance(298_000);
    expect(await held('has-expired', call)).toMatchObject({ memory: { ttl: 0 }, kv: { ttl: 0 } });
  });

  it('asking reads no database, fills no tier and counts as no hit', async () => {
    const { call } = isolate();
    const before = await statistics(call);
    await held('has-asked', call);
    await held('has-asked', call);
    const after = await statistics(call);
    expect(after.memory).toEqual(before.memory);
    expect(after.kv).toMatchObject({ hits: before.kv.hits, misses: before.kv.misses });
    expect(await held('has-asked', call)).toEqual({ memory: null, kv: null });
  });
});

describe('time to expiry', () => {
  it('counts down, in Cache-Status and for the operator', async () => {
    const { call, deps } = isolate();
    await read('ttl-down', call);
    expect(await held('ttl-down', call)).toMatchObject({ memory: { ttl: 5 }, kv: { ttl: 298 } });
    deps.clock.advance(2_500);
    expect(await read('ttl-down', call)).toMatchObject({ from: 'memory', ttl: 2 });
    deps.clock.advance(97_500);
    expect(await read('ttl-down', call)).toMatchObject({ from: 'kv', ttl: 198 });
  });

  it('there is none where nothing is held', async () => {
    expect(await held('ttl-nothing', isolate().call)).toEqual({ memory: null, kv: null });
  });

  it('is zero, never less, once expired', async () => {
    const { call, deps } = isolate();
    await read('ttl-expired', call);
    deps.clock.advance(299 * SECOND);
    expect(await held('ttl-expired', call)).toMatchObject({ memory: { ttl: 0 }, kv: { ttl: 0 } });
  });

  it('a reader is told until when the answer holds', async () => {
    const { call, deps } = isolate();
    const { list } = await read('ttl-reader', call);
    expect(Date.parse(list.freshUntil)).toBe(deps.now() + 300 * SECOND);
  });
});

describe('invalidate', () => {
  it('makes the next read a miss', async () => {
    const { userId } = await insertAccount(testDeps());
    await read(userId);
    expect(await invalidate(userId)).toBe(204);
    expect(await read(userId)).toMatchObject({ from: 'origin' });
  });

  it('shows what was changed behind the cache’s back', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    await read(userId);
    await insertAccount(deps, { userId });
    expect((await read(userId)).list.integrations).toHaveLength(1);
    await invalidate(userId);
    expect((await read(userId)).list.integrations).toHaveLength(2);
  });

  it('leaves other users cached', async () => {
    await read('invalidate-a');
    await read('invalidate-b');
    await invalidate('invalidate-a');
    expect(await read('invalidate-b')).toMatchObject({ from: 'memory' });
  });

  it('of a user who is not cached is no error, however often', async () => {
    expect(await invalidate('invalidate-nobody')).toBe(204);
    const { call, deps } = isolate();
    expect(await invalidate('invalidate-twice', call)).toBe(204);
    deps.clock.advance(1_500);
    expect(await invalidate('invalidate-twice', call)).toBe(204);
  });

  it('reaches the entry that all isolates share', async () => {
    const here = isolate();
    const there = isolate(here.deps);
    await read('invalidate-shared', here.call);
    here.deps.clock.advance(10);
    await invalidate('invalidate-shared', there.call);
    expect((await held('invalidate-shared', here.call)).kv).toBeNull();
    // The other isolate's memory: five seconds at most.
    here.deps.clock.advance(5_001);
    expect(await read('invalidate-shared', here.call)).toMatchObject({ from: 'origin' });
  });
});

describe('clear', () => {
  it('empties both tiers for everybody', async () => {
    const { call, deps } = isolate();
    const users = ['clear-a', 'clear-b', 'clear-c'];
    for (const userId of users) await read(userId, call);
    deps.clock.advance(10);
    expect((await clear(call)).deleted).toBeGreaterThanOrEqual(3);
    for (const userId of users) {
      expect(await held(userId, call)).toEqual({ memory: null, kv: null });
    }
  });

  it('of an empty cache deletes nothing', async () => {
    const { call, deps } = isolate();
    await clear(call);
    deps.clock.advance(10);
    expect(await clear(call)).toEqual({ deleted: 0, truncated: false });
    expect((await statistics(call)).memory).toMatchObject({ size: 0, active: 0, expired: 0 });
  });

  it('is no end: the next reads fill the cache again', async () => {
    const { call, deps } = isolate();
    await read('clear-again', call);
    deps.clock.advance(10);
    await clear(call);
    expect(await read('clear-again', call)).toMatchObject({ from: 'origin' });
    expect(await read('clear-again', call)).toMatchObject({ from: 'memory' });
    expect((await held('clear-again', call)).kv).not.toBeNull();
  });
});

describe('statistics', () => {
  it('of a new cache are all zero', async () => {
    expect((await statistics(isolate().call)).memory).toEqual({
      size: 0,
      active: 0,
      expired: 0,
      hits: 0,
      misses: 0,
    });
  });

  it('size: how many users are held', async () => {
    const { call, deps } = isolate();
    await clear(call);
    deps.clock.advance(10);
    for (const userId of ['size-a', 'size-b', 'size-c']) await read(userId, call);
    await read('size-a', call);
    const { memory, kv } = await statistics(call);
    expect([memory.size, kv.size, kv.truncated]).toEqual([3, 3, false]);
  });

  it('active and expired are told apart', async () => {
    const { call, deps } = isolate();
    await read('active-old', call);
    deps.clock.advance(4_000);
    await read('active-new', call);
    deps.clock.advance(1_000);
    expect((await statistics(call)).memory).toMatchObject({ size: 2, active: 1, expired: 1 });
  });

  it('hits', async () => {
    const { call } = isolate();
    for (let i = 0; i < 4; i += 1) await read('hits', call);
    expect((await statistics(call)).memory.hits).toBe(3);
  });

  it('misses', async () => {
    const { call } = isolate();
    for (const userId of ['misses-a', 'misses-b', 'misses-a']) await read(userId, call);
    const { memory, kv } = await statistics(call);
    expect([memory.misses, kv.misses]).toEqual([2, 2]);
  });

  it('a miss of memory that KV answers is a hit there', async () => {
    const here = isolate();
    await read('tiers', here.call);
    const there = isolate(here.deps);
    await read('tiers', there.call);
    const { memory, kv } = await statistics(there.call);
    expect([memory.hits, memory.misses, kv.hits, kv.misses]).toEqual([0, 1, 1, 0]);
  });

  it('an invalidation makes the cache smaller, and changes no count of hits', async () => {
    const { call, deps } = isolate();
    await read('smaller', call);
    await read('smaller', call);
    deps.clock.advance(10);
    await invalidate('smaller', call);
    expect((await statistics(call)).memory).toMatchObject({ size: 0, hits: 1, misses: 1 });
  });

  it('a user who changes is still one', async () => {
    const { call } = isolate();
    await connect('one-user', 'a', call);
    await connect('one-user', 'b', call);
    expect((await statistics(call)).memory).toMatchObject({ size: 1, active: 1 });
  });
});

describe('clean-up of expired entries', () => {
  it('they are kept while they may serve an outage, five minutes, then dropped', async () => {
    const { call, deps } = isolate();
    await read('cleanup-old', call);
    deps.clock.advance(305_000);
    expect((await statistics(call)).memory).toMatchObject({ size: 1, active: 0, expired: 1 });
    deps.clock.advance(1);
    expect((await statistics(call)).memory).toMatchObject({ size: 0, active: 0, expired: 0 });
  });

  it('active ones stay', async () => {
    const { call, deps } = isolate();
    await read('cleanup-gone', call);
    deps.clock.advance(305_001);
    await read('cleanup-stays', call);
    expect((await statistics(call)).memory).toMatchObject({ size: 1, active: 1 });
    expect(await read('cleanup-stays', call)).toMatchObject({ from: 'memory' });
  });

  it('with nothing expired changes nothing', async () => {
    const { call } = isolate();
    await read('cleanup-none', call);
    const before = await statistics(call);
    expect((await statistics(call)).memory).toEqual(before.memory);
  });
});
