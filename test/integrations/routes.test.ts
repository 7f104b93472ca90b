/** The routes over the Worker's real entry point. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app';
import type { Deps } from '../../src/deps';
import { integrationListSchema, integrationSchema } from '../../src/integrations/wire';
import { MemoryTier } from '../../src/status-cache/memory';
import { d1Away } from '../status-cache/faults';
import { api, apiRequest, userToken } from '../support/api';
import { testDeps } from '../support/deps';
import { growVersion, insertAccount } from '../support/fixtures';

const listOf = (userId: string) => `/v1/users/${encodeURIComponent(userId)}/integrations`;
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
  return response;
}

describe('GET /v1/users/{userId}/integrations', () => {
  it('answers a service with the list and its headers', async () => {
    const { userId, providerAccountId } = await insertAccount(deps);
    const response = await api(listOf(userId));
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
    await (await api(listOf(userId))).text();
    const gone = await api(`/v1/cache/users/${userId}`, { method: 'DELETE' });
    expect(gone.status).toBe(204);
    const first = await api(listOf(userId));
    expect(first.headers.get('Cache-Status')).toMatch(/^mooring-kv; fwd=miss/);
    const second = await api(listOf(userId));
    expect(second.headers.get('Cache-Status')).toMatch(/^mooring-memory; hit; ttl=[45]$/);
    expect(await second.json()).toEqual(await first.json());
  });

  it('If-None-Match with the ETag: 304, no body, the same headers', async () => {
    const { userId } = await insertAccount(deps);
    const first = await api(listOf(userId));
    const etag = first.headers.get('ETag') ?? '';
    await first.text();
    const again = await api(listOf(userId), { headers: { 'If-None-Match': etag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    for (const name of ['ETag', 'Consistency-Token', 'Cache-Control']) {
      expect(again.headers.get(name)).toBe(first.headers.get(name));
    }
  });

  it('a Consistency-Token gets what is as new, although the caches are not', async () => {
    const { userId } = await insertAccount(deps);
    await (await api(listOf(userId))).text();
    const version = await growVersion(deps, userId);
    const response = await api(listOf(userId), {
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
      await (await api(listOf(userId))).text();
      const response = await api(listOf(userId), { headers: { 'Consistency-Token': token } });
      expect(response.status).toBe(200);
      expect(response.headers.get('Cache-Status')).not.toContain('hit');
      expect(response.headers.get('Consistency-Token')).toBe(String(deps.now()));
      await response.text();
    },
  );

  it.each(['abc', '-1', '1.5', ''])('a Consistency-Token of "%s" is a 400', async (token) => {
    const response = await api(listOf('anybody'), { headers: { 'Consistency-Token': token } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid_request' });
  });

  it('a user sees its own, by id or as me, and nobody else’s', async () => {
    const { userId } = await insertAccount(deps, { userId: 'auth0|ada lovelace ✓' });
    const token = await userToken(userId);
    for (const path of [listOf(userId), listOf('me')]) {
      const response = await api(path, { token });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ userId, integrations: [{}] });
    }
    const other = await api(listOf('somebody-else'), { token });
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
      ask({ memory }, apiRequest(listOf(userId), { token, ...init }), { RATE_LIMIT_STATUS });
    expect((await get()).status).toBe(200);
    expect((await get()).status).toBe(200);
    expect(asked).toEqual([userId]);
    memory.clear(Date.now() + 1_000);
    const limited = await get();
    expect(limited.status).toBe(429);
    expect(limited.headers.get('Retry-After')).toBe('60');
    const service = await ask({ memory }, apiRequest(listOf(userId)), { RATE_LIMIT_STATUS });
    expect(service.status).toBe(200);
    expect(asked).toHaveLength(2);
  });

  it('503 with Retry-After when the database is away and nothing is cached', async () => {
    const response = await ask({ db: d1Away(), session: d1Away }, apiRequest(listOf('nobody')));
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await response.json()).toMatchObject({ code: 'unavailable' });
  });
});

describe('GET /v1/users/{userId}/integrations/{provider}/{accountId}', () => {
  it('answers with the one, under the headers of the list', async () => {
    const row = await insertAccount(deps, { providerAccountId: 'a/b c%2f' });
    const response = await api(
      `${listOf(row.userId)}/acme/${encodeURIComponent(row.providerAccountId)}`,
    );
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Status')).toContain('mooring-kv');
    expect(response.headers.get('Consistency-Token')).toBe(String(deps.now()));
    expect(integrationSchema.parse(await response.json()).accountId).toBe('a/b c%2f');
  });

  it('404 integration_not_found carries the version that says so', async () => {
    const row = await insertAccount(deps);
    const response = await api(`${listOf(row.userId)}/acme/no-such-account`);
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

  it('is for services only', async () => {
    const response = await post({ userIds: ['ada'] }, { token: await userToken('ada') });
    expect(response.status).toBe(403);
    await response.text();
  });
});
