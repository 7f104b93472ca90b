/**
 * A connected account, made out of what the provider gave, and the statement that stores it: a new
 * row, or, where this user has the account already, the same row with new tokens. Never a row of
 * another user: then nothing is hit.
 *
 * A reconnect keeps the row's id and `created_at` (pipedream#18448), and, where it brought no
 * refresh token, the stored one of the same client, person and server (RFC 6749 section 6;
 * postiz-app#1884). `token_version` grows, so a refresh in flight cannot commit over it. The lease
 * protects a refresh token: it stays as long as that token does, and goes with it.
 */
import { and, eq, getTableColumns, isNotNull, lte, ne, not, or, type SQL } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { alias } from 'drizzle-orm/sqlite-core';
import { type Database, d1Read } from '../db/client';
import { equalOrBothNull, hasRow, inJson, isTrue } from '../db/conditions';
import {
  caseWhen,
  coalesce,
  excluded,
  greatest,
  howMany,
  joined,
  jsonRows,
  jsonText,
  never,
  plus,
  sqlOne,
  type Value,
} from '../db/expressions';
import { isAccountRow } from '../db/grants';
import { type AccountRow, oauthAccounts } from '../db/schema';
import { valuesWhere } from '../db/values-where';
import type { Deps } from '../deps';
import { eventsOfAccounts } from '../events/event-log';
import type { Grant } from '../oauth/grant';
import type { Profile } from '../oauth/profile';
import { grantedScopes } from '../oauth/scopes';
import { sealToken } from '../oauth/sealed-token';
import { AUTHORIZATION_SERVER } from '../providers/parameters';
import { splitPath } from '../providers/paths';
import type { OAuth2Client } from '../providers/types';
import { refreshEnd, schedule } from '../refresh/schedule';
import { noRefusal } from '../refresh/verdict';
import type { TokenField } from '../vault/vault';
import type { Transaction } from './transactions';

export interface ConnectedAccount {
  userId: string;
  provider: string;
  accountId: string;
  subject: string;
  /** The account id itself, where it holds a grant for others; else null. */
  grantId: string | null;
  /** The client that the grant belongs to. */
  clientId: string | null;
  /** Sealed. */
  accessToken: string;
  /** Sealed; null: the reply brought none. */
  refreshToken: string | null;
  expiresAt: number | null;
  refreshExpiresAt: number | null;
  /** As the reply stated it, ms; null: it did not. */
  accessLifetime: number | null;
  refreshLifetime: number | null;
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
  /** Whether the subject tells who it is at the provider: `user:id` is anybody who signed in. */
  namesPerson: boolean;
  /** Of a check before it was stored; null: there was none, or it found nothing. */
  checkedAt: number | null;
  verifiedAt: number | null;
  checkDueAt: number | null;
}

/**
 * A grant made ready to be stored: tokens sealed, times decided. Nothing is stored here.
 * @param transaction whose consent it was; a new one, so what is stored of a former one does not
 * count
 */
export async function accountOf(
  { db, vault, config, random }: Deps,
  { provider, clientId }: Pick<OAuth2Client, 'provider' | 'clientId'>,
  transaction: Pick<Transaction, 'userId' | 'requestedScope' | 'parameters'>,
  grant: Grant,
  profile: Profile,
): Promise<ConnectedAccount> {
  // What the reply says counts from there, also where the account was identified only later.
  const now = grant.receivedAt;
  const { accountId, subject, displayName, metadata } = profile;
  const endOf = (expiresAt: number | null) =>
    grant.refreshToken === null && provider.refreshModel !== 'extend'
      ? null
      : refreshEnd({
          provider,
          now,
          replied: grant.refreshExpiresAt,
          stored: null,
          consented: true,
          lastStated: null,
          isNew: true,
          expiresAt,
        });
  const scheduled = (hasRefreshToken: boolean) =>
    schedule({
      provider,
      now,
      expiresAt: grant.expiresAt,
      refreshExpiresAt: endOf(grant.expiresAt),
      hasRefreshToken,
      // Connecting is using: the first refresh comes at its normal time.
      lastUsedAt: now,
      createdAt: now,
      lastRefreshedAt: null,
      idleAfterMs: config.idleAfterMs,
      random: random(),
    });
  const stated = (end: number | null) => (end === null ? null : end - now);
  const times = scheduled(grant.refreshToken !== null);
  const account = { provider: provider.id, accountId };
  const seal = (token: string, field: TokenField) =>
    sealToken(vault, account, field, token, grant.dpopKey);
  return {
    userId: transaction.userId,
    provider: provider.id,
    accountId,
    subject,
    grantId: null,
    clientId,
    accessToken: await seal(grant.accessToken, 'access_token'),
    refreshToken: grant.refreshToken && (await seal(grant.refreshToken, 'refresh_token')),
    expiresAt: times.expiresAt,
    refreshExpiresAt: endOf(times.expiresAt),
    accessLifetime: stated(grant.expiresAt),
    refreshLifetime: stated(grant.refreshExpiresAt),
    tokenType: grant.tokenType,
    scope:
      grantedScopes(provider, grant.scopes, transaction.requestedScope) ??
      transaction.requestedScope,
    requestedScope: transaction.requestedScope,
    parameters: transaction.parameters,
    metadata: await withKnown(
      db,
      { userId: transaction.userId, provider: provider.id, accountId },
      Object.keys(provider.metadata),
      metadata,
    ),
    displayName,
    refreshDueAt: times.refreshDueAt,
    noticeDueAt: times.noticeDueAt,
    refreshDueAtIfKept: scheduled(true).refreshDueAt,
    namesPerson: ![provider.subject ?? provider.accountId]
      .flat()
      .some((path) => splitPath(path).source === 'user'),
    checkedAt: null,
    verifiedAt: null,
    checkDueAt: null,
  };
}

/**
 * An account's metadata: of names that nothing was read of, as it was before; null where it is new.
 * @param names of the record
 */
export async function withKnown(
  db: Database,
  account: Pick<ConnectedAccount, 'userId' | 'provider' | 'accountId'>,
  names: readonly string[],
  metadata: ConnectedAccount['metadata'],
): Promise<ConnectedAccount['metadata']> {
  if (names.every((name) => Object.hasOwn(metadata, name))) return metadata;
  const [known] = await d1Read(
    db
      .select({ metadata: oauthAccounts.metadata })
      .from(oauthAccounts)
      .where(and(isOf(account), eq(oauthAccounts.userId, account.userId))),
  );
  return filledFrom(known?.metadata, names, metadata);
}

/** The same where it is known what there was before. Pure. */
export const filledFrom = (
  before: ConnectedAccount['metadata'] | null | undefined,
  names: readonly string[],
  metadata: ConnectedAccount['metadata'],
): ConnectedAccount['metadata'] => ({
  ...Object.fromEntries(names.map((name) => [name, before?.[name] ?? null])),
  ...metadata,
});

const incoming = (key: keyof AccountRow): SQL => excluded(oauthAccounts[key]);

/**
 * Whether the row's refresh token stays: this reply brought none, and is of the same client, person
 * and authorization server. Sent on behalf of another one it would be shown to a stranger, or bring
 * the tokens of somebody else.
 * @param brought the account's own, or where a statement has them already
 */
export function keepsToken(
  account: ConnectedAccount,
  brought: Record<'clientId' | 'subject' | 'server', Value> = {
    clientId: account.clientId,
    subject: account.subject,
    server: account.parameters[AUTHORIZATION_SERVER] ?? null,
  },
): SQL {
  if (account.refreshToken !== null || !account.namesPerson) return never;
  const { refreshToken, clientId, subject, parameters } = oauthAccounts;
  return and(
    isNotNull(refreshToken),
    // Null is unknown: an older release stored it.
    equalOrBothNull(coalesce(clientId, brought.clientId), coalesce(brought.clientId, clientId)),
    equalOrBothNull(subject, brought.subject),
    equalOrBothNull(jsonText(parameters, AUTHORIZATION_SERVER), brought.server),
  ) as SQL;
}

/**
 * Whether a user may have so many accounts more. At most so many of the user's rows are read to
 * count them.
 * @param more a number from 1
 */
const hasRoomFor = (db: Database, userId: string, max: number, more: Value = 1): SQL => {
  const some = db
    .select({ one: sqlOne })
    .from(oauthAccounts)
    .where(and(eq(oauthAccounts.userId, userId), isAccountRow()))
    .limit(max);
  return lte(plus(howMany(some), more), max);
};

/** Whether a user may have another integration, for a caller that is to be told why not. */
export const hasRoom = ({ db, config }: Deps, userId: string): Promise<boolean> =>
  isTrue(db, hasRoomFor(db, userId, config.maxIntegrations));

/**
 * Whether an account may be stored: no other user has it, and this one does or may have one more.
 */
export const mayStore = (
  db: Database,
  account: Pick<ConnectedAccount, 'userId' | 'provider' | 'accountId'>,
  max: number,
): SQL => {
  const isAnothers = and(isOf(account), ne(oauthAccounts.userId, account.userId));
  return and(
    not(hasRow(db, oauthAccounts, isAnothers)),
    or(hasRow(db, oauthAccounts, isOf(account)), hasRoomFor(db, account.userId, max)),
  ) as SQL;
};

/** Hits nothing where the account is another user's, or `condition` does not hold. */
export function upsertAccount(
  db: Database,
  account: ConnectedAccount,
  now: number,
  condition: SQL | undefined,
) {
  const { accountId, refreshDueAtIfKept, namesPerson: _, ...values } = account;
  // By the insert's own values: D1 takes a hundred parameters.
  const isKept = keepsToken(account, {
    clientId: incoming('clientId'),
    subject: incoming('subject'),
    server: jsonText(incoming('parameters'), AUTHORIZATION_SERVER),
  });
  const ifKept = (stays: Value, otherwise: Value): SQL => caseWhen(isKept, stays, otherwise);
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
        grantId: incoming('grantId'),
        clientId: incoming('clientId'),
        accessToken: incoming('accessToken'),
        refreshToken: ifKept(oauthAccounts.refreshToken, incoming('refreshToken')),
        expiresAt: incoming('expiresAt'),
        refreshExpiresAt: ifKept(oauthAccounts.refreshExpiresAt, incoming('refreshExpiresAt')),
        accessLifetime: incoming('accessLifetime'),
        refreshLifetime: ifKept(oauthAccounts.refreshLifetime, incoming('refreshLifetime')),
        tokenType: incoming('tokenType'),
        scope: incoming('scope'),
        requestedScope: incoming('requestedScope'),
        parameters: incoming('parameters'),
        metadata: incoming('metadata'),
        displayName: coalesce(incoming('displayName'), oauthAccounts.displayName),
        state: 'active',
        stateReason: null,
        tokenVersion: greatest(plus(oauthAccounts.tokenVersion, 1), incoming('tokenVersion')),
        refreshDueAt: ifKept(refreshDueAtIfKept, incoming('refreshDueAt')),
        noticeDueAt: ifKept(oauthAccounts.noticeDueAt, incoming('noticeDueAt')),
        refreshFailures: 0,
        lastError: null,
        lastErrorCategory: null,
        ...noRefusal,
        unknownSince: ifKept(oauthAccounts.unknownSince, null),
        leaseId: ifKept(oauthAccounts.leaseId, null),
        leaseUntil: ifKept(oauthAccounts.leaseUntil, null),
        lostLeaseId: ifKept(oauthAccounts.lostLeaseId, null),
        checkedAt: incoming('checkedAt'),
        verifiedAt: incoming('verifiedAt'),
        checkRefusedAt: null,
        checkDueAt: incoming('checkDueAt'),
        updatedAt: incoming('updatedAt'),
      },
    });
}

/** Of an account that shares a grant: what is its own. */
export interface Member {
  accountId: string;
  parameters: Record<string, string>;
  metadata: Record<string, string | null>;
  displayName: string | null;
  /** Of those that are new to the user, which one it is, from 1. */
  ordinal: number;
}

/**
 * The accounts of a grant, which another row holds: rows without a token. One that is another
 * user's by now is left alone, and so is a new one that is one too many by now.
 * @param grant as it is stored
 */
export function upsertMembers(
  db: Database,
  grant: ConnectedAccount,
  members: readonly Member[],
  max: number,
  now: number,
  condition: SQL,
) {
  const { userId, provider, subject, clientId, requestedScope } = grant;
  const { table, field } = jsonRows('m', members);
  const accountId = field('accountId');
  const own = alias(oauthAccounts, 'own');
  const isOwn = and(eq(own.provider, provider), eq(own.providerAccountId, accountId));
  const values = {
    userId,
    provider,
    providerAccountId: accountId,
    subject,
    grantId: grant.accountId,
    clientId,
    scope: [] as string[],
    requestedScope,
    parameters: field('parameters'),
    metadata: field('metadata'),
    displayName: field('displayName'),
    state: 'active' as const,
    tokenVersion: now,
    createdAt: now,
    updatedAt: now,
  };
  const { id: _, createdAt: __, ...columns } = getTableColumns(oauthAccounts);
  return db
    .insert(oauthAccounts)
    .select(
      valuesWhere(
        oauthAccounts,
        values,
        and(condition, or(hasRow(db, own, isOwn), hasRoomFor(db, userId, max, field('ordinal')))),
        table,
      ),
    )
    .onConflictDoUpdate({
      target: [oauthAccounts.provider, oauthAccounts.providerAccountId],
      setWhere: eq(oauthAccounts.userId, incoming('userId')),
      set: {
        // What it had as an account with a grant of its own is over.
        ...Object.fromEntries(
          Object.keys(columns).map((name) => [name, incoming(name as keyof typeof columns)]),
        ),
        displayName: coalesce(incoming('displayName'), oauthAccounts.displayName),
        tokenVersion: greatest(plus(oauthAccounts.tokenVersion, 1), incoming('tokenVersion')),
      },
    });
}

type StoredAccount = Pick<ConnectedAccount, 'userId' | 'provider' | 'accountId' | 'accessToken'>;

/** The row that this upsert wrote: every sealed value is unlike any other. */
export const isAsStored = (account: StoredAccount): SQL | undefined =>
  and(
    isOf(account),
    eq(oauthAccounts.userId, account.userId),
    eq(oauthAccounts.accessToken, account.accessToken),
  );

export const isStored = (db: Database, account: StoredAccount): SQL =>
  hasRow(db, oauthAccounts, isAsStored(account));

/** The rows of these accounts of a grant. */
export const isMember = (grant: ConnectedAccount, members: readonly Member[]): SQL | undefined =>
  and(
    eq(oauthAccounts.userId, grant.userId),
    eq(oauthAccounts.provider, grant.provider),
    eq(oauthAccounts.grantId, grant.accountId),
    inJson(
      oauthAccounts.providerAccountId,
      members.map(({ accountId }) => accountId),
    ),
  );

/**
 * That accounts were connected, or connected again: whichever it is of each.
 * @param accounts which rows they are, once they are stored
 * @param act by which: a transaction, or a request
 * @param now of the upsert
 */
export function connectedEvents(
  deps: Deps,
  accounts: SQL | undefined,
  act: string,
  now: number,
  stored?: SQL,
): BatchItem<'sqlite'>[] {
  const { createdAt, provider, providerAccountId } = oauthAccounts;
  const dedupeKey = joined(`connected ${act} `, provider, ' ', providerAccountId);
  const event = (type: 'integration.connected' | 'integration.reconnected', is: SQL) =>
    eventsOfAccounts(deps, { at: now, type, dedupeKey }, and(accounts, is), stored);
  // A second try has another `now`, to which the row is not new.
  return [
    ...event('integration.connected', eq(createdAt, now)),
    ...event('integration.reconnected', ne(createdAt, now)),
  ];
}

/** The row of an account, whoever's it is. */
export const isOf = ({
  provider,
  accountId,
}: Pick<ConnectedAccount, 'provider' | 'accountId'>): SQL | undefined =>
  and(eq(oauthAccounts.provider, provider), eq(oauthAccounts.providerAccountId, accountId));
