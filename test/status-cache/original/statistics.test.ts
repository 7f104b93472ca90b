import { describe, expect, it } from 'vitest';
import { clear, connect, invalidate, isolate, read, statistics } from './client';

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
