/**
 * A grant that several accounts of one user share (`choices.connect: 'all'` of records). One row
 * holds it: tokens, schedule, lease and state. That row is no account, so it is shown nowhere, and
 * the refresh engine sees no other. The accounts are rows without a token that name it in
 * `grant_id`.
 */
import { and, eq, ne, not, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { alias, type SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { hashSecret } from '../crypto';
import type { Database } from './client';
import { hasRow } from './conditions';
import { coalesce } from './expressions';
import { type AccountRow, oauthAccounts } from './schema';

/**
 * The account id of the row that holds what this subject granted for this user. No provider's:
 * those hold no control characters.
 */
export const grantIdOf = async (userId: string, subject: string): Promise<string> =>
  `\u0001${await hashSecret(JSON.stringify([userId, subject]))}`;

type Names = Pick<AccountRow, 'grantId' | 'providerAccountId'>;

/** False: it only holds a grant. */
export const isAccount = ({ grantId, providerAccountId }: Names): boolean =>
  grantId !== providerAccountId;

/** The table, or an alias of it. */
type Table = Record<'userId' | 'provider' | 'providerAccountId' | 'grantId', SQLiteColumn>;

/** The same of the row at hand. */
export const isAccountRow = (table: Table = oauthAccounts): SQL =>
  sql`${table.grantId} IS NOT ${table.providerAccountId}`;

/** That a row holds the grant which another one shares. */
export const isHolderOf = (table: Table, account: Table): SQL | undefined =>
  and(
    eq(table.userId, account.userId),
    eq(table.provider, account.provider),
    eq(table.providerAccountId, account.grantId),
  );

/** That a row is an account of the grant which another one holds, its own included. */
export const isAccountOf = (table: Table, holder: Table): SQL | undefined =>
  and(
    eq(table.userId, holder.userId),
    eq(table.provider, holder.provider),
    eq(coalesce(table.grantId, table.providerAccountId), holder.providerAccountId),
    isAccountRow(table),
  );

const member = alias(oauthAccounts, 'member');

/**
 * The rows that hold a grant of this user for no account any more.
 * @param without an account that is about to go
 */
export const isLeftOver = (db: Database, userId: string, provider: string, without?: string): SQL =>
  and(
    eq(oauthAccounts.userId, userId),
    eq(oauthAccounts.provider, provider),
    not(isAccountRow()),
    not(
      hasRow(
        db,
        member,
        and(
          isAccountOf(member, oauthAccounts),
          without === undefined ? undefined : ne(member.providerAccountId, without),
        ),
      ),
    ),
  ) as SQL;

/**
 * Both rows of an account: its own, and the one that holds its grant, where that is another.
 * @param accountId or a placeholder for it
 */
export function withItsGrant(
  db: Database,
  provider: string | SQLWrapper,
  accountId: string | SQLWrapper,
): SQL {
  const own = alias(oauthAccounts, 'own');
  const grantId = db
    .select({ grantId: own.grantId })
    .from(own)
    .where(and(eq(own.provider, provider), eq(own.providerAccountId, accountId)));
  return and(
    eq(oauthAccounts.provider, provider),
    sql`${oauthAccounts.providerAccountId} IN (${accountId}, ${grantId})`,
  ) as SQL;
}

type Whole = Names & Pick<AccountRow, 'userId' | 'provider' | 'metadata' | 'updatedAt'>;

/** What stays an account's own. */
const ownNames = ['providerAccountId', 'displayName', 'parameters', 'createdAt'] as const;

/** The accounts among rows, in their order, each with what its grant says. Pure. */
export function accountsIn<R extends Whole>(rows: readonly R[]): R[] {
  return rows.filter(isAccount).map((account) => {
    if (account.grantId === null) return account;
    const grant = rows.find(
      (row) =>
        row.providerAccountId === account.grantId &&
        row.provider === account.provider &&
        row.userId === account.userId,
    );
    return grant ? withGrant(account, grant) : account;
  });
}

/** An account with what its grant says. Pure. */
export const withGrant = <R extends Whole>(account: R, grant: R): R => ({
  ...grant,
  ...Object.fromEntries(
    ownNames.flatMap((name) => (name in account ? [[name, account[name as keyof R]]] : [])),
  ),
  metadata: { ...account.metadata, ...grant.metadata },
  updatedAt: Math.max(account.updatedAt, grant.updatedAt),
});
