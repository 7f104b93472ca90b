/** Step 1 of connecting: the app's backend asks for a link to send its user to. */
import { and, eq, gt, min, notInArray, sql } from 'drizzle-orm';
import { hashSecret, randomSecret } from '../crypto';
import { connectTransactions, oauthAccounts } from '../db/schema';
import { valuesWhere } from '../db/values-where';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { grantingOnly } from '../providers/also-grants';
import { askedParameters, isUsable } from '../providers/parameters';
import { oauthClientOf } from '../providers/registry';
import type { OAuth2Provider } from '../providers/types';
import { allows, type ProviderFilter } from '../rights';
import { SECOND_MS } from '../time';
import { transactionContext } from '../vault/vault';
import { allowedReturnTo } from './return-to';
import { hasRoom, tooManyIntegrations } from './store';
import { TRANSACTION_MS } from './transactions';

/** Of one user at a time. */
const MAX_PENDING = 20;

export interface BeginInput {
  provider: string;
  /** Of the caller: a consent brings no account of another one. */
  allowedProviders: ProviderFilter;
  /** Null: Mooring's own page. */
  returnTo: string | null;
  /** None: those of the row on a reconnect, else the record's. */
  scopes?: string[] | undefined;
  /** On a reconnect: the account that must come back. */
  accountId?: string | undefined;
  parameters?: Record<string, string> | undefined;
  /** Who is expected to sign in at the provider. */
  loginHint?: string | undefined;
  authorizationParams?: Record<string, string> | undefined;
}

export interface BegunConnection {
  id: string;
  connectUrl: string;
  /** ms */
  expiresAt: number;
}

export async function beginConnection(
  deps: Deps,
  userId: string,
  input: BeginInput,
): Promise<BegunConnection> {
  const { config, db, vault } = deps;
  const client = oauthClientOf(config.providers, input.provider);
  const alsoGrants =
    input.allowedProviders === null
      ? null
      : client.provider.alsoGrants.filter((id) => allows(input.allowedProviders, id));
  const { provider } = grantingOnly(config.providers, client, alsoGrants);
  const returnTo =
    input.returnTo === null
      ? null
      : allowedReturnTo(input.returnTo, config.returnPages, config.returnTo);
  if (returnTo === null && input.returnTo !== null) {
    throw invalid('returnTo', 'must be an absolute URL that APP_ORIGINS or RETURN_TO allows');
  }
  const known =
    input.accountId === undefined
      ? undefined
      : await ownIntegration(deps, userId, provider.id, input.accountId);
  if (!known) await refuseFull(deps, userId, provider.id);
  const parameters = checkParameters(provider, input.parameters ?? {}, known?.parameters ?? {});
  const authorizationParams = checkAuthorizationParams(provider, input);

  const id = randomSecret();
  const ticket = randomSecret();
  const now = deps.now();
  const expiresAt = now + TRANSACTION_MS;
  const values = {
    id,
    ticketHash: await hashSecret(ticket),
    userId,
    provider: provider.id,
    returnTo,
    requestedScope: [
      ...new Set([
        ...(input.scopes ?? known?.requestedScope ?? provider.scopes),
        ...provider.requiredScopes,
      ]),
    ],
    parameters,
    authorizationParams,
    alsoGrants,
    expectedAccountId: input.accountId ?? null,
    state: 'started' as const,
    // One for the whole transaction, sealed: it never stands in a URL (RFC 7636 section 4.1).
    verifier: await vault.seal(randomSecret(), transactionContext(id, 'verifier')),
    createdAt: now,
    expiresAt,
  };
  const pending = and(
    eq(connectTransactions.userId, userId),
    notInArray(connectTransactions.state, ['completed', 'failed']),
    gt(connectTransactions.expiresAt, now),
  );
  // Counted by the insert itself, so that requests side by side do not pass the limit.
  const inserted = await db
    .insert(connectTransactions)
    .select(
      valuesWhere(
        connectTransactions,
        values,
        sql`${db.$count(connectTransactions, pending)} < ${MAX_PENDING}`,
      ),
    )
    .returning({ id: connectTransactions.id });
  if (inserted.length === 0) {
    const [oldest] = await db
      .select({ ends: min(connectTransactions.expiresAt) })
      .from(connectTransactions)
      .where(pending);
    throw new AppError(
      'too_many_connections',
      `the user has ${MAX_PENDING} connections that are not finished; finish one, or wait until one expires`,
      { retryAfter: ((oldest?.ends ?? now) - now) / SECOND_MS },
    );
  }
  return { id, connectUrl: `${config.publicUrl}/connect/start/${ticket}`, expiresAt };
}

/**
 * What a reconnect starts from. Read from the primary: no cache decides whose an account is.
 * @throws AppError integration_not_found, also where the account is another user's
 */
export async function ownIntegration(
  { db }: Deps,
  userId: string,
  provider: string,
  accountId: string,
): Promise<{ parameters: Record<string, string>; requestedScope: string[] }> {
  const [row] = await db
    .select({
      parameters: oauthAccounts.parameters,
      requestedScope: oauthAccounts.requestedScope,
    })
    .from(oauthAccounts)
    .where(
      and(
        eq(oauthAccounts.provider, provider),
        eq(oauthAccounts.providerAccountId, accountId),
        eq(oauthAccounts.userId, userId),
      ),
    );
  if (!row) throw new AppError('integration_not_found', 'the user has no such integration');
  return row;
}

/**
 * A connection that could only add an integration too many is refused before anybody consents. Where
 * the user has accounts of the provider, it may be a reconnect of one; the commit decides.
 * @throws AppError too_many_integrations
 */
async function refuseFull(deps: Deps, userId: string, provider: string): Promise<void> {
  if (await hasRoom(deps, userId)) return;
  const own = and(eq(oauthAccounts.userId, userId), eq(oauthAccounts.provider, provider));
  if ((await deps.db.$count(oauthAccounts, own)) === 0) throw tooManyIntegrations(deps);
}

/** Values for the placeholders in the provider's URLs: given, else the row's, else the default. */
function checkParameters(
  provider: OAuth2Provider,
  given: Record<string, string>,
  known: Record<string, string>,
): Record<string, string> {
  const asked = askedParameters(provider);
  const unknown = Object.keys(given).find((name) => !asked.some(([one]) => one === name));
  if (unknown !== undefined) {
    const isSaid = Object.hasOwn(provider.parameters, unknown);
    const message = isSaid
      ? `${provider.name} says this parameter itself`
      : `${provider.name} has no such parameter`;
    throw invalid('parameters', message);
  }
  const values: Record<string, string> = {};
  for (const [name, parameter] of asked) {
    const value = given[name] ?? known[name] ?? parameter.default;
    if (value === undefined) throw invalid(`parameters.${name}`, 'is needed for this provider');
    if (!isUsable(parameter, value)) throw invalid(`parameters.${name}`, 'is not as it should be');
    values[name] = value;
  }
  return values;
}

/** What the connection adds to the authorization request: only what the record allows. */
function checkAuthorizationParams(
  { name, allowedAuthorizationParams, loginHintParam }: OAuth2Provider,
  { loginHint, authorizationParams = {} }: BeginInput,
): Record<string, string> {
  const unknown = Object.keys(authorizationParams).find(
    (param) => !allowedAuthorizationParams.includes(param),
  );
  if (unknown !== undefined) {
    const allowed = allowedAuthorizationParams.join(', ');
    throw invalid(
      `authorizationParams.${unknown}`,
      `is not one that ${name} takes from a connection (${allowed === '' ? 'none is' : allowed})`,
    );
  }
  if (loginHint === undefined) return authorizationParams;
  if (loginHintParam === null) throw invalid('loginHint', `is not taken by ${name}`);
  return { ...authorizationParams, [loginHintParam]: loginHint };
}

const invalid = (field: string, message: string): AppError =>
  new AppError('invalid_request', `${field} ${message}`, {
    errors: [{ path: `body.${field}`, message }],
  });
