/**
 * The statement that stores a connected account: a new row, or, where this user has the account
 * already, the same row with new tokens. Never a row of another user: then nothing is hit.
 *
 * A reconnect keeps the row's id and `created_at` (wishes: pipedream#18448), and, where it brought
 * no refresh token, the stored one (RFC 6749 section 6; postiz-app#1884). `token_version` grows,
 * so a refresh in flight cannot commit over it. The lease protects a refresh token: it stays as
 * long as that token does, and goes with it.
 */
import { eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../db/client';
import { oauthAccounts } from '../db/schema';
import { valuesWhere } from '../db/values-where';

export interface ConnectedAccount {
  userId: string;
  provider: string;
  accountId: string;
  subject: string;
  /** Sealed. */
  accessToken: string;
  /** Sealed; null: the reply brought none. */
  refreshToken: string | null;
  expiresAt: number | null;
  refreshExpiresAt: number | null;
  tokenType: string | null;
  scope: string[];
  requestedScope: string[];
  parameters: Record<string, string>;
  metadata: Record<string, string | null>;
  displayName: string | null;
  refreshDueAt: number | null;
  noticeDueAt: number | null;
  /** `refreshDueAt` for the case that a stored refresh token is kept. */
  refreshDueAtIfKept: number | null;
}

const excluded = sql`excluded`;
const columns = getTableColumns(oauthAccounts);
const incoming = (key: keyof typeof columns): SQL =>
  sql`${excluded}.${sql.identifier(columns[key].name)}`;

/** This reply brought no refresh token, and the row has one. */
const kept = sql`(${incoming('refreshToken')} is null and ${oauthAccounts.refreshToken} is not null)`;
const ifKept = (stays: unknown, otherwise: unknown): SQL =>
  sql`case when ${kept} then ${stays} else ${otherwise} end`;

export function upsertAccount(
  db: Database,
  account: ConnectedAccount,
  now: number,
  condition: SQL = sql`true`,
) {
  const { accountId, refreshDueAtIfKept, ...values } = account;
  return db
    .insert(oauthAccounts)
    .select(
      valuesWhere(
        oauthAccounts,
        {
          ...values,
          providerAccountId: accountId,
          state: 'active',
          tokenVersion: now,
          createdAt: now,
          updatedAt: now,
        },
        condition,
      ),
    )
    .onConflictDoUpdate({
      target: [oauthAccounts.provider, oauthAccounts.providerAccountId],
      setWhere: eq(oauthAccounts.userId, incoming('userId')),
      set: {
        subject: incoming('subject'),
        accessToken: incoming('accessToken'),
        refreshToken: sql`coalesce(${incoming('refreshToken')}, ${oauthAccounts.refreshToken})`,
        expiresAt: incoming('expiresAt'),
        refreshExpiresAt: ifKept(oauthAccounts.refreshExpiresAt, incoming('refreshExpiresAt')),
        tokenType: incoming('tokenType'),
        scope: incoming('scope'),
        requestedScope: incoming('requestedScope'),
        parameters: incoming('parameters'),
        metadata: incoming('metadata'),
        displayName: sql`coalesce(${incoming('displayName')}, ${oauthAccounts.displayName})`,
        state: 'active',
        stateReason: null,
        tokenVersion: sql`max(${oauthAccounts.tokenVersion} + 1, ${incoming('tokenVersion')})`,
        refreshDueAt: ifKept(refreshDueAtIfKept, incoming('refreshDueAt')),
        noticeDueAt: ifKept(oauthAccounts.noticeDueAt, incoming('noticeDueAt')),
        refreshFailures: 0,
        lastError: null,
        lastErrorCategory: null,
        unknownSince: ifKept(oauthAccounts.unknownSince, null),
        leaseId: ifKept(oauthAccounts.leaseId, null),
        leaseUntil: ifKept(oauthAccounts.leaseUntil, null),
        lostLeaseId: ifKept(oauthAccounts.lostLeaseId, null),
        updatedAt: incoming('updatedAt'),
      },
    });
}

/** Whether the row is what this upsert wrote: every sealed value is unlike any other. */
export const isStored = ({
  userId,
  provider,
  accountId,
  accessToken,
}: Pick<ConnectedAccount, 'userId' | 'provider' | 'accountId' | 'accessToken'>): SQL =>
  sql`exists (select 1 from ${oauthAccounts} where ${oauthAccounts.provider} = ${provider} and ${oauthAccounts.providerAccountId} = ${accountId} and ${oauthAccounts.userId} = ${userId} and ${oauthAccounts.accessToken} = ${accessToken})`;

/** Whether the row came into being at `now`, rather than being connected again. */
export const isNewAccount = (
  { provider, accountId }: Pick<ConnectedAccount, 'provider' | 'accountId'>,
  now: number,
): SQL =>
  sql`exists (select 1 from ${oauthAccounts} where ${oauthAccounts.provider} = ${provider} and ${oauthAccounts.providerAccountId} = ${accountId} and ${oauthAccounts.createdAt} = ${now})`;
