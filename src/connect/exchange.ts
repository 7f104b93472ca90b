/**
 * One attempt to finish a connection, under the claim of complete.ts: code -> grant -> profile ->
 * commit. The code is sent once. What it brought goes, sealed, onto the outbox at once, so it is
 * owed to the provider until it is connected, whatever becomes of this attempt. Where the account
 * cannot be identified, the next attempt goes on from there; where it is refused, the transaction
 * is over and the grant is given back, by the same rules as after a disconnect. One consent may
 * bring companion grants (Slack); a failure of theirs does not fail the main one.
 */
import { and, eq, inArray, ne, not, or, type SQL } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { type Database, d1Read, d1Write, runBatch } from '../db/client';
import { hasRow } from '../db/conditions';
import { isGrantOf, owedGrant, owedRevocation } from '../db/owed-revocations';
import { type ConnectionError, connectTransactions, outbox } from '../db/schema';
import type { Deps } from '../deps';
import { deliverRevocations } from '../disconnect/outbox';
import { openReceived, sealReceived } from '../disconnect/received-grant';
import { AppError } from '../errors';
import { connectionFailed } from '../events/connection-failed';
import { splitKey } from '../oauth/dpop';
import type { Endpoints } from '../oauth/endpoints';
import type { Grant } from '../oauth/grant';
import { clientOf, replaceClient } from '../oauth/registration';
import { readTokenReply, type TokenReply, tellableCode } from '../oauth/reply';
import { isPassingStatus, type RawReply } from '../oauth/send';
import { sendAgain } from '../oauth/send-again';
import { exchangeCode, extendToken } from '../oauth/token';
import { companionClients, companionReply } from '../providers/also-grants';
import { timeoutOf } from '../providers/timeout';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import { noteConnect } from '../refresh/client-grants';
import { type Backoff, poll } from '../retry';
import { publish } from '../status-cache/publish';
import { factsIn, type Snapshot } from '../status-cache/snapshot';
import { MINUTE_MS, SECOND_MS } from '../time';
import { transactionContext } from '../vault/vault';
import {
  commitAccounts,
  type ExchangeAttempt,
  isRevocationInFlight,
  mainId,
  underAttempt,
} from './commit';
import {
  accountMismatch,
  attemptFault,
  CodeExpired,
  connectionExpired,
  connectionNotFound,
  isChoiceNeeded,
  linkedToAnotherUser,
  tooManyIntegrations,
} from './failure';
import {
  type Granted,
  type Identified,
  identify,
  identifyCompanions,
  storableMembers,
} from './identify';
import type { Transaction } from './transactions';

const EXCHANGE_MS = 8 * SECOND_MS;
const EXTEND_MS = 4 * SECOND_MS;
/** All requests to the provider together; what the attempt has left is for the database. */
const REQUESTS_MS = 20 * SECOND_MS;
const SAVE_MS = 2_500;
/** Where the provider does not say when to complete again. */
const COMPLETE_AGAIN_SECONDS = 5;
/**
 * What nobody has connected is owed so long after its transaction's end: no attempt runs any more.
 */
const OWED_AFTER_MS = MINUTE_MS;

/** How long to wait for a revocation of the same subject that is being sent right now. */
const REVOCATION_MS = 5 * SECOND_MS;
const revocationBackoff: Backoff = { firstMs: 250, factor: 1, longestMs: 250, jitter: 0 };

/**
 * @param transaction as the claim left it: with a code, or exchanged before
 * @throws AppError as completeConnection says
 */
export async function exchange(
  deps: Deps,
  client: OAuth2Client,
  endpoints: Endpoints,
  transaction: Transaction,
  attempt: ExchangeAttempt,
  choice?: string,
): Promise<{ snapshot: Snapshot; accountId: string }> {
  const about = { connection: transaction.id, provider: transaction.provider };
  const until = deps.now() + REQUESTS_MS;
  let granted: Granted[] = [];
  let received: Identified[] = [];
  try {
    granted =
      transaction.code === null
        ? await grantsBefore(deps, transaction)
        : await obtainGrants(deps, client, endpoints, transaction, transaction.code);
    if (transaction.code !== null) {
      const saved = deps.db.batch(await saving(deps, transaction, attempt, granted));
      await d1Write(saved, SAVE_MS).catch((error) =>
        deps.log.warn('connect.grant_not_saved', about, error),
      );
    }
    const [{ grant: first }, companions] = mainOf(granted, client);
    const identified = identifyCompanions(deps, client, companions, transaction);
    const grant = await lastingGrant(deps, client, endpoints, first, until);
    const main = await identify(deps, client, grant, transaction, until, choice);
    const further = await identified;
    received = [main, ...further];
    const { expectedAccountId } = transaction;
    if (![null, mainId(main)].includes(expectedAccountId)) throw accountMismatch();
    const members =
      main.members && (await storableMembers(deps, client.provider, transaction, main.members));
    const storable = { ...main, members };
    const accountId = mainId(storable);

    const snapshot = await commitAfterRevocations(deps, attempt, [storable, ...further], client);
    deps.log.info('connect.completed', about);
    giveBackRefused(deps, snapshot, further);
    // Somebody could connect, so the provider is well. Not worth failing for.
    deps.waitUntil(noteConnect(deps, client, transaction.parameters));
    await publish(deps, snapshot);
    return { snapshot, accountId };
  } catch (error) {
    deps.log.warn('connect.completion_failed', about, error);
    // Without a grant there is nothing to go on with: the code is used up.
    const hasGrant = granted.length > 0 || transaction.code === null;
    const fault = attemptFault(error) ?? (hasGrant ? null : 'not_finished');
    try {
      const choices = error instanceof AppError ? error.members.choices : undefined;
      if (fault === null) await postpone(deps, transaction, attempt, granted, choices);
      else await abandon(deps, transaction, attempt, fault, granted, received);
    } catch (cause) {
      deps.log.error('connect.abandon_failed', about, cause);
    }
    throw fault === null && error instanceof AppError && !isChoiceNeeded(error)
      ? completeAgain(error)
      : error;
  }
}

/** What an earlier attempt got for the code. */
async function grantsBefore(deps: Deps, { id }: Transaction): Promise<Granted[]> {
  const entries = await d1Read(deps.db.select().from(outbox).where(isGrantOf(id)));
  const granted = entries.map(async (entry): Promise<Granted[]> => {
    const configured = deps.config.providers.client(entry.provider, entry.parameters);
    const grant = await openReceived(deps.vault, entry);
    if (!configured || !grant) return [];
    const client = await clientOf(deps, configured, entry.clientId, entry.parameters);
    return [{ client, grant }];
  });
  return (await Promise.all(granted)).flat();
}

/**
 * Sends the code, once. The main grant, and those of further records that stand in the same reply.
 * @throws AppError provider_error: the code is used up, whatever happened
 */
async function obtainGrants(
  deps: Deps,
  client: OAuth2Client,
  endpoints: Endpoints,
  { id, verifier, authorizedAt, parameters }: Transaction,
  code: string,
): Promise<Granted[]> {
  const { vault, config } = deps;
  const sentAt = deps.now();
  const opened = splitKey(await vault.open(verifier, transactionContext(id, 'verifier')));
  const { dpopKey } = opened;
  const raw = await exchangeCode(deps, client, endpoints, {
    code: await vault.open(code, transactionContext(id, 'code')),
    verifier: opened.text,
    dpopKey,
    redirectUri: endpoints.redirectUri,
    timeoutMs: timeoutOf(client.provider, EXCHANGE_MS),
  });
  const now = deps.now();
  if (isUnknownClient(client.provider, raw, now)) {
    await replaceClient(deps, client).catch((error) =>
      deps.log.warn('client.not_replaced', { provider: client.provider.id }, error),
    );
  }
  const { codeLifetimeSeconds } = client.provider;
  if (
    codeLifetimeSeconds !== undefined &&
    authorizedAt !== null &&
    (isRefusal(raw) || isRefusalAsSuccess(client.provider, raw, now))
  ) {
    const ageMs = sentAt - authorizedAt;
    if (ageMs > codeLifetimeSeconds * SECOND_MS) {
      throw new CodeExpired(client.provider.name, codeLifetimeSeconds, ageMs);
    }
  }
  const grant = grantIn(client.provider, raw, now);
  const companions = companionClients(config.providers, client.provider, parameters);
  return [
    { client, grant: dpopKey === null ? grant : { ...grant, dpopKey } },
    ...companions.flatMap((other) => companionGrant(client, other, grant, raw, now)),
  ];
}

const isUnknownClient = (provider: OAuth2Provider, raw: RawReply, now: number): boolean =>
  isRefusal(raw) &&
  raw.kind === 'reply' &&
  readTokenReply(provider, raw, now).errorCode === 'invalid_client';

/** Not trouble of the provider, and no pause that it asks for. */
const isRefusal = (raw: RawReply): boolean =>
  raw.kind === 'reply' && raw.status >= 400 && raw.status < 500 && !isPassingStatus(raw.status);

/** Some servers refuse with a 200 (Zoho). */
function isRefusalAsSuccess(provider: OAuth2Provider, raw: RawReply, now: number): boolean {
  if (raw.kind === 'failed' || raw.status < 200 || raw.status > 299) return false;
  const { accessToken, errorCode } = readTokenReply(provider, raw, now);
  const refused = ['invalid_grant', ...provider.refusedCodes];
  return accessToken === null && errorCode !== null && refused.includes(errorCode);
}

/** @throws AppError provider_error */
function grantIn(provider: OAuth2Provider, raw: RawReply, now: number): Grant {
  if (raw.kind === 'failed') {
    throw new AppError('provider_error', `${provider.name} did not answer; connect again`);
  }
  const reply: TokenReply = readTokenReply(provider, raw, now);
  if (raw.status < 200 || raw.status > 299 || reply.accessToken === null) {
    throw new AppError(
      'provider_error',
      `${provider.name} gave no access token (${tellableCode(provider, reply) ?? `status ${raw.status}`}); connect again`,
    );
  }
  return { ...reply, accessToken: reply.accessToken };
}

/** None where the user was not asked for it, or did not allow it. */
function companionGrant(
  main: OAuth2Client,
  client: OAuth2Client,
  first: Grant,
  raw: RawReply,
  now: number,
): Granted[] {
  if (raw.kind === 'failed') return [];
  const { provider } = client;
  const record = { ...provider, reply: companionReply(main.provider, provider) };
  const { accessToken, ...reply } = readTokenReply(record, raw, now);
  if (accessToken === null || accessToken === first.accessToken) return [];
  return [{ client, grant: { ...reply, accessToken } }];
}

/**
 * Statements that put the grants onto the outbox in the place of the code, once. Where another
 * attempt has the transaction by now, they do nothing; where it was erased, the grants are owed all
 * the same.
 */
async function saving(
  { db, vault, now: clock }: Deps,
  { id, parameters, clientId, expiresAt }: Transaction,
  attempt: ExchangeAttempt,
  granted: readonly Granted[],
): Promise<[BatchItem<'sqlite'>, ...BatchItem<'sqlite'>[]]> {
  const entries = granted.map(async ({ client: { provider }, grant }) => ({
    transactionId: id,
    provider: provider.id,
    parameters,
    clientId,
    receivedGrant: await sealReceived(vault, id, provider.id, grant),
  }));
  return [
    db.update(connectTransactions).set({ code: null }).where(underAttempt(attempt, 'completing')),
    ...(await Promise.all(entries)).map((owed) =>
      owedGrant(
        db,
        owed,
        expiresAt + OWED_AFTER_MS,
        clock(),
        and(notOthers(db, attempt), not(hasRow(db, outbox, isGrantOf(id, [owed.provider])))),
      ),
    ),
  ];
}

/** Nobody else may go on with the transaction, or has completed it. */
const notOthers = (db: Database, { transactionId, attemptId }: ExchangeAttempt): SQL =>
  not(
    hasRow(
      db,
      connectTransactions,
      and(
        eq(connectTransactions.id, transactionId),
        or(
          ne(connectTransactions.attemptId, attemptId),
          inArray(connectTransactions.state, ['exchanged', 'completed']),
        ),
      ),
    ),
  );

/** @throws AppError connection_expired where it was given back meanwhile */
function mainOf(
  granted: readonly Granted[],
  { provider }: OAuth2Client,
): [main: Granted, companions: Granted[]] {
  const main = granted.find(({ client }) => client.provider.id === provider.id);
  if (!main) throw connectionExpired();
  return [main, granted.filter((one) => one !== main)];
}

/** Where the code brings a short-lived token, the long-lived one for it (`extendedToken`). */
async function lastingGrant(
  deps: Deps,
  client: OAuth2Client,
  endpoints: Endpoints,
  first: Grant,
  until: number,
): Promise<Grant> {
  const { provider } = client;
  if (!provider.extendedToken) return first;
  const { accessToken } = first;
  const window = { timeoutMs: timeoutOf(provider, EXTEND_MS), until };
  const raw = await sendAgain(deps, provider, 'a lasting token', window, (timeoutMs) =>
    extendToken(deps, client, endpoints, { accessToken, timeoutMs }),
  );
  const lasting = grantIn(provider, raw, deps.now());
  return {
    ...lasting,
    refreshToken: lasting.refreshToken ?? first.refreshToken,
    // The second reply is about the token only; who it is for stood in the first one.
    scopes: first.scopes ?? lasting.scopes,
    document: first.document,
  };
}

/**
 * @throws AppError account_linked_to_another_user, connection_not_found, provider_error,
 * unavailable
 */
async function commitAfterRevocations(
  deps: Deps,
  attempt: ExchangeAttempt,
  received: readonly [Identified, ...Identified[]],
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
      case 'too_many_integrations':
        throw tooManyIntegrations(deps);
      case 'transaction_gone':
        throw connectionNotFound();
      case 'revocation_in_flight': {
        const isOver = await poll(deps, { until, backoff: revocationBackoff }, async () =>
          (await isRevocationInFlight(deps, received)) ? null : true,
        );
        if (!isOver) {
          throw new AppError(
            'provider_unavailable',
            `${provider.name} is still ending a former connection of this account`,
            { retryAfter: MINUTE_MS / SECOND_MS },
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

/**
 * Further accounts that are another user's, or one too many, were not stored: the commit owes their
 * revocation.
 */
function giveBackRefused(deps: Deps, snapshot: Snapshot, further: readonly Identified[]): void {
  const refused = further.filter(({ account }) => !factsIn(snapshot, account));
  if (refused.length === 0) return;
  for (const { account } of refused) {
    deps.log.warn('connect.also_refused', { provider: account.provider });
  }
  deps.waitUntil(deliverRevocations(deps));
}

/** Another attempt may go on with these grants, until the transaction expires. */
async function postpone(
  deps: Deps,
  transaction: Transaction,
  attempt: ExchangeAttempt,
  granted: readonly Granted[],
  choices: Transaction['choices'] = transaction.choices,
): Promise<void> {
  const exchanged = deps.db
    .update(connectTransactions)
    .set({ state: 'exchanged', choices })
    .where(underAttempt(attempt, 'completing'));
  await deps.db.batch([...(await saving(deps, transaction, attempt, granted)), exchanged]);
}

/** The end of a transaction that came to nothing: what it received is given back now. */
async function abandon(
  deps: Deps,
  transaction: Transaction,
  attempt: ExchangeAttempt,
  error: ConnectionError,
  granted: readonly Granted[],
  received: readonly Identified[],
): Promise<void> {
  const { db } = deps;
  const now = deps.now();
  const ours = notOthers(db, attempt);
  const known = received.map(({ account }) => account.provider);
  await runBatch(db, [
    ...(await saving(deps, transaction, attempt, granted)),
    ...received.map(({ account }) => owedRevocation(db, account, now, ours)),
    db.delete(outbox).where(and(isGrantOf(transaction.id, known), ours)),
    db
      .update(outbox)
      .set({ dueAt: now })
      .where(and(isGrantOf(transaction.id), ours)),
    // A commit whose answer was lost cannot land any more after this.
    db
      .update(connectTransactions)
      .set({ state: 'failed', error, code: null })
      .where(underAttempt(attempt, 'completing')),
    ...connectionFailed(deps, transaction.id, now),
  ]);
  if (granted.length > 0) deps.waitUntil(deliverRevocations(deps));
}

const completeAgain = (cause: AppError): AppError =>
  new AppError(cause.code, `${cause.detail}; complete this connection again`, {
    cause,
    retryAfter: cause.retryAfter ?? COMPLETE_AGAIN_SECONDS,
  });
