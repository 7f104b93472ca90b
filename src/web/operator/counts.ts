/**
 * How many accounts there are in which status, and when they fall due. A table of a million rows
 * must not be walked because somebody looks at a page: every count is along an index and ends at
 * COUNTED_ACCOUNTS, and all of it is done once a minute at most in each isolate.
 *
 * The rows of a status are found without looking at the connected ones: `maybeUnwell` has its own
 * index, the overdue ones stand at the front of the claim's.
 */

import { and, eq, gt, gte, isNotNull, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import { BoundedCache } from '../../caches';
import type { Database } from '../../db/client';
import { caseWhen, distinctValues, howMany, jsonRows, sqlOne } from '../../db/expressions';
import { maybeUnwell, oauthAccounts } from '../../db/schema';
import type { Deps } from '../../deps';
import { OVERDUE_MS } from '../../integrations/status';
import { HOUR_MS, MINUTE_MS } from '../../time';

/** So far is counted; beyond it is "more than". */
export const COUNTED_ACCOUNTS = 10_000;
/** For so long a count is shown again. */
export const CACHED_MS = MINUTE_MS;
const MOST_PROVIDERS = 100;
export const HOURS_AHEAD = 24;

/** As src/integrations/status.ts says it. A number above COUNTED_ACCOUNTS means more than it. */
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
 * @param anew past the cache: something was just changed Throws what D1 throws.
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

/** Each provider that has accounts. */
const providersOf = (db: Database) =>
  distinctValues(db, 'p', oauthAccounts.provider, { most: MOST_PROVIDERS });

async function accountsByStatus(db: Database, now: number): Promise<ProviderCounts[]> {
  const providers = providersOf(db);
  const { state, expiresAt, refreshToken, refreshDueAt, refreshExpiresAt, refreshFailures } =
    oauthAccounts;
  const ofProvider = eq(oauthAccounts.provider, providers.value);
  // The limits are on the rows that are looked at, not on those that fit.
  const countOf = (where?: SQL) =>
    howMany(
      db
        .select({ one: sqlOne })
        .from(oauthAccounts)
        .where(and(ofProvider, where))
        .limit(COUNTED_ACCOUNTS + 1),
    );
  /** Of active rows that have run out, as far as `also` holds: `[expired, error]`. */
  const broken = (where: SQL | undefined, also?: SQL) => {
    const isEnded = or(and(isNull(refreshToken), isNull(refreshDueAt)), lte(refreshExpiresAt, now));
    const isFailing = or(gt(refreshFailures, 0), lt(refreshDueAt, now - OVERDUE_MS));
    const seen = db
      .select({
        state,
        expiresAt,
        isEnded: caseWhen(isEnded, 1, 0).as('is_ended'),
        isFailing: caseWhen(isFailing, 1, 0).as('is_failing'),
        fits: caseWhen(also, 1, 0).as('fits'),
      })
      .from(oauthAccounts)
      .where(and(ofProvider, where))
      .limit(COUNTED_ACCOUNTS + 1)
      .as('seen');
    const fits = and(eq(seen.state, 'active'), lte(seen.expiresAt, now), seen.fits);
    return sql<string>`(SELECT json_array(total(${seen.isEnded}), total(NOT ${seen.isEnded} AND ${seen.isFailing})) FROM ${seen} WHERE ${fits})`;
  };
  const isUnwell = and(eq(state, 'active'), lte(expiresAt, now), maybeUnwell);
  const rows = await db
    .with(providers)
    .select({
      provider: providers.value,
      total: countOf(),
      needsReconnect: countOf(and(eq(state, 'needs_reconnect'), maybeUnwell)),
      unwell: broken(isUnwell),
      overdue: broken(lte(refreshDueAt, now), eq(refreshFailures, 0)),
    })
    .from(providers)
    .where(isNotNull(providers.value));
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
  const spans = [{ from: 0, to: now }, ...starts.map((from) => ({ from, to: from + HOUR_MS }))];
  const providers = providersOf(db);
  const { table, field } = jsonRows('s', spans);
  const { provider, refreshDueAt } = oauthAccounts;
  const within = db
    .select({ one: sqlOne })
    .from(providers)
    .crossJoin(oauthAccounts)
    .where(
      and(
        eq(provider, providers.value),
        gte(refreshDueAt, field('from')),
        lt(refreshDueAt, field('to')),
      ),
    )
    .limit(COUNTED_ACCOUNTS + 1);
  const rows = await db
    .with(providers)
    .select({ n: howMany(within) })
    .from(table);
  const [overdue = 0, ...due] = rows.map(({ n }) => n);
  return { overdue, due };
}
