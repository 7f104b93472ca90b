/**
 * Calls of the status cache over the public routes: by the Worker's own `fetch`, or, where the
 * clock has to move, by the same app with the real KV and D1 and a clock of the test's.
 */
import { expect } from 'vitest';
import type { IntegrationList } from '../../../src/integrations/serialization';
import { MemoryTier } from '../../../src/status-cache/memory';
import { type ApiInit, api, apiWith } from '../../support/api';
import { type TestDeps, testDeps } from '../../support/deps';

export type Call = (path: string, init?: ApiInit) => Promise<Response>;

export interface Read {
  list: IntegrationList;
  from: 'memory' | 'kv' | 'origin' | 'stale';
  /** Seconds that the answering tier may still answer; null: no tier did. */
  ttl: number | null;
  version: number;
}

export const userPath = (userId: string): string => `/v1/users/${encodeURIComponent(userId)}`;

export const listPath = (userId: string): string => `${userPath(userId)}/integrations`;

/** The status read. */
export async function read(userId: string, call: Call = api, init: ApiInit = {}): Promise<Read> {
  const reply = await call(listPath(userId), init);
  expect(reply.status, await reply.clone().text()).toBe(200);
  const cacheStatus = reply.headers.get('Cache-Status') ?? '';
  const ttl = /hit; ttl=(-?\d+)/.exec(cacheStatus)?.[1];
  return {
    list: await reply.json(),
    from: sourceOf(cacheStatus),
    ttl: ttl === undefined ? null : Number(ttl),
    version: Number(reply.headers.get('Consistency-Token')),
  };
}

function sourceOf(cacheStatus: string): Read['from'] {
  if (cacheStatus.includes('stale-if-error')) return 'stale';
  if (cacheStatus.startsWith('mooring-memory; hit')) return 'memory';
  return cacheStatus.startsWith('mooring-kv; hit') ? 'kv' : 'origin';
}

interface Held {
  version: number;
  asOf: string;
  freshUntil: string;
  ttl: number;
}

/** `has`, and the time to expiry: what the tiers hold, without reading it. */
export async function held(
  userId: string,
  call: Call = api,
): Promise<{ memory: Held | null; kv: Held | null }> {
  const reply = await call(`/v1/cache/users/${encodeURIComponent(userId)}`);
  expect(reply.status).toBe(200);
  return reply.json();
}

export async function invalidate(userId: string, call: Call = api): Promise<number> {
  const reply = await call(`/v1/cache/users/${encodeURIComponent(userId)}`, { method: 'DELETE' });
  await reply.text();
  return reply.status;
}

export async function clear(call: Call = api): Promise<{ deleted: number; truncated: boolean }> {
  const reply = await call('/v1/cache', { method: 'DELETE' });
  expect(reply.status).toBe(202);
  return reply.json();
}

interface Statistics {
  memory: { size: number; active: number; expired: number; hits: number; misses: number };
  kv: { size: number; truncated: boolean; hits: number; misses: number };
}

export const statistics = async (call: Call = api): Promise<Statistics> =>
  (await call('/v1/cache/stats')).json();

/** A number for an account, its own for each user and name. */
function accountOf(userId: string, name: string): string {
  let hash = 7n;
  for (const byte of new TextEncoder().encode(`${userId}/${name}`)) {
    hash = (hash * 257n + BigInt(byte)) % 10n ** 18n;
  }
  return String(hash);
}

/** Connects an account of this name (a kept session): a change over the public route. */
export async function connect(userId: string, name: string, call: Call = api): Promise<Response> {
  const credentials = {
    auth_id: accountOf(userId, name),
    sess: `session-of-${name}`,
    x_bc: '0123456789abcdef',
    user_agent: 'Mozilla/5.0',
  };
  const json = { credentials, displayName: name };
  const reply = await call(`${listPath(userId)}/onlyfans`, { method: 'PUT', json });
  expect([200, 201], await reply.clone().text()).toContain(reply.status);
  return reply;
}

export const disconnect = (userId: string, name: string, call: Call = api): Promise<Response> =>
  call(`${listPath(userId)}/onlyfans/${accountOf(userId, name)}`, { method: 'DELETE' });

/**
 * An isolate of its own on the real KV and D1, with the clock of `like`, else one that it moves.
 */
export function isolate(
  like?: TestDeps,
  overrides: Parameters<typeof testDeps>[0] = {},
): { deps: TestDeps; call: Call } {
  const deps = testDeps({
    ...(like ? { clock: like.clock } : {}),
    memory: new MemoryTier(),
    ...overrides,
  });
  const app = apiWith(deps);
  return {
    deps,
    // As the platform does: the reply first, then the rest. Tests want both.
    async call(path, init) {
      const reply = await app(path, init);
      await deps.settle();
      return reply;
    },
  };
}
