/**
 * Statements that put onto the outbox what a provider is owed: a revocation, in the same batch as
 * the change that makes it due. The entry holds the tokens sealed as they were in the row, and
 * lives until the provider answered, it turned out that nothing may be revoked, or seven days went
 * by (src/disconnect/outbox).
 *
 * Entries know no user of ours, so that they can outlive an erasure.
 */
import { and, eq, isNotNull, isNull, or, type SQL } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from './client';
import { inJson } from './conditions';
import { caseWhen, coalesce, greatest } from './expressions';
import { withPresentLease } from './lost-leases';
import { oauthAccounts, outbox } from './schema';
import { valuesWhere } from './values-where';

/** Tokens that somebody must revoke. They are sealed with the context of `oauth_accounts`. */
interface OwedRevocation {
  provider: string;
  accountId: string;
  subject: string;
  parameters: Record<string, string>;
  accessToken: string | null;
  refreshToken: string | null;
  /** End of the access token, ms; null: unknown or never. */
  expiresAt: number | null;
  /** Granted; null: unknown. */
  scope: string[] | null;
  /** The client that the grant is of; null: unknown. */
  clientId: string | null;
}

/** For tokens that never made it into a row, or whose row is gone. */
export function owedRevocation(
  db: Database,
  owed: OwedRevocation,
  now: number,
  happened?: SQL,
): BatchItem<'sqlite'> {
  return db
    .insert(outbox)
    .select(
      valuesWhere(outbox, { kind: 'revocation', ...owed, dueAt: now, createdAt: now }, happened),
    );
}

/** A grant whose account nobody knows yet. */
interface OwedGrant {
  transactionId: string;
  provider: string;
  parameters: Record<string, string>;
  /** As in the connect's transaction. */
  clientId: string | null;
  /** Sealed as a whole. */
  receivedGrant: string;
}

/**
 * For a grant that has just been received: owed from then on, so that neither an erasure nor the
 * end of the isolate leaves it alive at the provider. Whoever connects it deletes the entry in the
 * same batch.
 * @param dueAt when nobody can connect it any more
 */
export const owedGrant = (
  db: Database,
  owed: OwedGrant,
  dueAt: number,
  now: number,
  happened?: SQL,
): BatchItem<'sqlite'> =>
  db
    .insert(outbox)
    .select(
      valuesWhere(
        outbox,
        { kind: 'revocation', ...owed, accountId: '', subject: '', dueAt, createdAt: now },
        happened,
      ),
    );

/** The grants of one connect that are on the outbox. */
export const isGrantOf = (transactionId: string, providers?: readonly string[]): SQL | undefined =>
  and(
    eq(outbox.transactionId, transactionId),
    providers === undefined ? undefined : inJson(outbox.provider, providers),
  );

/**
 * For the integrations that `where` names: their tokens as they are at that moment. Put it before
 * the statement that deletes the rows, or writes other tokens. Returns the ids of the entries.
 *
 * While somebody holds the row's lease, its refresh token is that one's to send. So the entry is
 * due when the lease ends, and names it: what came of it may be in a rescue record.
 */
export function owedRevocationOf(db: Database, where: SQL | undefined, now: number) {
  const { leaseId, leaseUntil, lostLeaseId } = oauthAccounts;
  const values = {
    kind: 'revocation',
    provider: oauthAccounts.provider,
    accountId: oauthAccounts.providerAccountId,
    subject: oauthAccounts.subject,
    parameters: oauthAccounts.parameters,
    accessToken: oauthAccounts.accessToken,
    refreshToken: oauthAccounts.refreshToken,
    expiresAt: oauthAccounts.expiresAt,
    scope: oauthAccounts.scope,
    clientId: oauthAccounts.clientId,
    // A first refusal may be a mistake: whoever revokes asks for the second one.
    refused: isNotNull(oauthAccounts.stateConfirmedAt),
    lostLeaseId: caseWhen(isNull(leaseId), lostLeaseId, withPresentLease(now)),
    dueAt: greatest(now, coalesce(leaseUntil, 0)),
    createdAt: now,
  } as const;
  const owed = or(isNotNull(oauthAccounts.accessToken), isNotNull(oauthAccounts.refreshToken));
  return db
    .insert(outbox)
    .select(valuesWhere(outbox, values, and(owed, where), oauthAccounts))
    .returning({ id: outbox.id });
}
