/**
 * The claim: who may refresh which integrations. The database is the queue: any number of cron
 * runs, queue consumers and callers can claim side by side, and each row goes to one of them.
 *
 * Whoever has claimed a row holds its lease until `lease_until`. An expired lease that is found in
 * a row belongs to an attempt that left no outcome. It moves to `lost_lease_id`, and since its
 * start it is unknown whether the provider rotated the token. Times in ms.
 */
import { and, asc, eq, inArray, isNull, lte, not, type SQL, sql, sum } from 'drizzle-orm';
import type { Database } from '../db/client';
import { inJson, isJson, isSame } from '../db/conditions';
import { howMany, one, plus, rowNumber, when } from '../db/expressions';
import { lostLeases, withPresentLease } from '../db/lost-leases';
import { type AccountRow, oauthAccounts } from '../db/schema';
import { timeoutOf } from '../providers/timeout';
import type { OAuth2Provider } from '../providers/types';
import { MINUTE_MS, SECOND_MS } from '../time';
import { isSingleUse } from './outcome';

export const GROUP_SIZE = 5;

export const LEASE_MS = MINUTE_MS;

/**
 * An attempt, from claim to commit or rescue, takes this long at most. `waitUntil` ends 30 s after
 * the caller left, and a lease must outlive the attempt even with clocks that differ.
 */
export const ATTEMPT_MS = 25 * SECOND_MS;

/** Of that, all requests to the token endpoint together, unless the record says more for one. */
export const REQUESTS_MS = 14 * SECOND_MS;

/** How long an attempt takes at most at a provider that may take its time. */
export const attemptMs = (provider: OAuth2Provider): number =>
  ATTEMPT_MS + Math.max(0, timeoutOf(provider, 0) - REQUESTS_MS);

/** Long enough for about seven lost leases; the oldest go first. */
const LOST_LEASES_LENGTH = 480;

/** A provider whose integrations a run may refresh. */
export interface Claimable {
  id: string;
  /** Its token host; null where that differs from row to row. */
  host: string | null;
}

/**
 * Of leases that are held for a check: no token is used up by one, so a lost one leaves nothing
 * unknown.
 */
const CHECK = 'check-';

export const isCheckLease = (row: Pick<AccountRow, 'leaseId'>): boolean =>
  row.leaseId?.startsWith(CHECK) ?? false;

/** A claim's own lease is free to it: so a claim whose answer got lost can be repeated. */
const own = (claimId: string): SQL => sql`lease_id = ${claimId} || '.' || id`;

const lease = (claimId: string, now: number) => {
  const isNotLost = sql`(lease_id IS NULL OR ${own(claimId)} OR lease_id GLOB ${`${CHECK}*`})`;
  const lost = sql`substr(${withPresentLease(now)}, -${sql.raw(String(LOST_LEASES_LENGTH))})`;
  return {
    lostLeaseId: when(isNotLost, oauthAccounts.lostLeaseId, lost),
    unknownSince: sql`CASE WHEN ${isNotLost} THEN unknown_since ELSE coalesce(unknown_since, lease_until - ${LEASE_MS}) END`,
    leaseId: sql`${claimId} || '.' || id`,
    leaseUntil: now + LEASE_MS,
  };
};

const free = (now: number, claimId = ''): SQL =>
  sql`(lease_until IS NULL OR lease_until < ${now} OR ${own(claimId)})`;

const dueAndFree = (now: number, claimId?: string): SQL =>
  sql`provider = p.id AND refresh_due_at <= ${now} AND ${free(now, claimId)}`;

const circuitIsOpen = (now: number): SQL => sql`EXISTS (
  SELECT 1 FROM provider_health AS h
  WHERE h.provider = p.id AND h.host = p.host AND h.open_until > ${now})`;

/**
 * `p`: those of the claimable that have a row with a due time, found along its index by one look-up
 * each, so that a provider without any costs nothing.
 */
const scheduled = (claimable: readonly Claimable[]): SQL => {
  const hosts = JSON.stringify(Object.fromEntries(claimable.map(({ id, host }) => [id, host])));
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

/**
 * `size` due integrations at most, oldest first, of the providers whose circuit does not hold them
 * back. As many rows are read for each provider (besides those under a lease), so the cost does not
 * grow with the backlog. Written as SQL, because it is made for every five refreshes, and drizzle's
 * builder takes twice the CPU to say it.
 */
export const claimDue = (
  db: Database,
  claimId: string,
  claimable: readonly Claimable[],
  now: number,
  size = GROUP_SIZE,
) =>
  db
    .update(oauthAccounts)
    .set(lease(claimId, now))
    .where(
      sql`id IN (
        WITH RECURSIVE ${scheduled(claimable)}
        SELECT a.id FROM p CROSS JOIN oauth_accounts AS a
        WHERE NOT ${circuitIsOpen(now)}
        AND a.id IN (
          SELECT id FROM oauth_accounts WHERE ${dueAndFree(now, claimId)}
          ORDER BY refresh_due_at LIMIT ${size})
        ORDER BY a.refresh_due_at LIMIT ${size})`,
    )
    .returning();

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
    lte(oauthAccounts.refreshDueAt, now),
    own(claimId),
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
  const due = db.select({ one }).from(oauthAccounts).where(dueAndFree(now)).limit(limit);
  const [row] = await db
    .select({ n: sum(howMany(due)).mapWith(Number) })
    .from(sql`(WITH RECURSIVE ${scheduled(claimable)} SELECT id, host FROM p) AS p`)
    .where(not(circuitIsOpen(now)));
  return row?.n ?? 0;
}

/**
 * One integration, due or not, as `seen`. No row where somebody else holds it, or has refreshed it
 * or failed to since: every outcome moves the due time or the version.
 */
export const claimOne = (
  db: Database,
  claimId: string,
  seen: Pick<AccountRow, 'id' | 'tokenVersion' | 'refreshDueAt'>,
  now: number,
) =>
  db
    .update(oauthAccounts)
    .set(lease(claimId, now))
    .where(
      and(
        eq(oauthAccounts.id, seen.id),
        eq(oauthAccounts.tokenVersion, seen.tokenVersion),
        isSame(oauthAccounts.refreshDueAt, seen.refreshDueAt),
        free(now, claimId),
      ),
    )
    .returning();

/** Until a check that is under way has an outcome, cron leaves it alone for so long. */
const CHECK_AGAIN_MS = 10 * MINUTE_MS;

/** A check's lease, and that it was tried: a holder that dies has asked the provider too. */
const checkLease = (claimId: string, now: number) => ({
  ...lease(`${CHECK}${claimId}`, now),
  checkedAt: now,
  checkDueAt: when(isNull(oauthAccounts.checkDueAt), null, now + CHECK_AGAIN_MS),
});

/**
 * One integration to be checked, as `seen`. No row where somebody else holds it, or just had it.
 */
export const claimCheck = (
  db: Database,
  claimId: string,
  seen: Pick<AccountRow, 'id' | 'tokenVersion' | 'checkedAt'>,
  now: number,
) =>
  db
    .update(oauthAccounts)
    .set(checkLease(claimId, now))
    .where(
      and(
        eq(oauthAccounts.id, seen.id),
        eq(oauthAccounts.tokenVersion, seen.tokenVersion),
        isSame(oauthAccounts.checkedAt, seen.checkedAt),
        free(now, `${CHECK}${claimId}`),
      ),
    )
    .returning();

/** `size` due checks at most. Providers take turns: one that hangs delays no other's. */
export function claimDueChecks(db: Database, claimId: string, now: number, size = GROUP_SIZE) {
  const { id, provider, checkDueAt } = oauthAccounts;
  const due = db
    .select({ id, checkDueAt, turn: rowNumber(provider, checkDueAt).as('turn') })
    .from(oauthAccounts)
    .where(and(lte(checkDueAt, now), free(now, `${CHECK}${claimId}`)))
    .as('due');
  const first = db
    .select({ id: due.id })
    .from(due)
    .orderBy(asc(due.turn), due.checkDueAt)
    .limit(size);
  return db
    .update(oauthAccounts)
    .set(checkLease(claimId, now))
    .where(inArray(id, first))
    .returning();
}

/** Columns that release these leases, and no other's. */
export function release(leaseIds: readonly string[]) {
  const mine = inArray(oauthAccounts.leaseId, [...leaseIds]);
  return {
    leaseId: when(mine, null, oauthAccounts.leaseId),
    leaseUntil: when(mine, null, oauthAccounts.leaseUntil),
  };
}

export const isLeased = (row: AccountRow, now: number): boolean =>
  row.leaseUntil !== null && row.leaseUntil >= now;

/**
 * Counted from when the lost lease was found, not from its end: where D1 was away, KV and the queue
 * may have been too, and whoever holds the grant then saves it only now. A holder tries four times
 * a minute, and KV shows the record everywhere within another one.
 */
export const AFTER_LOST_LEASE_MS = 2 * MINUTE_MS;

/** For clocks that differ, and the way to the server; half the grace where that is less. */
const GRACE_SLACK_MS = 5 * SECOND_MS;

/** Until when a token that may have been used up at `since` is taken again, for `grace`. */
export function graceEnds(
  provider: Pick<OAuth2Provider, 'reuseGraceSeconds'>,
  since: number,
): number {
  const grace = provider.reuseGraceSeconds * SECOND_MS;
  return since + grace - Math.min(GRACE_SLACK_MS, grace / 2);
}

/**
 * From when on the row's refresh token may be sent. At or before `now`: at once.
 *
 * A single-use token with an unknown fate: not while a rescue record may still turn up. Then at
 * once within the provider's grace, where it has one; else when the access token has expired,
 * because from there on nothing can be lost by the request.
 */
export function sendableAt(
  provider: Pick<OAuth2Provider, 'refreshModel' | 'reuse' | 'reuseGraceSeconds'>,
  row: Pick<AccountRow, 'unknownSince' | 'lostLeaseId' | 'expiresAt'>,
  now: number,
): number {
  if (!isSingleUse(provider) || row.unknownSince === null) return now;
  const waits = lostLeases(row.lostLeaseId).map(({ foundAt }) => foundAt + AFTER_LOST_LEASE_MS);
  const earliest = Math.max(now, ...waits);
  const inGrace = provider.reuse === 'grace' && earliest <= graceEnds(provider, row.unknownSince);
  return inGrace ? earliest : Math.max(earliest, row.expiresAt ?? 0);
}
