import { describe, expect, it } from 'vitest';
import { testDeps } from '../../support/deps';
import { insertAccount } from '../../support/fixtures';
import { clear, held, invalidate, isolate, read, statistics } from './client';

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
