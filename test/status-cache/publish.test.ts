/** Writes into KV: races are made by hand, refusals by a KV that refuses. */
import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { oauthAccounts } from '../../src/db/schema';
import { readSnapshot } from '../../src/status-cache/cache';
import { changeVisibly } from '../../src/status-cache/changes';
import { keyOf, PAUSE_MS } from '../../src/status-cache/kv';
import { MemoryTier } from '../../src/status-cache/memory';
import { forget, publish } from '../../src/status-cache/publish';
import type { Snapshot } from '../../src/status-cache/snapshot';
import { type TestDeps, testClock, testDeps } from '../support/deps';
import { growVersion, insertAccount } from '../support/fixtures';
import { d1Away, d1With, gate, kvWith, quotaSpent, readsWith, storedIn, tooOften } from './faults';

async function rename(deps: TestDeps, userId: string, name: string): Promise<Snapshot> {
  const { snapshot } = await changeVisibly(
    deps,
    userId,
    [deps.db.update(oauthAccounts).set({ displayName: name }).where(sql`user_id = ${userId}`)],
    sql`TRUE`,
  );
  return snapshot;
}

const put = (key: string, text: string, options?: KVNamespacePutOptions) =>
  env.STATUS_CACHE.put(key, text, options);

/** The same storage and clock, seen from another isolate. */
const elsewhere = (deps: TestDeps, kv?: KVNamespace) =>
  testDeps({ clock: deps.clock, memory: new MemoryTier(), ...(kv ? { kv } : {}) });

describe('write-through', () => {
  it('both tiers hold the change when publish is done', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    const snapshot = await rename(deps, userId, 'new');
    await publish(deps, snapshot);
    expect(await storedIn(keyOf(userId))).toEqual(snapshot);
    expect(await readSnapshot(deps, userId, 0)).toMatchObject({ source: 'memory', snapshot });
    expect(await readSnapshot(elsewhere(deps), userId, 0)).toMatchObject({ source: 'kv' });
  });

  it("a list that is too large for KV is its user's own miss, and pauses nobody's puts", async () => {
    const deps = testDeps();
    const [large, other] = [await insertAccount(deps), await insertAccount(deps)];
    const before = await rename(deps, large.userId, 'small');
    await publish(deps, before);
    expect(await storedIn(keyOf(large.userId))).toEqual(before);
    const snapshot = await rename(deps, large.userId, 'new');
    const integrations = snapshot.integrations.map((facts) => ({
      ...facts,
      metadata: { text: 'é'.repeat(13 * 1024 * 1024) },
    }));
    await publish(deps, { ...snapshot, integrations });
    // Nothing older stays there either.
    expect(await storedIn(keyOf(large.userId))).toBeNull();
    expect(deps.memory.kv.putsPausedUntil).toBe(0);
    const others = await rename(deps, other.userId, 'new');
    await publish(deps, others);
    expect(await storedIn(keyOf(other.userId))).toEqual(others);
    expect(deps.logLines.join()).toContain('kv.snapshot_too_large');
  });

  it('KV removes an entry after 300 s', async () => {
    const spy = vi.fn(put);
    const deps = testDeps({ kv: kvWith({ put: spy }) });
    const { userId } = await insertAccount(deps);
    await publish(deps, await rename(deps, userId, 'new'));
    expect(spy).toHaveBeenCalledExactlyOnceWith(keyOf(userId), expect.any(String), {
      expirationTtl: 300,
    });
  });

  it('a snapshot that may not be stored leaves nothing older in either tier', async () => {
    const deps = testDeps();
    const row = await insertAccount(deps);
    await readSnapshot(deps, row.userId, 0);
    await deps.settle();
    deps.clock.advance(10);
    const { snapshot } = await changeVisibly(
      deps,
      row.userId,
      [deps.db.update(oauthAccounts).set({ refreshDueAt: deps.now() }).where(sql`id = ${row.id}`)],
      sql`TRUE`,
    );
    await publish(deps, snapshot);
    expect(await storedIn(keyOf(row.userId))).toBeNull();
    expect(await readSnapshot(deps, row.userId, 0)).toMatchObject({
      source: 'origin',
      snapshot: { version: snapshot.version },
    });
  });

  it('waits a second for KV at most, and goes on after the reply', async () => {
    const { promise: opened, resolve: open } = gate();
    const deps = testDeps({
      kv: kvWith({
        put: async (key: string, text: string) => {
          await opened;
          await put(key, text);
        },
      }),
    });
    const { userId } = await insertAccount(deps);
    const snapshot = await rename(deps, userId, 'new');
    const startedAt = Date.now();
    await publish(deps, snapshot);
    expect(Date.now() - startedAt).toBeLessThan(2_500);
    expect(await storedIn(keyOf(userId))).toBeNull();
    // Here at once, all the same.
    expect(await readSnapshot(deps, userId, snapshot.version)).toMatchObject({ source: 'memory' });
    open();
    await deps.settle();
    expect(await storedIn(keyOf(userId))).toEqual(snapshot);
  });

  it('the slower of two publishers in one isolate does not take memory back', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    const first = await rename(deps, userId, 'first');
    const second = await rename(deps, userId, 'second');
    await publish(deps, second);
    await publish(deps, first);
    await deps.settle();
    expect((await readSnapshot(deps, userId, 0)).snapshot.version).toBe(second.version);
    expect(await storedIn(keyOf(userId))).toMatchObject({ version: second.version });
  });
});

describe('every put is verified (I3): KV ends with the newest, or with nothing', () => {
  it('a slow reader that puts an old snapshot over a newer one heals it', async () => {
    const { promise: opened, resolve: open } = gate();
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    const reader = testDeps({
      clock: deps.clock,
      session: (constraint) =>
        constraint === 'first-primary'
          ? deps.session(constraint)
          : readsWith(async (read) => {
              const answers = await read();
              await opened;
              return answers;
            }),
    });
    const reading = readSnapshot(reader, userId, 0);
    await scheduler.wait(50);
    deps.clock.advance(10);
    const snapshot = await rename(deps, userId, 'new');
    await publish(deps, snapshot);
    open();
    expect((await reading).snapshot.version).toBeLessThan(snapshot.version);
    await reader.settle();
    expect(await storedIn(keyOf(userId))).toMatchObject({
      version: snapshot.version,
      integrations: [{ displayName: 'new' }],
    });
    // Its own memory has learned, too.
    expect((await readSnapshot(reader, userId, 0)).snapshot.version).toBe(snapshot.version);
  });

  it('the slower of two writers heals it', async () => {
    const { promise: opened, resolve: open } = gate();
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    const slow = elsewhere(
      deps,
      kvWith({
        put: async (key: string, text: string) => {
          await opened;
          await put(key, text);
        },
      }),
    );
    const publishing = publish(slow, await rename(slow, userId, 'first'));
    const second = await rename(deps, userId, 'second');
    await publish(deps, second);
    open();
    await publishing;
    await slow.settle();
    expect(await storedIn(keyOf(userId))).toMatchObject({ version: second.version });
  });

  it('after three rounds in which the user changed each time, the entry is deleted', async () => {
    const puts = vi.fn(async (key: string, text: string) => {
      await put(key, text);
      await growVersion(deps, userId);
    });
    const deps = testDeps({ kv: kvWith({ put: puts }) });
    const { userId } = await insertAccount(deps);
    await publish(deps, await rename(deps, userId, 'new'));
    await deps.settle();
    expect(puts).toHaveBeenCalledTimes(3);
    expect(await storedIn(keyOf(userId))).toBeNull();
  });

  it('a newer snapshot that may not be stored means a delete', async () => {
    const deps = testDeps();
    const row = await insertAccount(deps);
    const snapshot = await rename(deps, row.userId, 'new');
    await deps.db
      .update(oauthAccounts)
      .set({ refreshDueAt: deps.now() })
      .where(sql`id = ${row.id}`);
    await growVersion(deps, row.userId);
    await publish(deps, snapshot);
    expect(await storedIn(keyOf(row.userId))).toBeNull();
  });

  it('what cannot be verified, the database being away, does not stay', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    const snapshot = await rename(deps, userId, 'new');
    const away = testDeps({ clock: deps.clock, db: d1Away(), session: d1Away });
    await publish(away, snapshot);
    expect(await storedIn(keyOf(userId))).toBeNull();
    expect(away.logLines.join()).toContain('kv.put_unverified');
  });
});

describe('KV refuses', () => {
  it('429, one write a second: tried again after a second or more', async () => {
    const puts = vi.fn(put).mockImplementationOnce(tooOften);
    const pauses: number[] = [];
    const deps = testDeps({
      kv: kvWith({ put: puts }),
      sleep: async (ms) => {
        pauses.push(ms);
      },
    });
    const { userId } = await insertAccount(deps);
    const snapshot = await rename(deps, userId, 'new');
    await publish(deps, snapshot);
    await deps.settle();
    expect(puts).toHaveBeenCalledTimes(2);
    expect(pauses).toHaveLength(1);
    expect(pauses[0]).toBeGreaterThan(1_000);
    expect(await storedIn(keyOf(userId))).toEqual(snapshot);
  });

  it('429 again and again: deleted in the end, and no pause of five minutes', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    await readSnapshot(deps, userId, 0);
    await deps.settle();
    const puts = vi.fn(tooOften);
    const limited = elsewhere(deps, kvWith({ put: puts }));
    await publish(limited, await rename(limited, userId, 'new'));
    await limited.settle();
    expect(puts).toHaveBeenCalledTimes(3);
    expect(await storedIn(keyOf(userId))).toBeNull();
    expect(limited.memory.kv.putsPausedUntil).toBe(0);
  });

  it('anything else, such as a daily quota: no put for five minutes, the old entry deleted', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    await readSnapshot(deps, userId, 0);
    await deps.settle();

    const puts = vi.fn<(...args: Parameters<typeof put>) => Promise<void>>(quotaSpent);
    const refused = elsewhere(deps, kvWith({ put: puts }));
    await publish(refused, await rename(refused, userId, 'new'));
    await refused.settle();
    expect(puts).toHaveBeenCalledTimes(1);
    expect(await storedIn(keyOf(userId))).toBeNull();
    expect(refused.logLines.join()).toContain('kv.put_refused');

    refused.clock.advance(PAUSE_MS - 1);
    const during = await readSnapshot(refused, userId, 0);
    await refused.settle();
    expect(during).toMatchObject({
      source: 'origin',
      cacheStatus: 'mooring-kv; fwd=miss, mooring-memory; fwd=stale; stored',
    });
    await publish(refused, await rename(refused, userId, 'newer'));
    expect(puts).toHaveBeenCalledTimes(1);

    puts.mockImplementation(put);
    refused.clock.advance(PAUSE_MS);
    await readSnapshot(refused, userId, 0);
    await refused.settle();
    expect(puts).toHaveBeenCalledTimes(2);
    expect(await storedIn(keyOf(userId))).not.toBeNull();
  });

  it('everything: the change is made all the same, publish does not throw', async () => {
    const deps = testDeps({ kv: kvWith({ put: quotaSpent, delete: quotaSpent }) });
    const { userId } = await insertAccount(deps);
    const snapshot = await rename(deps, userId, 'new');
    await expect(publish(deps, snapshot)).resolves.toBeUndefined();
    await deps.settle();
    expect((await readSnapshot(deps, userId, snapshot.version)).source).toBe('memory');
  });
});

describe('a fill', () => {
  it('is one put, however many read at once', async () => {
    let puts = 0;
    const deps = testDeps({
      kv: kvWith({
        put: async (...args) => {
          puts += 1;
          await env.STATUS_CACHE.put(...(args as Parameters<KVNamespace['put']>));
        },
      }),
    });
    const { userId } = await insertAccount(deps);
    const served = await Promise.all([1, 2, 3].map(() => readSnapshot(deps, userId, 0)));
    await deps.settle();
    expect(puts).toBe(1);
    expect(served.map(({ cacheStatus }) => /mooring-kv;[^,]*stored/.test(cacheStatus))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('of all who were read at once is verified by one look at the primary', async () => {
    let looks = 0;
    const db = readsWith((read) => {
      looks += 1;
      return read();
    });
    const deps = testDeps({ db });
    const userIds = await Promise.all(
      Array.from({ length: 7 }, async () => (await insertAccount(testDeps())).userId),
    );
    await Promise.all(userIds.map((userId) => readSnapshot(deps, userId, 0)));
    await deps.settle();
    expect(looks).toBe(1);
    for (const userId of userIds) expect(await storedIn(keyOf(userId))).not.toBeNull();
  });

  it('waits for reads to pause, but a moment only', async () => {
    const clock = testClock(Date.now());
    let slept = 0;
    let begun: number | null = null;
    const deps = testDeps({
      clock,
      kv: kvWith({
        put: async (key: string, text: string) => {
          begun ??= slept;
          await put(key, text);
        },
      }),
      sleep: async (ms) => {
        clock.advance(ms);
        slept += ms;
        // Somebody else is read each time.
        if (begun === null) await readSnapshot(deps, `somebody at ${slept}`, 0);
      },
    });
    const { userId } = await insertAccount(deps);
    await readSnapshot(deps, userId, 0);
    await deps.settle();
    expect(begun).toBe(50);
  });

  it('of more users than a hundred: whoever waits longest is left to the next read', async () => {
    const deps = testDeps();
    const busy = { ...deps, sleep: () => new Promise<void>(() => {}), waitUntil: () => {} };
    const userIds = Array.from({ length: 101 }, (_, i) => `waiting-${i}`);
    for (const userId of userIds) await readSnapshot(busy, userId, 0);
    deps.clock.advance(10_000);
    const { userId: last } = await insertAccount(deps);
    await readSnapshot(deps, last, 0);
    await deps.settle();
    const stored = await Promise.all([...userIds, last].map((id) => storedIn(keyOf(id))));
    expect(stored.map((text) => text !== null)).toEqual([
      ...[false, false],
      ...Array.from({ length: 100 }, () => true),
    ]);
  });

  it('that an ended invocation has left undone is taken up by the next one', async () => {
    const deps = testDeps();
    const gone = { ...deps, sleep: () => new Promise<void>(() => {}), waitUntil: () => {} };
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => insertAccount(deps)));
    await readSnapshot(gone, first?.userId ?? '', 0);
    await readSnapshot(deps, second?.userId ?? '', 0);
    await deps.settle();
    expect(await storedIn(keyOf(first?.userId ?? ''))).toBeNull();
    deps.clock.advance(10_000);
    await readSnapshot(deps, third?.userId ?? '', 0);
    await deps.settle();
    for (const row of [first, second, third]) {
      expect(await storedIn(keyOf(row?.userId ?? ''))).not.toBeNull();
    }
  });

  it.each([
    [17_001, true],
    [17_000, false],
  ])('of what is due in %i ms: %s, for it would not be worth its put', async (ms, stored) => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps, { refreshDueAt: deps.now() + ms });
    const { cacheStatus } = await readSnapshot(deps, userId, 0);
    await deps.settle();
    expect(/mooring-kv;[^,]*stored/.test(cacheStatus)).toBe(stored);
    expect((await storedIn(keyOf(userId))) !== null).toBe(stored);
    // Memory has it all the same.
    expect(await readSnapshot(deps, userId, 0)).toMatchObject({ source: 'memory' });
  });
});

describe('forget', () => {
  it('the next read comes from the database, even where KV still shows what was there', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    await readSnapshot(deps, userId, 0);
    await deps.settle();
    const old = await env.STATUS_CACHE.get(keyOf(userId));
    deps.clock.advance(10);
    expect(await forget(deps, userId)).toBe(true);
    expect(await storedIn(keyOf(userId))).toBeNull();
    const lagging = { ...deps, kv: kvWith({ get: async () => old }) };
    expect(await readSnapshot(lagging, userId, 0)).toMatchObject({ source: 'origin' });
    expect(await readSnapshot(lagging, userId, 0)).toMatchObject({ source: 'memory' });
    await deps.settle();
  });

  it('a fill that was under way does not bring the entry back', async () => {
    const { promise: opened, resolve: open } = gate();
    const deps = testDeps({
      kv: kvWith({
        put: async (key: string, text: string) => {
          await opened;
          await put(key, text);
        },
      }),
    });
    const { userId } = await insertAccount(deps);
    await readSnapshot(deps, userId, 0);
    deps.clock.advance(10);
    await forget(deps, userId);
    open();
    await deps.settle();
    expect(await storedIn(keyOf(userId))).toBeNull();
  });

  it('in the middle of a slow change: nothing older than the change stays (found by the model)', async () => {
    const { promise: opened, resolve: open } = gate();
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    const slow = d1With(async (batch) => {
      await opened;
      return batch();
    });
    // Its clock was read before the invalidation, its statements run after it.
    const changing = rename({ ...deps, db: slow }, userId, 'new');
    deps.clock.advance(10);
    await forget(deps, userId);
    const other = elsewhere(deps);
    await readSnapshot(other, userId, 0);
    await other.settle();
    expect(await storedIn(keyOf(userId))).not.toBeNull();
    open();
    await publish(deps, await changing);
    await deps.settle();
    expect(await storedIn(keyOf(userId))).toBeNull();
  });

  it('says when KV did not take the delete', async () => {
    const deps = testDeps({ kv: kvWith({ delete: quotaSpent }) });
    expect(await forget(deps, 'anybody')).toBe(false);
  });
});

it('twenty concurrent reads of one user answer alike, and leave one entry that is right', async () => {
  const deps = testDeps();
  const { userId } = await insertAccount(deps);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => readSnapshot(deps, userId, 0)),
  );
  await deps.settle();
  expect(new Set(answers.map(({ snapshot }) => JSON.stringify(snapshot))).size).toBe(1);
  expect(await storedIn(keyOf(userId))).toEqual(answers[0]?.snapshot);
});
