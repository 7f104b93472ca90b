/**
 * Step 3 of connecting: the provider sends the browser back. The state is consumed by one
 * conditional update, in the browser it was made for, and the code is kept sealed. Nothing is
 * exchanged here: that waits until the app has said who its user is (step 4).
 *
 * Where no transaction can be trusted (unknown or used state, other browser, other provider), the
 * answer is a page or a problem document and nothing changes: never a redirect, and never the end
 * of the rightful user's transaction.
 */
import { and, eq, gt, or, type SQL } from 'drizzle-orm';
import type { SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import { hashSecret } from '../crypto';
import { d1Read, runBatch } from '../db/client';
import { type ConnectionError, connectTransactions } from '../db/schema';
import type { Deps } from '../deps';
import { connectionFailed } from '../events/connection-failed';
import { BrowserError } from '../http/browser-error';
import { isSignedCallback } from '../oauth/callback-signature';
import { authorizationEndpointsOf, endpointsOf } from '../oauth/endpoints';
import { isIssuer } from '../oauth/issuer';
import { parametersFrom } from '../providers/parameters';
import { oauthProviderOf } from '../providers/registry';
import { transactionContext } from '../vault/vault';
import { connectionError, endpointsFault } from './failure';
import { type WayBack, wayBackOf } from './return-to';
import { completionOf, isAuthorizationState, transactionIdIn } from './secrets';
import { isExpired, type Transaction } from './transactions';

/** All that the provider sent: what is signed, or read, may be any of it. */
interface CallbackQuery extends Record<string, string | undefined> {
  state?: string | undefined;
  error?: string | undefined;
  iss?: string | undefined;
}

/**
 * Where to send the browser: the transaction's `returnTo`, or Mooring's own page.
 * `browser` is the secret in its cookie; null where it sent none.
 * @throws AppError invalid_request, forbidden
 */
export async function receiveCallback(
  deps: Deps,
  provider: string,
  query: CallbackQuery,
  browser: string | null,
): Promise<WayBack> {
  const { transaction, asked } = await trustworthy(deps, provider, query, browser);
  if (isExpired(transaction, deps.now())) {
    return wayBackOf(transaction, { error: 'connection_expired' });
  }
  await refuseUnlessSigned(deps, transaction, query);
  const code = codeIn(deps, provider, query);
  const codeHash = code === null ? null : await hashSecret(code);
  if (transaction.state !== 'started') return repeated(deps, transaction, { ...asked, codeHash });

  const { error, parameters } = await readCallback(deps, transaction, query, code);
  const { vault } = deps;
  const settled = await consumeState(
    deps,
    transaction,
    error === null && code !== null
      ? {
          ...asked,
          state: 'authorized',
          parameters,
          code: await vault.seal(code, transactionContext(transaction.id, 'code')),
          codeHash,
          authorizedAt: deps.now(),
        }
      : { ...asked, state: 'failed', error, codeHash },
  );
  if (!settled) {
    // The same callback may have come twice at once.
    const { transaction: current } = await trustworthy(deps, provider, query, browser);
    return repeated(deps, current, { ...asked, codeHash });
  }
  deps.log.info('connect.callback_received', { provider, connection: transaction.id, error });
  if (error !== null || codeHash === null) return wayBackOf(transaction, { error });
  // For the browser that consented, and no other.
  return wayBackOf(transaction, {
    completion: await completionOf(vault, transaction.id, codeHash),
  });
}

/**
 * The same callback again, as a reload or a browser that was restored sends it: the same redirect,
 * and nothing changes.
 * @throws AppError invalid_request where it brings another code
 */
async function repeated(
  { vault }: Deps,
  transaction: Transaction,
  { stateHash, browserHash, codeHash }: Asked & { codeHash: string | null },
): Promise<WayBack> {
  const { state, error } = transaction;
  // Its time ran out while this one was looked at.
  if (state === 'started') return wayBackOf(transaction, { error: 'connection_expired' });
  // Another browser may have a good state of the same link: what was consumed is not for it.
  if (transaction.stateHash !== stateHash || transaction.browserHash !== browserHash) {
    throw alreadyUsed();
  }
  if (transaction.codeHash !== codeHash) throw alreadyUsed();
  if (state === 'failed') return wayBackOf(transaction, { error });
  // Authorized by a version that kept no hash: nobody can tell whether it is the same callback.
  if (codeHash === null) throw alreadyUsed();
  return wayBackOf(transaction, {
    completion: await completionOf(vault, transaction.id, codeHash),
  });
}

/** By which state, in which browser: kept with the transaction once it is consumed. */
interface Asked {
  stateHash: string;
  browserHash: string;
}

/**
 * The transaction whose `state` this is, provided that browser and provider are the ones it knows.
 */
async function trustworthy(
  { db, vault }: Deps,
  provider: string,
  query: CallbackQuery,
  browser: string | null,
): Promise<{ transaction: Transaction; asked: Asked }> {
  const { state } = query;
  if (!state) throw withoutState(query);
  const stateHash = await hashSecret(state);
  const [transaction] = await d1Read(
    db
      .select()
      .from(connectTransactions)
      .where(
        or(
          eq(connectTransactions.id, transactionIdIn(state)),
          // A Worker of the version before made it: at random, and bound by the row.
          eq(connectTransactions.stateHash, stateHash),
        ),
      ),
  );
  if (!transaction) {
    throw new BrowserError(
      'invalid_request',
      'this state is not known here: the connection is long over, or the address was not copied whole; start again in the app',
      'state_unknown',
    );
  }
  const browserHash = browser === null ? null : await hashSecret(browser);
  if (
    browserHash === null ||
    // Hashes are compared, so timing tells nothing about the secret.
    !(
      (transaction.stateHash === stateHash && transaction.browserHash === browserHash) ||
      (await isAuthorizationState(vault, transaction.id, browserHash, state))
    )
  ) {
    throw new BrowserError(
      'forbidden',
      'the connection was started in another browser, or this one keeps no cookies; finish it where it was started',
      'other_browser',
    );
  }
  if (transaction.provider !== provider) {
    throw new BrowserError(
      'invalid_request',
      'the connection was started at another provider',
      'other_provider',
    );
  }
  return { transaction, asked: { stateHash, browserHash } };
}

/** Any site can send a browser here like that, so nothing changes, and it is no redirect. */
function withoutState({ code, error }: CallbackQuery): BrowserError {
  if (error) {
    return new BrowserError(
      'invalid_request',
      'the provider sent the browser back without saying which connection was refused; nothing has changed',
      'denied_without_state',
    );
  }
  if (code) {
    return new BrowserError(
      'invalid_request',
      'the callback has no state: it was not started here; begin a connection in the app',
      'started_elsewhere',
    );
  }
  return new BrowserError('invalid_request', 'the callback has no state', 'callback_empty');
}

const alreadyUsed = (): BrowserError =>
  new BrowserError(
    'invalid_request',
    'this connection had its answer before, and this one has changed nothing; go back to the app',
    'state_used',
  );

/**
 * @throws AppError invalid_request where the provider signs its callbacks, and this one it did not
 */
async function refuseUnlessSigned(
  { config }: Deps,
  { provider, parameters }: Transaction,
  query: CallbackQuery,
): Promise<void> {
  const client = config.providers.client(provider, parameters);
  const sent = Object.entries(query).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  if (client && !(await isSignedCallback(client, Object.fromEntries(sent), parameters))) {
    throw new BrowserError(
      'invalid_request',
      'the callback is not signed by the provider',
      'not_signed',
    );
  }
}

/** The authorization code, by the name that the record has for it. */
function codeIn({ config }: Deps, id: string, query: CallbackQuery): string | null {
  const provider = config.providers.get(id);
  const name = provider?.kind === 'oauth2' ? provider.codeParam : 'code';
  return (Object.hasOwn(query, name) ? query[name] : undefined) || null;
}

/**
 * What is wrong with the callback; null where it is good. The provider's own words stay out. With
 * the connection's parameters, those that the callback says included: the provider's own hosts
 * only, and nothing is sent to one before that.
 */
async function readCallback(
  deps: Deps,
  { provider: id, parameters }: Transaction,
  query: CallbackQuery,
  code: string | null,
): Promise<{ error: ConnectionError | null; parameters: Transaction['parameters'] }> {
  const wrong = (error: ConnectionError) => ({ error, parameters });
  try {
    const provider = oauthProviderOf(deps.config.providers, id);
    const endpoints = await authorizationEndpointsOf(deps, provider, parameters);
    // RFC 9207 section 2.4: given, it must be the one; announced, it must be given.
    if (query.iss === undefined ? endpoints.issParameter : !isIssuer(endpoints, query.iss)) {
      return wrong('issuer_mismatch');
    }
    // An empty one beside a code is no error.
    if (query.error) return wrong(connectionError(query.error));
    if (code === null) return wrong('provider_error');
    const found = parametersFrom(provider, 'callback', (name) =>
      Object.hasOwn(query, name) ? query[name] : undefined,
    );
    if (found === null) return wrong('provider_error');
    const known = { ...parameters, ...found };
    await endpointsOf(deps, provider, known);
    return { error: null, parameters: known };
  } catch (error) {
    deps.log.warn('connect.callback_failed', { provider: id }, error);
    return wrong(endpointsFault(error));
  }
}

/** One conditional update: of two callbacks at once, one wins. */
async function consumeState(
  deps: Deps,
  { id, provider }: Transaction,
  change: SQLiteUpdateSetSource<typeof connectTransactions>,
): Promise<boolean> {
  const now = deps.now();
  const unused: (SQL | undefined)[] = [
    eq(connectTransactions.id, id),
    eq(connectTransactions.state, 'started'),
    eq(connectTransactions.provider, provider),
    gt(connectTransactions.expiresAt, now),
  ];
  const consumed = deps.db
    .update(connectTransactions)
    .set(change)
    .where(and(...unused))
    .returning({ id: connectTransactions.id });
  const fails = change.state === 'failed';
  const [hit] = await runBatch(deps.db, [
    consumed,
    ...(fails ? connectionFailed(deps, id, now) : []),
  ]);
  return (hit as Awaited<typeof consumed>).length > 0;
}
