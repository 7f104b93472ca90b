/**
 * One attempt to finish a connection, under the claim of complete.ts: code -> grant -> profile ->
 * commit. Whatever goes wrong, the transaction is over (the code is single use), and tokens that
 * were received in vain are owed a revocation, by the same rules as after a disconnect.
 */
import { and, eq, not } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { connectTransactions } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { owedRevocation } from '../events/outbox';
import { sharedGrant } from '../integrations/disconnect/reach';
import { deliverRevocations } from '../integrations/disconnect/revocation';
import type { Endpoints } from '../oauth/endpoints';
import type { Profile } from '../oauth/profile';
import { grantedScopes } from '../oauth/scopes';
import type { OAuth2Client } from '../providers/types';
import { closeCircuit } from '../refresh/circuit';
import { refreshEnd, schedule } from '../refresh/schedule';
import { publish } from '../status-cache/publish';
import type { Snapshot } from '../status-cache/snapshot';
import { accountContext, transactionContext } from '../vault/vault';
import { type ConnectedAccount, isStored } from './account';
import { type Attempt, commitAccount, isRevocationInFlight } from './commit';
import { type Grant, obtainGrant, whoIs } from './grant';
import { type ConnectionError, connectionNotFound, type Transaction } from './transactions';

/** How long to wait for a revocation of the same subject that is being sent right now. */
const REVOCATION_POLLS = 20;
const REVOCATION_POLL_MS = 250;

/** @throws AppError as completeConnection says */
export async function exchange(
  deps: Deps,
  client: OAuth2Client,
  endpoints: Endpoints,
  transaction: Transaction,
  attempt: Attempt,
): Promise<{ snapshot: Snapshot; accountId: string }> {
  const about = { connection: transaction.id, provider: transaction.provider };
  let account: ConnectedAccount | null = null;
  try {
    const grant = await obtainGrant(deps, client, endpoints, {
      ...(await openSecrets(deps, transaction)),
      redirectUri: endpoints.redirectUri,
    });
    const profile = await whoIs(deps, client, endpoints, grant);
    account = await accountOf(deps, client, transaction, grant, profile);
    if (![null, account.accountId].includes(transaction.expectedAccountId)) throw accountMismatch();

    const snapshot = await commitBesideRevocations(deps, attempt, account, client, () =>
      whoIs(deps, client, endpoints, grant),
    );
    deps.log.info('connect.completed', about);
    // Somebody could connect, so the provider is well. Not worth failing for.
    deps.waitUntil(closeCircuit(deps.db, client.provider.id).catch(() => {}));
    await publish(deps, snapshot);
    return { snapshot, accountId: account.accountId };
  } catch (error) {
    deps.log.warn('connect.completion_failed', about, error);
    await abandon(deps, attempt, errorOf(error), account);
    throw error;
  }
}

async function openSecrets(
  { vault }: Pick<Deps, 'vault'>,
  { id, code, verifier }: Transaction,
): Promise<{ code: string; verifier: string }> {
  if (code === null) throw new Error('an authorized transaction has a code');
  return {
    code: await vault.open(code, transactionContext(id, 'code')),
    verifier: await vault.open(verifier, transactionContext(id, 'verifier')),
  };
}

/** What is to be stored: tokens sealed, times decided. */
async function accountOf(
  { vault, config, now: clock, random }: Pick<Deps, 'vault' | 'config' | 'now' | 'random'>,
  { provider }: OAuth2Client,
  transaction: Transaction,
  grant: Grant,
  profile: Profile,
): Promise<ConnectedAccount> {
  const now = clock();
  const { accountId, subject, displayName, metadata } = profile;
  // A new consent; what is stored of a former one does not count.
  const endOf = (expiresAt: number | null) =>
    grant.refreshToken === null && provider.refreshModel !== 'extend'
      ? null
      : refreshEnd({
          provider,
          now,
          replied: grant.refreshExpiresAt,
          stored: null,
          consented: true,
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
  const times = scheduled(grant.refreshToken !== null);
  const seal = (token: string, field: 'access_token' | 'refresh_token') =>
    vault.seal(token, accountContext(provider.id, accountId, field));
  return {
    userId: transaction.userId,
    provider: provider.id,
    accountId,
    subject,
    accessToken: await seal(grant.accessToken, 'access_token'),
    refreshToken: grant.refreshToken && (await seal(grant.refreshToken, 'refresh_token')),
    expiresAt: times.expiresAt,
    refreshExpiresAt: endOf(times.expiresAt),
    tokenType: grant.tokenType,
    scope:
      grantedScopes(provider, grant.scopes, transaction.requestedScope) ??
      transaction.requestedScope,
    requestedScope: transaction.requestedScope,
    parameters: transaction.parameters,
    metadata,
    displayName,
    refreshDueAt: times.refreshDueAt,
    noticeDueAt: times.noticeDueAt,
    refreshDueAtIfKept: scheduled(true).refreshDueAt,
  };
}

/**
 * @param stillAlive throws where the grant has died meanwhile
 * @throws AppError account_linked_to_another_user, connection_not_found, provider_error, unavailable
 */
async function commitBesideRevocations(
  deps: Deps,
  attempt: Attempt,
  account: ConnectedAccount,
  { provider }: OAuth2Client,
  stillAlive: () => Promise<unknown>,
): Promise<Snapshot> {
  const shared = sharedGrant(deps.config.providers, provider.id);
  for (let polls = 0; polls < REVOCATION_POLLS; polls += 1) {
    const result = await commitAccount(deps, attempt, account, shared);
    switch (result.kind) {
      case 'committed':
        return result.snapshot;
      case 'linked_to_another_user':
        throw linkedToAnotherUser();
      case 'transaction_gone':
        throw connectionNotFound();
      case 'revocation_in_flight':
        while (
          polls < REVOCATION_POLLS &&
          (await isRevocationInFlight(deps, account.subject, shared))
        ) {
          polls += 1;
          await deps.sleep(REVOCATION_POLL_MS);
        }
        // It may have ended this grant too, which is not in the table yet.
        await stillAlive();
    }
  }
  throw new AppError(
    'provider_error',
    `${provider.name} is still ending a former connection of this account; connect again in a minute`,
  );
}

/** The end of a transaction that came to nothing. Logs where even that cannot be written. */
async function abandon(
  deps: Deps,
  { transactionId, attemptId }: Attempt,
  error: ConnectionError,
  account: ConnectedAccount | null,
): Promise<void> {
  const { db, log } = deps;
  // First: a commit whose answer was lost cannot land any more after this.
  const ended = db
    .update(connectTransactions)
    .set({ state: 'failed', error, code: null })
    .where(
      and(
        eq(connectTransactions.id, transactionId),
        eq(connectTransactions.state, 'completing'),
        eq(connectTransactions.attemptId, attemptId),
      ),
    );
  const inVain: BatchItem<'sqlite'>[] = account
    ? [owedRevocation(db, account, deps.now(), not(isStored(account)))]
    : [];
  try {
    await db.batch([ended, ...inVain]);
    if (account) deps.waitUntil(deliverRevocations(deps));
  } catch (cause) {
    log.error('connect.abandon_failed', { connection: transactionId }, cause);
  }
}

function errorOf(error: unknown): ConnectionError {
  if (!(error instanceof AppError)) return 'not_finished';
  switch (error.code) {
    case 'provider_error':
    case 'account_mismatch':
    case 'account_linked_to_another_user':
      return error.code;
    default:
      return 'not_finished';
  }
}

export const accountMismatch = (): AppError =>
  new AppError(
    'account_mismatch',
    'another account came back than the one to reconnect; sign in to the right one at the provider, or connect the new one as such',
  );

export const linkedToAnotherUser = (): AppError =>
  new AppError(
    'account_linked_to_another_user',
    'this account is connected to another user; disconnect it there first',
  );
