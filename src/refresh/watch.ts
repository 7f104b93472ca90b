/**
 * What the requests of one isolate tell each other while they wait for the same row: what one of
 * them has read of it, and until when one of them is at work. So a crowd costs D1 one read each at
 * the beginning, and one for all of them when the refresh is done.
 *
 * These are values, never promises: a request that is gone leaves none unsettled, and what it was
 * at is free again when its time is up. Whether a refresh may run is decided by the lease in D1
 * alone. Tokens are sealed in here, as they are in the row.
 */
import { BoundedCache } from '../caches';
import type { AccountRow, ProviderHealth } from '../db/schema';
import type { Deps } from '../deps';
import { MINUTE_MS } from '../time';

export interface Watch {
  /**
   * Counts what happens: reads as they are begun, attempts as they end. A value of it is a moment.
   */
  clock: number;
  /** The latest read of the row and its user's version, and the moment when it was begun. */
  seen: { at: number; stored: { row: AccountRow; version: number } } | null;
  /** The same of its circuit. */
  health: { at: number; found: ProviderHealth | undefined } | null;
  /** When the latest attempt of this isolate ended: what was read before is out of date. */
  ended: number;
  /** Until then a request of this isolate is at work, or nothing new is to be expected; ms. */
  until: number;
  /** How often in a row a read has found it leased: the pauses grow with it. */
  leasedReads: number;
}

/** Rows that are waited for at the same time; about 4 KB each. */
const MAX_WATCHED = 500;
/** As long as anybody waits. */
const KEPT_MS = MINUTE_MS;

const watches = () => new BoundedCache<Watch>(MAX_WATCHED);

/**
 * By the row's id, which is never used twice; of each account by itself, where they share a row.
 */
export function watchOf(
  { caches, now }: Deps,
  { id, providerAccountId }: Pick<AccountRow, 'id' | 'providerAccountId'>,
): Watch {
  const held = caches.of(watches);
  const name = `${id} ${providerAccountId}`;
  const known = held.get(name, now());
  const watch = known ?? { clock: 0, seen: null, health: null, ended: 0, until: 0, leasedReads: 0 };
  held.set(name, watch, now() + KEPT_MS);
  return watch;
}
