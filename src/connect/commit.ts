/**
 * The end of a connect: account, transaction, version, audit event and snapshot in one D1 batch.
 * Everything hangs on the transaction still completing under this very attempt, so an erasure in
 * between, or a reader that saw the deadline pass, wins.
 *
 * A revocation of the same subject that is being sent right now could end the new grant: the batch
 * does nothing while one is leased, and the caller waits. Waiting ones are deleted with it.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { withDeadline } from '../db/deadline';
import { connectTransactions, oauthAccounts, outbox } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { auditEvent } from '../events/audit';
import { changeVisibly } from '../status-cache/changes';
import { readOrigin } from '../status-cache/origin';
import type { Snapshot } from '../status-cache/snapshot';
import { type ConnectedAccount, isNewAccount, isStored, upsertAccount } from './account';

/** One exchange of one transaction; nobody else may finish it. */
export interface Attempt {
  transactionId: string;
  attemptId: string;
}

export type Commit =
  | { kind: 'committed'; snapshot: Snapshot }
  | { kind: 'linked_to_another_user' }
  | { kind: 'revocation_in_flight' }
  /** The transaction was erased, or its time ran out. */
  | { kind: 'transaction_gone' };

type CommitDeps = Pick<Deps, 'db' | 'session' | 'now' | 'sleep' | 'log'>;

const TRIES = 3;
const TRY_MS = 4_000;

/**
 * `shared`: the providers whose revocations could end this grant; empty where none reaches so far.
 * @throws AppError unavailable, when D1 did not answer; it may have been committed all the same
 */
export async function commitAccount(
  deps: CommitDeps,
  attempt: Attempt,
  account: ConnectedAccount,
  shared: readonly string[],
): Promise<Commit> {
  for (let tries = 1; ; tries += 1) {
    try {
      const { changed, snapshot } = await withDeadline(
        changeVisibly(
          deps,
          account.userId,
          statements(deps, attempt, account, shared),
          underAttempt(attempt, 'completed'),
        ),
        TRY_MS,
        'd1_commit',
      );
      return changed ? { kind: 'committed', snapshot } : await whyNot(deps, attempt, account);
    } catch (error) {
      if (tries === TRIES)
        throw new AppError('unavailable', 'the database did not answer', {
          cause: error,
          retryAfter: 30,
        });
      deps.log.warn('connect.commit_retried', { connection: attempt.transactionId }, error);
      await deps.sleep(200 * tries);
      // "Connection lost" is ambiguous: it may have been committed.
      const found = await whyNot(deps, attempt, account).catch(() => null);
      if (found?.kind === 'committed' || found?.kind === 'transaction_gone') return found;
    }
  }
}

function statements(
  { db, now: clock }: CommitDeps,
  attempt: Attempt,
  account: ConnectedAccount,
  shared: readonly string[],
) {
  const now = clock();
  const { userId, provider, accountId, subject } = account;
  const completed = underAttempt(attempt, 'completed');
  const owed = sql`${outbox.subject} = ${subject} and ${outbox.provider} in (select value from json_each(${JSON.stringify([...new Set([provider, ...shared])])}))`;
  const isNew = isNewAccount(account, now);
  const event = { at: now, userId, provider, accountId };
  return [
    upsertAccount(
      db,
      account,
      now,
      sql`${underAttempt(attempt, 'completing')} and not ${revocationInFlight(account.subject, shared, now)}`,
    ),
    db
      .update(connectTransactions)
      .set({ state: 'completed', accountId, code: null })
      .where(
        and(
          eq(connectTransactions.id, attempt.transactionId),
          eq(connectTransactions.state, 'completing'),
          eq(connectTransactions.attemptId, attempt.attemptId),
          isStored(account),
        ),
      ),
    db.delete(outbox).where(sql`${owed} and ${completed}`),
    auditEvent(db, { ...event, type: 'connected' }, sql`${completed} and ${isNew}`),
    auditEvent(db, { ...event, type: 'reconnected' }, sql`${completed} and not ${isNew}`),
  ];
}

const underAttempt = (
  { transactionId, attemptId }: Attempt,
  state: 'completing' | 'completed',
): SQL =>
  sql`exists (select 1 from ${connectTransactions} where ${connectTransactions.id} = ${transactionId} and ${connectTransactions.attemptId} = ${attemptId} and ${connectTransactions.state} = ${state})`;

const revocationInFlight = (subject: string, shared: readonly string[], now: number): SQL =>
  sql`exists (select 1 from ${outbox} where ${outbox.subject} = ${subject} and ${outbox.provider} in (select value from json_each(${JSON.stringify(shared)})) and ${outbox.leaseUntil} > ${now})`;

/** For a caller that waits. */
export async function isRevocationInFlight(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  subject: string,
  shared: readonly string[],
): Promise<boolean> {
  const [answer] = await db.all<{ busy: number }>(
    sql`select ${revocationInFlight(subject, shared, now())} as busy`,
  );
  return answer?.busy === 1;
}

/** What stood in the way of a batch that hit nothing. */
async function whyNot(
  deps: CommitDeps,
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
        .where(
          and(eq(oauthAccounts.provider, provider), eq(oauthAccounts.providerAccountId, accountId)),
        ),
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
  return { kind: 'revocation_in_flight' };
}
