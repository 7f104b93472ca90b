/** What the read does when this isolate knows both the caller and the answer. */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app';
import type { Bindings } from '../../src/config';
import { apiRequest, apiWith, userToken } from '../support/api';
import { testDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';
import { serviceKey } from '../support/keys';

/** A user whose token was verified and whose list is in memory. */
async function warm(overrides: Parameters<typeof insertAccount>[1] = {}) {
  const deps = testDeps();
  const { userId } = await insertAccount(deps, { refreshDueAt: null, ...overrides });
  const token = await userToken(userId);
  const api = apiWith(deps);
  const list = `/v1/users/${encodeURIComponent(userId)}/integrations`;
  const read = (path = list, headers: Record<string, string> = {}, by = token) =>
    api(path, { token: by, headers });
  const first = await read();
  const body = await first.text();
  await deps.settle();
  return { deps, userId, read, list, first, body };
}

describe('a hit in memory', () => {
  it.each([
    ['by its id', null],
    ['as me', '/v1/users/me/integrations'],
    ['in another spelling of the path', '/v1/%75sers/me/integrations'],
    ['with a query that nobody reads', '/v1/users/me/integrations?x=1'],
  ])('is the same to the user %s', async (name, path) => {
    const { read, list, body } = await warm({
      userId: `ada|1 é ${name}`,
      displayName: 'Zoë "Z" \\',
    });
    const reply = await read(path ?? list);
    expect(reply.headers.get('Cache-Status')).toMatch(/^mooring-memory; hit; ttl=\d$/);
    expect(await reply.text()).toBe(body);
  });

  it('is the same to the service', async () => {
    const { read, list, body } = await warm();
    const reply = await read(list, {}, serviceKey);
    expect(reply.headers.get('Cache-Status')).toMatch(/^mooring-memory; hit/);
    expect(await reply.text()).toBe(body);
  });

  it('is a 304 to a client that has the answer already', async () => {
    const { read, list, first, deps } = await warm();
    const reply = await read(list, {
      'If-None-Match': first.headers.get('ETag') ?? '',
      'Consistency-Token': first.headers.get('Consistency-Token') ?? '',
    });
    expect([reply.status, await reply.text()]).toEqual([304, '']);
    expect(reply.headers.get('ETag')).toBe(first.headers.get('ETag'));
    expect(deps.memory.stats(deps.now())).toMatchObject({ hits: 1, misses: 1 });
  });

  it('shows another status as soon as it is another', async () => {
    const { read, deps, body } = await warm({
      expiresAt: Date.now() + 3_000,
      refreshToken: null,
    });
    expect(JSON.parse(body).integrations[0].status).toBe('connected');
    deps.clock.advance(3_000);
    const reply = await read();
    expect(reply.headers.get('Cache-Status')).toMatch(/^mooring-memory; hit/);
    expect(await reply.json()).toMatchObject({ integrations: [{ status: 'expired' }] });
  });

  it('is none past its five seconds, or for a later version', async () => {
    const { read, list, deps } = await warm();
    const later = await read(list, { 'Consistency-Token': String(deps.now() + 1) });
    expect(later.headers.get('Cache-Status')).toContain('mooring-memory; fwd=request');
    deps.clock.advance(5_001);
    expect((await read()).headers.get('Cache-Status')).not.toContain('mooring-memory; hit');
  });

  it('is not shown to a token that has run out since it was verified', async () => {
    const { read, deps, userId } = await warm();
    deps.clock.advance(3_601_000);
    const now = deps.now();
    deps.memory.put(
      { v: 1, userId, version: 1, takenAt: now, freshUntil: now + 300_000, integrations: [] },
      now,
    );
    expect((await read()).status).toBe(401);
  });

  it('is not shown to another user', async () => {
    const { read, list } = await warm();
    expect((await read(list, {}, await userToken('somebody-else'))).status).toBe(403);
  });
});

it('no route forces Hono from its fast router to the general one', async () => {
  const deps = testDeps();
  const app = createApp(
    () => deps,
    () => deps.log,
  );
  await app.fetch(apiRequest('/health'), env as Bindings, createExecutionContext());
  expect(app.router.name).toBe('SmartRouter + RegExpRouter');
});
