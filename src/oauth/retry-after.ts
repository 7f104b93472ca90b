import { HOUR_MS, SECOND_MS } from '../time';

/** A longer Retry-After is not believed. */
const MAX_RETRY_AFTER_MS = HOUR_MS;

/** RFC 9110 10.2.3: seconds or a date. In ms, an hour at most; null where it is neither. */
export function readRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  const text = value.trim();
  const ms = /^\d+$/.test(text)
    ? Number(text) * SECOND_MS
    : /^[A-Z][a-z]{2}/.test(text)
      ? Date.parse(text) - now
      : Number.NaN;
  if (Number.isNaN(ms)) return null;
  return Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}
