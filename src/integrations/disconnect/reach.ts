/**
 * How far a revocation reaches. Where it ends more than the token it names, one integration's
 * disconnect could end another one that is in use: so it is sent only while no row stands for the
 * same subject at the same client. Pure, but for the SQL it makes.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Config } from '../../config';
import { oauthAccounts } from '../../db/schema';
import type { Provider } from '../../providers/types';

type Registry = Config['providers'];

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

/** An integration, other than the row itself where one is named, that lives by the same grant. */
export const liveGrant = (
  providers: readonly string[],
  subject: SQL,
  exceptId: SQL = sql`0`,
): SQL =>
  sql`exists (select 1 from ${oauthAccounts} as live where live.provider in (select value from json_each(${JSON.stringify(providers)})) and live.subject = ${subject} and live.id <> ${exceptId})`;
