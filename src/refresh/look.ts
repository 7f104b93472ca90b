/** One integration as whoever wants it refreshed sees it: always from the primary. */
import { and, eq, sql } from 'drizzle-orm';
import { oauthAccounts, providerHealth, userVersions } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { withDeadline } from '../retry';
import { circuitOf, type Health } from './circuit';
import type { AccountRow } from './lease';

const READ_MS = 5_000;

/** `userId` null: whoever's it is, for service callers that name accounts only. */
export interface IntegrationKey {
  userId: string | null;
  provider: string;
  accountId: string;
}

export interface Known {
  row: AccountRow;
  health: Health | undefined;
  /** The user's version when the row was read. */
  version: number;
}

/** @throws AppError integration_not_found, unavailable */
export async function look(
  deps: Pick<Deps, 'db' | 'config' | 'log'>,
  key: IntegrationKey,
): Promise<Known> {
  const { db } = deps;
  const { provider, accountId } = key;
  const wanted = and(
    eq(oauthAccounts.provider, provider),
    eq(oauthAccounts.providerAccountId, accountId),
    key.userId === null ? undefined : eq(oauthAccounts.userId, key.userId),
  );
  const owner =
    key.userId ??
    sql`(SELECT user_id FROM oauth_accounts WHERE provider = ${provider} AND provider_account_id = ${accountId})`;
  const queries = db.batch([
    db.select().from(oauthAccounts).where(wanted),
    db.select().from(providerHealth).where(eq(providerHealth.provider, provider)),
    db.select().from(userVersions).where(eq(userVersions.userId, owner)),
  ]);
  const [rows, circuits, versions] = await reachable(
    deps,
    withDeadline(queries, READ_MS, 'd1_read'),
  );
  const [row] = rows;
  if (!row) throw new AppError('integration_not_found', 'there is no such integration');
  const record = deps.config.providers.get(provider);
  const host = record?.kind === 'oauth2' ? circuitOf(record, row.parameters).host : undefined;
  return {
    row,
    health: circuits.find((circuit) => circuit.host === host),
    version: versions[0]?.version ?? 0,
  };
}

/** A database that does not answer is the caller's to try again. */
export async function reachable<T>(deps: Pick<Deps, 'log'>, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    deps.log.error('d1_unreachable', {}, cause);
    throw new AppError('unavailable', 'the database does not answer', { cause, retryAfter: 5 });
  }
}
