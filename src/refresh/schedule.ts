/**
 * When a token is refreshed next. Pure: `now` and `random` are passed in; all times in ms.
 *
 * Only a connect, a reconnect or the outcome of an attempt may write what comes out of here. A
 * cached snapshot relies on the due time that it was made with (src/status-cache/freshness.ts): who
 * else moves one forward does so visibly, or to a moment beyond all promises (client-grants.ts).
 */

import { isByFields } from '../providers/by-fields';
import type { Provider } from '../providers/types';
import { type Backoff, backoffMs } from '../retry';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';

/** Refresh this long before the end, or half the lifetime where that is less. */
const MARGIN_MS = 15 * MINUTE_MS;
/** Up to this part of the margin is taken off, so that a crowd does not come at once. */
const JITTER_PART = 1 / 5;
/** Tokens that are extended while alive: due at this part of their life. */
const EXTEND_AT = 5 / 6;
/** An idle integration is refreshed this often, no more. */
const IDLE_INTERVAL_MS = DAY_MS;
/** When people are warned of an end that nothing here can move: so long before. */
export const FIRST_NOTICE_MS = 14 * DAY_MS;
const NOTICES_MS = [FIRST_NOTICE_MS, 7 * DAY_MS, DAY_MS];

export interface ScheduleInput {
  provider: Provider;
  /** When the token was issued. */
  now: number;
  /** As the reply gave it; null: not said. */
  expiresAt: number | null;
  /** From `refreshEnd`. */
  refreshExpiresAt: number | null;
  hasRefreshToken: boolean;
  lastUsedAt: number | null;
  createdAt: number;
  /** The last refresh; null: never, which counts as now. */
  lastRefreshedAt: number | null;
  /** 0: nothing is ever idle. */
  idleAfterMs: number;
  /** 0 <= random < 1 */
  random: number;
}

interface Schedule {
  /** Null: never. */
  refreshDueAt: number | null;
  /** Null: no end to warn of. */
  noticeDueAt: number | null;
  /** The assumed lifetime applied. */
  expiresAt: number | null;
}

export function schedule(input: ScheduleInput): Schedule {
  const { provider, now } = input;
  if (provider.kind === 'credentials') {
    return { refreshDueAt: null, noticeDueAt: null, expiresAt: null };
  }
  const expiresAt = accessEnd(provider, now, input.expiresAt);
  const model = provider.refreshModel;
  const renewable = model === 'extend' || (model !== 'none' && input.hasRefreshToken);
  const refreshDueAt = renewable && expiresAt !== null ? dueAt(input, expiresAt, provider) : null;
  const end = endOf(provider, { ...input, expiresAt });
  // What is extended while alive ends only where that fails: no warning while it is not even due.
  const warnsAfter = model === 'extend' ? Math.max(now, refreshDueAt ?? now) : now;
  return { refreshDueAt, noticeDueAt: nextNotice(end, warnsAfter), expiresAt };
}

function dueAt(
  input: ScheduleInput,
  expiresAt: number,
  provider: Extract<Provider, { kind: 'oauth2' }>,
): number | null {
  const { now, random } = input;
  const extend = provider.refreshModel === 'extend';
  const lifetime = Math.max(0, expiresAt - now);
  const margin = extend ? lifetime * (1 - EXTEND_AT) : marginOf(lifetime);
  const exact = expiresAt - margin - random * Math.min(margin, MARGIN_MS) * JITTER_PART;
  // Whole minutes let a user's accounts fall due together; a token of seconds cannot wait for one.
  const rounded = Math.ceil(exact / MINUTE_MS) * MINUTE_MS;
  let due = Math.round(rounded < expiresAt ? rounded : exact);

  // What can renew the token ends by itself: use it before, unless that would win nothing.
  const end = extend ? null : input.refreshExpiresAt;
  const lastChance = end === null ? null : end - marginOf(Math.max(0, end - now));
  if (end !== null && lastChance !== null && due > lastChance) {
    if (provider.refreshDeadline === 'absolute' && due >= end) return null;
    due = Math.max(now, Math.floor(lastChance));
  }

  const idleSince = (input.lastUsedAt ?? input.createdAt) + input.idleAfterMs;
  if (input.idleAfterMs > 0 && !extend && now >= idleSince) {
    const daily = (input.lastRefreshedAt ?? now) + IDLE_INTERVAL_MS;
    due = Math.max(due, Math.floor(Math.min(daily, lastChance ?? daily)));
  }
  return Math.max(due, now + (provider.minTokenAgeSeconds ?? 0) * SECOND_MS);
}

const marginOf = (lifetime: number): number => Math.min(MARGIN_MS, lifetime / 2);

/**
 * The end that people are warned of; null: none. Where nothing renews the token, its own, and so
 * where the token is itself what is extended; else the refresh token's, if no refresh moves that.
 */
export function endOf(
  provider: Provider,
  tokens: Pick<ScheduleInput, 'expiresAt' | 'refreshExpiresAt' | 'hasRefreshToken'>,
): number | null {
  if (provider.kind === 'credentials') return null;
  const { refreshModel, refreshDeadline } = provider;
  const refreshes = refreshModel !== 'none' && refreshModel !== 'extend' && tokens.hasRefreshToken;
  if (!refreshes) return tokens.expiresAt;
  return refreshDeadline === 'absolute' ? tokens.refreshExpiresAt : null;
}

/** The first warning of this end after `after`; null: none is left. */
export function nextNotice(end: number | null, after: number): number | null {
  if (end === null) return null;
  const notice = NOTICES_MS.find((before) => end - before > after);
  return notice === undefined ? null : end - notice;
}

/**
 * End of an access token: as the reply says, else by the lifetime that an earlier reply stated,
 * else by the one that the record assumes; null: never.
 */
export function accessEnd(
  provider: Provider,
  now: number,
  replied: number | null,
  lastStated: number | null = null,
): number | null {
  if (provider.kind === 'credentials') return null;
  const lifetime = lastStated ?? inMs(provider.assumedLifetimeSeconds);
  return replied ?? (lifetime === null ? null : now + lifetime);
}

const inMs = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : seconds * SECOND_MS;

export interface RefreshEndInput {
  provider: Provider;
  /** When the reply came. */
  now: number;
  /** What the reply says of the refresh token's end. */
  replied: number | null;
  /** What is stored; null at a first connect or where nothing is known. */
  stored: number | null;
  /** A new consent, and not a refresh: an absolute end begins anew. */
  consented: boolean;
  /** The lifetime that an earlier reply to this consent stated, ms; null: none did. */
  lastStated: number | null;
  /** The reply brought another refresh token. */
  isNew: boolean;
  /** End of the new access token, the assumed lifetime applied. */
  expiresAt: number | null;
}

/**
 * End of what can renew the access token (`refresh_expires_at`); null: unknown or never. A refresh
 * that says nothing moves it where the deadline is rolling: a new token lives as long as the last
 * one was said to. One that stays has the end that was stated for it; where none ever was, the
 * record's lifetime is how long it may lie unused (Google).
 */
export function refreshEnd(input: RefreshEndInput): number | null {
  const { provider, now, stored } = input;
  // What the user gave does not run out, whatever a reply says of a refresh token.
  if (provider.kind === 'credentials' || isByFields(provider)) return null;
  // An extended token renews itself, so its own end is the end.
  if (provider.refreshModel === 'extend') return input.expiresAt;
  if (input.replied !== null) return input.replied;
  const known = inMs(provider.refreshLifetimeSeconds);
  const ends = (lifetime: number | null, otherwise: number | null) =>
    lifetime === null ? otherwise : now + lifetime;
  if (input.consented) return ends(known, null);
  if (provider.refreshDeadline === 'absolute') return stored;
  if (input.isNew) return ends(input.lastStated ?? known, stored);
  return input.lastStated === null ? ends(known, stored) : stored;
}

/** Full jitter between 30 s and a limit that doubles with each failure, up to an hour. */
const failureBackoff: Backoff = {
  firstMs: MINUTE_MS,
  factor: 2,
  longestMs: HOUR_MS,
  jitter: 1,
  leastMs: 30 * SECOND_MS,
};

/** Failures after which a day is enough: about an hour of them, and about four. */
export const DAILY_AFTER = { refusals: 6, unreadable: 12 };
/** Up to this part is taken off the day, so that a crowd does not come at once. */
const DAILY_JITTER = 1 / 10;

/**
 * How long to wait after a failed attempt, ms. `failures`: those before it. A Retry-After is the
 * least; it is bounded by the same hour. From `dailyAfter` failures on it is a day.
 */
export function failureDelayMs(
  failures: number,
  retryAfterMs: number | null,
  random: number,
  dailyAfter = Number.POSITIVE_INFINITY,
): number {
  if (failures >= dailyAfter) return Math.round(DAY_MS * (1 - DAILY_JITTER * random));
  return Math.max(
    backoffMs(failureBackoff, failures + 1, random),
    Math.min(retryAfterMs ?? 0, failureBackoff.longestMs),
  );
}
