/**
 * Snapshots from where the truth is: version and rows of a user in one statement, so that a version
 * never comes with the rows of another.
 */
import { desc, eq, isNotNull, sql } from 'drizzle-orm';
import { type Database, d1Read, preparedQuery } from '../db/client';
import { inJson } from '../db/conditions';
import { jsonValues, type List } from '../db/expressions';
import { accountsIn } from '../db/grants';
import { type AccountRow, oauthAccounts, userVersions } from '../db/schema';
import type { Deps } from '../deps';
import { freshUntil, mayStore } from './freshness';
import type { Facts, Snapshot } from './snapshot';

/** What a snapshot needs of a row. Sealed tokens do not leave the database for it. */
export const factColumnsOf = (table: typeof oauthAccounts) => ({
  userId: table.userId,
  provider: table.provider,
  providerAccountId: table.providerAccountId,
  grantId: table.grantId,
  displayName: table.displayName,
  state: table.state,
  stateReason: table.stateReason,
  scope: table.scope,
  requestedScope: table.requestedScope,
  metadata: table.metadata,
  expiresAt: table.expiresAt,
  refreshExpiresAt: table.refreshExpiresAt,
  hasRefreshToken: isNotNull(table.refreshToken).mapWith(Boolean),
  refreshDueAt: table.refreshDueAt,
  refreshFailures: table.refreshFailures,
  lastError: table.lastError,
  lastErrorCategory: table.lastErrorCategory,
  isVerified: isNotNull(table.verifiedAt).mapWith(Boolean),
  createdAt: table.createdAt,
  updatedAt: table.updatedAt,
  lastRefreshedAt: table.lastRefreshedAt,
});

export const factColumns = factColumnsOf(oauthAccounts);

type FactsRow = Omit<
  Pick<AccountRow, keyof typeof factColumns & keyof AccountRow>,
  'hasRefreshToken' | 'isVerified'
> & { hasRefreshToken: boolean; isVerified: boolean };

/** The facts of a whole row, as an UPDATE ... RETURNING gives it. */
export const factsOf = (row: AccountRow): Facts =>
  factsFrom({
    ...row,
    hasRefreshToken: row.refreshToken !== null,
    isVerified: row.verifiedAt !== null,
  });

/**
 * What a row holds that nobody can read says nothing, so that its user's other integrations are
 * served all the same: D1 keeps whatever it is given.
 */
export function factsFrom(row: FactsRow): Facts {
  return {
    provider: row.provider,
    accountId: row.providerAccountId,
    displayName: row.displayName,
    state: row.state,
    stateReason: row.stateReason,
    scopes: textsIn(row.scope),
    requestedScopes: textsIn(row.requestedScope),
    metadata: labelsIn(row.metadata),
    expiresAt: timeIn(row.expiresAt),
    refreshExpiresAt: timeIn(row.refreshExpiresAt),
    // A token that is extended while alive has no refresh token, but a time when it is due.
    renewable: row.hasRefreshToken || row.refreshDueAt !== null,
    refreshDueAt: timeIn(row.refreshDueAt),
    refreshFailures: row.refreshFailures,
    lastError: row.lastError,
    lastErrorCategory: row.lastErrorCategory,
    verified: row.isVerified,
    connectedAt: timeIn(row.createdAt) ?? 0,
    updatedAt: timeIn(row.updatedAt) ?? 0,
    lastRefreshedAt: timeIn(row.lastRefreshedAt),
  };
}

const textsIn = (list: readonly unknown[] | null): string[] =>
  Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];

const labelsIn = (labels: Facts['metadata'] | null): Facts['metadata'] =>
  labels?.constructor === Object
    ? Object.fromEntries(
        Object.entries(labels).filter(([, one]) => one === null || typeof one === 'string'),
      )
    : {};

/** The last moment that RFC 3339 can say, ms. */
const LAST_RFC3339_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const timeIn = (ms: number | null): number | null =>
  typeof ms === 'number' && ms >= 0 && ms <= LAST_RFC3339_MS ? ms : null;

/**
 * Each row of these users, newest connection first; for one who has none, a row without an account,
 * because a version can have outlived them. Null is the version of a user who
 * never had an integration.
 */
export function snapshotQuery(db: Database, userIds: List<string>) {
  const { table, value: userId } = jsonValues('wanted', userIds);
  return db
    .select({ userId, version: userVersions.version, account: factColumns })
    .from(table)
    .leftJoin(userVersions, eq(userVersions.userId, userId))
    .leftJoin(oauthAccounts, eq(oauthAccounts.userId, userId))
    .orderBy(desc(oauthAccounts.createdAt), desc(oauthAccounts.id));
}

type SnapshotRow = Awaited<ReturnType<typeof snapshotQuery>>[number];

export const versionQuery = (db: Database, userIds: List<string>) =>
  db.select().from(userVersions).where(inJson(userVersions.userId, userIds));

/**
 * `rows`: this user's, of `snapshotQuery`. `takenAt`: the clock before it was sent. One that may
 * not be stored anywhere promises nothing: its `freshUntil` is `takenAt`, and no tier takes it.
 */
export function snapshotFrom(
  userId: string,
  rows: readonly SnapshotRow[],
  takenAt: number,
  fromPrimary = true,
): Snapshot {
  const accounts = accountsIn(
    rows.map(({ account }) => account).filter((account) => account !== null),
  );
  const integrations = accounts.map(factsFrom);
  const dueTimes = integrations.map(({ refreshDueAt }) => refreshDueAt);
  return {
    v: 1,
    userId,
    version: rows[0]?.version ?? 0,
    takenAt,
    freshUntil: mayStore(takenAt, dueTimes, fromPrimary) ? freshUntil(takenAt, dueTimes) : takenAt,
    integrations,
  };
}

/** Those of a read. The queries are built for them once. */
const placeholder = sql.placeholder('userIds');
const idsOf = (userIds: readonly string[]) => ({ userIds: JSON.stringify([...new Set(userIds)]) });
const readSnapshots = preparedQuery((db) => snapshotQuery(db, placeholder));
const readVersions = preparedQuery((db) => versionQuery(db, placeholder));

/**
 * A snapshot of each of these users. `first-unconstrained` may be answered by a replica that lags.
 * Throws whatever D1 throws, and DeadlineError.
 */
export async function readOrigin(
  deps: Deps,
  userIds: readonly string[],
  constraint: 'first-primary' | 'first-unconstrained',
): Promise<Map<string, Snapshot>> {
  const db = deps.session(constraint);
  const takenAt = deps.now();
  const rows = await d1Read(readSnapshots(db, idsOf(userIds)));
  const rowsOf = Map.groupBy(rows, (row) => row.userId);
  const fromPrimary = constraint === 'first-primary';
  return new Map(
    userIds.map((userId) => [
      userId,
      snapshotFrom(userId, rowsOf.get(userId) ?? [], takenAt, fromPrimary),
    ]),
  );
}

/** The users' versions, from the primary; 0 where there is none. Throws as readOrigin does. */
export async function versionsOnPrimary(
  deps: Deps,
  userIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await d1Read(readVersions(deps.db, idsOf(userIds)));
  const versions = new Map(userIds.map((userId) => [userId, 0]));
  for (const row of rows) versions.set(row.userId, row.version);
  return versions;
}
