import { describe, expect, it } from 'vitest';
import { MemoryTier } from '../../src/status-cache/memory';
import type { Facts, Snapshot } from '../../src/status-cache/snapshot';

const T = 1_000_000_000;

const snapshot = (overrides: Partial<Snapshot> = {}): Snapshot => ({
  v: 1,
  userId: 'ada',
  version: 7,
  takenAt: T,
  freshUntil: T + 300_000,
  integrations: [],
  ...overrides,
});

describe('what is served', () => {
  it('a snapshot for less than 5 s after it was put', () => {
    const memory = new MemoryTier();
    const stored = snapshot();
    memory.put(stored, T);
    expect(memory.find('ada', 0, T)).toEqual({ hit: true, snapshot: stored, ttlMs: 5_000 });
    expect(memory.find('ada', 0, T + 4_999)).toMatchObject({ hit: true, ttlMs: 1 });
    expect(memory.find('ada', 0, T + 5_000)).toEqual({
      hit: false,
      forward: 'stale',
      kept: stored,
    });
  });

  it('not past freshUntil, less 2 s for clocks', () => {
    const memory = new MemoryTier();
    memory.put(snapshot({ freshUntil: T + 4_000 }), T);
    expect(memory.find('ada', 0, T + 1_999)).toMatchObject({ hit: true, ttlMs: 1 });
    expect(memory.find('ada', 0, T + 2_000)).toMatchObject({ hit: false, forward: 'stale' });
  });

  it('never a version below the one that is asked for, not even as a last resort', () => {
    const memory = new MemoryTier();
    memory.put(snapshot({ version: 7 }), T);
    expect(memory.find('ada', 7, T)).toMatchObject({ hit: true });
    expect(memory.find('ada', 8, T)).toEqual({ hit: false, forward: 'request', kept: null });
  });

  it('no snapshot of anybody else', () => {
    const memory = new MemoryTier();
    memory.put(snapshot(), T);
    expect(memory.find('bob', 0, T)).toEqual({ hit: false, forward: 'miss', kept: null });
  });

  it('not one that promises nothing', () => {
    const memory = new MemoryTier();
    memory.put(snapshot({ freshUntil: T }), T);
    expect(memory.find('ada', 0, T)).toEqual({ hit: false, forward: 'miss', kept: null });
    expect(memory.stats(T).size).toBe(0);
  });
});

describe('what came in a moment ago', () => {
  it('is a version, for a second', () => {
    const memory = new MemoryTier();
    expect(memory.hasJustTaken(snapshot(), T)).toBe(false);
    memory.put(snapshot({ version: 7 }), T);
    expect(memory.hasJustTaken(snapshot({ version: 7 }), T + 999)).toBe(true);
    expect(memory.hasJustTaken(snapshot({ version: 7 }), T + 1_000)).toBe(false);
    expect(memory.hasJustTaken(snapshot({ version: 8 }), T)).toBe(false);
  });

  it('not what comes again and again: it came when it came first', () => {
    const memory = new MemoryTier();
    for (const later of [0, 700, 1_400]) memory.put(snapshot({ takenAt: T + later }), T + later);
    expect(memory.hasJustTaken(snapshot(), T + 1_400)).toBe(false);
  });

  it('anew once it had run out here', () => {
    const memory = new MemoryTier();
    memory.put(snapshot(), T);
    memory.put(snapshot({ takenAt: T + 6_000 }), T + 6_000);
    expect(memory.hasJustTaken(snapshot(), T + 6_500)).toBe(true);
  });
});

describe('what is taken in', () => {
  it('an older version never replaces a newer one', () => {
    const memory = new MemoryTier();
    memory.put(snapshot({ version: 8 }), T);
    memory.put(snapshot({ version: 7, takenAt: T + 100 }), T + 100);
    expect(memory.find('ada', 0, T + 100)).toMatchObject({ snapshot: { version: 8 } });
  });

  it('a newer version that may not be stored keeps older ones out', () => {
    const memory = new MemoryTier();
    memory.put(snapshot({ version: 7 }), T);
    memory.put(snapshot({ version: 8, takenAt: T + 1, freshUntil: T + 1 }), T + 1);
    memory.put(snapshot({ version: 7 }), T + 2);
    expect(memory.find('ada', 0, T + 2)).toMatchObject({ hit: false, kept: null });
  });

  it('of one version, what was taken later stays for as long as it is served', () => {
    const memory = new MemoryTier();
    memory.put(snapshot({ takenAt: T + 10 }), T + 10);
    memory.put(snapshot({ takenAt: T }), T + 20);
    expect(memory.find('ada', 0, T + 20)).toMatchObject({ snapshot: { takenAt: T + 10 } });
    // KV's entry is as good as ours, and ours has had its five seconds.
    memory.put(snapshot({ takenAt: T }), T + 5_010);
    expect(memory.find('ada', 0, T + 5_010)).toMatchObject({ hit: true, snapshot: { takenAt: T } });
  });

  it('after 305 s anything: no older promise is live any more', () => {
    const memory = new MemoryTier();
    memory.put(snapshot({ version: 8 }), T);
    expect(memory.accepts(snapshot({ version: 7 }), T + 305_000)).toBe(false);
    expect(memory.accepts(snapshot({ version: 7 }), T + 305_001)).toBe(true);
  });

  it('after forget nothing that was taken before it, and anything after it', () => {
    const memory = new MemoryTier();
    memory.put(snapshot({ version: 8 }), T);
    memory.forget('ada', T + 10);
    expect(memory.find('ada', 0, T + 10)).toMatchObject({ hit: false, kept: null });
    expect(memory.hasForgotten(snapshot({ takenAt: T + 9 }))).toBe(true);
    memory.put(snapshot({ version: 8, takenAt: T + 9 }), T + 11);
    expect(memory.find('ada', 0, T + 11)).toMatchObject({ hit: false });
    // Also a lower version: the database may have been set back.
    memory.put(snapshot({ version: 3, takenAt: T + 10 }), T + 12);
    expect(memory.find('ada', 0, T + 12)).toMatchObject({ hit: true, snapshot: { version: 3 } });
    expect(memory.hasForgotten(snapshot({ takenAt: T + 9 }))).toBe(true);
  });

  it('after clear the same holds for everybody', () => {
    const memory = new MemoryTier();
    memory.put(snapshot(), T);
    expect(memory.clear(T + 10)).toBe(1);
    memory.put(snapshot(), T + 11);
    memory.put(snapshot({ userId: 'bob' }), T + 11);
    expect(memory.stats(T + 11).size).toBe(0);
    memory.put(snapshot({ takenAt: T + 10 }), T + 11);
    expect(memory.stats(T + 11).size).toBe(1);
  });
});

describe('bounds and statistics', () => {
  it('the user who was asked for longest ago goes first', () => {
    const memory = new MemoryTier({ users: 2 });
    memory.put(snapshot({ userId: 'a' }), T);
    memory.put(snapshot({ userId: 'b' }), T);
    memory.find('a', 0, T);
    memory.put(snapshot({ userId: 'c' }), T);
    expect(memory.find('b', 0, T)).toMatchObject({ hit: false });
    expect(memory.find('a', 0, T)).toMatchObject({ hit: true });
    expect(memory.find('c', 0, T)).toMatchObject({ hit: true });
  });

  it('users count by what their integrations take, texts above all', () => {
    const memory = new MemoryTier({ bytes: 100_000 });
    /** About so many thousand bytes: each character counts four. */
    const taking = (kilobytes: number): Facts[] => [
      {
        accountId: 'a',
        scopes: [],
        requestedScopes: [],
        metadata: { text: 'x'.repeat(kilobytes * 250) },
      } as never,
    ];
    memory.put(snapshot({ userId: 'a', integrations: taking(40) }), T);
    memory.put(snapshot({ userId: 'b', integrations: taking(50) }), T);
    expect(memory.stats(T).size).toBe(2);
    // Replaced, not added.
    memory.put(snapshot({ userId: 'b', version: 8, integrations: taking(50) }), T);
    expect(memory.stats(T).size).toBe(2);
    memory.put(snapshot({ userId: 'c', integrations: taking(20) }), T);
    expect(memory.find('a', 0, T)).toMatchObject({ hit: false });
    expect(memory.stats(T).size).toBe(2);
    // More than all there is room for: not kept.
    memory.put(snapshot({ userId: 'd', integrations: taking(101) }), T);
    expect(memory.find('d', 0, T)).toMatchObject({ hit: false });
  });

  it('a thousand users with large integrations stay within the bytes that are allowed', () => {
    const memory = new MemoryTier();
    const integrations = Array.from(
      { length: 20 },
      () =>
        ({
          accountId: 'a',
          scopes: ['s'.repeat(100)],
          requestedScopes: [],
          metadata: { text: 'x'.repeat(2_000) },
        }) as never,
    );
    for (let n = 0; n < 1_000; n += 1) {
      memory.put(snapshot({ userId: `large-${n}`, integrations }), T);
    }
    // 20 times 2,100 characters, counted four times, and 700 bytes: about 180 KB each.
    expect(memory.stats(T).size).toBeLessThan(24_000_000 / 180_000);
    expect(memory.stats(T).size).toBeGreaterThan(100);
  });

  it('counts what can be served, what cannot, hits and misses', () => {
    const memory = new MemoryTier();
    memory.put(snapshot({ userId: 'a' }), T);
    memory.put(snapshot({ userId: 'b' }), T + 3_000);
    memory.find('b', 0, T + 5_000);
    memory.find('a', 0, T + 5_000);
    memory.find('c', 0, T + 5_000);
    expect(memory.stats(T + 5_000)).toEqual({ size: 2, active: 1, expired: 1, hits: 1, misses: 2 });
  });
});
