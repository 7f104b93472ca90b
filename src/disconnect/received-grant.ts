/**
 * Grants that a connect received and whose account nobody knows yet. They stand on the outbox,
 * sealed as a whole, until the account was told: to the connect, which stores it, or else, once
 * nobody can complete that any more, to whoever gives the grant back.
 */
import { and, eq, inArray } from 'drizzle-orm';
import { runBatch } from '../db/client';
import { connectTransactions, type OutboxEntry, outbox } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { connectionFailed } from '../events/connection-failed';
import type { Endpoints } from '../oauth/endpoints';
import type { Grant } from '../oauth/grant';
import { fetchProfile } from '../oauth/profile';
import { sealToken } from '../oauth/sealed-token';
import { timeoutOf } from '../providers/timeout';
import type { OAuth2Client } from '../providers/types';
import { SECOND_MS } from '../time';
import { receivedGrantContext, type TokenField, type Vault } from '../vault/vault';

const PROFILE_MS = 10 * SECOND_MS;

export const sealReceived = (
  vault: Vault,
  transactionId: string,
  provider: string,
  grant: Grant,
): Promise<string> =>
  vault.seal(JSON.stringify(grant), receivedGrantContext(transactionId, provider));

/** Null where the entry holds none. */
export async function openReceived(
  vault: Vault,
  { transactionId, provider, receivedGrant }: OutboxEntry,
): Promise<Grant | null> {
  if (transactionId === null || receivedGrant === null) return null;
  const context = receivedGrantContext(transactionId, provider);
  return JSON.parse(await vault.open(receivedGrant, context));
}

type IdentifiedGrant =
  /** An entry like any other from now on. */
  | { kind: 'known'; entry: OutboxEntry }
  /** The provider will not tell whose it is. */
  | { kind: 'account_unknown' }
  /** It may tell another time. */
  | { kind: 'not_now' }
  /** It was connected after all. */
  | { kind: 'connected' };

/**
 * Asks whose grant the entry holds, and writes it down under the entry's lease: a connect of that
 * subject then waits while the lease is live, as for any revocation.
 */
export async function identifyGrant(
  deps: Deps,
  client: OAuth2Client,
  endpoints: Endpoints,
  entry: OutboxEntry,
  grant: Grant,
): Promise<IdentifiedGrant> {
  const { db, vault } = deps;
  const mine = and(eq(outbox.id, entry.id), eq(outbox.leaseId, entry.leaseId ?? ''));
  // A completion that was stalled until now can store nothing any more after this.
  const held = db.select({ id: outbox.id }).from(outbox).where(mine);
  const consent = db
    .select({ userId: connectTransactions.userId })
    .from(connectTransactions)
    .where(eq(connectTransactions.id, entry.transactionId ?? ''));
  const results = await runBatch(db, [
    db
      .update(connectTransactions)
      .set({ state: 'failed', error: 'not_finished' })
      .where(
        and(
          eq(connectTransactions.id, entry.transactionId ?? ''),
          inArray(connectTransactions.state, ['exchanged', 'completing']),
        ),
      ),
    ...(entry.transactionId === null
      ? []
      : connectionFailed(deps, entry.transactionId, deps.now())),
    consent,
    held,
  ]);
  const userId = (results.at(-2) as Awaited<typeof consent>)[0]?.userId;
  const still = results.at(-1) as Awaited<typeof held>;
  if (still.length === 0) return { kind: 'connected' };
  const timeoutMs = timeoutOf(client.provider, PROFILE_MS);
  try {
    const { accountId, subject } = await fetchProfile(
      deps,
      client,
      endpoints,
      grant,
      { timeoutMs, until: deps.now() + timeoutMs },
      { userId },
    );
    const account = { provider: entry.provider, accountId };
    const seal = (token: string, field: TokenField) =>
      sealToken(vault, account, field, token, grant.dpopKey);
    const [known] = await db
      .update(outbox)
      .set({
        accountId,
        subject,
        accessToken: await seal(grant.accessToken, 'access_token'),
        refreshToken: grant.refreshToken && (await seal(grant.refreshToken, 'refresh_token')),
        expiresAt: grant.expiresAt,
        scope: grant.scopes,
        parameters: { ...endpoints.parameters },
        transactionId: null,
        receivedGrant: null,
      })
      .where(mine)
      .returning();
    return known ? { kind: 'known', entry: known } : { kind: 'not_now' };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const isCertain = error.code === 'provider_error' || error.code === 'account_mismatch';
    return { kind: isCertain ? 'account_unknown' : 'not_now' };
  }
}
