import { describe, expect, it } from 'vitest';
import { testDeps } from '../../support/deps';
import { insertAccount } from '../../support/fixtures';
import { connect, disconnect, held, invalidate, isolate, read, statistics } from './client';

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
