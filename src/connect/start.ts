/**
 * Step 2 of connecting: the user's browser opens the link and is sent on to the provider. Each
 * time with a fresh state, bound to this browser; the last one counts. May be repeated until a
 * callback came, because link previews and back buttons open links too.
 */
import { and, eq, gt } from 'drizzle-orm';
import { hashSecret, randomSecret } from '../crypto';
import { connectTransactions } from '../db/schema';
import type { Deps } from '../deps';
import { BrowserError } from '../http/browser-error';
import { authorizationRequest, codeChallengeOf } from '../oauth/authorize';
import { endpointsOf } from '../oauth/endpoints';
import { oauthClientOf } from '../providers/registry';
import { transactionContext } from '../vault/vault';
import { type WayBack, wayBackOf } from './return-to';
import type { Transaction } from './transactions';

/**
 * Where to send the browser. `browser` is the secret in its cookie.
 * @throws AppError connection_not_found where no transaction has this ticket
 */
export async function startAuthorization(
  deps: Deps,
  ticket: string,
  browser: string,
): Promise<WayBack | { kind: 'provider'; location: string }> {
  const { db, log } = deps;
  const state = randomSecret();
  const byTicket = eq(connectTransactions.ticketHash, await hashSecret(ticket));
  const [transaction] = await db
    .update(connectTransactions)
    .set({ stateHash: await hashSecret(state), browserHash: await hashSecret(browser) })
    .where(
      and(
        byTicket,
        eq(connectTransactions.state, 'started'),
        gt(connectTransactions.expiresAt, deps.now()),
      ),
    )
    .returning();
  if (!transaction) {
    const [known] = await db.select().from(connectTransactions).where(byTicket);
    if (!known) {
      throw new BrowserError(
        'connection_not_found',
        'this link is not known here, or is older than we keep it; start again in the app',
        'link_unknown',
      );
    }
    return forUsed(known);
  }
  try {
    return { kind: 'provider', location: await authorizationUrl(deps, transaction, state) };
  } catch (error) {
    // The app can say it better than a problem document; the link stays usable meanwhile.
    log.warn('connect.start_failed', { provider: transaction.provider }, error);
    return wayBackOf(transaction, { error: 'provider_unavailable' });
  }
}

async function authorizationUrl(
  deps: Deps,
  { id, provider, parameters, requestedScope, authorizationParams, verifier }: Transaction,
  state: string,
): Promise<string> {
  const { config, vault, fetch } = deps;
  const client = oauthClientOf(config.providers, provider);
  const endpoints = await endpointsOf(deps, client.provider, parameters);
  const url = await authorizationRequest(client, endpoints, {
    redirectUri: endpoints.redirectUri,
    state,
    codeChallenge: await codeChallengeOf(
      await vault.open(verifier, transactionContext(id, 'verifier')),
    ),
    scopes: requestedScope,
    authorizationParams,
    fetch,
  });
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
