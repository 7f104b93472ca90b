/** Times as people say them: `now` and the time zone are given. */
import type { Context } from 'hono';
import type { AppEnv } from '../../http/route';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../time';

export interface Clock {
  /** ms */
  now: number;
  /** IANA name, as Cloudflare tells it for the visitor; UTC where it does not. */
  timeZone: string;
}

/** Of the visitor: Cloudflare knows the time zone. */
export const clockOf = (c: Context<AppEnv>): Clock => ({
  now: c.get('deps').now(),
  timeZone: timeZoneOf(c.req.raw.cf?.timezone),
});

/** A time zone that came with the request; UTC where there is none, or none that is known here. */
export function timeZoneOf(name: unknown): string {
  if (typeof name !== 'string') return 'UTC';
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

/** `in 4 minutes`, `3 hours ago`, `just now`; beyond a day the date. */
export function relative(at: number, clock: Clock): string {
  const distance = at - clock.now;
  const size = Math.abs(distance);
  if (size >= DAY_MS) return distance > 0 ? `on ${day(at, clock)}` : day(at, clock);
  if (size < MINUTE_MS) return distance > 0 ? 'in less than a minute' : 'just now';
  const length =
    size < HOUR_MS
      ? count(Math.round(size / MINUTE_MS), 'minute')
      : count(Math.round(size / HOUR_MS), 'hour');
  return distance > 0 ? `in ${length}` : `${length} ago`;
}

/** `22 Nov 2026` */
export const day = (at: number, { timeZone }: Clock): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone }).format(at);

/** `14:05`, with the zone where it is not the visitor's own. */
export const hour = (at: number, { timeZone }: Clock): string =>
  new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone }).format(at) +
  (timeZone === 'UTC' ? ' UTC' : '');

/** For a tooltip: to the minute. */
export const full = (at: number, clock: Clock): string => `${day(at, clock)}, ${hour(at, clock)}`;

const count = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`;
