/**
 * The claim: who may refresh which integrations. The database is the queue: any number of cron
 * runs, queue consumers and callers can do this side by side, and each row goes to one of them.
 *
 * An expired lease that is found in a row belongs to an attempt that left no outcome. It moves to
 * `lost_lease_id`, and since its start it is unknown whether the provider rotated the token.
 */
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../db/client';
import { oauthAccounts, providerHealth } from '../db/schema';
import { type AccountRow, LEASE_MS } from './lease';

export const GROUP_SIZE = 5;

/** A provider that a run may ask. */
export interface Asked {
  id: string;
  /** Its token host; null where that differs from row to row. */
  host: string | null;
}

/** Long enough for about seven lost leases; the oldest go first. */
const LOST_LEASES_LENGTH = 480;

/** A claim's own lease is free to it: so a claim whose answer got lost can be repeated. */
const own = (claimId: string): SQL => sql`lease_id = ${claimId} || '.' || id`;

const lease = (claimId: string, now: number) => {
  const notLost = sql`lease_id IS NULL OR ${own(claimId)}`;
  return {
    lostLeaseId: sql`CASE WHEN ${notLost} THEN lost_lease_id ELSE substr(coalesce(lost_lease_id || ' ', '') || lease_id || '@' || CAST(${now} AS INTEGER), -${sql.raw(String(LOST_LEASES_LENGTH))}) END`,
    unknownSince: sql`CASE WHEN ${notLost} THEN unknown_since ELSE coalesce(unknown_since, lease_until - ${LEASE_MS}) END`,
    leaseId: sql`${claimId} || '.' || id`,
    leaseUntil: now + LEASE_MS,
  };
};

const free = (now: number, claimId = ''): SQL =>
  sql`(lease_until IS NULL OR lease_until < ${now} OR ${own(claimId)})`;

const dueAndFree = (now: number, claimId?: string): SQL =>
  sql`provider = p.value->>'id' AND refresh_due_at <= ${now} AND ${free(now, claimId)}`;

/**
 * Five due integrations at most, oldest first, of the asked providers whose circuit does not hold
 * them back. At most five rows are looked at for each provider (besides those under a lease), so
 * the cost does not grow with the backlog.
 */
export const claimDue = (db: Database, claimId: string, asked: readonly Asked[], now: number) =>
  db
    .update(oauthAccounts)
    .set(lease(claimId, now))
    .where(
      sql`id IN (
        SELECT a.id FROM json_each(${JSON.stringify(asked)}) AS p CROSS JOIN oauth_accounts AS a
        WHERE NOT EXISTS (
          SELECT 1 FROM provider_health AS h
          WHERE h.provider = p.value->>'id' AND h.host = p.value->>'host' AND h.open_until > ${now})
        AND a.id IN (
          SELECT id FROM oauth_accounts WHERE ${dueAndFree(now, claimId)}
          ORDER BY refresh_due_at LIMIT ${sql.raw(String(GROUP_SIZE))})
        ORDER BY a.refresh_due_at LIMIT ${sql.raw(String(GROUP_SIZE))})`,
    )
    .returning();

/** The circuits of the asked providers, as far as they have anything to tell. */
export const healthOf = (db: Database, providers: readonly string[]) =>
  db
    .select()
    .from(providerHealth)
    .where(
      inArray(
        providerHealth.provider,
        sql`(SELECT value FROM json_each(${JSON.stringify(providers)}))`,
      ),
    );

/** How many are due and free, counting up to `limit` for each provider. */
export async function countDue(
  db: Database,
  asked: readonly Asked[],
  now: number,
  limit: number,
): Promise<number> {
  const [row] = await db.all<{ n: number }>(sql`
    SELECT coalesce(sum((
      SELECT count(*) FROM (SELECT 1 FROM oauth_accounts WHERE ${dueAndFree(now)} LIMIT ${limit})
    )), 0) AS n
    FROM json_each(${JSON.stringify(asked)}) AS p
    WHERE NOT EXISTS (
      SELECT 1 FROM provider_health AS h
      WHERE h.provider = p.value->>'id' AND h.host = p.value->>'host' AND h.open_until > ${now})`);
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
        sql`refresh_due_at IS ${seen.refreshDueAt}`,
        free(now, claimId),
      ),
    )
    .returning();
