/**
 * How long a snapshot may be believed: until `freshUntil`, nothing in it changes without the user's
 * version growing. Readers (src/status-cache) and the writers of refreshes (src/refresh) both go by
 * the rules here; that is what lets a scheduled refresh write no KV at all and still leave nothing
 * stale. Pure: `now` and `takenAt` are passed in, all times in ms. See docs/protocols.md.
 */
import { MINUTE_MS, SECOND_MS } from '../time';

/** A snapshot is trusted for this long at most. Also KV's expirationTtl. */
export const MAX_FRESH_MS = 5 * MINUTE_MS;
/** While a due time lies this little in the past, a snapshot is stored nowhere. */
export const HOLD_OFF_MS = 155 * SECOND_MS;
/** A quiet write must be decided by this long after due; the rest is slack for slow statements. */
const QUIET_UNTIL_MS = 115 * SECOND_MS;
/**
 * A new due time this far ahead outlives every promise about the old one, also those that are made
 * while the statement is under way: with the same slack as above.
 */
export const BEYOND_FRESHNESS_MS = MAX_FRESH_MS + (HOLD_OFF_MS - QUIET_UNTIL_MS);
/** Readers stop trusting this much before `freshUntil`, for clocks that differ. */
export const CLOCK_SLACK_MS = 2 * SECOND_MS;

/**
 * Until when a snapshot that may be stored (below) can be trusted. `takenAt` is the clock before
 * the query was sent.
 */
export function freshUntil(takenAt: number, dueTimes: readonly (number | null)[]): number {
  let until = takenAt + MAX_FRESH_MS;
  for (const due of dueTimes) {
    if (due !== null && due > takenAt && due < until) until = due;
  }
  return until;
}

/**
 * Whether a snapshot that was taken at `takenAt` may be stored in any tier. Where it may not, it
 * promises nothing at all: quiet writes to its rows are allowed just then.
 */
export function mayStore(
  takenAt: number,
  dueTimes: readonly (number | null)[],
  fromPrimary: boolean,
): boolean {
  for (const due of dueTimes) {
    if (due === null || due > takenAt) continue;
    if (takenAt - due <= HOLD_OFF_MS) return false;
    if (!fromPrimary) return false;
  }
  return true;
}

/** Until when readers trust an entry with this `freshUntil`. */
export const trustedUntil = (until: number): number => until - CLOCK_SLACK_MS;

export const isFresh = (until: number, now: number): boolean => now < trustedUntil(until);

/**
 * Whether the outcome of a refresh may be written without growing the version. Decide anew at each
 * retry. `dueAt` is the row's due time before the write.
 */
export const mayWriteQuietly = (dueAt: number | null, now: number): boolean =>
  dueAt !== null && dueAt <= now && now <= dueAt + QUIET_UNTIL_MS;

/** Whether a new due time, with nothing else that a user sees, needs no version. */
export const dueBeyondFreshness = (newDueAt: number | null, now: number): boolean =>
  newDueAt === null || newDueAt >= now + BEYOND_FRESHNESS_MS;
