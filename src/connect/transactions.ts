/**
 * Connect transactions: one try of a user to connect an account, from begin.ts to complete.ts.
 * What leaves Mooring and comes back, the ticket, the state and the browser's cookie, is stored as
 * a hash only; what must be sent on, verifier and code, is sealed.
 */

import { and, desc, eq, inArray, isNull, lte } from 'drizzle-orm';
import { hashSecret } from '../crypto';
import { type Database, d1Read, runBatch } from '../db/client';
import { caseWhen } from '../db/expressions';
import { type ConnectionError, connectTransactions, userVersions } from '../db/schema';
import type { Deps } from '../deps';
import { connectionFailed } from '../events/connection-failed';
import { MINUTE_MS } from '../time';
import { connectionNotFound } from './failure';

export type Transaction = typeof connectTransactions.$inferSelect;

/** From the start to the end of `complete`. */
export const TRANSACTION_MS = 10 * MINUTE_MS;

/**
 * What callers are told. `exchanged` and `completing` are Mooring's own: to them it is
 * `authorized`.
 */
export const connectionStates = [
  'started',
  'authorized',
  'needs_choice',
  'completed',
  'failed',
  'expired',
] as const;
type ConnectionState = (typeof connectionStates)[number];

export const isExpired = (transaction: Transaction, now: number): boolean =>
  ['started', 'authorized', 'exchanged'].includes(transaction.state) &&
  transaction.expiresAt <= now;

/** Somebody has consented, and `complete` may be sent. */
export const isUnfinished = (transaction: Transaction, now: number): boolean =>
  ['authorized', 'exchanged'].includes(transaction.state) && !isExpired(transaction, now);

function stateOf(transaction: Transaction, now: number): ConnectionState {
  if (isExpired(transaction, now)) return 'expired';
  const { state, choices } = transaction;
  if (state === 'exchanged' && choices !== null) return 'needs_choice';
  return state === 'completing' || state === 'exchanged' ? 'authorized' : state;
}

export async function findTransaction(db: Database, id: string): Promise<Transaction | undefined> {
  const [found] = await d1Read(
    db.select().from(connectTransactions).where(eq(connectTransactions.id, id)),
  );
  return found;
}

/**
 * An exchange that did not end by its deadline is ended here, in the table, so that what a caller
 * was told cannot be overtaken by a late commit: failed, or, where its grant is on the outbox and
 * the code is gone, to be gone on with. Only for a caller who may know of the transaction: nobody
 * else may end it.
 * @returns the transaction as it stands then; undefined where it was erased meanwhile
 */
export async function settleOverdue(
  deps: Deps,
  transaction: Transaction,
): Promise<Transaction | undefined> {
  const { db } = deps;
  const now = deps.now();
  const { id, state, attemptUntil } = transaction;
  if (state !== 'completing' || (attemptUntil ?? 0) > now) return transaction;
  const settled = db
    .update(connectTransactions)
    .set({
      state: caseWhen(isNull(connectTransactions.code), 'exchanged', 'failed'),
      error: caseWhen(isNull(connectTransactions.code), null, 'not_finished'),
      code: null,
    })
    .where(
      and(
        eq(connectTransactions.id, id),
        eq(connectTransactions.state, 'completing'),
        lte(connectTransactions.attemptUntil, now),
      ),
    );
  await runBatch(db, [settled, ...connectionFailed(deps, id, now)]);
  return findTransaction(db, id);
}

/** Ends a transaction that nobody is completing. */
export async function failUnfinished(
  deps: Deps,
  id: string,
  error: ConnectionError,
): Promise<void> {
  const { db } = deps;
  const failed = db
    .update(connectTransactions)
    .set({ state: 'failed', error, code: null })
    .where(
      and(
        eq(connectTransactions.id, id),
        inArray(connectTransactions.state, ['started', 'authorized', 'exchanged']),
      ),
    );
  await runBatch(db, [failed, ...connectionFailed(deps, id, deps.now())]);
}

interface Connection {
  id: string;
  provider: string;
  state: ConnectionState;
  error?: string;
  choices?: { id: string; label: string }[];
}

/**
 * What a browser was last sent to a provider for: an error page links back to where that began.
 * @param browser the secret in its cookie
 */
export async function latestOf(db: Database, browser: string): Promise<Transaction | undefined> {
  const [found] = await d1Read(
    db
      .select()
      .from(connectTransactions)
      .where(eq(connectTransactions.browserHash, await hashSecret(browser)))
      .orderBy(desc(connectTransactions.createdAt))
      .limit(1),
  );
  return found;
}

/**
 * `version`: where it was completed, the user's version by now, so that whoever only waited for it
 * can read what it made.
 * @throws AppError connection_not_found, also where the connection is another user's
 */
export async function connectionOf(
  deps: Deps,
  userId: string,
  id: string,
): Promise<{ connection: Connection; version: number | undefined }> {
  const now = deps.now();
  const found = await findTransaction(deps.db, id);
  if (found?.userId !== userId) throw connectionNotFound();
  const transaction = await settleOverdue(deps, found);
  if (!transaction) throw connectionNotFound();
  const state = stateOf(transaction, now);
  const connection = {
    id,
    provider: transaction.provider,
    state,
    ...(state === 'needs_choice' && transaction.choices !== null
      ? { choices: transaction.choices }
      : {}),
    ...(transaction.error === null ? {} : { error: transaction.error }),
  };
  if (connection.state !== 'completed') return { connection, version: undefined };
  const [row] = await d1Read(
    deps.db
      .select({ version: userVersions.version })
      .from(userVersions)
      .where(eq(userVersions.userId, userId)),
  );
  return { connection, version: row?.version };
}
