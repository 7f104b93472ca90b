/**
 * How far a revocation reaches. Where it ends more than the token it names, one integration's
 * disconnect could end another one that is in use: so it is sent only while no row stands for the
 * same subject at the same client.
 */
import { and, eq, isNotNull, ne, type SQL, type SQLWrapper } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { Database } from '../db/client';
import { hasRow, inJson } from '../db/conditions';
import { oauthAccounts } from '../db/schema';
import { findsServer } from '../oauth/endpoints';
import type { Registry } from '../providers/registry';
import type { Provider } from '../providers/types';

/** Whether the record says where revocations go; a discovered endpoint shows only at delivery. */
export const mayRevoke = (provider: Provider | undefined): boolean =>
  provider?.kind === 'oauth2' &&
  (findsServer(provider) || provider.revocationUrl !== undefined || provider.issuer !== undefined);

/**
 * The providers whose rows and waiting revocations of the same subject are about the same grant:
 * itself, and others with the same client. Where a revocation ends all grants that a user gave the
 * client, they are all of those (Google and YouTube); where it ends a grant, those that one consent
 * may bring together (Slack's two tokens). Empty where it ends nothing but its token.
 */
export function sharedGrant(registry: Registry, id: string): string[] {
  const provider = registry.get(id);
  if (provider?.kind !== 'oauth2' || !registry.isConfigured(id)) return [id];
  const { revocationReach, maxGrants } = provider;
  // With one grant for each account, whatever is revoked of it is the one that is in use.
  const reachesAll = revocationReach === 'user' || maxGrants === 1;
  if (!reachesAll && revocationReach === 'token') return [];
  const names = (one: string, other: string) => {
    const record = registry.get(one);
    return record?.kind === 'oauth2' && record.alsoGrants.includes(other);
  };
  return registry
    .withSameClient(id)
    .filter((other) => other === id || reachesAll || names(id, other) || names(other, id));
}

/** A name of its own: it is looked up beside the row that goes. */
const other = alias(oauthAccounts, 'other');

/** A row without a token has no grant of its own: it shares one, or has none any more. */
const usesGrantOf = (providers: readonly string[], subject: string | SQLWrapper): SQL | undefined =>
  and(inJson(other.provider, providers), eq(other.subject, subject), isNotNull(other.accessToken));

/** Whether another integration uses the grant of the row of `oauth_accounts` at hand. */
export const isGrantShared = (db: Database, providers: readonly string[]): SQL =>
  hasRow(
    db,
    other,
    and(usesGrantOf(providers, oauthAccounts.subject), ne(other.id, oauthAccounts.id)),
  );

/** The tokens of the integrations that use a subject's grant. */
export const tokensOfGrant = (db: Database, providers: readonly string[], subject: string) =>
  db
    .select({
      accountId: other.providerAccountId,
      access: other.accessToken,
      refresh: other.refreshToken,
    })
    .from(other)
    .where(usesGrantOf(providers, subject));
