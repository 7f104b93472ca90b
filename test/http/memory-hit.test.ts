/**
 * A hit in memory is answered before the app is asked. Here both are asked the same, and say the
 * same; and whatever is out of the ordinary is left to the app.
 */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app';
import type { Bindings } from '../../src/config';
import { answerFromMemory } from '../../src/http/memory-hit';
import { apiRequest, userToken } from '../support/api';
import { testDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';

const requestId = '0f8fad5b-d9cb-469f-a165-70867728950e';

/** A user whose token was verified and whose list is in memory. */
async function warm(overrides: Parameters<typeof insertAccount>[1] = {}) {
  const deps = testDeps();
  const { userId } = await insertAccount(deps, { refreshDueAt: null, ...overrides });
  const token = await userToken(userId);
  const app = createApp(
    () => deps,
    () => deps.log,
  );
  const ctx = { waitUntil: deps.waitUntil, passThroughOnException: () => {} };
  const request = (path: string, init: RequestInit = {}) => {
    const headers = { 'X-Request-Id': requestId, ...(init.headers as Record<string, string>) };
    return apiRequest(path, { ...init, token, headers } as Parameters<typeof apiRequest>[1]);
  };
  const ask = {
    app: async (path: string, init?: RequestInit) =>
      app.fetch(request(path, init), env as Bindings, ctx as ExecutionContext),
    memory: (path: string, init?: RequestInit, bindings: object = {}) =>
      answerFromMemory(request(path, init), { ...(env as Bindings), ...bindings }, deps),
  };
  const list = `/v1/users/${encodeURIComponent(userId)}/integrations`;
  await (await ask.app(list)).text();
  await deps.settle();
  return { deps, userId, token, ask, list };
}

async function seen(response: Response | null) {
  return (
    response && {
      status: response.status,
      headers: [...response.headers].sort(),
      body: await response.text(),
    }
  );
}

describe('a hit in memory, answered before the app', () => {
  it.each<[string, string]>([
    ['by its id', 'list'],
    ['as me', '/v1/users/me/integrations'],
  ])('says what the app says: %s', async (_, path) => {
    const { ask, list } = await warm({ userId: `ada|1 é ${path}`, displayName: 'Zoë "Z" \\' });
    const url = path === 'list' ? list : path;
    const byApp = await seen(await ask.app(url));
    expect(byApp).toMatchObject({ status: 200 });
    expect(await seen(ask.memory(url))).toEqual(byApp);
  });

  it('says what the app says to a client that has the answer already, or some version', async () => {
    const { ask, list, deps } = await warm();
    const first = await ask.app(list);
    await first.text();
    const headers = {
      'If-None-Match': first.headers.get('ETag') ?? '',
      'Consistency-Token': first.headers.get('Consistency-Token') ?? '',
    };
    const byApp = await seen(await ask.app(list, { headers }));
    expect(byApp).toMatchObject({ status: 304, body: '' });
    expect(await seen(ask.memory(list, { headers }))).toEqual(byApp);
    expect(deps.memory.stats(deps.now()).misses).toBe(1);
  });

  it('counts as a hit, once, and writes its point', async () => {
    const { ask, list, deps } = await warm();
    const points: unknown[] = [];
    const STATUS_ANALYTICS = { writeDataPoint: (point: unknown) => points.push(point) };
    const { hits } = deps.memory.stats(deps.now());
    expect(ask.memory(list, {}, { STATUS_ANALYTICS })?.status).toBe(200);
    expect(deps.memory.stats(deps.now()).hits).toBe(hits + 1);
    expect(points).toEqual([
      { indexes: ['listIntegrations'], blobs: ['listIntegrations'], doubles: [1, 0, 0, 0, -1, -1] },
    ]);
  });

  it.each<[string, (list: string) => [path: string, init?: RequestInit]]>([
    ['another method', (list) => [list, { method: 'HEAD' }]],
    ['a query', (list) => [`${list}?x=1`]],
    ['another user', () => ['/v1/users/somebody-else/integrations']],
    ['another route', (list) => [`${list}/acme/1`]],
    ['another spelling of the path', (list) => [list.replace('users', '%75sers')]],
    ['an origin', (list) => [list, { headers: { Origin: 'https://app.example.com' } }]],
    ['a later version', (list) => [list, { headers: { 'Consistency-Token': '9'.repeat(14) } }]],
    ['a version that is no number', (list) => [list, { headers: { 'Consistency-Token': 'x' } }]],
    ['a number that is no version', (list) => [list, { headers: { 'Consistency-Token': '1e3' } }]],
  ])('leaves to the app, and counts nothing: %s', async (_, request) => {
    const { ask, list, deps } = await warm();
    const before = deps.memory.stats(deps.now());
    expect(ask.memory(...request(list))).toBeNull();
    expect(deps.memory.stats(deps.now())).toEqual(before);
  });

  it('leaves to the app what memory no longer has', async () => {
    const { ask, list, deps } = await warm();
    deps.clock.advance(5_001);
    expect(ask.memory(list)).toBeNull();
  });

  it('leaves to the app a token that was not verified here, or has run out since', async () => {
    const { ask, list, deps, userId } = await warm();
    const bindings = env as Bindings;
    const of = (token: string | null, headers = {}) =>
      answerFromMemory(apiRequest(list, { token, headers }), bindings, deps);
    expect(of(await userToken(userId, { jti: 'another' }))).toBeNull();
    expect(of(null)).toBeNull();
    expect(of(null, { Authorization: 'Basic YTpi' })).toBeNull();
    expect(ask.memory(list)?.status).toBe(200);
    deps.clock.advance(3_601_000);
    deps.memory.put(
      {
        v: 1,
        userId,
        version: 1,
        takenAt: deps.now(),
        freshUntil: deps.now() + 300_000,
        integrations: [],
      },
      deps.now(),
    );
    expect(ask.memory(list)).toBeNull();
  });

  it('leaves to the app what it fails over, which has the words for that', async () => {
    const { ask, list } = await warm({ expiresAt: 9e15 });
    expect(await seen(await ask.app(list))).toMatchObject({
      status: 500,
      body: expect.stringContaining('"code":"internal"'),
    });
    expect(ask.memory(list)).toBeNull();
  });

  it('is nothing before the isolate has checked its configuration', async () => {
    const { list, token } = await warm();
    expect(answerFromMemory(apiRequest(list, { token }), env as Bindings, null)).toBeNull();
  });
});

it('no route forces Hono from its fast router to the general one', async () => {
  const deps = testDeps();
  const app = createApp(
    () => deps,
    () => deps.log,
  );
  const ctx = { waitUntil: deps.waitUntil, passThroughOnException: () => {} };
  await app.fetch(apiRequest('/health'), env as Bindings, ctx as unknown as ExecutionContext);
  expect(app.router.name).toBe('SmartRouter + RegExpRouter');
});
