/** The read over real KV and D1, with a clock that the tests move. */
import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { createDatabase } from '../../src/db/client';
import { oauthAccounts } from '../../src/db/schema';
import { AppError } from '../../src/errors';
import { readSnapshot, readSnapshots } from '../../src/status-cache/cache';
import { changeVisibly } from '../../src/status-cache/changes';
import { keyOf } from '../../src/status-cache/kv';
import { MemoryTier } from '../../src/status-cache/memory';
import { publish } from '../../src/status-cache/publish';
import type { Facts } from '../../src/status-cache/snapshot';
import { apiWith } from '../support/api';
import { testDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';
import { d1Away, kvAway, kvWith, readsWith, storedIn } from './faults';

const NAME_OF_NOBODY = 'nobody';

/** A visible change that is not published yet: the user's display names become `name`. */
const rename = (deps: ReturnType<typeof testDeps>, userId: string, name: string) =>
  changeVisibly(
    deps,
    userId,
    [deps.db.update(oauthAccounts).set({ displayName: name }).where(sql`user_id = ${userId}`)],
    sql`TRUE`,
  );

/** Another isolate on the same storage and clock. */
const elsewhere = (deps: ReturnType<typeof testDeps>) =>
  testDeps({ clock: deps.clock, memory: new MemoryTier() });

describe('from tier to tier', () => {
  it('first the database, then memory for 5 s, then KV, then the database again', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);

    const first = await readSnapshot(deps, userId, 0);
    await deps.settle();
    expect(first).toMatchObject({
      source: 'origin',
      cacheStatus: 'mooring-kv; fwd=miss; stored, mooring-memory; fwd=miss; stored',
    });
    expect(first.snapshot.integrations).toHaveLength(1);

    deps.clock.advance(400);
    const second = await readSnapshot(deps, userId, 0);
    expect(second).toMatchObject({
      source: 'memory',
      cacheStatus: 'mooring-memory; hit; ttl=4',
      timings: {},
    });
    expect(second.snapshot).toEqual(first.snapshot);

    deps.clock.advance(5_600);
    const third = await readSnapshot(deps, userId, 0);
    expect(third).toMatchObject({
      source: 'kv',
      cacheStatus: 'mooring-kv; hit; ttl=292, mooring-memory; fwd=stale; stored',
    });
    expect(third.snapshot).toEqual(first.snapshot);
    expect(await readSnapshot(deps, userId, 0)).toMatchObject({ source: 'memory' });

    deps.clock.set(first.snapshot.freshUntil - 2_000);
    expect(await readSnapshot(deps, userId, 0)).toMatchObject({
      source: 'origin',
      cacheStatus: 'mooring-kv; fwd=stale; stored, mooring-memory; fwd=stale; stored',
    });
    await deps.settle();
  });

  it('another isolate finds it in KV', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    await readSnapshot(deps, userId, 0);
    await deps.settle();
    expect(await readSnapshot(elsewhere(deps), userId, 0)).toMatchObject({ source: 'kv' });
  });

  it('a user who never had an integration has an empty snapshot of version 0, cached too', async () => {
    const deps = testDeps();
    const { snapshot } = await readSnapshot(deps, NAME_OF_NOBODY, 0);
    await deps.settle();
    expect(snapshot).toMatchObject({ version: 0, integrations: [] });
    expect(await readSnapshot(elsewhere(deps), NAME_OF_NOBODY, 0)).toMatchObject({ source: 'kv' });
  });

  it('newest connection first', async () => {
    const deps = testDeps();
    const now = deps.now();
    for (const [providerAccountId, createdAt] of [
      ['n1', now - 5],
      ['n2', now],
      ['n3', now - 5],
    ] as const) {
      await insertAccount(deps, { userId: 'newest', providerAccountId, createdAt });
    }
    const { snapshot } = await readSnapshot(deps, 'newest', 0);
    expect(snapshot.integrations.map(({ accountId }) => accountId)).toEqual(['n2', 'n3', 'n1']);
  });

  it('no token, sealed or plain, is in what KV holds (I8)', async () => {
    const deps = testDeps();
    const row = await insertAccount(deps, {
      accessToken: 'canary-access',
      refreshToken: 'canary-refresh',
    });
    await readSnapshot(deps, row.userId, 0);
    await deps.settle();
    const text = await env.STATUS_CACHE.get(keyOf(row.userId));
    expect(text).toContain(row.providerAccountId);
    expect(text).not.toContain('canary');
    expect(text).not.toContain(row.accessToken);
    expect(text).not.toContain(row.refreshToken);
    expect(text).not.toContain('eyJ');
  });

  it('the limiter is asked past memory only, and what it throws ends the read', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    const beyondMemory = vi.fn(async () => {});
    await readSnapshot(deps, userId, 0, { beyondMemory });
    await readSnapshot(deps, userId, 0, { beyondMemory });
    expect(beyondMemory).toHaveBeenCalledTimes(1);

    const get = vi.fn();
    const limited = testDeps({ kv: kvWith({ get }) });
    const refuse = async () => {
      throw new AppError('rate_limited', 'too many');
    };
    await expect(readSnapshot(limited, userId, 0, { beyondMemory: refuse })).rejects.toMatchObject({
      code: 'rate_limited',
    });
    expect(get).not.toHaveBeenCalled();
  });
});

describe('a Consistency-Token is never answered with anything older (I1; better-auth-cloudflare#61)', () => {
  it('neither from memory nor from KV', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    await readSnapshot(deps, userId, 0);
    await deps.settle();
    // Changed elsewhere, not published: both tiers hold the old one.
    const { snapshot: changed } = await rename(elsewhere(deps), userId, 'new name');

    const fromMemory = await readSnapshot(deps, userId, changed.version);
    await deps.settle();
    expect(fromMemory).toMatchObject({
      source: 'origin',
      cacheStatus: 'mooring-kv; fwd=request; stored, mooring-memory; fwd=request; stored',
    });
    expect(fromMemory.snapshot.version).toBe(changed.version);
    expect(fromMemory.snapshot.integrations[0]?.displayName).toBe('new name');
  });

  it('the primary is asked, whatever a replica would say', async () => {
    const constraints: string[] = [];
    const deps = testDeps({
      session: (constraint) => {
        constraints.push(constraint);
        return createDatabase(env.DB);
      },
    });
    const { userId } = await insertAccount(deps);
    await readSnapshot(deps, userId, 1);
    await readSnapshot(elsewhere(deps), userId, 0);
    expect(constraints).toEqual(['first-primary']);
  });

  it('one above the database’s version: the reply keeps it, the tiers keep the true one', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    deps.clock.advance(10_000);
    const made = deps.now();
    const served = await readSnapshot(deps, userId, made);
    await deps.settle();
    expect(served).toMatchObject({ source: 'origin', snapshot: { version: made } });
    expect(await storedIn(keyOf(userId))).toMatchObject({ version: made - 10_000 });
    expect((await readSnapshot(deps, userId, 0)).snapshot.version).toBe(made - 10_000);
  });

  it('one from the future gets the database’s own version', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    const served = await readSnapshot(deps, userId, deps.now() + 2_001);
    expect(served).toMatchObject({ source: 'origin', snapshot: { version: deps.now() } });
  });

  it('one that a faster clock has just issued, before the user was erased: the reply keeps it (found by the model)', async () => {
    const deps = testDeps();
    const issued = deps.now() + 1_800;
    const served = await readSnapshot(deps, crypto.randomUUID(), issued);
    expect(served).toMatchObject({ source: 'origin', snapshot: { version: issued } });
  });
});

describe('what this isolate has seen is not unseen', () => {
  it('when KV lags behind', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    await readSnapshot(deps, userId, 0);
    await deps.settle();
    const old = await env.STATUS_CACHE.get(keyOf(userId));
    const { snapshot } = await rename(deps, userId, 'newer');
    await publish(deps, snapshot);
    await deps.settle();

    deps.clock.advance(6_000);
    const lagging = { ...deps, kv: kvWith({ get: async () => old }) };
    const served = await readSnapshot(lagging, userId, 0);
    expect(served).toMatchObject({ source: 'origin', snapshot: { version: snapshot.version } });
    await deps.settle();
  });

  it('when a replica lags behind', async () => {
    const deps = testDeps();
    // Within the hold-off: only the version is remembered, so the next read asks D1.
    const { userId } = await insertAccount(deps, { refreshDueAt: deps.now() - 1_000 });
    let replica: unknown;
    const capturing = testDeps({
      clock: deps.clock,
      session: () =>
        readsWith(async (read) => {
          replica = await read();
          return replica;
        }),
    });
    await readSnapshot(capturing, userId, 0);
    deps.clock.advance(10);
    const { snapshot } = await rename(deps, userId, 'newer');
    await publish(deps, snapshot);

    let asked = 0;
    deps.session = (constraint) => {
      if (constraint === 'first-primary') return createDatabase(env.DB);
      asked += 1;
      return readsWith(async () => replica);
    };
    const served = await readSnapshot(deps, userId, 0);
    expect(asked).toBe(1);
    expect(served.snapshot).toMatchObject({ version: snapshot.version });
  });
});

describe('the promise: what may be stored (I2)', () => {
  it('a snapshot is fresh until the next due time, and not trusted in its last 2 s', async () => {
    const deps = testDeps();
    const due = deps.now() + 60_000;
    const { userId } = await insertAccount(deps, { refreshDueAt: due });
    expect((await readSnapshot(deps, userId, 0)).snapshot.freshUntil).toBe(due);
    await deps.settle();
    deps.clock.set(due - 2_001);
    expect(await readSnapshot(deps, userId, 0)).toMatchObject({ source: 'kv' });
    deps.clock.set(due - 2_000);
    expect(await readSnapshot(deps, userId, 0)).toMatchObject({ source: 'origin' });
  });

  it.each([0, 1, 155_000])('nothing while a due time lies %i ms back', async (back) => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps, { refreshDueAt: deps.now() - back });
    // With a token, so from the primary: not even then.
    const served = await readSnapshot(deps, userId, 1);
    await deps.settle();
    expect(served).toMatchObject({
      source: 'origin',
      cacheStatus: 'mooring-kv; fwd=miss, mooring-memory; fwd=miss',
    });
    expect(served.snapshot.freshUntil).toBe(served.snapshot.takenAt);
    expect(await storedIn(keyOf(userId))).toBeNull();
    expect(await readSnapshot(deps, userId, 0)).toMatchObject({ source: 'origin' });
  });

  it('past the hold-off, only what the primary said', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps, { refreshDueAt: deps.now() - 155_001 });
    await readSnapshot(deps, userId, 0);
    await deps.settle();
    expect(await storedIn(keyOf(userId))).toBeNull();
    await readSnapshot(deps, userId, 1);
    await deps.settle();
    expect(await storedIn(keyOf(userId))).not.toBeNull();
    expect(await readSnapshot(deps, userId, 0)).toMatchObject({ source: 'memory' });
  });

  it('a quiet refresh in the quiet window leaves no old answer anywhere', async () => {
    const deps = testDeps();
    const due = deps.now() + 60_000;
    const row = await insertAccount(deps, { refreshDueAt: due });
    await readSnapshot(deps, row.userId, 0);
    await deps.settle();

    deps.clock.set(due + 1);
    await deps.db
      .update(oauthAccounts)
      .set({ expiresAt: due + 3_600_000, refreshDueAt: due + 2_700_000 })
      .where(sql`id = ${row.id}`);
    for (const isolate of [deps, elsewhere(deps)]) {
      const { snapshot } = await readSnapshot(isolate, row.userId, 0);
      expect(snapshot.integrations[0]?.expiresAt).toBe(due + 3_600_000);
    }
    await deps.settle();
  });
});

describe('KV at its worst is a miss', () => {
  it.each([
    ['not JSON', '{"v":1,'],
    ['not a snapshot', '{"v":1}'],
    ['null', 'null'],
    ['an older format', JSON.stringify({ v: 0, userId: 'x' })],
  ])('%s', async (name, text) => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps, { userId: `worst ${name}` });
    await env.STATUS_CACHE.put(keyOf(userId), text);
    expect(await readSnapshot(deps, userId, 0)).toMatchObject({ source: 'origin' });
    await deps.settle();
    expect(await readSnapshot(elsewhere(deps), userId, 0)).toMatchObject({ source: 'kv' });
  });

  it('somebody else’s snapshot under this key is not served', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    const other = await insertAccount(deps);
    await readSnapshot(deps, other.userId, 0);
    await deps.settle();
    const text = await env.STATUS_CACHE.get(keyOf(other.userId));
    await env.STATUS_CACHE.put(keyOf(userId), text ?? '');
    const { snapshot } = await readSnapshot(deps, userId, 0);
    expect(snapshot.userId).toBe(userId);
    expect(snapshot.integrations).toHaveLength(1);
  });

  it('away: answered from the database, and memory still works', async () => {
    const deps = testDeps({ kv: kvAway() });
    const { userId } = await insertAccount(deps);
    expect(await readSnapshot(deps, userId, 0)).toMatchObject({
      source: 'origin',
      cacheStatus: 'mooring-kv; fwd=miss; detail=unavailable, mooring-memory; fwd=miss; stored',
    });
    await deps.settle();
    expect(await readSnapshot(deps, userId, 0)).toMatchObject({ source: 'memory' });
  });

  it('stalled: given up after a second', async () => {
    const deps = testDeps({ kv: kvWith({ get: () => new Promise(() => {}) }) });
    const { userId } = await insertAccount(deps);
    const startedAt = Date.now();
    expect(await readSnapshot(deps, userId, 0)).toMatchObject({ source: 'origin' });
    expect(Date.now() - startedAt).toBeLessThan(2_500);
    expect(deps.logLines.join()).toContain('kv.read_failed');
  });
});

describe('the database away', () => {
  it('an entry past freshUntil is served, and says so', async () => {
    const deps = testDeps();
    const due = deps.now() + 60_000;
    const { userId } = await insertAccount(deps, { refreshDueAt: due });
    await readSnapshot(deps, userId, 0);
    await deps.settle();
    deps.clock.set(due + 3_500);
    const away = testDeps({ clock: deps.clock, db: d1Away(), session: d1Away });
    const served = await readSnapshot(away, userId, 0);
    expect(served).toMatchObject({
      source: 'stale',
      cacheStatus: 'mooring-kv; hit; ttl=-6; detail=stale-if-error',
    });
    expect(served.snapshot.integrations).toHaveLength(1);
    expect(away.logLines.join()).toContain('status_cache.d1_failed');
    // Not as if it were new.
    expect(await readSnapshot(away, userId, 0)).toMatchObject({ source: 'stale' });
  });

  it('but not to a request that has seen something newer', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    const { snapshot } = await readSnapshot(deps, userId, 0);
    await deps.settle();
    const away = { ...deps, db: d1Away(), session: d1Away };
    await expect(readSnapshot(away, userId, snapshot.version + 1)).rejects.toMatchObject({
      code: 'unavailable',
      status: 503,
      headers: { 'Retry-After': '5' },
    });
  });

  it('with KV away too, what memory still has is served', async () => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    await readSnapshot(deps, userId, 0);
    await deps.settle();
    deps.clock.advance(30_000);
    const away = { ...deps, kv: kvAway(), db: d1Away(), session: d1Away };
    expect(await readSnapshot(away, userId, 0)).toMatchObject({
      source: 'stale',
      cacheStatus: 'mooring-memory; hit; ttl=0; detail=stale-if-error',
    });
  });

  it('with nothing cached: 503 with Retry-After', async () => {
    const deps = testDeps({ db: d1Away(), session: d1Away });
    await expect(readSnapshot(deps, 'uncached', 0)).rejects.toMatchObject({
      code: 'unavailable',
      headers: { 'Retry-After': '5' },
    });
  });
});

describe('many users at once', () => {
  it('one bulk read of KV and one statement of D1, whatever their number', async () => {
    const deps = testDeps();
    const known = await insertAccount(deps);
    const unknown = await insertAccount(deps);
    await readSnapshot(deps, known.userId, 0);
    await deps.settle();

    const get = vi.fn((...args: unknown[]) => env.STATUS_CACHE.get(args[0] as string[], 'text'));
    let reads = 0;
    const fresh = testDeps({
      clock: deps.clock,
      kv: kvWith({ get }),
      session: () =>
        readsWith((read) => {
          reads += 1;
          return read();
        }),
    });
    const strangers = Array.from({ length: 96 }, (_, i) => `stranger-${i}`);
    const userIds = [known.userId, unknown.userId, unknown.userId, '__proto__', ...strangers];
    const served = await readSnapshots(fresh, userIds);
    await fresh.settle();

    expect(get).toHaveBeenCalledTimes(1);
    expect(reads).toBe(1);
    expect(served.size).toBe(99);
    expect(served.get(known.userId)).toMatchObject({ source: 'kv' });
    expect(served.get(unknown.userId)).toMatchObject({ source: 'origin' });
    expect(served.get(unknown.userId)?.snapshot.integrations).toHaveLength(1);
    expect(served.get('__proto__')?.snapshot).toMatchObject({ userId: '__proto__', version: 0 });

    // Filled in the background.
    expect(await readSnapshot(elsewhere(deps), unknown.userId, 0)).toMatchObject({ source: 'kv' });
    expect(await readSnapshot(elsewhere(deps), 'stranger-95', 0)).toMatchObject({ source: 'kv' });
    const again = await readSnapshots(fresh, userIds);
    expect(new Set([...again.values()].map(({ source }) => source))).toEqual(new Set(['memory']));
  });

  it('one bad value in KV spoils nobody else’s answer', async () => {
    const deps = testDeps();
    const a = await insertAccount(deps);
    const b = await insertAccount(deps);
    await readSnapshots(deps, [a.userId, b.userId]);
    await deps.settle();
    await env.STATUS_CACHE.put(keyOf(a.userId), '{');
    const served = await readSnapshots(elsewhere(deps), [a.userId, b.userId]);
    expect(served.get(a.userId)).toMatchObject({ source: 'origin' });
    expect(served.get(b.userId)).toMatchObject({ source: 'kv' });
  });

  it.each<[string, (facts: Facts) => unknown]>([
    ['a date that none can be', (facts: Facts) => ({ ...facts, expiresAt: 8.64e15 + 1 })],
    ['a date beyond any number', (facts: Facts) => ({ ...facts, connectedAt: '1e400' })],
    ['a date before all others', (facts: Facts) => ({ ...facts, refreshExpiresAt: -1e16 })],
    ['a state that is none', (facts: Facts) => ({ ...facts, state: 'well' })],
    ['no scopes', ({ scopes: _, ...facts }: Facts) => facts],
    ['null', () => null],
  ])('%s in KV is a miss, and no error', async (_, spoilt) => {
    const deps = testDeps();
    const { userId } = await insertAccount(deps);
    const { snapshot } = await readSnapshot(deps, userId, 0);
    await deps.settle();
    const integrations = snapshot.integrations.map((facts) => spoilt(facts));
    const value = JSON.stringify({ ...snapshot, integrations }).replace('"1e400"', '1e400');
    await env.STATUS_CACHE.put(keyOf(userId), value);
    const reply = await apiWith(elsewhere(deps))(`/v1/users/${userId}/integrations`);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('Cache-Status')).toContain('mooring-kv; fwd=miss');
  });

  it('the database away: whom KV still has is served, a missing one is 503', async () => {
    const deps = testDeps();
    const a = await insertAccount(deps);
    await readSnapshot(deps, a.userId, 0);
    await deps.settle();
    const away = testDeps({ clock: deps.clock, db: d1Away(), session: d1Away });
    expect((await readSnapshots(away, [a.userId])).get(a.userId)).toMatchObject({ source: 'kv' });
    await expect(readSnapshots(away, [a.userId, 'missing'])).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
