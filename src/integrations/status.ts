/**
 * What a person calls the status of an integration. It depends on the time, so it is derived from
 * the facts whenever they are served. Pure; all times in ms.
 */

import type { FailureCategory } from '../db/schema';
import type { Facts } from '../status-cache/snapshot';
import { MINUTE_MS, SECOND_MS } from '../time';

export const statuses = ['connected', 'expired', 'needs_reconnect', 'error'] as const;

export type Status = (typeof statuses)[number];

export interface StatusAt {
  status: Status;
  /** Usable now, or by a refresh that needs nobody. */
  isConnected: boolean;
  /** A code: why it needs reconnecting, or why refreshes fail. */
  reason?: string;
  /** What kind of failure `reason` is, where refreshes fail and that is known. */
  category?: FailureCategory;
  /** When the next refresh is tried by itself. */
  retryAt?: number;
  /**
   * When the user has to connect again, as far as that is known and nothing here can put it off.
   */
  reconnectBy: number | null;
}

/** A refresh that has not happened this long after its time is not coming as it should. */
export const OVERDUE_MS = 150 * SECOND_MS;

/**
 * @param absoluteEnd the provider's refresh tokens end at a fixed time, whatever is refreshed
 *   (`refreshDeadline: absolute`); otherwise their end moves on with each refresh
 */
export function statusAt(facts: Facts, now: number, absoluteEnd = false): StatusAt {
  const runOut = facts.expiresAt !== null && facts.expiresAt <= now;
  const canRenew =
    facts.renewable && (facts.refreshExpiresAt === null || facts.refreshExpiresAt > now);
  const reconnectBy = reconnectByOf(facts, absoluteEnd);

  if (facts.state === 'needs_reconnect') {
    return {
      status: 'needs_reconnect',
      isConnected: false,
      ...(facts.stateReason === null ? {} : { reason: facts.stateReason }),
      reconnectBy,
    };
  }
  if (!runOut) return { status: 'connected', isConnected: true, reconnectBy };
  if (!canRenew) return { status: 'expired', isConnected: false, reconnectBy };
  const due = facts.refreshDueAt;
  if (facts.refreshFailures > 0 || (due !== null && now - due > OVERDUE_MS)) {
    return {
      status: 'error',
      isConnected: false,
      ...(facts.lastError === null ? {} : { reason: facts.lastError }),
      ...(facts.lastErrorCategory === null ? {} : { category: facts.lastErrorCategory }),
      ...(due === null ? {} : { retryAt: due > now ? due : nextTick(now) }),
      reconnectBy,
    };
  }
  // Run out, but renewed the moment it is due or wanted.
  return { status: 'connected', isConnected: true, reconnectBy };
}

/**
 * The access token's own end where nothing renews it, or where it is itself what is extended (Meta:
 * only as long as the user's grant is used); the refresh token's where that is fixed.
 */
function reconnectByOf(facts: Facts, absoluteEnd: boolean): number | null {
  if (!facts.renewable) return facts.expiresAt;
  const isExtended = facts.refreshExpiresAt !== null && facts.refreshExpiresAt === facts.expiresAt;
  return absoluteEnd || isExtended ? facts.refreshExpiresAt : null;
}

/**
 * When what `statusAt` says of these facts may next be something else, ms: later than `now`. Before
 * that, it says the same again.
 */
export function statusHoldsUntil(facts: Facts, now: number): number {
  const due = facts.refreshDueAt;
  const moments = [
    facts.expiresAt,
    facts.refreshExpiresAt,
    due,
    due === null ? null : due + OVERDUE_MS + 1,
    // While a refresh is overdue, `retryAt` is the next tick.
    nextTick(now),
  ];
  return Math.min(...moments.filter((moment) => moment !== null && moment > now).map(Number));
}

const nextTick = (now: number): number => (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
