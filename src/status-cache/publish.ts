/**
 * Puts snapshots into the tiers. KV has no compare-and-set: a slow reader, or the slower of two
 * writers, can put an old snapshot over a newer one. So every put is verified: when the version on
 * the primary is another by then, a new snapshot is put in its place.
 *
 * What is left: an isolate that dies between its put and its look at the version. Such an entry is
 * trusted until its freshUntil, 300 s at most, and never by a request with a Consistency-Token.
 */

import type { Deps } from '../deps';
import { describeError } from '../log';
import { settledWithin } from '../retry';
import { deleteKv, type KvDeps, putKv, putsArePaused } from './kv';
import { readOrigin, versionsOnPrimary } from './origin';
import { isFresh } from './promise';
import type { Snapshot } from './snapshot';

type PublishDeps = KvDeps & Pick<Deps, 'db' | 'session' | 'waitUntil'>;
type FillDeps = PublishDeps & Pick<Deps, 'afterReply'>;

/** How long a visible change waits for KV before it answers. */
const WAIT_MS = 1_000;
/** What ends sooner is memory's alone: other places would hardly see the put before it ends. */
const WORTH_STORING_MS = 15_000;
const ROUNDS = 3;
/** Of the six connections that an invocation has, one stays free. */
const AT_ONCE = 5;

/**
 * After a visible change: write-through of the snapshot that `changeVisibly` gave. Memory has it at
 * once; KV within a second, or else after the reply. Never throws: the change is made.
 */
export async function publish(deps: PublishDeps, snapshot: Snapshot): Promise<void> {
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
export function fill(deps: FillDeps, snapshots: readonly Snapshot[]): ReadonlySet<Snapshot> {
  const now = deps.now();
  const storable = putsArePaused(deps)
    ? []
    : snapshots.filter(
        (snapshot) =>
          isFresh(snapshot.freshUntil, now + WORTH_STORING_MS) &&
          !deps.memory.hasJustTaken(snapshot, now),
      );
  for (const snapshot of snapshots) deps.memory.put(snapshot, now);
  if (storable.length > 0) deps.afterReply(() => putVerified(deps, storable));
  return new Set(storable);
}

/**
 * Drops what the tiers hold of a user, so that the next read here comes from the database. Fills
 * that are under way in this isolate notice; one in another isolate may still land. Returns whether
 * KV took the delete.
 */
export async function forget(deps: KvDeps, userId: string): Promise<boolean> {
  deps.memory.forget(userId, deps.now());
  return deleteKv(deps, userId);
}

async function putVerified(deps: PublishDeps, snapshots: readonly Snapshot[]): Promise<void> {
  let pending = snapshots;
  for (let round = 1; round <= ROUNDS && pending.length > 0; round += 1) {
    const put = await inGroups(pending, (snapshot) => putOne(deps, snapshot));
    pending = await newerThan(
      deps,
      put.filter((snapshot) => snapshot !== null),
    );
  }
  // Changed each time we looked: left to the next read.
  await inGroups(pending, ({ userId }) => deleteKv(deps, userId));
}

/** Puts a snapshot and returns it; where that fails, sees to it that no older one stays. */
async function putOne(deps: KvDeps, snapshot: Snapshot): Promise<Snapshot | null> {
  const storable = isFresh(snapshot.freshUntil, deps.now()) && !deps.memory.hasForgotten(snapshot);
  const put = storable && (await putKv(deps, snapshot));
  if (put && !deps.memory.hasForgotten(snapshot)) return snapshot;
  await deleteKv(deps, snapshot.userId);
  return null;
}

/** New snapshots of the users whose version is no longer the one that was put. */
async function newerThan(deps: PublishDeps, put: readonly Snapshot[]): Promise<Snapshot[]> {
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

async function inGroups<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(run))));
  }
  return results;
}
