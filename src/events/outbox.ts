/**
 * The outbox: revocations that a provider is still owed. An entry is written in the same batch as
 * the change that makes it due, holds the tokens sealed as they were in the row, and lives until
 * the provider answered, it turned out that nothing may be revoked, or seven days went by.
 *
 * Entries know no user of ours, so that they can outlive an erasure. What a revocation is, and
 * when it must not be sent, stands in src/disconnect/revocation.
 * Each is sent at least once: revoking twice does no harm (RFC 7009 section 2.2).
 */

import { and, eq, inArray, isNotNull, isNull, lte, max, not, or, type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { alias } from 'drizzle-orm/sqlite-core';
import { type Database, runBatch } from '../db/client';
import { hasRow, inJson, isJson, isSame } from '../db/conditions';
import { coalesce, distinctValues, greatest, plus, rowNumber, when } from '../db/expressions';
import { withPresentLease } from '../db/lost-leases';
import { oauthAccounts, outbox } from '../db/schema';
import { valuesWhere } from '../db/values-where';
import type { Deps } from '../deps';
import { type Backoff, backoffMs, retry } from '../retry';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';
import { eventStatements, type NewEvent } from './event-log';
import type { EventData } from './types';

/** A try must be over, its request included, before this ends. */
export const OUTBOX_LEASE_MS = MINUTE_MS;
export const OUTBOX_GIVES_UP_MS = 7 * DAY_MS;
const GROUP = 5;
/** Calls to D1 of one try that neither has to renew a token first nor gives up. */
const REVOCATION_CALLS = 4;
/** No try to save tokens is begun after this. */
const SAVE_MS = 6 * SECOND_MS;
/** After a try that failed: from a minute to six hours, the upper half by lot. */
const backoff: Backoff = { firstMs: MINUTE_MS, factor: 2, longestMs: 6 * HOUR_MS, jitter: 0.5 };

export type OutboxEntry = typeof outbox.$inferSelect;

/** Tokens that somebody must revoke. They are sealed with the context of `oauth_accounts`. */
export interface OwedRevocation {
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
export interface OwedGrant {
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
    lostLeaseId: when(isNull(leaseId), lostLeaseId, withPresentLease(now)),
    dueAt: greatest(now, coalesce(leaseUntil, 0)),
    createdAt: now,
  } as const;
  const owed = or(isNotNull(oauthAccounts.accessToken), isNotNull(oauthAccounts.refreshToken));
  return db
    .insert(outbox)
    .select(valuesWhere(outbox, values, and(owed, where), oauthAccounts))
    .returning({ id: outbox.id });
}

/**
 * `done`: the provider answered, or nothing may be or needs to be revoked. `retry`: later.
 * `gave_up`: the provider refused for good. `account_unknown`: it may end another one's grant, and
 * nobody can tell. `grant_refused`: the provider says that the grant is dead; twice is `done`.
 * Anything thrown is a `retry`.
 */
export type RevocationResult = 'done' | 'retry' | 'grant_refused' | 'gave_up' | 'account_unknown';

export interface DrainBudget {
  /** No group is started after this, in ms since the epoch. */
  until: number;
  /** How many entries at most. */
  entries: number;
}

/**
 * Sends what is due, five at a time. Any number of these may run side by side:
 * an entry is leased to one. Returns how many entries were tried.
 */
export async function drainOutbox(
  deps: Deps,
  revoke: (entry: OutboxEntry) => Promise<RevocationResult>,
  budget: DrainBudget,
): Promise<number> {
  let tried = 0;
  while (tried < budget.entries && deps.now() < budget.until) {
    const affordable = Math.floor((deps.budget.left - 1) / REVOCATION_CALLS);
    const wanted = Math.min(GROUP, budget.entries - tried, affordable);
    if (wanted < 1) break;
    const leaseId = deps.uuid();
    const now = deps.now();
    const entries = await Promise.resolve(claimRevocations(deps.db, leaseId, wanted, now)).catch(
      async (error) => {
        // One whose JSON is cut short fails the whole answer: the others come when their lease is
        // over.
        if (!(error instanceof SyntaxError)) throw error;
        await giveUpUnreadable(deps, leaseId, now);
        return claimRevocations(deps.db, deps.uuid(), wanted, now);
      },
    );
    await Promise.all(entries.map((entry) => revokeOne(deps, revoke, entry)));
    tried += entries.length;
    if (entries.length < wanted) break;
  }
  return tried;
}

/**
 * What is due, each provider's oldest: first one of each provider, beginning with the provider that
 * was tried least lately, then a second one, and so on. So an endpoint that is dead, whatever is
 * owed there, holds up no other: what a healthy one was told is gone, and it counts as never tried.
 *
 * A leased entry's due time is the end of its lease, so the due index alone finds what is free.
 * The lease is in the table before anybody looks whether the revocation may be sent: a connect of
 * the same subject waits while one is live (src/connect/commit).
 */
export function claimRevocations(db: Database, leaseId: string, limit: number, now: number) {
  const owed = distinctValues(db, 'owed_provider', outbox.provider);
  const isOwed = eq(outbox.provider, owed.value);
  const ofProvider = db
    .select({ id: outbox.id })
    .from(outbox)
    .where(and(isOwed, lte(outbox.dueAt, now)))
    .orderBy(outbox.dueAt)
    .limit(limit);
  const lastTried = db
    .select({ at: max(outbox.leaseUntil) })
    .from(outbox)
    .where(isOwed);
  const entry = alias(outbox, 'o');
  const first = db
    .with(owed)
    .select({ id: entry.id })
    .from(owed)
    .crossJoin(entry)
    .where(inArray(entry.id, ofProvider))
    .orderBy(rowNumber(owed.value, entry.dueAt), sql`${lastTried}`, entry.dueAt)
    .limit(limit);
  return db
    .update(outbox)
    .set({
      leaseId,
      leaseUntil: now + OUTBOX_LEASE_MS,
      dueAt: now + OUTBOX_LEASE_MS,
      attempts: plus(outbox.attempts, 1),
    })
    .where(inArray(outbox.id, first))
    .returning();
}

/**
 * Replaces an entry's tokens, all sealed, by what came of them, whoever has the lease by now: they
 * exist nowhere else. Not where the entry has other tokens already.
 *
 * @throws what D1 throws
 */
export async function saveTokens(
  deps: Deps,
  entry: OutboxEntry,
  newer: Partial<Pick<OutboxEntry, 'accessToken' | 'refreshToken' | 'expiresAt' | 'refused'>>,
): Promise<void> {
  const unchanged = and(
    eq(outbox.id, entry.id),
    isSame(outbox.accessToken, entry.accessToken),
    isSame(outbox.refreshToken, entry.refreshToken),
  );
  await retry(deps, { until: deps.now() + SAVE_MS }, () =>
    deps.db.update(outbox).set(newer).where(unchanged),
  );
}

/** Entries of this claim that nobody can read would fail its group each time. */
async function giveUpUnreadable(deps: Deps, leaseId: string, now: number): Promise<void> {
  const { db, log } = deps;
  const readable = and(
    isJson(outbox.parameters, 'object'),
    or(isNull(outbox.scope), isJson(outbox.scope, 'array')),
  ) as SQL;
  const unreadable = and(
    eq(outbox.dueAt, now + OUTBOX_LEASE_MS),
    eq(outbox.leaseId, leaseId),
    not(readable),
  );
  const { id, provider, attempts } = outbox;
  const entries = await db.select({ id, provider, attempts }).from(outbox).where(unreadable);
  for (const entry of entries) {
    const mine = and(eq(id, entry.id), unreadable);
    await runBatch(db, [
      ...eventStatements(deps, gaveUp(entry, 'unreadable', now), hasRow(db, outbox, mine)),
      db.delete(outbox).where(mine),
    ]);
    log.warn('outbox.gave_up', { provider: entry.provider, attempt: entry.attempts });
  }
}

async function revokeOne(
  deps: Deps,
  revoke: (entry: OutboxEntry) => Promise<RevocationResult>,
  entry: OutboxEntry,
): Promise<void> {
  const { db, log } = deps;
  const about = { provider: entry.provider, account: entry.accountId, attempt: entry.attempts };
  const mine = and(eq(outbox.id, entry.id), eq(outbox.leaseId, entry.leaseId ?? ''));
  let result: RevocationResult;
  try {
    result = await revoke(entry);
  } catch (error) {
    log.error('outbox.delivery_failed', about, error);
    result = 'retry';
  }
  const now = deps.now();
  const tooOld = now - entry.createdAt >= OUTBOX_GIVES_UP_MS;
  const isDead = result === 'grant_refused' && entry.lastError === result;
  if (result === 'done' || isDead) {
    await db.delete(outbox).where(mine);
  } else if (result === 'gave_up' || result === 'account_unknown' || tooOld) {
    log.warn('outbox.gave_up', about);
    await runBatch(db, [
      ...eventStatements(deps, gaveUp(entry, reasonOf(result), now), hasRow(db, outbox, mine)),
      db.delete(outbox).where(mine),
    ]);
  } else {
    await db
      .update(outbox)
      .set({
        leaseId: null,
        leaseUntil: now,
        dueAt: now + retryDelay(entry.attempts, deps.random()),
        lastError: result,
      })
      .where(mine);
  }
}

type GaveUp = EventData<'revocation.gave_up'>;

const gaveUp = (
  { id, provider, attempts }: Pick<OutboxEntry, 'id' | 'provider' | 'attempts'>,
  reason: GaveUp['reason'],
  at: number,
): NewEvent => ({
  at,
  type: 'revocation.gave_up',
  data: { provider, attempts, reason },
  dedupeKey: `revocation.gave_up ${id}`,
});

/** Why nothing more is tried. */
function reasonOf(result: Exclude<RevocationResult, 'done'>): GaveUp['reason'] {
  if (result === 'gave_up') return 'refused';
  return result === 'account_unknown' ? result : 'too_old';
}

/** Before the next try, ms. Pure. */
export const retryDelay = (attempts: number, random: number): number =>
  backoffMs(backoff, attempts, random);
