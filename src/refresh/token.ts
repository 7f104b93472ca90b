/**
 * A token that works, for the app's backend: what is in the row where that lives long enough, else
 * a fresh one. Always from the primary, never from a cache.
 */

import { and, eq, isNull, lte, or } from 'drizzle-orm';
import { d1Write } from '../db/client';
import { type AccountRow, oauthAccounts } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { Bound } from '../oauth/dpop';
import { openToken } from '../oauth/sealed-token';
import { requestHeadersOf } from '../providers/request-headers';
import type { CredentialsProvider } from '../providers/types';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';
import type { AccessToken } from './attempt';
import { isLeased } from './claim';
import { refreshOnDemand } from './on-demand';
import {
  type IntegrationKey,
  isRenewable,
  readIntegration,
  type StoredIntegration,
} from './stored-integration';

/** Less life than this is not worth handing out. */
const LEAST_LIFE_MS = MINUTE_MS;
/** What is handed out although it could not be refreshed lives at least this long. */
const LAST_LIFE_MS = 10 * SECOND_MS;
const NOTE_USE_EVERY_MS = 6 * HOUR_MS;

interface TokenRequest extends IntegrationKey {
  userId: string;
  /** How long it should live. Half of its lifetime is the most that is promised. */
  minTtlSeconds: number | null;
}

export type TokenAnswer = { version: number } & (
  | ({ kind: 'token' } & AccessToken)
  | {
      kind: 'credentials';
      credentials: Record<string, string>;
      /** In which to send them, as the record says. */
      headers: Record<string, string>;
    }
);

/** @throws AppError, as refreshOnDemand does */
export const tokenFor = async (deps: Deps, request: TokenRequest): Promise<TokenAnswer> =>
  tokenOf(deps, request, await readIntegration(deps, request));

/**
 * Of what the caller has just read from the primary.
 *
 * @throws AppError, as refreshOnDemand does
 */
export async function tokenOf(
  deps: Deps,
  request: TokenRequest,
  first: StoredIntegration,
): Promise<TokenAnswer> {
  const provider = deps.config.providers.get(request.provider);
  if (provider?.kind === 'credentials') return openCredentials(deps, provider, first);
  const enough = (stored: StoredIntegration) =>
    livesLongEnough(deps, stored, request.minTtlSeconds);
  if (enough(first)) return answer(deps, first);
  try {
    const { row } = first;
    const demand = {
      forced: false,
      satisfied: enough,
      // The last seconds are handed out instead, while there are some.
      ...(mayFallBack(deps, first, request) && row.expiresAt !== null
        ? { watchUntil: row.expiresAt - LAST_LIFE_MS }
        : {}),
    };
    const obtained = await refreshOnDemand(deps, request, first, demand);
    const { stored } = obtained;
    return obtained.kind === 'stored'
      ? answer(deps, stored)
      : { kind: 'token', version: stored.version, ...obtained.token };
  } catch (error) {
    if (isPassing(error) && mayFallBack(deps, first, request)) return answer(deps, first);
    throw error;
  }
}

function livesLongEnough(
  deps: Deps,
  { row }: StoredIntegration,
  minTtlSeconds: number | null,
): boolean {
  const now = deps.now();
  if (row.state !== 'active' || row.accessToken === null) return false;
  const provider = deps.config.providers.get(row.provider);
  if (provider?.kind === 'oauth2') {
    // The refresh that is under way kills this token at any moment.
    if (provider.refreshEndsAccessToken && isLeased(row, now)) return false;
    // Nothing will give another: what there is, is good until its end.
    if (row.expiresAt !== null && row.expiresAt > now && !isRefreshableNow(provider, row, now)) {
      return true;
    }
  }
  if (row.expiresAt === null) return true;
  // `token_version` starts at the time of issue.
  const lifetime = Math.max(0, row.expiresAt - row.tokenVersion);
  const asked = Math.max(LEAST_LIFE_MS, (minTtlSeconds ?? 0) * SECOND_MS);
  return row.expiresAt - now >= Math.max(1, Math.min(asked, lifetime / 2));
}

/** Renewable, and old enough for the provider (Meta: a day). */
export const isRefreshableNow = (
  provider: Parameters<typeof isRenewable>[0],
  row: AccountRow,
  now: number,
): boolean =>
  isRenewable(provider, row, now) &&
  now >= row.tokenVersion + (provider.minTokenAgeSeconds ?? 0) * SECOND_MS;

const isPassing = (error: unknown): boolean =>
  error instanceof AppError &&
  ['provider_unavailable', 'provider_error', 'refresh_in_progress'].includes(error.code);

/** The last seconds of a token are better than none, unless more was asked for. */
function mayFallBack(deps: Deps, { row }: StoredIntegration, request: TokenRequest): boolean {
  const provider = deps.config.providers.get(row.provider);
  return (
    request.minTtlSeconds === null &&
    provider?.kind === 'oauth2' &&
    !provider.refreshEndsAccessToken &&
    row.accessToken !== null &&
    row.expiresAt !== null &&
    row.expiresAt - deps.now() >= LAST_LIFE_MS
  );
}

async function answer(deps: Deps, { row, version }: StoredIntegration): Promise<TokenAnswer> {
  noteUse(deps, row);
  const { text: accessToken, dpopKey } = await open(deps, row);
  return {
    kind: 'token',
    version,
    accessToken,
    dpopKey,
    tokenType: row.tokenType,
    expiresAt: row.expiresAt,
    scope: row.scope,
  };
}

async function openCredentials(
  deps: Deps,
  provider: CredentialsProvider,
  { row, version }: StoredIntegration,
): Promise<TokenAnswer> {
  if (row.state !== 'active') {
    throw new AppError('needs_reconnect', 'the user has to give the credentials again', {
      version,
    });
  }
  noteUse(deps, row);
  const { text } = await open(deps, row);
  const credentials: Record<string, string> = JSON.parse(text);
  const headers = requestHeadersOf(provider, credentials);
  return { kind: 'credentials', version, credentials, headers };
}

const open = ({ vault }: Deps, row: AccountRow): Promise<Bound> => {
  const account = { provider: row.provider, accountId: row.grantId ?? row.providerAccountId };
  return openToken(vault, account, 'access_token', row.accessToken ?? '');
};

/** What keeps an integration from being idle. It never touches the due time. */
function noteUse(deps: Deps, row: AccountRow): void {
  const now = deps.now();
  const before = now - NOTE_USE_EVERY_MS;
  if (row.lastUsedAt !== null && row.lastUsedAt > before) return;
  const noted = deps.db
    .update(oauthAccounts)
    .set({ lastUsedAt: now })
    .where(
      and(
        eq(oauthAccounts.id, row.id),
        or(isNull(oauthAccounts.lastUsedAt), lte(oauthAccounts.lastUsedAt, before)),
      ),
    );
  deps.waitUntil(
    d1Write(noted).catch((error) => deps.log.warn('token.use_not_recorded', {}, error)),
  );
}
