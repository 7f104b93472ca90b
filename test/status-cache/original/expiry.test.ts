import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { keyOf } from '../../../src/status-cache/kv';
import { insertAccount } from '../../support/fixtures';
import { connect, held, isolate, read } from './client';

const SECOND = 1_000;

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
