/** Step 1 of connecting: the app's backend asks for a link to send its user to. */
import { and, eq, gt, isNull, lt, min, not, notInArray, type SQL } from 'drizzle-orm';
import { hashSecret, randomSecret } from '../crypto';
import { equalOrBothNull, hasRow } from '../db/conditions';
import { connectTransactions, oauthAccounts } from '../db/schema';
import { valuesWhere } from '../db/values-where';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { joinKey, newDpopKey } from '../oauth/dpop';
import { grantingOnly } from '../providers/also-grants';
import { ACCOUNT, askedParameters, isUsable } from '../providers/parameters';
import { oauthClientOf, oauthProviderOf } from '../providers/registry';
import type { OAuth2Provider } from '../providers/types';
import { allows, type ProviderFilter } from '../rights';
import { SECOND_MS } from '../time';
import { transactionContext } from '../vault/vault';
import { tooManyIntegrations } from './failure';
import { allowedReturnTo } from './return-to';
import { ticketOf } from './secrets';
import { hasRoom } from './store';
import { TRANSACTION_MS } from './transactions';

/** Of one user at a time. */
const MAX_PENDING = 20;
/** A link that ends sooner is not given again: the user could not finish in time. */
const LEAST_LIFE_MS = TRANSACTION_MS / 2;

export interface BeginInput {
  provider: string;
  /** Of the caller: a consent brings no account of another one. */
  allowedProviders: ProviderFilter;
  /** Null: Mooring's own page. */
  returnTo: string | null;
  /** None: those of the row on a reconnect, else the record's. */
  scopes?: string[] | undefined;
  /** The account that must come back. One of the user's own, unless `forToken`. */
  accountId?: string | undefined;
  /**
   * Where a token was asked for and is not to be had: the account may be one that is still to be
   * connected, and a connection that nobody has opened is given again to whoever asks for the same.
   */
  forToken?: boolean;
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

/**
 * @throws AppError provider_not_found, provider_not_configured, invalid_request,
 * integration_not_found,
 *   too_many_integrations, too_many_connections
 */
export async function beginConnection(
  deps: Deps,
  userId: string,
  input: BeginInput,
): Promise<BegunConnection> {
  const { config, db, vault } = deps;
  const record = oauthProviderOf(config.providers, input.provider);
  const alsoGrants =
    input.allowedProviders === null
      ? null
      : record.alsoGrants.filter((id) => allows(input.allowedProviders, id));
  const provider = grantingOnly(config.providers, record, alsoGrants);
  const returnTo = input.returnTo === null ? null : checkReturnTo(deps, input.returnTo);
  const known =
    input.accountId === undefined
      ? undefined
      : await findOwn(deps, userId, provider.id, input.accountId);
  if (!known && input.accountId !== undefined && !input.forToken) throw noSuchIntegration();
  if (!known) await refuseFull(deps, userId, provider.id);
  // A handle may have become somebody else's; the account's own id has not.
  const named =
    provider.identityResolution === undefined || input.accountId === undefined
      ? known?.parameters
      : { [ACCOUNT]: input.accountId };
  const parameters = checkParameters(provider, input.parameters ?? {}, named ?? {});
  oauthClientOf(config.providers, provider.id, parameters);
  const authorizationParams = checkAuthorizationParams(provider, input);

  const id = randomSecret();
  const ticket = await ticketOf(vault, id);
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
    // With the key of the grant that is asked for, where that has one.
    verifier: await vault.seal(
      joinKey({ text: randomSecret(), dpopKey: provider.dpop ? await newDpopKey() : null }),
      transactionContext(id, 'verifier'),
    ),
    createdAt: now,
    expiresAt,
  };
  const pending = and(
    eq(connectTransactions.userId, userId),
    notInArray(connectTransactions.state, ['completed', 'failed']),
    gt(connectTransactions.expiresAt, now),
  );
  // Counted by the insert itself, so that requests side by side do not pass the limit.
  const hasRoomForOne = lt(db.$count(connectTransactions, pending), MAX_PENDING);
  const insert = (condition: SQL | undefined) =>
    db
      .insert(connectTransactions)
      .select(valuesWhere(connectTransactions, values, condition))
      .returning({ id: connectTransactions.id });
  const linkOf = (begun: { id: string; expiresAt: number }, itsTicket: string) => ({
    id: begun.id,
    connectUrl: `${config.publicUrl}/connect/start/${itsTicket}`,
    expiresAt: begun.expiresAt,
  });

  if (input.forToken) {
    const same = and(
      eq(connectTransactions.userId, userId),
      eq(connectTransactions.provider, provider.id),
      equalOrBothNull(connectTransactions.returnTo, returnTo),
      eq(connectTransactions.requestedScope, values.requestedScope),
      eq(connectTransactions.parameters, parameters),
      eq(connectTransactions.authorizationParams, authorizationParams),
      alsoGrants === null
        ? isNull(connectTransactions.alsoGrants)
        : eq(connectTransactions.alsoGrants, alsoGrants),
      equalOrBothNull(connectTransactions.expectedAccountId, values.expectedAccountId),
      eq(connectTransactions.state, 'started'),
      // No browser was sent on by it.
      isNull(connectTransactions.browserHash),
      gt(connectTransactions.expiresAt, now + LEAST_LIFE_MS),
    );
    // In one batch: of requests side by side one adds a row, and the others find it.
    const [, unopened] = await db.batch([
      insert(and(hasRoomForOne, not(hasRow(db, connectTransactions, same)))),
      db.select().from(connectTransactions).where(same),
    ]);
    for (const begun of unopened) {
      const itsTicket = await ticketOf(vault, begun.id);
      // Else another key of ENCRYPTION_KEYS was the first one, or an older Worker began it.
      if ((await hashSecret(itsTicket)) === begun.ticketHash) return linkOf(begun, itsTicket);
    }
  }
  const inserted = await insert(hasRoomForOne);
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
  return linkOf(values, ticket);
}

/**
 * The URL in its normal form.
 * @throws AppError invalid_request where neither APP_ORIGINS nor RETURN_TO allows it
 */
export function checkReturnTo({ config }: Pick<Deps, 'config'>, value: string): string {
  const allowed = allowedReturnTo(value, config.returnPages, config.returnTo);
  if (allowed !== null) return allowed;
  throw invalid('returnTo', 'must be an absolute URL that APP_ORIGINS or RETURN_TO allows');
}

interface OwnIntegration {
  parameters: Record<string, string>;
  requestedScope: string[];
}

/**
 * What a reconnect starts from. Read from the primary: no cache decides whose an account is.
 * @throws AppError integration_not_found, also where the account is another user's
 */
export async function ownIntegration(
  deps: Deps,
  userId: string,
  provider: string,
  accountId: string,
): Promise<OwnIntegration> {
  const row = await findOwn(deps, userId, provider, accountId);
  if (!row) throw noSuchIntegration();
  return row;
}

const noSuchIntegration = (): AppError =>
  new AppError('integration_not_found', 'the user has no such integration');

/** Undefined where the user has it not. */
export async function findOwn(
  { db }: Deps,
  userId: string,
  provider: string,
  accountId: string,
): Promise<OwnIntegration | undefined> {
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
  return row;
}

/**
 * A connection that could only add an integration too many is refused before anybody consents.
 * Where the user has accounts of the provider, it may be a reconnect of one; the commit decides.
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
