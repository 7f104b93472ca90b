/**
 * The claim: who may refresh which integrations. The database is the queue: any number of cron
 * runs, queue consumers and callers can claim side by side, and each row goes to one of them.
 *
 * Whoever has claimed a row holds its lease until `lease_until`. An expired lease that is found in
 * a row belongs to an attempt that left no outcome. It moves to `lost_lease_id`, and since its
 * start it is unknown whether the provider rotated the token. Times in ms.
 */
import {
  and,
  eq,
  inArray,
  isNull,
  lt,
  lte,
  not,
  or,
  type SQL,
  type SQLWrapper,
  sql,
  sum,
} from 'drizzle-orm';
import { PARALLEL_CALLS } from '../budget';
import { type Database, preparedQuery } from '../db/client';
import { equalOrBothNull, inJson, isJson } from '../db/conditions';
import { caseWhen, coalesce, howMany, joined, plus, sqlOne } from '../db/expressions';
import { withPresentLease } from '../db/lost-leases';
import { type AccountRow, oauthAccounts } from '../db/schema';
import { MINUTE_MS } from '../time';

const { leaseId, leaseUntil, lostLeaseId, refreshDueAt, unknownSince } = oauthAccounts;

export const LEASE_MS = MINUTE_MS;

/** Long enough for about seven lost leases; the oldest go first. */
const LOST_LEASES_LENGTH = 480;

/** A provider whose integrations a run may refresh. */
export interface Claimable {
  id: string;
  /** Its token host; null where that differs from row to row. */
  host: string | null;
}

/**
 * How claims for a check begin (check.ts): no token is used up by one, so a lost one leaves nothing
 * unknown.
 */
export const CHECK = 'check-';

/** Of the row at hand. */
const leaseIdOf = (claimId: string | SQLWrapper): SQL<string> =>
  joined(claimId, '.', oauthAccounts.id);

/** A claim's own lease is free to it: so a claim whose answer got lost can be repeated. */
export const isOwn = (claimId: string | SQLWrapper): SQL => eq(leaseId, leaseIdOf(claimId));

/** Columns that take the lease. */
export const lease = (claimId: string | SQLWrapper, now: number | SQLWrapper) => {
  const isNotLost = or(isNull(leaseId), isOwn(claimId), sql`${leaseId} GLOB ${`${CHECK}*`}`);
  const lost = sql`substr(${withPresentLease(now)}, -${sql.raw(String(LOST_LEASES_LENGTH))})`;
  return {
    lostLeaseId: caseWhen(isNotLost, lostLeaseId, lost),
    unknownSince: caseWhen(
      isNotLost,
      unknownSince,
      coalesce(unknownSince, plus(leaseUntil, -LEASE_MS)),
    ),
    leaseId: leaseIdOf(claimId),
    leaseUntil: plus(now, LEASE_MS),
  };
};

export const free = (
  now: number | SQLWrapper,
  claimId: string | SQLWrapper = '',
): SQL | undefined => or(isNull(leaseUntil), lt(leaseUntil, now), isOwn(claimId));

const dueAndFree = (now: number | SQLWrapper, claimId?: string | SQLWrapper): SQL =>
  sql`provider = p.id AND refresh_due_at <= ${now} AND ${free(now, claimId)}`;

const circuitIsOpen = (now: number | SQLWrapper): SQL => sql`EXISTS (
  SELECT 1 FROM provider_health AS h
  WHERE h.provider = p.id AND h.host = p.host AND h.open_until > ${now})`;

const hostsOf = (claimable: readonly Claimable[]): string =>
  JSON.stringify(Object.fromEntries(claimable.map(({ id, host }) => [id, host])));

/**
 * `p`: those of the claimable that have a row with a due time, found along its index by one look-up
 * each, so that a provider without any costs nothing. `hosts`: of the claimable.
 */
const scheduled = (hosts: string | SQLWrapper): SQL => {
  const path = sql`'$."' || named.id || '"'`;
  return sql`named(id) AS (
      SELECT min(provider) FROM oauth_accounts WHERE refresh_due_at IS NOT NULL
      UNION ALL
      SELECT (SELECT min(provider) FROM oauth_accounts
        WHERE refresh_due_at IS NOT NULL AND provider > named.id)
      FROM named WHERE named.id IS NOT NULL),
    p AS (
      SELECT id, json_extract(${hosts}, ${path}) AS host FROM named
      WHERE json_type(${hosts}, ${path}) IS NOT NULL)`;
};

/** Of the claims that are built once. */
const of = {
  claimId: sql.placeholder('claimId'),
  now: sql.placeholder('now'),
  hosts: sql.placeholder('hosts'),
  size: sql.placeholder('size'),
  id: sql.placeholder('id'),
  tokenVersion: sql.placeholder('tokenVersion'),
  refreshDueAt: sql.placeholder('refreshDueAt'),
};

const claimDuePrepared = preparedQuery((db) =>
  db
    .update(oauthAccounts)
    .set(lease(of.claimId, of.now))
    .where(
      sql`id IN (
        WITH RECURSIVE ${scheduled(of.hosts)}
        SELECT a.id FROM p CROSS JOIN oauth_accounts AS a
        WHERE NOT ${circuitIsOpen(of.now)}
        AND a.id IN (
          SELECT id FROM oauth_accounts WHERE ${dueAndFree(of.now, of.claimId)}
          ORDER BY refresh_due_at LIMIT ${of.size})
        ORDER BY row_number() OVER (PARTITION BY a.provider ORDER BY a.refresh_due_at),
          a.refresh_due_at
        LIMIT ${of.size})`,
    )
    .returning(),
);

/**
 * `size` due integrations at most, of the providers whose circuit does not hold them back. Those
 * take turns, the one that has waited longest first: what piled up behind one circuit would hold
 * all others up for hours. As many rows are read for each provider (besides those under a lease),
 * so the cost does not grow with the backlog.
 */
export const claimDue = (
  db: Database,
  claimId: string,
  claimable: readonly Claimable[],
  now: number,
  size = PARALLEL_CALLS,
) => claimDuePrepared(db, { claimId, now, hosts: hostsOf(claimable), size });

const isUnreadable = not(
  and(
    isJson(oauthAccounts.scope, 'array'),
    isJson(oauthAccounts.requestedScope, 'array'),
    isJson(oauthAccounts.parameters, 'object'),
    isJson(oauthAccounts.metadata, 'object'),
  ) as SQL,
);

/** The rows that nobody can read, of those that this claim holds. */
export const isHeldUnreadable = (
  claimId: string,
  claimable: readonly Claimable[],
  now: number,
): SQL | undefined =>
  and(
    inJson(
      oauthAccounts.provider,
      claimable.map(({ id }) => id),
    ),
    lte(refreshDueAt, now),
    isOwn(claimId),
    isUnreadable,
  );

/**
 * Takes rows that nobody can read out of the schedule: each would head the queue again and again.
 */
export const setAside = (db: Database, unreadable: SQL | undefined, now: number) =>
  db
    .update(oauthAccounts)
    .set({
      refreshDueAt: null,
      leaseId: null,
      leaseUntil: null,
      refreshFailures: plus(oauthAccounts.refreshFailures, 1),
      lastError: 'row_unreadable',
      lastErrorCategory: 'internal',
      lastFailedAt: now,
    })
    .where(unreadable);

/**
 * Whether the columns of a row that hold JSON are what their types say: rows of D1 are trusted
 * else.
 */
export const isReadable = ({ scope, requestedScope, parameters, metadata }: AccountRow): boolean =>
  [scope, requestedScope].every(Array.isArray) &&
  [parameters, metadata].every((one) => one?.constructor === Object);

/** How many are due and free, counting up to `limit` for each provider. */
export async function countDue(
  db: Database,
  claimable: readonly Claimable[],
  now: number,
  limit: number,
): Promise<number> {
  const due = db.select({ one: sqlOne }).from(oauthAccounts).where(dueAndFree(now)).limit(limit);
  const [row] = await db
    .select({ n: sum(howMany(due)).mapWith(Number) })
    .from(sql`(WITH RECURSIVE ${scheduled(hostsOf(claimable))} SELECT id, host FROM p) AS p`)
    .where(not(circuitIsOpen(now)));
  return row?.n ?? 0;
}

const claimOnePrepared = preparedQuery((db) =>
  db
    .update(oauthAccounts)
    .set(lease(of.claimId, of.now))
    .where(
      and(
        eq(oauthAccounts.id, of.id),
        eq(oauthAccounts.tokenVersion, of.tokenVersion),
        equalOrBothNull(refreshDueAt, of.refreshDueAt),
        free(of.now, of.claimId),
      ),
    )
    .returning(),
);

/**
 * One integration, due or not, as `seen`. No row where somebody else holds it, or has refreshed it
 * or failed to since: every outcome moves the due time or the version.
 */
export const claimOne = (
  db: Database,
  claimId: string,
  { id, tokenVersion, refreshDueAt }: Pick<AccountRow, 'id' | 'tokenVersion' | 'refreshDueAt'>,
  now: number,
) => claimOnePrepared(db, { claimId, now, id, tokenVersion, refreshDueAt });

/** Columns that release these leases, and no other's. */
export function release(leaseIds: readonly string[]) {
  const mine = inArray(leaseId, [...leaseIds]);
  return {
    leaseId: caseWhen(mine, null, leaseId),
    leaseUntil: caseWhen(mine, null, leaseUntil),
  };
}

export const isLeased = (row: AccountRow, now: number): boolean =>
  row.leaseUntil !== null && row.leaseUntil >= now;
