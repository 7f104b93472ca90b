/**
 * One attempt to finish a connection, under the claim of complete.ts: code -> grant -> profile ->
 * commit. Whatever goes wrong, the transaction is over (the code is single use), and tokens that
 * were received in vain are owed a revocation, by the same rules as after a disconnect. One consent
 * may bring further grants (Slack): they ride along, and never stand in the way of the main one.
 */
import { and, eq, not } from 'drizzle-orm';
import { type ConnectionError, connectTransactions } from '../db/schema';
import type { Deps } from '../deps';
import { deliverRevocations, sharedGrant } from '../disconnect/revocation';
import { AppError } from '../errors';
import { owedRevocation } from '../events/outbox';
import { type Endpoints, endpointsOf } from '../oauth/endpoints';
import { fetchProfile } from '../oauth/profile';
import { readTokenReply, type TokenReply } from '../oauth/reply';
import type { RawReply } from '../oauth/send';
import { exchangeCode, extendToken } from '../oauth/token';
import { alsoGranting, replyBeside, scopesBeside } from '../providers/also-grants';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import { closeCircuit } from '../refresh/circuit';
import { type Backoff, poll } from '../retry';
import { publish } from '../status-cache/publish';
import type { Snapshot } from '../status-cache/snapshot';
import { SECOND_MS } from '../time';
import { transactionContext } from '../vault/vault';
import { type Attempt, commitAccounts, isRevocationInFlight, type ReceivedAccount } from './commit';
import { accountOf, type Grant, isStored } from './store';
import { connectionNotFound, type Transaction } from './transactions';

const EXCHANGE_MS = 8_000;
const EXTEND_MS = 4_000;
const PROFILE_MS = 4_000;
/** All tries together. */
const PROFILES_MS = 8_000;

/** How long to wait for a revocation of the same subject that is being sent right now. */
const REVOCATION_MS = 5 * SECOND_MS;
const revocationBackoff: Backoff = { firstMs: 250, factor: 1, longestMs: 250, jitter: 0 };

/** @throws AppError as completeConnection says */
export async function exchange(
  deps: Deps,
  client: OAuth2Client,
  endpoints: Endpoints,
  transaction: Transaction,
  attempt: Attempt,
): Promise<{ snapshot: Snapshot; accountId: string }> {
  const about = { connection: transaction.id, provider: transaction.provider };
  let received: Received[] = [];
  try {
    const { grant, also } = await obtainGrant(deps, client, endpoints, {
      ...(await openSecrets(deps, transaction)),
      redirectUri: endpoints.redirectUri,
      also: alsoGranting(deps.config.providers, client.provider),
    });
    // First, so that they are given back too where the main one cannot be had.
    const further = await receiveAlso(deps, client, transaction, also);
    received = further;
    const main = await receive(deps, client, endpoints, transaction, grant);
    received = [main, ...further];
    const { accountId } = main.account;
    if (![null, accountId].includes(transaction.expectedAccountId)) throw accountMismatch();

    const snapshot = await commitBesideRevocations(deps, attempt, [main, ...further], client);
    deps.log.info('connect.completed', about);
    giveBackRefused(deps, snapshot, further);
    // Somebody could connect, so the provider is well. Not worth failing for.
    deps.waitUntil(closeCircuit(deps.db, client.provider.id).catch(() => {}));
    await publish(deps, snapshot);
    return { snapshot, accountId };
  } catch (error) {
    deps.log.warn('connect.completion_failed', about, error);
    await abandon(deps, attempt, errorOf(error), received);
    throw error;
  }
}

async function openSecrets(
  { vault }: Deps,
  { id, code, verifier }: Transaction,
): Promise<{ code: string; verifier: string }> {
  if (code === null) throw new Error('an authorized transaction has a code');
  return {
    code: await vault.open(code, transactionContext(id, 'code')),
    verifier: await vault.open(verifier, transactionContext(id, 'verifier')),
  };
}

/** Another record's grant in the same reply. */
export interface AlsoGranted {
  client: OAuth2Client;
  grant: Grant;
}

/**
 * Sends the code, once. `also`: the further records whose grants may stand in the reply.
 * @throws AppError provider_error: the code is used up, whatever happened
 */
async function obtainGrant(
  deps: Deps,
  client: OAuth2Client,
  endpoints: Endpoints,
  {
    also: others,
    ...request
  }: { code: string; verifier: string; redirectUri: string; also: readonly OAuth2Client[] },
): Promise<{ grant: Grant; also: AlsoGranted[] }> {
  const { provider } = client;
  const raw = await exchangeCode(deps, client, endpoints, { ...request, timeoutMs: EXCHANGE_MS });
  const first = granted(provider, raw, deps.now());
  const also = others.flatMap((other) => alsoGranted(client, other, first, raw, deps.now()));
  if (!provider.extendedToken) return { grant: first, also };
  const extended = granted(
    provider,
    await extendToken(deps, client, endpoints, {
      accessToken: first.accessToken,
      timeoutMs: EXTEND_MS,
    }),
    deps.now(),
  );
  const grant = {
    ...extended,
    refreshToken: extended.refreshToken ?? first.refreshToken,
    // The second reply speaks of the token only; who it is for stood in the first one.
    scopes: first.scopes ?? extended.scopes,
    document: first.document,
  };
  return { grant, also };
}

function granted(provider: OAuth2Provider, raw: RawReply, now: number): Grant {
  if (raw.kind === 'failed') {
    throw new AppError('provider_error', `${provider.name} did not answer; connect again`);
  }
  const reply: TokenReply = readTokenReply(provider, raw, now);
  if (raw.status < 200 || raw.status > 299 || reply.accessToken === null) {
    throw new AppError(
      'provider_error',
      `${provider.name} gave no access token (${reply.errorCode ?? `status ${raw.status}`}); connect again`,
    );
  }
  return { ...reply, accessToken: reply.accessToken };
}

/** None where the user was not asked for it, or did not allow it. */
function alsoGranted(
  main: OAuth2Client,
  client: OAuth2Client,
  first: Grant,
  raw: RawReply,
  now: number,
): AlsoGranted[] {
  if (raw.kind === 'failed') return [];
  const { provider } = client;
  const places = { ...provider, reply: replyBeside(main.provider, provider) };
  const { accessToken, ...reply } = readTokenReply(places, raw, now);
  if (accessToken === null || accessToken === first.accessToken) return [];
  return [{ client, grant: { ...reply, accessToken } }];
}

/** A grant whose account is known, ready to be stored. */
interface Received extends ReceivedAccount {
  /** Asks the provider. @throws AppError provider_error where the grant has died meanwhile */
  stillAlive(): Promise<unknown>;
}

/** @throws AppError provider_error */
async function receive(
  deps: Deps,
  client: OAuth2Client,
  endpoints: Endpoints,
  transaction: Transaction,
  grant: Grant,
): Promise<Received> {
  const received = { ...grant, receivedAt: deps.now() };
  const whoIs = () =>
    fetchProfile(deps, client, endpoints, received, {
      timeoutMs: PROFILE_MS,
      until: deps.now() + PROFILES_MS,
    }).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      throw new AppError('provider_error', `${error.detail}; connect again`);
    });
  return {
    account: await accountOf(deps, client.provider, transaction, grant, await whoIs()),
    shared: sharedGrant(deps.config.providers, client.provider.id),
    stillAlive: whoIs,
  };
}

/** The further grants of the same reply. One whose account cannot be told is left out. */
async function receiveAlso(
  deps: Deps,
  main: OAuth2Client,
  transaction: Transaction,
  also: readonly AlsoGranted[],
): Promise<Received[]> {
  const received = also.map(async ({ client, grant }) => {
    const { provider } = client;
    const asked = { ...transaction, requestedScope: scopesBeside(main.provider, provider) };
    try {
      const endpoints = await endpointsOf(deps, provider, transaction.parameters);
      return [await receive(deps, client, endpoints, asked, grant)];
    } catch (error) {
      const about = { connection: transaction.id, provider: provider.id };
      deps.log.warn('connect.also_left_out', about, error);
      return [];
    }
  });
  return (await Promise.all(received)).flat();
}

/** Further accounts that are another user's were not stored: the commit owes their revocation. */
function giveBackRefused(deps: Deps, snapshot: Snapshot, further: readonly Received[]): void {
  const refused = further.filter(({ account: { provider, accountId } }) =>
    snapshot.integrations.every((one) => one.provider !== provider || one.accountId !== accountId),
  );
  if (refused.length === 0) return;
  for (const { account } of refused) {
    deps.log.warn('connect.also_linked_to_another_user', { provider: account.provider });
  }
  deps.waitUntil(deliverRevocations(deps));
}

/** @throws AppError account_linked_to_another_user, connection_not_found, provider_error, unavailable */
async function commitBesideRevocations(
  deps: Deps,
  attempt: Attempt,
  received: readonly [Received, ...Received[]],
  { provider }: OAuth2Client,
): Promise<Snapshot> {
  const until = deps.now() + REVOCATION_MS;
  for (;;) {
    const result = await commitAccounts(deps, attempt, received);
    switch (result.kind) {
      case 'committed':
        return result.snapshot;
      case 'linked_to_another_user':
        throw linkedToAnotherUser();
      case 'transaction_gone':
        throw connectionNotFound();
      case 'revocation_in_flight': {
        const isOver = await poll(deps, { until, backoff: revocationBackoff }, async () =>
          (await isRevocationInFlight(deps, received)) ? null : true,
        );
        if (!isOver) {
          throw new AppError(
            'provider_error',
            `${provider.name} is still ending a former connection of this account; connect again in a minute`,
          );
        }
        // It may have ended these grants too, which are not in the table yet.
        for (const { stillAlive } of received) await stillAlive();
        break;
      }
      default:
        return result satisfies never;
    }
  }
}

/** The end of a transaction that came to nothing. Logs where even that cannot be written. */
async function abandon(
  deps: Deps,
  { transactionId, attemptId }: Attempt,
  error: ConnectionError,
  received: readonly Received[],
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
  const inVain = received.map(({ account }) =>
    owedRevocation(db, account, deps.now(), not(isStored(db, account))),
  );
  try {
    await db.batch([ended, ...inVain]);
    if (received.length > 0) deps.waitUntil(deliverRevocations(deps));
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
