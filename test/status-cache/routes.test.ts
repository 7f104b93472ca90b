import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { readSnapshot } from '../../src/status-cache/cache';
import { clearCache } from '../../src/status-cache/clear';
import { keyOf } from '../../src/status-cache/kv';
import { cacheStats } from '../../src/status-cache/statistics';
import { api, apiWith, userToken } from '../support/api';
import { testDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';
import { kvAway, kvWith } from './faults';

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
