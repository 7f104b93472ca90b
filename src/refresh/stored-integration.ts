/**
 * One integration as it is stored: read from the primary, never from a cache, with its user's
 * version.
 */
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { type Database, d1Read, preparedQuery } from '../db/client';
import { accountsIn, withItsGrant } from '../db/grants';
import { isOutage } from '../db/outage';
import { type AccountRow, oauthAccounts, userVersions } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { OAuth2Provider } from '../providers/types';

/** `userId` null: whoever's it is, for service callers that name accounts only. */
export interface IntegrationKey {
  userId: string | null;
  provider: string;
  accountId: string;
}

/** One integration as it is at the primary. */
export interface StoredIntegration {
  /**
   * Where it shares a grant, with all that is the grant's: the id and the schedule of the row that
   * holds it.
   */
  row: AccountRow;
  /** The user's version when the row was read. */
  version: number;
}

/** Rows with their users' versions, in one statement. */
function integrationsWhere(db: Database, where: SQL | undefined) {
  const version = db
    .select({ version: userVersions.version })
    .from(userVersions)
    .where(eq(userVersions.userId, oauthAccounts.userId));
  return db
    .select({ ...getTableColumns(oauthAccounts), version: sql<number | null>`(${version})` })
    .from(oauthAccounts)
    .where(where);
}

const placeholder = (name: keyof IntegrationKey) => sql.placeholder(name);
const isAccount = and(
  eq(oauthAccounts.provider, placeholder('provider')),
  eq(oauthAccounts.providerAccountId, placeholder('accountId')),
);
const isOfUser = eq(oauthAccounts.userId, placeholder('userId'));
const findOfUser = preparedQuery((db) => integrationsWhere(db, and(isAccount, isOfUser)));
const findOfAnybody = preparedQuery((db) => integrationsWhere(db, isAccount));

/** From the primary. @throws AppError unavailable */
export async function findIntegration(
  deps: Deps,
  { userId, provider, accountId }: IntegrationKey,
): Promise<StoredIntegration | undefined> {
  const { db } = deps;
  const read = <T>(query: PromiseLike<T>) => orUnavailable(deps, d1Read(query));
  const rows = await read(
    userId === null
      ? findOfAnybody(db, { provider, accountId })
      : findOfUser(db, { userId, provider, accountId }),
  );
  // Few share a grant: the others are found by the first read.
  const isShared = rows.some(({ grantId }) => grantId !== null);
  const [found] = isShared
    ? accountsIn(await read(integrationsWhere(db, withItsGrant(db, provider, accountId))))
    : rows;
  if (found === undefined || (userId !== null && found.userId !== userId)) return undefined;
  const { version, ...row } = found;
  return { row, version: version ?? 0 };
}

/** @throws AppError integration_not_found, unavailable */
export async function readIntegration(deps: Deps, key: IntegrationKey): Promise<StoredIntegration> {
  const found = await findIntegration(deps, key);
  if (!found) throw new AppError('integration_not_found', 'there is no such integration');
  return found;
}

/**
 * A database that does not answer is the caller's to try again.
 * @throws AppError unavailable; what is no outage as it is
 */
export async function orUnavailable<T>({ log }: Deps, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!isOutage(cause)) throw cause;
    log.error('refresh.d1_unavailable', {}, cause);
    throw new AppError('unavailable', 'the database does not answer', { cause, retryAfter: 5 });
  }
}

/** Whether the row holds something that the provider would give a new token for. */
export function isRenewable(provider: OAuth2Provider, row: AccountRow, now: number): boolean {
  switch (provider.refreshModel) {
    case 'none':
      return false;
    case 'extend':
      return row.accessToken !== null && (row.expiresAt === null || row.expiresAt > now);
    case 'static':
    case 'rotating':
      return (
        row.refreshToken !== null && (row.refreshExpiresAt === null || row.refreshExpiresAt > now)
      );
    default:
      return provider.refreshModel satisfies never;
  }
}
