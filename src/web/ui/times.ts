/** Times as people say them: `now`, the time zone and the language are given. */
import type { Context } from 'hono';
import { BoundedCache, type Caches } from '../../caches';
import type { AppEnv } from '../../http/route';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../time';
import { english, type Locale } from '../locale';

const styles = {
  day: { dateStyle: 'medium' },
  hour: { timeStyle: 'short' },
  moment: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

export interface Clock {
  /** ms */
  now: number;
  /** IANA name, as Cloudflare tells it for the visitor; UTC where it does not. */
  timeZone: string;
  locale: Locale;
  format(at: number, style: keyof typeof styles): string;
}

/** To make one costs as much as to fill in a hundred dates. */
const formats = () => new BoundedCache<Intl.DateTimeFormat>(500);

/** Of the visitor: Cloudflare knows the time zone. */
export function clockOf(c: Context<AppEnv>, locale = english): Clock {
  const { caches, now } = c.get('deps');
  return clockAt(caches, now(), c.req.raw.cf?.timezone, locale);
}

/** `timeZone`: as it came with the request; UTC where there is none, or none that is known here. */
export function clockAt(caches: Caches, now: number, timeZone: unknown, locale = english): Clock {
  const held = caches.of(formats);
  const formatOf = (zone: string, style: keyof typeof styles): Intl.DateTimeFormat => {
    const key = `${style} ${locale.formats} ${zone}`;
    const known = held.get(key, now);
    if (known) return known;
    const made = new Intl.DateTimeFormat(locale.formats, { ...styles[style], timeZone: zone });
    held.set(key, made);
    return made;
  };
  let zone = typeof timeZone === 'string' ? timeZone : 'UTC';
  try {
    zone = formatOf(zone, 'day').resolvedOptions().timeZone;
  } catch {
    zone = 'UTC';
  }
  return { now, timeZone: zone, locale, format: (at, style) => formatOf(zone, style).format(at) };
}

/** `in 4 minutes`, `3 hours ago`, `just now`; beyond a day the date. */
export function relative(at: number, clock: Clock): string {
  const { formats, t } = clock.locale;
  const distance = at - clock.now;
  const size = Math.abs(distance);
  if (size >= DAY_MS) {
    return distance > 0 ? t('time.on_day', { day: day(at, clock) }) : day(at, clock);
  }
  if (size < MINUTE_MS) return t(distance > 0 ? 'time.soon' : 'time.just_now');
  const words = new Intl.RelativeTimeFormat(formats);
  return size < HOUR_MS
    ? words.format(Math.round(distance / MINUTE_MS), 'minute')
    : words.format(Math.round(distance / HOUR_MS), 'hour');
}

/** `22 Nov 2026` */
export const day = (at: number, clock: Clock): string => clock.format(at, 'day');

/** `14:05`, with the zone where it is not the visitor's own. */
export const hour = (at: number, clock: Clock): string =>
  clock.format(at, 'hour') + (clock.timeZone === 'UTC' ? ' UTC' : '');

/** For a tooltip: to the minute. */
export const full = (at: number, clock: Clock): string => `${day(at, clock)}, ${hour(at, clock)}`;
