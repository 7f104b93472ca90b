/** What the tiers hold of one user: for operators who ask why an answer is what it is. */
import type { Deps } from '../deps';
import { trustedUntil } from './freshness';
import { readKv } from './kv';
import type { Snapshot } from './snapshot';

export interface Entry {
  snapshot: Snapshot;
  /**
   * For how much longer it may be served, ms; zero: expired, kept for when the database is away.
   */
  ttlMs: number;
}

interface Inspection {
  /** Of the isolate that answers. */
  memory: Entry | null;
  /** As this location sees it. */
  kv: Entry | null;
  /** KV could not be asked. */
  kvAway: boolean;
}

/** Asks no database, fills no tier and counts as no hit. */
export async function inspect(deps: Deps, userId: string): Promise<Inspection> {
  const values = await readKv(deps, [userId]);
  const now = deps.now();
  const inMemory = deps.memory.peek(userId, now);
  const stored = values?.get(userId);
  return {
    memory: inMemory && { ...inMemory, ttlMs: Math.max(0, inMemory.ttlMs) },
    kv: stored
      ? { snapshot: stored, ttlMs: Math.max(0, trustedUntil(stored.freshUntil) - now) }
      : null,
    kvAway: values === null,
  };
}
