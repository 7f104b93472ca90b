/**
 * Puts snapshots into the tiers. KV has no compare-and-set: a slow reader, or the slower of two
 * writers, can put an old snapshot over a newer one. So every put is verified: when the version on
 * the primary is another by then, a new snapshot is put in its place.
 *
 * What is left: an isolate that dies between its put and its look at the version. Such an entry is
 * trusted until its freshUntil, 300 s at most, and never by a request with a Consistency-Token.
 */

import { PARALLEL_CALLS } from '../budget';
import type { Deps } from '../deps';
import { describeError } from '../log';
import { settledWithin } from '../retry';
import { SECOND_MS } from '../time';
import { isFresh } from './freshness';
import { deleteKv, putKv, putsArePaused } from './kv';
import { readOrigin, versionsOnPrimary } from './origin';
import type { Snapshot } from './snapshot';

/** How long a visible change waits for KV before it answers. */
const WAIT_MS = SECOND_MS;
/** What ends sooner is memory's alone: other places would hardly see the put before it ends. */
const WORTH_STORING_MS = 15 * SECOND_MS;
const ROUNDS = 3;
const PAUSE_OF_READS_MS = 10;
export const FILL_POLL_MS = 5;
/**
 * POST /v1/status reads as many users. Beyond that, whoever waits longest is left to the next read.
 */
const MAX_WAITING = 100;
/** The free plan allows 1,000 requests to KV and D1 in one invocation. */
const FILL_ROUNDS = 3;
/** A round that takes longer has lost its invocation, or waits for a KV that stalls. */
const FILL_MS = 10 * SECOND_MS;

/**
 * After a visible change: write-through of the snapshot that `changeVisibly` gave. Memory has it at
 * once; KV within a second, or else after the reply. Never throws: the change is made.
 */
export async function publish(deps: Deps, snapshot: Snapshot): Promise<void> {
  deps.memory.put(snapshot, deps.now());
  const work = isFresh(snapshot.freshUntil, deps.now())
    ? putVerified(deps, [snapshot])
    : deleteKv(deps, snapshot.userId);
  deps.waitUntil(work);
  await settledWithin(work, WAIT_MS);
}

/**
 * After a read from the database: into memory at once, into KV after the reply. Returns those that
 * go into KV.
 */
export function fill(deps: Deps, snapshots: readonly Snapshot[]): ReadonlySet<Snapshot> {
  const now = deps.now();
  const fills = deps.memory.fills;
  const storable = putsArePaused(deps)
    ? []
    : snapshots.filter(
        (snapshot) =>
          isFresh(snapshot.freshUntil, now + WORTH_STORING_MS) &&
          !deps.memory.hasJustTaken(snapshot, now),
      );
  for (const snapshot of snapshots) deps.memory.put(snapshot, now);
  fills.readAt = now;
  for (const snapshot of storable) {
    fills.waiting.delete(snapshot.userId);
    fills.waiting.set(snapshot.userId, snapshot);
  }
  for (const oldest of fills.waiting.keys()) {
    if (fills.waiting.size <= MAX_WAITING) break;
    fills.waiting.delete(oldest);
  }
  if (storable.length > 0 && now >= fills.busyUntil) deps.waitUntil(putWaiting(deps));
  return new Set(storable);
}

/**
 * One request at a time puts what all requests of this isolate have read, so that one look at the
 * primary verifies many puts; reads go first. What it leaves, the next fill goes on with, also
 * where this invocation ends before its time.
 */
async function putWaiting(deps: Deps): Promise<void> {
  const fills = deps.memory.fills;
  for (let round = 1; round <= FILL_ROUNDS; round += 1) {
    fills.busyUntil = deps.now() + FILL_MS;
    await readsPause(deps);
    const snapshots = [...fills.waiting.values()];
    fills.waiting.clear();
    if (snapshots.length === 0) break;
    await putVerified(deps, snapshots, () => readsPause(deps));
  }
  fills.busyUntil = 0;
}

/**
 * Until this isolate has not read the database for a moment, but not longer than five times that:
 * under load answers come before fills, and one look verifies more of them.
 */
async function readsPause(deps: Deps): Promise<void> {
  const fills = deps.memory.fills;
  for (let i = 0; i < 10 && deps.now() - fills.readAt < PAUSE_OF_READS_MS; i += 1) {
    await deps.sleep(FILL_POLL_MS);
  }
}

/**
 * Drops what the tiers hold of a user, so that the next read here comes from the database. Fills
 * that are under way in this isolate notice; one in another isolate may still land. Returns whether
 * KV took the delete.
 */
export async function forget(deps: Deps, userId: string): Promise<boolean> {
  deps.memory.forget(userId, deps.now());
  return deleteKv(deps, userId);
}

/** `pause`: between groups of puts. */
async function putVerified(
  deps: Deps,
  snapshots: readonly Snapshot[],
  pause?: () => Promise<void>,
): Promise<void> {
  let pending = snapshots;
  for (let round = 1; round <= ROUNDS && pending.length > 0; round += 1) {
    const put = await inGroups(pending, (snapshot) => putOne(deps, snapshot), pause);
    pending = await newerThan(
      deps,
      put.filter((snapshot) => snapshot !== null),
    );
  }
  // Changed each time we looked: left to the next read.
  await inGroups(pending, ({ userId }) => deleteKv(deps, userId));
}

/** Puts a snapshot and returns it; where that fails, sees to it that no older one stays. */
async function putOne(deps: Deps, snapshot: Snapshot): Promise<Snapshot | null> {
  const storable = isFresh(snapshot.freshUntil, deps.now()) && !deps.memory.hasForgotten(snapshot);
  const put = storable && (await putKv(deps, snapshot));
  if (put && !deps.memory.hasForgotten(snapshot)) return snapshot;
  await deleteKv(deps, snapshot.userId);
  return null;
}

/** New snapshots of the users whose version is no longer the one that was put. */
async function newerThan(deps: Deps, put: readonly Snapshot[]): Promise<Snapshot[]> {
  if (put.length === 0) return [];
  try {
    const versions = await versionsOnPrimary(
      deps,
      put.map(({ userId }) => userId),
    );
    const outdated = put
      .filter(({ userId, version }) => versions.get(userId) !== version)
      .map(({ userId }) => userId);
    if (outdated.length === 0) return [];
    const newer = [...(await readOrigin(deps, outdated, 'first-primary')).values()];
    for (const snapshot of newer) deps.memory.put(snapshot, deps.now());
    return newer;
  } catch (error) {
    deps.log.warn('kv.put_unverified', describeError(error));
    await inGroups(put, ({ userId }) => deleteKv(deps, userId));
    return [];
  }
}

async function inGroups<T, R>(
  items: readonly T[],
  run: (item: T) => Promise<R>,
  pause?: () => Promise<void>,
): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += PARALLEL_CALLS) {
    if (i > 0) await pause?.();
    results.push(...(await Promise.all(items.slice(i, i + PARALLEL_CALLS).map(run))));
  }
  return results;
}
