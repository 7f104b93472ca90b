/** Lengths of time, in milliseconds; points in time, as text. */
import * as z from 'zod';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Of what `timestamp` writes. */
export const timeSchema = z.iso.datetime();

/** RFC 3339, in UTC, of ms since the epoch. Throws RangeError where there is no such date. */
export const timestamp = (ms: number): string => new Date(ms).toISOString();
