/**
 * Step 4 of connecting: the app, which knows by its own session who is there, finishes the
 * connection. Two checks here stop an attacker who sends its own link to somebody else; neither
 * PKCE nor state does (draft-ietf-oauth-security-topics-update, cross-user session fixation):
 *
 * - Only what the browser that consented brought back finishes a connection (secrets.ts). So the
 *   attacker cannot finish it first.
 * - Another user than the one who started ends the transaction. So the person who consented cannot
 *   finish it for the attacker.
 *
 * One conditional update decides who exchanges the code; from then on the work runs to its end even
 * when the caller hangs up. A code is never sent twice: where the account could not be identified,
 * the next call goes on with the grant that the code brought.
 */
import { and, eq, gt, inArray } from 'drizzle-orm';
import { hashSecret } from '../crypto';
import { connectTransactions } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { refuseOtherProvider } from '../http/caller';
import { endpointsOf } from '../oauth/endpoints';
import { clientOf } from '../oauth/registration';
import { withCompanions } from '../providers/also-grants';
import { oauthClientOf } from '../providers/registry';
import type { Permissions } from '../rights';
import { readOrigin } from '../status-cache/origin';
import { type Facts, factsIn, type Snapshot } from '../status-cache/snapshot';
import { SECOND_MS } from '../time';
import { VaultError } from '../vault/vault';
import type { ExchangeAttempt } from './commit';
import { exchange } from './exchange';
import { connectionExpired, connectionNotFound, failedBefore } from './failure';
import { completionOf, isCompletionOf } from './secrets';
import {
  failUnfinished,
  findTransaction,
  isExpired,
  isUnfinished,
  settleOverdue,
  type Transaction,
} from './transactions';

/** `waitUntil` ends 30 s after the caller left; all must be over by then. */
const ATTEMPT_MS = 25 * SECOND_MS;

export interface Connected {
  /** False: it was completed before. */
  created: boolean;
  facts: Facts;
  version: number;
}

/**
 * @param completion as the browser brought it to `returnTo`
 * @throws AppError connection_not_found, wrong_completion, wrong_user, forbidden,
 * connection_expired, connection_failed, completion_in_progress, account_mismatch,
 * account_linked_to_another_user, integration_not_found (completed, and disconnected since),
 * choice_required, provider_error, unavailable
 */
export async function completeConnection(
  deps: Deps,
  userId: string,
  id: string,
  completion: string,
  {
    caller = { providers: null },
    choice,
  }: {
    caller?: Pick<Permissions, 'providers'>;
    /** Of the record's `choices`, by its id. */
    choice?: string | undefined;
  } = {},
): Promise<Connected> {
  const transaction = await ownTransaction(deps, userId, id, completion);
  refuseOtherProvider(caller, transaction.provider);
  if (transaction.state === 'completed') return completedBefore(deps, transaction);
  refuseUnlessAuthorized(deps, transaction);

  // Before the claim: where the provider's metadata cannot be had, no code is lost.
  const { providers } = deps.config;
  const { parameters, alsoGrants } = transaction;
  const configured = oauthClientOf(providers, transaction.provider, parameters);
  const provider = withCompanions(providers, configured.provider, alsoGrants);
  const endpoints = await endpointsOf(deps, provider, parameters);
  const client = await clientOf(
    deps,
    { ...configured, provider },
    transaction.clientId,
    parameters,
  ).catch(orKeyMissing);

  const claimed = await claim(deps, transaction);
  if (!claimed) {
    const settled = await ownTransaction(deps, userId, id, completion);
    if (settled.state === 'completed') return completedBefore(deps, settled);
    refuseUnlessAuthorized(deps, settled);
    throw inProgress();
  }
  const work = exchange(deps, client, endpoints, claimed.transaction, claimed.attempt, choice);
  deps.waitUntil(work.catch(() => {}));
  const { snapshot, accountId } = await work.catch(orKeyMissing);
  return { created: true, ...integrationIn(snapshot, transaction.provider, accountId) };
}

/**
 * The same on the hosted page, in the step after: the browser that consented has brought the secret
 * once, and the page's user was found to be who started. What is done there counts in that browser
 * and for that user only.
 * @param browser the secret in its cookie
 * @throws AppError as completeConnection does; connection_not_found where nothing is left to finish
 */
export async function completeWithChoice(
  deps: Deps,
  userId: string,
  id: string,
  browser: string,
  choice: string | undefined,
): Promise<Connected> {
  const { codeHash } = await unfinishedInBrowser(deps, userId, id, browser);
  const completion = await completionOf(deps.vault, id, codeHash);
  return completeConnection(deps, userId, id, completion, { choice });
}

/**
 * Consented to, and open: its account is still to be chosen, or was not identified.
 * @throws AppError connection_not_found
 */
export async function unfinishedInBrowser(
  { db, now }: Deps,
  userId: string,
  id: string,
  browser: string,
): Promise<Transaction & { codeHash: string }> {
  const transaction = await findTransaction(db, id);
  const browserHash = await hashSecret(browser);
  const isTheirs =
    transaction?.userId === userId &&
    transaction.returnTo === null &&
    transaction.browserHash === browserHash &&
    isUnfinished(transaction, now());
  const { codeHash = null } = transaction ?? {};
  if (!isTheirs || codeHash === null) throw connectionNotFound();
  return { ...transaction, codeHash };
}

/**
 * The secret is looked at first: who does not have it changes nothing, whoever it is, so that
 * nobody can end another's connection by guessing.
 * @throws AppError connection_not_found; wrong_completion; wrong_user, and then nobody can complete
 * it any more
 */
async function ownTransaction(
  deps: Deps,
  userId: string,
  id: string,
  completion: string,
): Promise<Transaction> {
  const { log, vault } = deps;
  const found = await findTransaction(deps.db, id);
  if (!found) throw connectionNotFound();
  if (!(await isCompletionOf(vault, found, completion))) throw wrongCompletion();
  const transaction = await settleOverdue(deps, found);
  if (!transaction) throw connectionNotFound();
  if (transaction.userId === userId) return transaction;
  await failUnfinished(deps, id, 'wrong_user');
  log.warn('connect.wrong_user', { connection: id, provider: transaction.provider });
  throw new AppError(
    'wrong_user',
    'this connection was started by another user; start a new one for this user',
  );
}

function refuseUnlessAuthorized(deps: Deps, transaction: Transaction): void {
  if (isExpired(transaction, deps.now())) throw connectionExpired();
  switch (transaction.state) {
    case 'authorized':
    case 'exchanged':
      return;
    case 'started':
      // Only a callback gives the secret.
      throw wrongCompletion();
    case 'completing':
      throw inProgress();
    case 'failed':
      throw failedBefore(deps, transaction.error);
    case 'completed':
      throw new Error('a completed transaction is answered before');
  }
}

/** Of a key that was taken out of ENCRYPTION_KEYS while somebody was at the provider. */
function orKeyMissing(cause: unknown): never {
  if (!(cause instanceof VaultError) || cause.code !== 'unknown_key') throw cause;
  throw new AppError(
    'connection_failed',
    'the connection was sealed under a key that ENCRYPTION_KEYS holds no more; start a new one',
    { cause },
  );
}

const wrongCompletion = (): AppError =>
  new AppError(
    'wrong_completion',
    "the completion is missing or is not this connection's; send the one that the browser brought to returnTo",
  );

const inProgress = (): AppError =>
  new AppError('completion_in_progress', 'another request is completing this connection', {
    retryAfter: 2,
  });

/** One conditional update; null where somebody else was faster. */
async function claim(
  { db, now: clock, uuid }: Deps,
  { id, userId }: Transaction,
): Promise<{ transaction: Transaction; attempt: ExchangeAttempt } | null> {
  const now = clock();
  const attemptId = uuid();
  const [transaction] = await db
    .update(connectTransactions)
    .set({ state: 'completing', attemptId, attemptUntil: now + ATTEMPT_MS })
    .where(
      and(
        eq(connectTransactions.id, id),
        eq(connectTransactions.userId, userId),
        inArray(connectTransactions.state, ['authorized', 'exchanged']),
        gt(connectTransactions.expiresAt, now),
      ),
    )
    .returning();
  return transaction ? { transaction, attempt: { transactionId: id, attemptId } } : null;
}

async function completedBefore(
  deps: Deps,
  { userId, provider, accountId }: Transaction,
): Promise<Connected> {
  const snapshots = await readOrigin(deps, [userId], 'first-primary');
  const snapshot = snapshots.get(userId);
  if (!snapshot || accountId === null) throw connectionNotFound();
  return { created: false, ...integrationIn(snapshot, provider, accountId) };
}

/** @throws AppError integration_not_found */
export function integrationIn(
  snapshot: Snapshot,
  provider: string,
  accountId: string,
): Pick<Connected, 'facts' | 'version'> {
  const facts = factsIn(snapshot, { provider, accountId });
  if (!facts) {
    throw new AppError('integration_not_found', 'the account has been disconnected since', {
      version: snapshot.version,
    });
  }
  return { facts, version: snapshot.version };
}
