/**
 * Pays what the outbox owes: tells the provider that a grant is over. Looks first whether somebody
 * still lives by that grant, and so does every retry.
 */
import { and, eq, ne, type SQL, type SQLWrapper } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { Database } from '../db/client';
import { hasRow, inJson } from '../db/conditions';
import { oauthAccounts } from '../db/schema';
import type { Deps } from '../deps';
import { type Delivery, type DrainBudget, drainOutbox, type OutboxEntry } from '../events/outbox';
import { type Endpoints, endpointsOf } from '../oauth/endpoints';
import type { Grant } from '../oauth/grant';
import { revokeToken } from '../oauth/revoke';
import type { Registry } from '../providers/registry';
import type { OAuth2Client, Provider } from '../providers/types';
import { accountContext } from '../vault/vault';
import { identify, openReceived } from './received-grant';

/** Right after a change: what it left, and perhaps a little more, within `waitUntil`'s 30 s. */
const AT_ONCE = { entries: 5, ms: 5_000 };

/** Delivers what is due. Cron calls it with a budget of its own. Returns how many were tried. */
export const deliverRevocations = (
  deps: Deps,
  budget: DrainBudget = { entries: AT_ONCE.entries, until: deps.now() + AT_ONCE.ms },
): Promise<number> => drainOutbox(deps, (entry) => revoke(deps, entry), budget);

/** One entry, leased by the caller. */
export async function revoke(deps: Deps, entry: OutboxEntry): Promise<Delivery> {
  const { config, vault, log } = deps;
  const about = { provider: entry.provider, attempt: entry.attempts };
  const provider = config.providers.get(entry.provider);
  if (!mayRevoke(provider)) return 'done';
  const client = config.providers.client(entry.provider);
  // The operator may bring the client's secret back.
  if (!client) return 'retry';
  const endpoints = await endpointsOf(deps, client.provider, entry.parameters);
  if (endpoints.revocationUrl === null) return 'done';
  const grant = await openReceived(vault, entry);
  if (grant !== null) return revokeReceived(deps, client, endpoints, entry, grant);
  const open = async (sealed: string | null, field: 'access_token' | 'refresh_token') =>
    sealed === null
      ? null
      : vault.open(sealed, accountContext(entry.provider, entry.accountId, field));
  const accessToken = await open(entry.accessToken, 'access_token');
  const refreshToken = await open(entry.refreshToken, 'refresh_token');

  // Last, right before the call.
  if (await livesOn(deps, entry)) {
    log.info('revocation.dropped', about);
    return 'done';
  }
  const outcome = await revokeToken(deps, client, endpoints, {
    accountId: entry.accountId,
    accessToken,
    refreshToken,
  });
  log.info('revocation.sent', { ...about, outcome });
  return outcome;
}

/** Whether it may be revoked depends on whose it is, unless the revocation ends nothing but its token. */
async function revokeReceived(
  deps: Deps,
  client: OAuth2Client,
  endpoints: Endpoints,
  entry: OutboxEntry,
  grant: Grant,
): Promise<Delivery> {
  const { revocation, revocationReach } = client.provider;
  const identified = await identify(deps, client, endpoints, entry, grant);
  switch (identified.kind) {
    case 'known':
      return revoke(deps, identified.entry);
    case 'connected':
      return 'done';
    case 'not_now':
    case 'account_unknown':
      if (revocationReach === 'token' && revocation.token !== 'none') {
        return revokeToken(deps, client, endpoints, { ...grant, accountId: '' });
      }
      return identified.kind === 'not_now' ? 'retry' : 'account_unknown';
    default:
      return identified satisfies never;
  }
}

/** Whether an integration would lose its grant. Asked at the primary. */
async function livesOn({ db, config }: Deps, entry: OutboxEntry): Promise<boolean> {
  const shared = sharedGrant(config.providers, entry.provider);
  if (shared.length === 0) return false;
  const found = await db
    .select({ id: live.id })
    .from(live)
    .where(livesBy(shared, entry.subject))
    .limit(1);
  return found.length > 0;
}

// How far a revocation reaches. Where it ends more than the token it names, one integration's
// disconnect could end another one that is in use: so it is sent only while no row stands for the
// same subject at the same client.

/** Whether the record says where revocations go; a discovered endpoint shows only at delivery. */
export const mayRevoke = (provider: Provider | undefined): boolean =>
  provider?.kind === 'oauth2' &&
  (provider.revocationUrl !== undefined || provider.issuer !== undefined);

/**
 * The providers whose rows and waiting revocations of the same subject are about the same grant:
 * itself, and records that share its client (Google and YouTube). Empty where a revocation ends
 * nothing but its token.
 */
export function sharedGrant(registry: Registry, id: string): string[] {
  const client = registry.client(id);
  if (!client) return [id];
  const { revocationReach, sharesGrantWith } = client.provider;
  if (revocationReach === 'token') return [];
  const sameClient = sharesGrantWith.filter(
    (other) => other !== id && registry.client(other)?.clientId === client.clientId,
  );
  return [id, ...sameClient];
}

/** A name of its own: it is looked up beside the row that goes. */
const live = alias(oauthAccounts, 'live');

const livesBy = (providers: readonly string[], subject: string | SQLWrapper): SQL | undefined =>
  and(inJson(live.provider, providers), eq(live.subject, subject));

/** Whether another integration lives by the grant of the row of `oauth_accounts` at hand. */
export const isGrantShared = (db: Database, providers: readonly string[]): SQL =>
  hasRow(db, live, and(livesBy(providers, oauthAccounts.subject), ne(live.id, oauthAccounts.id)));
