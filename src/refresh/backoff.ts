/** How long to wait after a failure. Pure; `random` is passed in. */
import { HOUR_MS } from '../time';

export const MIN_BACKOFF_MS = 30_000;
export const MAX_BACKOFF_MS = HOUR_MS;

/**
 * Full jitter between 30 s and a limit that doubles with each failure, up to an hour. A
 * Retry-After is the least; it is bounded by the same hour.
 */
export function backoffMs(failures: number, retryAfterMs: number | null, random: number): number {
  const limit = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(failures + 1, 10));
  const jittered = MIN_BACKOFF_MS + random * (limit - MIN_BACKOFF_MS);
  return Math.round(Math.min(MAX_BACKOFF_MS, Math.max(jittered, retryAfterMs ?? 0)));
}
