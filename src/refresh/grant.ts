/**
 * What an attempt brought back from the provider, sealed, together with what is needed to put it
 * into its row: now, or later from a rescue record. It names no user: the row does.
 */

import * as z from 'zod';
import type { TokenReply } from '../oauth/reply';
import { grantedScopes } from '../oauth/scopes';
import type { OAuth2Provider } from '../providers/types';
import { accountContext, type Vault } from '../vault/vault';
import { backoffMs } from './backoff';
import type { AccountRow } from './lease';
import { accessEnd, refreshEnd, schedule } from './schedule';

const time = z.lazy(() => z.number());
const sealed = z.lazy(() => z.string().check(z.minLength(1)));

/** zod, because rescue records come back from KV and the queue. */
export const grantSchema = z.lazy(() =>
  z.object({
    v: z.literal(1),
    /** The attempt. */
    leaseId: z.string().check(z.minLength(1)),
    rowId: z.number(),
    provider: z.string(),
    accountId: z.string(),
    subject: z.string(),
    parameters: z.record(z.string(), z.string()),
    /** `token_version` as it was claimed. */
    sentVersion: z.number(),
    /** The sealed token that was sent: the refresh token, or the access token where it is extended. */
    sent: sealed,
    /** Null: the reply held nothing but a new refresh token. */
    accessToken: z.nullable(sealed),
    /** Null: keep the stored one. */
    refreshToken: z.nullable(sealed),
    expiresAt: z.nullable(time),
    refreshExpiresAt: z.nullable(time),
    tokenType: z.nullable(z.string()),
    scopes: z.nullable(z.array(z.string())),
    receivedAt: time,
  }),
);

export type Grant = z.output<typeof grantSchema>;

/** Which token of a row the provider is shown. */
export const sentField = (
  provider: Pick<OAuth2Provider, 'refreshModel'>,
): 'access_token' | 'refresh_token' =>
  provider.refreshModel === 'extend' ? 'access_token' : 'refresh_token';

export const sealedToken = (
  row: Pick<AccountRow, 'accessToken' | 'refreshToken'>,
  field: 'access_token' | 'refresh_token',
): string | null => (field === 'access_token' ? row.accessToken : row.refreshToken);

/** Seals what came. Each sealing is unique, so a sealed token also names the attempt that wrote it. */
export async function sealGrant(
  vault: Vault,
  row: AccountRow,
  sent: string,
  found: { accessToken: string | null; refreshToken: string | null; reply: TokenReply },
  receivedAt: number,
): Promise<Grant> {
  const seal = async (token: string | null, field: 'access_token' | 'refresh_token') =>
    token === null
      ? null
      : vault.seal(token, accountContext(row.provider, row.providerAccountId, field));
  return {
    v: 1,
    leaseId: row.leaseId ?? '',
    rowId: row.id,
    provider: row.provider,
    accountId: row.providerAccountId,
    subject: row.subject,
    parameters: row.parameters,
    sentVersion: row.tokenVersion,
    sent,
    accessToken: await seal(found.accessToken, 'access_token'),
    refreshToken: await seal(found.refreshToken, 'refresh_token'),
    expiresAt: found.reply.expiresAt,
    refreshExpiresAt: found.reply.refreshExpiresAt,
    tokenType: found.reply.tokenType,
    scopes: found.reply.scopes,
    receivedAt,
  };
}

export interface GrantContext {
  provider: OAuth2Provider;
  idleAfterMs: number;
  random: number;
  /** Somebody is asking for the token right now. */
  usedNow: boolean;
}

/** The columns that a grant writes into a row, leases aside. Pure. */
export function columnsOf(grant: Grant, row: AccountRow, context: GrantContext, now: number) {
  const tokenVersion = Math.max(row.tokenVersion + 1, now);
  const certain = { unknownSince: null, lostLeaseId: null, tokenVersion };
  if (grant.accessToken === null) {
    // The old access token stays; the new refresh token is tried soon.
    return {
      ...certain,
      ...(grant.refreshToken === null ? {} : { refreshToken: grant.refreshToken }),
      refreshDueAt: now + backoffMs(row.refreshFailures, null, context.random),
      refreshFailures: row.refreshFailures + 1,
      lastError: 'no_access_token',
      lastFailedAt: now,
    };
  }
  const { provider } = context;
  const issuedAt = grant.receivedAt;
  const expiresAt = accessEnd(provider, issuedAt, grant.expiresAt);
  const refreshExpiresAt = refreshEnd({
    provider,
    now: issuedAt,
    replied: grant.refreshExpiresAt,
    stored: row.refreshExpiresAt,
    consented: false,
    expiresAt,
  });
  const next = schedule({
    provider,
    now: issuedAt,
    expiresAt,
    refreshExpiresAt,
    hasRefreshToken: (grant.refreshToken ?? row.refreshToken) !== null,
    lastUsedAt: context.usedNow ? now : row.lastUsedAt,
    createdAt: row.createdAt,
    lastRefreshedAt: issuedAt,
    idleAfterMs: context.idleAfterMs,
    random: context.random,
  });
  const scope = grantedScopes(provider, grant.scopes, row.requestedScope);
  return {
    ...certain,
    accessToken: grant.accessToken,
    ...(grant.refreshToken === null ? {} : { refreshToken: grant.refreshToken }),
    expiresAt,
    refreshExpiresAt,
    ...(grant.tokenType === null ? {} : { tokenType: grant.tokenType }),
    ...(scope === null ? {} : { scope }),
    state: 'active' as const,
    stateReason: null,
    refreshDueAt: next.refreshDueAt,
    noticeDueAt: next.noticeDueAt,
    refreshFailures: 0,
    lastError: null,
    lastFailedAt: null,
    lastRefreshedAt: issuedAt,
    ...(context.usedNow ? { lastUsedAt: now } : {}),
    // A routine refresh is no change that a user sees.
    ...(row.state === 'active' ? {} : { updatedAt: now }),
  };
}
