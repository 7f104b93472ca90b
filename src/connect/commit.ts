/**
 * The end of a connect: accounts, transaction, version, audit events and snapshot in one D1 batch.
 * Everything hangs on the transaction still completing under this very attempt, so an erasure in
 * between, or a reader that saw the deadline pass, wins.
 *
 * A revocation of the same subject that is being sent right now could end the new grant: the batch
 * does nothing while one is leased, and the caller waits. Waiting ones that reach further than their
 * token are deleted with it.
 *
 * The tokens of a reconnected account's former grant are owed a revocation, where that ends nothing
 * but them.
 *
 * The first account is the one that the connect is about. Further ones of the same consent are
 * stored with it or not at all; one that is another user's is left alone, and owed a revocation.
 */
import { and, eq, gt, isNotNull, isNull, not, or, type SQL } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../db/client';
import { hasRow, inJson, isTrue } from '../db/conditions';
import { connectTransactions, oauthAccounts, outbox } from '../db/schema';
import type { Deps } from '../deps';
import { mayRevoke } from '../disconnect/revocation';
import { AppError } from '../errors';
import { isGrantOf, owedRevocation, owedRevocationOf } from '../events/outbox';
import { type Backoff, retry, withDeadline } from '../retry';
import { changeVisibly } from '../status-cache/changes';
import { readOrigin } from '../status-cache/origin';
import type { Snapshot } from '../status-cache/snapshot';
import { SECOND_MS } from '../time';
import {
  type ConnectedAccount,
  connectedEvents,
  hasRoom,
  isOf,
  isStored,
  upsertAccount,
} from './store';

/** One exchange of one transaction; nobody else may finish it. */
export interface Attempt {
  transactionId: string;
  attemptId: string;
}

export type Commit =
  | { kind: 'committed'; snapshot: Snapshot }
  | { kind: 'linked_to_another_user' }
  | { kind: 'too_many_integrations' }
  | { kind: 'revocation_in_flight' }
  /** The transaction was erased, or its time ran out. */
  | { kind: 'transaction_gone' };

export interface ReceivedAccount {
  account: ConnectedAccount;
  /** The providers whose revocations could end this grant; empty where none reaches so far. */
  shared: readonly string[];
}

const backoff: Backoff = { firstMs: 200, factor: 2, longestMs: 400, jitter: 0 };
const TRY_MS = 4 * SECOND_MS;

/** @throws AppError unavailable, when D1 did not answer; it may have been committed all the same */
export async function commitAccounts(
  deps: Deps,
  attempt: Attempt,
  received: readonly [ReceivedAccount, ...ReceivedAccount[]],
): Promise<Commit> {
  const [{ account }] = received;
  let isFirst = true;
  const isPassing = (error: unknown) => {
    deps.log.warn('connect.commit_retried', { connection: attempt.transactionId }, error);
    return true;
  };
  try {
    return await retry(deps, { tries: 3, tryMs: null, backoff, isPassing }, async () => {
      if (!isFirst) {
        // "Connection lost" is ambiguous: it may have been committed.
        const found = await whyNot(deps, attempt, account).catch(() => null);
        if (found?.kind === 'committed' || found?.kind === 'transaction_gone') return found;
      }
      isFirst = false;
      const { storing, hit, after } = statements(deps, attempt, received);
      const { changed, snapshot } = await withDeadline(
        changeVisibly(deps, account.userId, storing, hit, after),
        TRY_MS,
        'd1_commit',
      );
      return changed ? { kind: 'committed', snapshot } : await whyNot(deps, attempt, account);
    });
  } catch (cause) {
    throw new AppError('unavailable', 'the database did not answer', { cause, retryAfter: 30 });
  }
}

interface Statements {
  storing: BatchItem<'sqlite'>[];
  /** Whether the main account was stored. */
  hit: SQL;
  after: BatchItem<'sqlite'>[];
}

/** All guarded by the transaction still completing, which the last one ends: they hit once. */
function statements(
  deps: Deps,
  attempt: Attempt,
  received: readonly [ReceivedAccount, ...ReceivedAccount[]],
): Statements {
  const { db, config } = deps;
  const now = deps.now();
  const max = config.maxIntegrations;
  const [{ account: main }, ...further] = received;
  const completing = hasRow(db, connectTransactions, underAttempt(attempt, 'completing'));
  const free = and(completing, not(revocationInFlight(db, received, now)));
  const hit = and(completing, isStored(db, main)) as SQL;
  // What the row holds before it is connected again. Not where the revocation would end the new grant
  // too, where the refresh token stays, and where the provider had refused the grant.
  const formerGrant = ({ account, shared }: ReceivedAccount, condition: SQL | undefined) => {
    if (shared.length > 0 || !mayRevoke(config.providers.get(account.provider))) return [];
    const former = and(
      isOf(account),
      eq(oauthAccounts.userId, account.userId),
      eq(oauthAccounts.state, 'active'),
      account.refreshToken === null ? isNull(oauthAccounts.refreshToken) : undefined,
      condition,
    );
    return [owedRevocationOf(db, former, now)];
  };
  const storing = [
    ...formerGrant(received[0], free),
    upsertAccount(db, main, max, now, free),
    ...further.flatMap((one) => [
      ...formerGrant(one, hit),
      upsertAccount(db, one.account, max, now, hit),
      owedRevocation(db, one.account, now, and(hit, not(isStored(db, one.account)))),
    ]),
  ];
  const after = [
    ...received.flatMap(({ account, shared }) => {
      const stored = and(hit, isStored(db, account));
      return [
        db
          .delete(outbox)
          .where(and(eq(outbox.subject, account.subject), inJson(outbox.provider, shared), stored)),
        ...connectedEvents(deps, account, attempt.transactionId, now, stored),
      ];
    }),
    // No longer owed. A further grant whose account could not be told stays so.
    db.delete(outbox).where(
      and(
        isGrantOf(
          attempt.transactionId,
          received.map(({ account }) => account.provider),
        ),
        hit,
      ),
    ),
    db
      .update(connectTransactions)
      .set({ state: 'completed', accountId: main.accountId, code: null })
      .where(and(eq(connectTransactions.id, attempt.transactionId), hit)),
  ];
  return { storing, hit, after };
}

/** The transaction, while it is this attempt's. */
export const underAttempt = (
  { transactionId, attemptId }: Attempt,
  state: 'completing' | 'completed',
): SQL | undefined =>
  and(
    eq(connectTransactions.id, transactionId),
    eq(connectTransactions.attemptId, attemptId),
    eq(connectTransactions.state, state),
  );

/** Never empty: something was received. */
const revocationInFlight = (db: Database, received: readonly ReceivedAccount[], now: number): SQL =>
  or(
    ...received.map(({ account: { subject, provider }, shared }) =>
      hasRow(
        db,
        outbox,
        and(
          eq(outbox.subject, subject),
          inJson(outbox.provider, [...new Set([provider, ...shared])]),
          isNotNull(outbox.leaseId),
          gt(outbox.leaseUntil, now),
        ),
      ),
    ),
  ) as SQL;

/** For a caller that waits. */
export const isRevocationInFlight = (
  { db, now }: Deps,
  received: readonly ReceivedAccount[],
): Promise<boolean> => isTrue(db, revocationInFlight(db, received, now()));

/** What stood in the way of a batch that hit nothing. */
async function whyNot(
  deps: Deps,
  { transactionId, attemptId }: Attempt,
  { userId, provider, accountId }: ConnectedAccount,
): Promise<Commit> {
  const { db } = deps;
  const [[transaction], [owner]] = await withDeadline(
    db.batch([
      db
        .select({ state: connectTransactions.state })
        .from(connectTransactions)
        .where(
          and(
            eq(connectTransactions.id, transactionId),
            eq(connectTransactions.attemptId, attemptId),
          ),
        ),
      db
        .select({ userId: oauthAccounts.userId })
        .from(oauthAccounts)
        .where(isOf({ provider, accountId })),
    ]),
    TRY_MS,
    'd1_commit',
  );
  if (transaction?.state === 'completed') {
    const snapshots = await readOrigin(deps, [userId], 'first-primary');
    const snapshot = snapshots.get(userId);
    if (snapshot) return { kind: 'committed', snapshot };
  }
  if (transaction?.state !== 'completing') return { kind: 'transaction_gone' };
  if (owner && owner.userId !== userId) return { kind: 'linked_to_another_user' };
  if (!owner && !(await withDeadline(hasRoom(deps, userId), TRY_MS, 'd1_commit'))) {
    return { kind: 'too_many_integrations' };
  }
  return { kind: 'revocation_in_flight' };
}
