/**
 * Step 2 of connecting: the user's browser opens the link and is sent on to the provider, with a state
 * that is bound to this browser. May be repeated until a callback came, here and elsewhere, because link
 * previews and back buttons open links too.
 */
import { and, eq } from 'drizzle-orm';
import { hashSecret } from '../crypto';
import { connectTransactions } from '../db/schema';
import type { Deps } from '../deps';
import { BrowserError } from '../http/browser-error';
import { authorizationRequest, codeChallengeOf } from '../oauth/authorize';
import { authorizationEndpointsOf } from '../oauth/endpoints';
import { grantingOnly } from '../providers/also-grants';
import { oauthClientOf } from '../providers/registry';
import { transactionContext, VaultError } from '../vault/vault';
import { authorizationState } from './authorization-state';
import { type WayBack, wayBackOf } from './return-to';
import { endpointsFault, isExpired, type Transaction } from './transactions';

/**
 * Where to send the browser.
 * @param browserFor the secret in its cookie, for a connection with this id; null: a look at the link
 * (HEAD), which changes nothing and leads to the provider without a request
 * @throws AppError connection_not_found where no transaction has this ticket
 */
export async function startAuthorization(
  deps: Deps,
  ticket: string,
  browserFor: ((id: string) => string) | null,
): Promise<WayBack | { kind: 'provider'; location: string; connection: string }> {
  const { db, log } = deps;
  const [transaction] = await db
    .select()
    .from(connectTransactions)
    .where(eq(connectTransactions.ticketHash, await hashSecret(ticket)));
  if (!transaction) {
    throw new BrowserError(
      'connection_not_found',
      'this link is not known here, or is older than we keep it; start again in the app',
      'link_unknown',
    );
  }
  if (transaction.state !== 'started' || isExpired(transaction, deps.now())) {
    return forUsed(transaction);
  }
  try {
    const { id: connection } = transaction;
    const location = await authorizationUrl(deps, transaction, browserFor?.(connection) ?? null);
    return { kind: 'provider', location, connection };
  } catch (error) {
    // The app can say it better than a problem document; the link stays usable meanwhile.
    log.warn('connect.start_failed', { provider: transaction.provider }, error);
    // Sealed under a key that is gone: no repetition helps.
    return wayBackOf(transaction, {
      error: error instanceof VaultError ? 'not_finished' : endpointsFault(error),
    });
  }
}

async function authorizationUrl(
  deps: Deps,
  {
    id,
    provider,
    parameters,
    requestedScope,
    authorizationParams,
    alsoGrants,
    verifier,
  }: Transaction,
  browser: string | null,
): Promise<string> {
  const { config, db, vault, fetch } = deps;
  const { providers } = config;
  const configured = oauthClientOf(providers, provider, parameters);
  const record = grantingOnly(providers, configured.provider, alsoGrants);
  const client = { ...configured, provider: record };
  const endpoints = await authorizationEndpointsOf(deps, record, parameters);
  if (browser === null) return endpoints.authorizationUrl;
  const browserHash = await hashSecret(browser);
  const state = await authorizationState(vault, id, browserHash);
  const url = await authorizationRequest(client, endpoints, {
    redirectUri: endpoints.redirectUri,
    state,
    codeChallenge: await codeChallengeOf(
      await vault.open(verifier, transactionContext(id, 'verifier')),
    ),
    scopes: requestedScope,
    authorizationParams,
    fetch,
    now: deps.now,
    uuid: deps.uuid,
  });
  // Where a dead end leads back to. The state's hash is for a Worker of the version before, which knows
  // the latest one only.
  await db
    .update(connectTransactions)
    .set({ browserHash, stateHash: await hashSecret(state) })
    .where(and(eq(connectTransactions.id, id), eq(connectTransactions.state, 'started')));
  return url.href;
}

/**
 * For a link that can no longer be used: back to the app, which asks how the connection stands. Never
 * with the secret of its completion: the starter has the link too.
 */
const forUsed = (transaction: Transaction): WayBack =>
  wayBackOf(transaction, {
    error: transaction.state === 'started' ? 'connection_expired' : transaction.error,
  });
