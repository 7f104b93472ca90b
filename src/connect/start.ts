/**
 * Step 2 of connecting: the user's browser opens the link and is sent on to the provider, with a
 * state that is bound to this browser. May be repeated until a callback came, here and elsewhere,
 * because link previews and back buttons open links too.
 */

import { and, eq, isNull } from 'drizzle-orm';
import { hashSecret } from '../crypto';
import { d1Read, d1Write } from '../db/client';
import { isOutage } from '../db/outage';
import { connectTransactions } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { BrowserError } from '../http/browser-error';
import { loginHintOf } from '../oauth/atproto';
import { authorizationRequest, codeChallengeOf } from '../oauth/authorize';
import { splitKey } from '../oauth/dpop';
import {
  type AuthorizationEndpoints,
  authorizationEndpointsOf,
  findsServer,
} from '../oauth/endpoints';
import { clientForConnection, clientOf } from '../oauth/registration';
import { missingProof } from '../oauth/request';
import { OFFLINE_ACCESS } from '../oauth/scopes';
import { withCompanions } from '../providers/also-grants';
import { foundParameters } from '../providers/parameters';
import { oauthClientOf } from '../providers/registry';
import type { OAuth2Client } from '../providers/types';
import { transactionContext, VaultError } from '../vault/vault';
import { endpointsFault } from './failure';
import { type WayBack, wayBackOf } from './return-to';
import { authorizationState } from './secrets';
import { isExpired, type Transaction } from './transactions';

/**
 * Where to send the browser.
 * @param browserFor the secret in its cookie, for a connection with this id; null: a look at the
 * link (HEAD), which changes nothing and leads to the provider without its request
 * @throws AppError connection_not_found where no transaction has this ticket
 */
export async function startAuthorization(
  deps: Deps,
  ticket: string,
  browserFor: ((id: string) => string) | null,
): Promise<WayBack | { kind: 'provider'; location: string; connection: string }> {
  const { db, log } = deps;
  const [transaction] = await d1Read(
    db
      .select()
      .from(connectTransactions)
      .where(eq(connectTransactions.ticketHash, await hashSecret(ticket))),
  );
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
    // It has changed meanwhile: it was opened elsewhere, or its user was erased.
    if (location === null) return startAuthorization(deps, ticket, browserFor);
    return { kind: 'provider', location, connection };
  } catch (error) {
    if (isOutage(error)) throw error;
    // The app can say it better than a problem document; the link stays usable meanwhile.
    log.warn('connect.start_failed', { provider: transaction.provider }, error);
    // Sealed under a key that is gone: no repetition helps.
    return wayBackOf(transaction, {
      error: error instanceof VaultError ? 'not_finished' : endpointsFault(error),
    });
  }
}

/** Null: the transaction is not as it was read. */
async function authorizationUrl(
  deps: Deps,
  transaction: Transaction,
  browser: string | null,
): Promise<string | null> {
  const { id, provider, parameters, alsoGrants, verifier } = transaction;
  const { config, db, vault } = deps;
  const { providers } = config;
  const configured = oauthClientOf(providers, provider, parameters);
  const record = withCompanions(providers, configured.provider, alsoGrants);
  const endpoints = await authorizationEndpointsOf(deps, record, parameters);
  if (browser === null) return endpoints.authorizationUrl;
  const begun = await beginAt(deps, transaction, { ...configured, provider: record }, endpoints);
  if (begun === null) return null;
  const { client, requestedScope, authorizationParams } = begun;
  // Refused now, and not when somebody has consented.
  const missing = missingProof(client, endpoints);
  if (missing !== null) {
    throw new AppError(
      'provider_error',
      `the server of ${record.name} wants a client that proves itself by a ${missing}; none is set`,
    );
  }
  const browserHash = await hashSecret(browser);
  const state = await authorizationState(vault, id, browserHash);
  const opened = splitKey(await vault.open(verifier, transactionContext(id, 'verifier')));
  const url = await authorizationRequest(deps, client, endpoints, {
    redirectUri: endpoints.redirectUri,
    state,
    codeChallenge: await codeChallengeOf(opened.text),
    dpopKey: opened.dpopKey,
    scopes: requestedScope,
    authorizationParams,
  });
  // By the browser, an error page links back. The state's hash is for a Worker of the version
  // before, which knows the latest one only.
  await d1Write(
    db
      .update(connectTransactions)
      .set({ browserHash, stateHash: await hashSecret(state) })
      .where(and(eq(connectTransactions.id, id), eq(connectTransactions.state, 'started'))),
  );
  return url.href;
}

interface Begun {
  client: OAuth2Client;
  requestedScope: string[];
  authorizationParams: Record<string, string>;
}

/**
 * By which client and for which scopes, where the record leaves that to what was discovered. What
 * was found is kept with the connection before the browser is sent on: its code goes to that server
 * and no other, whatever the resource names by then. Null: the transaction is not as it was read.
 */
async function beginAt(
  deps: Deps,
  transaction: Transaction,
  configured: OAuth2Client,
  endpoints: AuthorizationEndpoints,
): Promise<Begun | null> {
  const { id, clientId, requestedScope, authorizationParams } = transaction;
  const { provider } = configured;
  if (!findsServer(provider) && !configured.isAutomatic) {
    return { client: configured, requestedScope, authorizationParams };
  }
  const { parameters, announced } = endpoints;
  const loginHint = loginHintOf(parameters);
  const asking = (scopes: readonly string[]) => ({
    // OpenID Connect Core 1.0, 11: else there is no refresh token.
    ...(scopes.includes(OFFLINE_ACCESS) && provider.authorizationParams.prompt === undefined
      ? { prompt: 'consent' }
      : {}),
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
    ...authorizationParams,
  });
  if (clientId !== null) {
    const client = await clientOf(deps, configured, clientId, transaction.parameters);
    return { client, requestedScope, authorizationParams: asking(requestedScope) };
  }
  // RFC 9700 2.1.1; for MCP: the metadata is what tells it, and without it nothing is begun.
  if (findsServer(provider) && !announced.pkce) {
    throw new AppError('provider_error', "the authorization server's metadata announces no PKCE");
  }
  const client = await clientForConnection(deps, configured, endpoints);
  const found = {
    clientId: client.clientId,
    parameters: {
      ...transaction.parameters,
      ...Object.fromEntries(
        Object.entries(parameters).filter(([name]) => foundParameters.includes(name)),
      ),
    },
    requestedScope: withAnnounced(requestedScope, announced.scopes),
  };
  const kept = await deps.db
    .update(connectTransactions)
    .set(found)
    .where(
      and(
        eq(connectTransactions.id, id),
        eq(connectTransactions.state, 'started'),
        isNull(connectTransactions.clientId),
      ),
    )
    .returning({ id: connectTransactions.id });
  if (kept.length === 0) return null;
  const scopes = found.requestedScope;
  return { client, requestedScope: scopes, authorizationParams: asking(scopes) };
}

/** What the connection asks for; nothing said: all that the resource asks for. */
const withAnnounced = (asked: readonly string[], announced: readonly string[]): string[] => {
  const offline = announced.filter((scope) => scope === OFFLINE_ACCESS);
  return [...new Set(asked.length > 0 ? [...asked, ...offline] : announced)];
};

/**
 * For a link that can no longer be used: back to the app, which asks how the connection stands.
 * Never with the secret of its completion: the starter has the link too.
 */
const forUsed = (transaction: Transaction): WayBack =>
  wayBackOf(transaction, {
    error: transaction.state === 'started' ? 'connection_expired' : transaction.error,
  });
