/**
 * How many accounts there are in which status, and when they fall due. A table of a million rows
 * must not be walked because somebody looks at a page: every count is along an index and ends at
 * COUNTED, and all of it is done once a minute at most in each isolate.
 *
 * The rows of a status are found without looking at the connected ones: `maybeUnwell` has its own
 * index, the overdue ones stand at the front of the claim's.
 */

import { type SQL, sql } from 'drizzle-orm';
import { BoundedCache } from '../../caches';
import type { Database } from '../../db/client';
import { maybeUnwell } from '../../db/schema';
import type { Deps } from '../../deps';
import { OVERDUE_MS } from '../../integrations/status';
import { HOUR_MS, MINUTE_MS } from '../../time';

/** So far is counted; beyond it is "more than". */
export const COUNTED = 10_000;
/** For so long a count is shown again. */
export const CACHED_MS = MINUTE_MS;
const MOST_PROVIDERS = 100;
export const HOURS_AHEAD = 24;

/** As src/integrations/status.ts says it. A number above COUNTED means "more than COUNTED". */
export interface ProviderCounts {
  provider: string;
  total: number;
  needsReconnect: number;
  expired: number;
  error: number;
}

export interface Counts {
  /** ms */
  at: number;
  /** The most accounts first. */
  accounts: ProviderCounts[];
  /** Past their time. */
  overdue: number;
  /** In each of the next HOURS_AHEAD hours, from `at`. */
  due: number[];
}

const CACHE_KEY = 'counts';
const countsCache = () => new BoundedCache<Counts>(1);

/**
 * @param anew past the cache: something was just changed
 * Throws what D1 throws.
 */
export async function countsOf(deps: Deps, db: Database, anew: boolean): Promise<Counts> {
  const now = deps.now();
  const cache = deps.caches.of(countsCache);
  const cached = cache.get(CACHE_KEY, now);
  if (cached && !anew) return cached;
  const [accounts, due] = await Promise.all([accountsByStatus(db, now), dueByHour(db, now)]);
  const counts = { at: now, accounts, ...due };
  cache.set(CACHE_KEY, counts, now + CACHED_MS);
  return counts;
}

/** Each provider that has accounts, by one seek for each: the providers of the index's first rows. */
const providers = sql`p(id) AS (
  SELECT min(provider) FROM oauth_accounts
  UNION ALL
  SELECT (SELECT min(provider) FROM oauth_accounts WHERE provider > p.id) FROM p
  WHERE p.id IS NOT NULL LIMIT ${sql.raw(String(MOST_PROVIDERS))})`;

const UP_TO = sql.raw(`LIMIT ${COUNTED + 1}`);

/** The limit is on the rows that are looked at, not on those that fit. */
const howMany = (rows: SQL): SQL =>
  sql`(SELECT count(*) FROM (SELECT 1 FROM oauth_accounts WHERE provider = p.id AND ${rows} ${UP_TO}))`;

/** Of active rows that have run out, as far as `also` holds: `[expired, error]`. */
const broken = (rows: SQL, also: SQL, now: number): SQL => sql`(
  SELECT json_array(total(ended), total(NOT ended AND failing)) FROM (
    SELECT
      (NOT renewable OR coalesce(refresh_expires_at, ${now} + 1) <= ${now}) AS ended,
      (refresh_failures > 0 OR coalesce(refresh_due_at, ${now}) < ${now - OVERDUE_MS}) AS failing
    FROM (
      SELECT state, expires_at, refresh_expires_at, refresh_due_at, refresh_failures,
        (refresh_token IS NOT NULL OR refresh_due_at IS NOT NULL) AS renewable
      FROM oauth_accounts WHERE provider = p.id AND ${rows} ${UP_TO})
    WHERE state = 'active' AND expires_at <= ${now} AND ${also}))`;

async function accountsByStatus(db: Database, now: number): Promise<ProviderCounts[]> {
  const unwell = sql`state = 'active' AND expires_at <= ${now} AND ${maybeUnwell}`;
  const rows = await db.all<{
    provider: string;
    total: number;
    needsReconnect: number;
    unwell: string;
    overdue: string;
  }>(sql`
    WITH RECURSIVE ${providers}
    SELECT p.id AS provider,
      ${howMany(sql`true`)} AS total,
      ${howMany(sql`state = 'needs_reconnect' AND ${maybeUnwell}`)} AS needsReconnect,
      ${broken(unwell, sql`true`, now)} AS unwell,
      ${broken(sql`refresh_due_at <= ${now}`, sql`refresh_failures = 0`, now)} AS overdue
    FROM p WHERE p.id IS NOT NULL`);
  return rows
    .map(({ unwell, overdue, ...counts }) => {
      const [expired, error] = sums(unwell, overdue);
      return { ...counts, expired, error };
    })
    .toSorted((a, b) => b.total - a.total);
}

const sums = (...pairs: string[]): [number, number] =>
  pairs
    .map((pair): [number, number] => JSON.parse(pair))
    .reduce(([a, b], [c, d]) => [a + c, b + d]);

async function dueByHour(db: Database, now: number): Promise<Pick<Counts, 'overdue' | 'due'>> {
  const starts = Array.from({ length: HOURS_AHEAD }, (_, hour) => now + hour * HOUR_MS);
  const spans = [[0, now], ...starts.map((start) => [start, start + HOUR_MS])];
  const rows = await db.all<{ n: number }>(sql`
    WITH RECURSIVE ${providers}
    SELECT (SELECT count(*) FROM (
      SELECT 1 FROM p CROSS JOIN oauth_accounts AS a
      WHERE a.provider = p.id AND a.refresh_due_at >= s.value->>0 AND a.refresh_due_at < s.value->>1
      ${UP_TO})) AS n
    FROM json_each(${JSON.stringify(spans)}) AS s`);
  const [overdue = 0, ...due] = rows.map(({ n }) => n);
  return { overdue, due };
}
