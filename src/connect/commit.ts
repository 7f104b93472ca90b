/**
 * The end of a connect: accounts, transaction, version, audit events and snapshot in one D1 batch.
 * Every statement does nothing unless the transaction is still completing under this very attempt,
 * so that none undoes an erasure in between, or what a reader that saw the deadline pass has said.
 *
 * A revocation of the same subject that is being sent right now could end the new grant: the batch
 * does nothing while one is leased, and the caller waits. Waiting ones that reach further than
 * their token are deleted with it.
 *
 * The tokens of a reconnected account's former grant are owed a revocation, where that ends nothing
 * but them.
 *
 * The first account is the one that the connect is about. Further ones of the same consent are
 * stored with it or not at all; one that is another user's is left alone, and owed a revocation.
 *
 * Where a grant is several accounts', a row holds it that is none of them (src/db/grants.ts).
 */
import { and, eq, gt, isNotNull, isNull, not, or, type SQL } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../db/client';
import { hasRow, inJson, isTrue } from '../db/conditions';
import { joined } from '../db/expressions';
import { isAccountRow, isLeftOver } from '../db/grants';
import { isGrantOf, owedRevocation, owedRevocationOf } from '../db/owed-revocations';
import { connectTransactions, oauthAccounts, outbox } from '../db/schema';
import type { Deps } from '../deps';
import { isGrantShared, mayRevoke } from '../disconnect/reach';
import { AppError } from '../errors';
import { eventsOfAccounts } from '../events/event-log';
import { type Backoff, retry, withDeadline } from '../retry';
import { changeVisibly } from '../status-cache/changes';
import { readOrigin } from '../status-cache/origin';
import type { Snapshot } from '../status-cache/snapshot';
import { SECOND_MS } from '../time';
import {
  type ConnectedAccount,
  connectedEvents,
  hasRoom,
  isAsStored,
  isMember,
  isOf,
  isStored,
  keepsToken,
  type Member,
  mayStore,
  upsertAccount,
  upsertMembers,
} from './store';

/** One exchange of one transaction; nobody else may finish it. */
export interface ExchangeAttempt {
  transactionId: string;
  attemptId: string;
}

type Commit =
  | { kind: 'committed'; snapshot: Snapshot }
  | { kind: 'linked_to_another_user' }
  | { kind: 'too_many_integrations' }
  | { kind: 'revocation_in_flight' }
  /** The transaction was erased, or its time ran out. */
  | { kind: 'transaction_gone' };

export interface ReceivedAccount {
  /** With its tokens. Where several share them, it is no account itself. */
  account: ConnectedAccount;
  /** The providers whose revocations could end this grant; empty where none reaches so far. */
  shared: readonly string[];
  members: Members | null;
}

/** The accounts that share a grant. */
export interface Members {
  /** Those that are connected, the main one first. */
  connected: readonly [Member, ...Member[]];
  /** The ids of all that the grant is good for; null: there may be more. */
  granted: readonly string[] | null;
}

/** Which account the connect is about. */
export const mainId = ({ account, members }: ReceivedAccount): string =>
  members?.connected[0].accountId ?? account.accountId;

const backoff: Backoff = { firstMs: 200, factor: 2, longestMs: 400, jitter: 0 };
const TRY_MS = 4 * SECOND_MS;

/** @throws AppError unavailable, when D1 did not answer; it may have been committed all the same */
export async function commitAccounts(
  deps: Deps,
  attempt: ExchangeAttempt,
  received: readonly [ReceivedAccount, ...ReceivedAccount[]],
): Promise<Commit> {
  const [main] = received;
  const account = { ...main.account, accountId: mainId(main) };
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
  attempt: ExchangeAttempt,
  received: readonly [ReceivedAccount, ...ReceivedAccount[]],
): Statements {
  const { db, config } = deps;
  const now = deps.now();
  const max = config.maxIntegrations;
  const [{ account: main, members, shared }, ...further] = received;
  const completing = hasRow(db, connectTransactions, underAttempt(attempt, 'completing'));
  const may = mayStore(db, { ...main, accountId: mainId(received[0]) }, max);
  const free = and(completing, may, not(revocationInFlight(db, received, now)));
  const hit = and(completing, isStored(db, main)) as SQL;
  // What the row holds before it is connected again. Not where the revocation would end the new
  // grant too, where the refresh token stays, and where the provider had refused the grant.
  const formerGrant = ({ account, shared }: ReceivedAccount, condition: SQL | undefined) => {
    if (shared.length > 0 || !mayRevoke(config.providers.get(account.provider))) return [];
    const former = and(
      isOf(account),
      eq(oauthAccounts.userId, account.userId),
      eq(oauthAccounts.state, 'active'),
      not(keepsToken(account)),
      condition,
    );
    return [owedRevocationOf(db, former, now)];
  };
  const storing = [
    ...formerGrant(received[0], free),
    upsertAccount(db, main, now, free),
    ...(members ? share(deps, received[0], members, hit, now) : []),
    ...further.flatMap((one) => [
      ...formerGrant(one, hit),
      upsertAccount(db, one.account, now, and(hit, mayStore(db, one.account, max))),
      owedRevocation(db, one.account, now, and(hit, not(isStored(db, one.account)))),
    ]),
    ...endLeftOver(deps, main, shared, hit, now),
  ];
  const after = [
    ...received.flatMap(({ account, shared: reach, members: own }) => {
      const stored = and(hit, isStored(db, account));
      return [
        db
          .delete(outbox)
          .where(and(eq(outbox.subject, account.subject), inJson(outbox.provider, reach), stored)),
        ...connectedEvents(
          deps,
          own === null ? isAsStored(account) : isMember(account, own.connected),
          attempt.transactionId,
          now,
          stored,
        ),
        ...(own === null ? [] : lostEvents(deps, account, attempt.transactionId, now, stored)),
      ];
    }),
    // No longer owed. A companion grant without an identified account stays so.
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
      .set({ state: 'completed', accountId: mainId(received[0]), code: null })
      .where(and(eq(connectTransactions.id, attempt.transactionId), hit)),
  ];
  return { storing, hit, after };
}

/**
 * Makes accounts share the grant that was just stored. One that had a grant of its own has it no
 * more. One that shared the former grant, and which the new one is not good for, has none.
 */
function share(
  { db, config }: Deps,
  { account: grant, shared }: ReceivedAccount,
  { connected, granted }: Members,
  hit: SQL,
  now: number,
): BatchItem<'sqlite'>[] {
  const { userId, provider, grantId, providerAccountId, state } = oauthAccounts;
  const ofUser = and(eq(userId, grant.userId), eq(provider, grant.provider), hit);
  const ids = connected.map(({ accountId }) => accountId);
  const former = and(ofUser, isNull(grantId), eq(state, 'active'), inJson(providerAccountId, ids));
  const ends = shared.length === 0 && mayRevoke(config.providers.get(grant.provider));
  return [
    ...(ends ? [owedRevocationOf(db, former, now)] : []),
    upsertMembers(db, grant, connected, config.maxIntegrations, now, hit),
    ...(granted === null
      ? []
      : [
          db
            .update(oauthAccounts)
            .set({
              grantId: null,
              state: 'needs_reconnect',
              stateReason: NOT_GRANTED,
              stateConfirmedAt: now,
              updatedAt: now,
            })
            .where(
              and(
                ofUser,
                eq(grantId, grant.accountId),
                isAccountRow(),
                not(inJson(providerAccountId, granted)),
              ),
            ),
        ]),
  ];
}

/** `state_reason` of an account that a new consent left out. */
const NOT_GRANTED = 'not_granted';

/** Of those that `share` has just left without a grant. */
function lostEvents(
  deps: Deps,
  grant: ConnectedAccount,
  act: string,
  now: number,
  stored: SQL | undefined,
): BatchItem<'sqlite'>[] {
  const { userId, provider, subject, stateReason, updatedAt, providerAccountId } = oauthAccounts;
  return eventsOfAccounts(
    deps,
    {
      at: now,
      type: 'integration.needs_reconnect',
      detail: { reason: NOT_GRANTED },
      dedupeKey: joined(`integration.needs_reconnect ${act} `, providerAccountId),
    },
    and(
      eq(userId, grant.userId),
      eq(provider, grant.provider),
      eq(subject, grant.subject),
      eq(stateReason, NOT_GRANTED),
      eq(updatedAt, now),
    ),
    stored,
  );
}

/** Grants of this user that no account shares any more: theirs are of another one by now. */
function endLeftOver(
  { db, config }: Deps,
  { userId, provider }: ConnectedAccount,
  shared: readonly string[],
  hit: SQL,
  now: number,
): BatchItem<'sqlite'>[] {
  const leftOver = and(isLeftOver(db, userId, provider), hit);
  const owed = shared.length > 0 ? and(leftOver, not(isGrantShared(db, shared))) : leftOver;
  return [
    ...(mayRevoke(config.providers.get(provider)) ? [owedRevocationOf(db, owed, now)] : []),
    db.delete(oauthAccounts).where(leftOver),
  ];
}

/** The transaction, while it is this attempt's. */
export const underAttempt = (
  { transactionId, attemptId }: ExchangeAttempt,
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
  { transactionId, attemptId }: ExchangeAttempt,
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
