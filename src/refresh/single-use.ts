/**
 * Refresh tokens that work once: when one may be sent whose fate is unknown, because it may have
 * been used up by an attempt that left no outcome. Pure; times in ms.
 */
import { lostLeases } from '../db/lost-leases';
import type { AccountRow } from '../db/schema';
import type { OAuth2Provider } from '../providers/types';
import { MINUTE_MS, SECOND_MS } from '../time';

/** Presenting the token again may be taken for theft. */
export const isSingleUse = (provider: Pick<OAuth2Provider, 'refreshModel'>): boolean =>
  provider.refreshModel === 'rotating';

/**
 * Counted from when the lost lease was found, not from its end: where D1 was away, KV and the queue
 * may have been too, and whoever holds the grant then saves it only now. A holder tries four times
 * a minute, and KV shows the record everywhere within another one.
 */
const AFTER_LOST_LEASE_MS = 2 * MINUTE_MS;

/** For clocks that differ, and the way to the server; half the grace where that is less. */
const GRACE_SLACK_MS = 5 * SECOND_MS;

/** Until when a token that may have been used up at `since` is taken again, for `grace`. */
export function graceEnds(
  provider: Pick<OAuth2Provider, 'reuseGraceSeconds'>,
  since: number,
): number {
  const grace = provider.reuseGraceSeconds * SECOND_MS;
  return since + grace - Math.min(GRACE_SLACK_MS, grace / 2);
}

/**
 * From when on the row's refresh token may be sent. At or before `now`: at once.
 *
 * A single-use token with an unknown fate: not while a rescue record may still turn up. Then at
 * once within the provider's grace, where it has one; else when the access token has expired,
 * because from there on nothing can be lost by the request.
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
