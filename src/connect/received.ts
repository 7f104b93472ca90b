/**
 * What a consent brought, made ready to be stored: whose account it is, tokens sealed, times
 * decided. Nothing is stored here.
 */
import type { Deps } from '../deps';
import { sharedGrant } from '../disconnect/revocation';
import { type Endpoints, endpointsOf } from '../oauth/endpoints';
import type { Profile } from '../oauth/profile';
import { grantedScopes } from '../oauth/scopes';
import { scopesBeside } from '../providers/also-grants';
import type { OAuth2Client } from '../providers/types';
import { refreshEnd, schedule } from '../refresh/schedule';
import { accountContext } from '../vault/vault';
import type { ConnectedAccount } from './account';
import { type AlsoGranted, type Grant, whoIs } from './grant';
import type { Transaction } from './transactions';

export interface Received {
  account: ConnectedAccount;
  /** The providers whose revocations could end this grant; empty where none reaches so far. */
  shared: readonly string[];
  /** Asks the provider. @throws AppError provider_error where the grant has died meanwhile */
  stillAlive(): Promise<unknown>;
}

/** @throws AppError provider_error */
export async function receive(
  deps: Deps,
  client: OAuth2Client,
  endpoints: Endpoints,
  transaction: Transaction,
  grant: Grant,
): Promise<Received> {
  const stillAlive = () => whoIs(deps, client, endpoints, grant);
  return {
    account: await accountOf(deps, client, transaction, grant, await stillAlive()),
    shared: sharedGrant(deps.config.providers, client.provider.id),
    stillAlive,
  };
}

/** The further grants of the same reply. One whose account cannot be told is left out. */
export async function receiveAlso(
  deps: Deps,
  main: OAuth2Client,
  transaction: Transaction,
  also: readonly AlsoGranted[],
): Promise<Received[]> {
  const received = also.map(async ({ client, grant }) => {
    const { provider } = client;
    const asked = { ...transaction, requestedScope: scopesBeside(main.provider, provider) };
    try {
      const endpoints = await endpointsOf(deps, provider, transaction.parameters);
      return [await receive(deps, client, endpoints, asked, grant)];
    } catch (error) {
      const about = { connection: transaction.id, provider: provider.id };
      deps.log.warn('connect.also_left_out', about, error);
      return [];
    }
  });
  return (await Promise.all(received)).flat();
}

async function accountOf(
  { vault, config, now: clock, random }: Pick<Deps, 'vault' | 'config' | 'now' | 'random'>,
  { provider }: OAuth2Client,
  transaction: Transaction,
  grant: Grant,
  profile: Profile,
): Promise<ConnectedAccount> {
  const now = clock();
  const { accountId, subject, displayName, metadata } = profile;
  // A new consent; what is stored of a former one does not count.
  const endOf = (expiresAt: number | null) =>
    grant.refreshToken === null && provider.refreshModel !== 'extend'
      ? null
      : refreshEnd({
          provider,
          now,
          replied: grant.refreshExpiresAt,
          stored: null,
          consented: true,
          expiresAt,
        });
  const scheduled = (hasRefreshToken: boolean) =>
    schedule({
      provider,
      now,
      expiresAt: grant.expiresAt,
      refreshExpiresAt: endOf(grant.expiresAt),
      hasRefreshToken,
      // Connecting is using: the first refresh comes at its normal time.
      lastUsedAt: now,
      createdAt: now,
      lastRefreshedAt: null,
      idleAfterMs: config.idleAfterMs,
      random: random(),
    });
  const times = scheduled(grant.refreshToken !== null);
  const seal = (token: string, field: 'access_token' | 'refresh_token') =>
    vault.seal(token, accountContext(provider.id, accountId, field));
  return {
    userId: transaction.userId,
    provider: provider.id,
    accountId,
    subject,
    accessToken: await seal(grant.accessToken, 'access_token'),
    refreshToken: grant.refreshToken && (await seal(grant.refreshToken, 'refresh_token')),
    expiresAt: times.expiresAt,
    refreshExpiresAt: endOf(times.expiresAt),
    tokenType: grant.tokenType,
    scope:
      grantedScopes(provider, grant.scopes, transaction.requestedScope) ??
      transaction.requestedScope,
    requestedScope: transaction.requestedScope,
    parameters: transaction.parameters,
    metadata,
    displayName,
    refreshDueAt: times.refreshDueAt,
    noticeDueAt: times.noticeDueAt,
    refreshDueAtIfKept: scheduled(true).refreshDueAt,
  };
}
