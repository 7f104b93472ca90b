/**
 * The read: memory, KV, database, in this order, each only if the one before has nothing that is
 * fresh and new enough. A request that brings a version is never answered with an older one.
 *
 * What it does not promise: without a version, an answer may be as old as KV's delay (about a
 * minute) plus five seconds of memory, but never past its freshUntil, except where the database is
 * away and the answer says so. Reads are not shared between requests: the runtime forbids it.
 */
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { cacheStatus } from './cache-status';
import { CLOCK_SLACK_MS, isFresh } from './freshness';
import { readKv } from './kv';
import type { Forward, Found } from './memory';
import { readOrigin } from './origin';
import { fill } from './publish';
import type { Snapshot } from './snapshot';

export interface Served {
  /** Its `version` is the one to reply with: never below the request's. */
  snapshot: Snapshot;
  /** `stale`: the database is away, and this is the newest that a tier still had. */
  source: 'memory' | 'kv' | 'origin' | 'stale';
  /** Value of the Cache-Status header. */
  cacheStatus: string;
  /** What the tiers took, ms; those that were not asked are missing. */
  timings: { kv?: number; d1?: number };
}

export interface ReadOptions {
  /** Awaited when memory has no answer, before anything is asked; may throw to end the read. */
  beyondMemory?: () => Promise<void>;
}

type MissInMemory = Found & { hit: false };

/** As Found, and `away` when KV could not be asked. */
type FoundInKv =
  | { hit: true; snapshot: Snapshot }
  | { hit: false; forward: Forward; kept: Snapshot | null; away: boolean };
type MissInKv = FoundInKv & { hit: false };

const RETRY_AFTER_SECONDS = 5;

/**
 * @param atLeast the request's Consistency-Token, or 0
 * @throws AppError unavailable, when the database is away and no tier has an answer
 */
export async function readSnapshot(
  deps: Deps,
  userId: string,
  atLeast: number,
  options: ReadOptions = {},
): Promise<Served> {
  const found = deps.memory.find(userId, atLeast, deps.now());
  if (found.hit) return servedFromMemory(found.snapshot, found.ttlMs);
  await options.beyondMemory?.();
  const served = (await readBeyondMemory(deps, new Map([[userId, found]]), atLeast)).get(userId);
  if (!served) throw new Error('every user who is asked for is answered');
  return { ...served, snapshot: reaching(served.snapshot, atLeast, deps.now()) };
}

/**
 * The same for many users at once: one bulk read of KV, one batch of D1 for all whom KV does not
 * know. Versions are a user's own, so most who are asked for may be below `atLeast`: their answers
 * come from the primary, and keep their true version.
 *
 * @param userIds up to a hundred, KV's limit for a bulk read
 * @throws AppError unavailable, when the database is away and a user is in no tier
 */
export async function readSnapshots(
  deps: Deps,
  userIds: readonly string[],
  atLeast = 0,
): Promise<Map<string, Served>> {
  const served = new Map<string, Served>();
  const misses = new Map<string, MissInMemory>();
  for (const userId of new Set(userIds)) {
    const found = deps.memory.find(userId, atLeast, deps.now());
    if (found.hit) served.set(userId, servedFromMemory(found.snapshot, found.ttlMs));
    else misses.set(userId, found);
  }
  if (misses.size === 0) return served;
  return new Map([...served, ...(await readBeyondMemory(deps, misses, atLeast))]);
}

const servedFromMemory = (snapshot: Snapshot, ttlMs: number): Served => ({
  snapshot,
  source: 'memory',
  cacheStatus: cacheStatus.memory(ttlMs),
  timings: {},
});

async function readBeyondMemory(
  deps: Deps,
  misses: ReadonlyMap<string, MissInMemory>,
  atLeast: number,
): Promise<Map<string, Served>> {
  const served = new Map<string, Served>();
  const timings: Served['timings'] = {};

  let askedAt = deps.now();
  const values = await readKv(deps, [...misses.keys()]);
  const now = deps.now();
  timings.kv = now - askedAt;
  const left = new Map<string, [MissInMemory, MissInKv]>();
  for (const [userId, inMemory] of misses) {
    const inKv = judge(deps, values, userId, atLeast, now);
    if (inKv.hit) {
      deps.memory.put(inKv.snapshot, now);
      served.set(userId, {
        snapshot: inKv.snapshot,
        source: 'kv',
        cacheStatus: cacheStatus.kv(inKv.snapshot, inMemory.forward, now),
        timings,
      });
    } else {
      left.set(userId, [inMemory, inKv]);
    }
  }
  if (left.size === 0) return served;

  askedAt = deps.now();
  const snapshots = await readNewest(deps, [...left.keys()], atLeast).catch((error) => {
    deps.log.error('status_cache.d1_failed', {}, error);
    return null;
  });
  timings.d1 = deps.now() - askedAt;
  const filled = fill(deps, [...(snapshots?.values() ?? [])]);
  for (const [userId, [inMemory, inKv]] of left) {
    const snapshot = snapshots?.get(userId);
    served.set(
      userId,
      snapshot
        ? {
            snapshot,
            source: 'origin',
            cacheStatus: originStatus(snapshot, filled.has(snapshot), inMemory, inKv, deps.now()),
            timings,
          }
        : { ...servedStale(inMemory, inKv, deps.now()), timings },
    );
  }
  return served;
}

/** Whether what KV gave may be the answer; `values` is null where KV was away. */
function judge(
  deps: Deps,
  values: ReadonlyMap<string, Snapshot> | null,
  userId: string,
  atLeast: number,
  now: number,
): FoundInKv {
  const snapshot = values?.get(userId);
  const miss = (forward: Forward, kept: Snapshot | null = null): FoundInKv => {
    deps.memory.kv.misses += 1;
    return { hit: false, forward, kept, away: values === null };
  };
  if (!snapshot) return miss('miss');
  if (snapshot.version < atLeast) return miss('request');
  // KV lags behind what this isolate has seen.
  if (!deps.memory.accepts(snapshot, now)) return miss('stale');
  if (!isFresh(snapshot.freshUntil, now)) return miss('stale', snapshot);
  deps.memory.kv.hits += 1;
  return { hit: true, snapshot };
}

/** From any replica, unless the request or this isolate has seen something newer than it has. */
async function readNewest(
  deps: Deps,
  userIds: readonly string[],
  atLeast: number,
): Promise<Map<string, Snapshot>> {
  if (atLeast > 0) return readOrigin(deps, userIds, 'first-primary');
  const snapshots = await readOrigin(deps, userIds, 'first-unconstrained');
  const behind = userIds.filter((userId) => {
    const snapshot = snapshots.get(userId);
    return snapshot && !deps.memory.accepts(snapshot, deps.now());
  });
  if (behind.length === 0) return snapshots;
  return new Map([...snapshots, ...(await readOrigin(deps, behind, 'first-primary'))]);
}

/**
 * A token above the database's own version, read from the primary: issued before the database was
 * set back, or made up. The reply keeps the caller's number, so that its versions never fall,
 * unless that number lies in the future (more than clocks differ), where it would outrun changes to
 * come. Tiers keep the true one.
 */
const reaching = (snapshot: Snapshot, atLeast: number, now: number): Snapshot =>
  snapshot.version < atLeast && atLeast <= now + CLOCK_SLACK_MS
    ? { ...snapshot, version: atLeast }
    : snapshot;

function originStatus(
  snapshot: Snapshot,
  filled: boolean,
  inMemory: MissInMemory,
  inKv: MissInKv,
  now: number,
): string {
  return cacheStatus.origin(
    { ...inKv, stored: filled && !inKv.away },
    { forward: inMemory.forward, stored: isFresh(snapshot.freshUntil, now) },
  );
}

/** @throws AppError unavailable */
function servedStale(inMemory: MissInMemory, inKv: MissInKv, now: number): Omit<Served, 'timings'> {
  const { kept: remembered } = inMemory;
  const { kept: stored } = inKv;
  const tier = stored && stored.takenAt >= (remembered?.takenAt ?? 0) ? 'kv' : 'memory';
  const snapshot = tier === 'kv' ? stored : remembered;
  if (!snapshot) {
    throw new AppError('unavailable', 'the database does not answer', {
      retryAfter: RETRY_AFTER_SECONDS,
    });
  }
  return { snapshot, source: 'stale', cacheStatus: cacheStatus.stale(tier, snapshot, now) };
}
