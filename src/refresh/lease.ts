/**
 * The lease: the right to refresh one integration, held in its row until `lease_until`. What
 * follows from a lease that ended without an outcome, and when a refresh token whose fate is
 * unknown may be sent again. Pure; times in ms.
 */

import type { oauthAccounts } from '../db/schema';
import type { OAuth2Provider } from '../providers/types';
import { MINUTE_MS } from '../time';
import { isSingleUse } from './outcome';

export type AccountRow = typeof oauthAccounts.$inferSelect;

export const LEASE_MS = MINUTE_MS;

/**
 * An attempt, from claim to commit or rescue, takes this long at most. `waitUntil` ends 30 s after
 * the caller left, and a lease must outlive the attempt even with clocks that differ.
 */
export const ATTEMPT_MS = 25_000;

/**
 * Counted from when the lost lease was found, not from its end: where D1 was away, KV and the queue
 * may have been too, and whoever holds the grant then saves it only now. A holder tries four times
 * a minute, and KV shows the record everywhere within another one.
 */
export const AFTER_LOST_LEASE_MS = 120_000;

export interface LostLease {
  id: string;
  /** When a claim found that it had ended. */
  foundAt: number;
}

/** Reads `lost_lease_id`. An entry that was cut in half names a record that does not exist. */
export function lostLeases(value: string | null): LostLease[] {
  if (value === null) return [];
  return value.split(' ').flatMap((entry) => {
    const at = entry.lastIndexOf('@');
    const foundAt = Number(entry.slice(at + 1));
    return at > 0 && Number.isFinite(foundAt) ? [{ id: entry.slice(0, at), foundAt }] : [];
  });
}

/** For clocks that differ, and the way to the server; half the grace where that is less. */
const GRACE_SLACK_MS = 5_000;

/** Until when a token that may have been used up at `since` is taken again, for `grace`. */
export function graceEnds(
  provider: Pick<OAuth2Provider, 'reuseGraceSeconds'>,
  since: number,
): number {
  const grace = provider.reuseGraceSeconds * 1000;
  return since + grace - Math.min(GRACE_SLACK_MS, grace / 2);
}

/**
 * From when on the row's refresh token may be sent. At or before `now`: at once.
 *
 * A single-use token with an unknown fate: not while a rescue record may still turn up. Then at
 * once within the provider's grace, where it has one; else when the access token has lived out,
 * because from there on nothing can be lost by asking.
 */
export function sendableAt(
  provider: Pick<OAuth2Provider, 'refreshModel' | 'reuse' | 'reuseGraceSeconds'>,
  row: Pick<AccountRow, 'unknownSince' | 'lostLeaseId' | 'expiresAt'>,
  now: number,
): number {
  if (!isSingleUse(provider) || row.unknownSince === null) return now;
  const waits = lostLeases(row.lostLeaseId).map(({ foundAt }) => foundAt + AFTER_LOST_LEASE_MS);
  const earliest = Math.max(now, ...waits);
  const inGrace = provider.reuse === 'grace' && earliest <= graceEnds(provider, row.unknownSince);
  return inGrace ? earliest : Math.max(earliest, row.expiresAt ?? 0);
}
