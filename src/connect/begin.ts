/** Step 1 of connecting: the app's backend asks for a link to send its user to. */
import { and, eq, gt, isNull, lt, min, not, notInArray, type SQL } from 'drizzle-orm';
import { hashSecret, randomSecret } from '../crypto';
import { type Database, d1Read } from '../db/client';
import { equalOrBothNull, hasRow } from '../db/conditions';
import { connectTransactions, oauthAccounts } from '../db/schema';
import { valuesWhere } from '../db/values-where';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { joinKey, newDpopKey } from '../oauth/dpop';
import { withCompanions } from '../providers/also-grants';
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
import { TRANSACTION_MS, type Transaction } from './transactions';

/** Of one user at a time. */
const MAX_PENDING = 20;
/** A link that ends sooner is not given again: the user could not finish in time. */
const LEAST_LIFE_MS = TRANSACTION_MS / 2;

interface BeginInput {
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
   * Where a token was asked for and is not to be had: the account as it was read. It may be one
   * that is still to be connected, and a connection that nobody has opened is given again to
   * whoever asks for the same.
   */
  forToken?: { known: OwnIntegration | undefined };
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
 * integration_not_found, too_many_integrations, too_many_connections
 */
export async function beginConnection(
  deps: Deps,
  userId: string,
  input: BeginInput,
): Promise<BegunConnection> {
  const { db, vault } = deps;
  const { dpop, ...asked } = await checkedInput(deps, userId, input);
  const id = randomSecret();
  const ticket = await ticketOf(vault, id);
  const now = deps.now();
  const row = {
    ...asked,
    id,
    ticketHash: await hashSecret(ticket),
    state: 'started' as const,
    // One for the whole transaction, sealed: it never stands in a URL (RFC 7636 section 4.1).
    // With the key of the grant that is asked for, where that has one.
    verifier: await vault.seal(
      joinKey({ text: randomSecret(), dpopKey: dpop ? await newDpopKey() : null }),
      transactionContext(id, 'verifier'),
    ),
    createdAt: now,
    expiresAt: now + TRANSACTION_MS,
  };
  const unopened = input.forToken ? await unopenedConnection(deps, row) : null;
  if (unopened) return unopened;
  const inserted = await insertWithinLimit(db, row);
  if (inserted.length === 0) {
    const [oldest] = await d1Read(
      db
        .select({ ends: min(connectTransactions.expiresAt) })
        .from(connectTransactions)
        .where(isPending(row)),
    );
    throw new AppError(
      'too_many_connections',
      `the user has ${MAX_PENDING} connections that are not finished; finish one, or wait until one expires`,
      { retryAfter: ((oldest?.ends ?? now) - now) / SECOND_MS },
    );
  }
  return linkOf(deps, row, ticket);
}

/** @throws AppError as beginConnection does, but too_many_connections */
async function checkedInput(deps: Deps, userId: string, input: BeginInput) {
  const { providers } = deps.config;
  const { accountId, allowedProviders } = input;
  const record = oauthProviderOf(providers, input.provider);
  const alsoGrants =
    allowedProviders === null
      ? null
      : record.alsoGrants.filter((id) => allows(allowedProviders, id));
  const provider = withCompanions(providers, record, alsoGrants);
  const returnTo = input.returnTo === null ? null : checkReturnTo(deps, input.returnTo);
  let known = input.forToken?.known;
  if (accountId !== undefined && !input.forToken) {
    known = await ownIntegration(deps, userId, provider.id, accountId);
  }
  if (!known) await refuseFull(deps, userId, provider.id);
  // A handle may have become somebody else's; the account's own id has not.
  const named =
    provider.identityResolution === undefined || accountId === undefined
      ? known?.parameters
      : { [ACCOUNT]: accountId };
  const parameters = checkParameters(provider, input.parameters ?? {}, named ?? {});
  oauthClientOf(providers, provider.id, parameters);
  const scopes = input.scopes ?? known?.requestedScope ?? provider.scopes;
  return {
    dpop: provider.dpop,
    userId,
    provider: provider.id,
    returnTo,
    requestedScope: [...new Set([...scopes, ...provider.requiredScopes])],
    parameters,
    authorizationParams: checkAuthorizationParams(provider, input),
    alsoGrants,
    expectedAccountId: accountId ?? null,
  };
}

type NewRow = Omit<Awaited<ReturnType<typeof checkedInput>>, 'dpop'> &
  Pick<Transaction, 'id' | 'ticketHash' | 'state' | 'verifier' | 'createdAt' | 'expiresAt'>;

/**
 * One that asks for the same and that no browser was sent on by: an earlier one, else the row that
 * is begun here. Null: there is no room, or the link cannot be made again.
 */
async function unopenedConnection(deps: Deps, row: NewRow): Promise<BegunConnection | null> {
  const { db, vault } = deps;
  const { alsoGrants } = row;
  const same = and(
    eq(connectTransactions.userId, row.userId),
    eq(connectTransactions.provider, row.provider),
    equalOrBothNull(connectTransactions.returnTo, row.returnTo),
    eq(connectTransactions.requestedScope, row.requestedScope),
    eq(connectTransactions.parameters, row.parameters),
    eq(connectTransactions.authorizationParams, row.authorizationParams),
    alsoGrants === null
      ? isNull(connectTransactions.alsoGrants)
      : eq(connectTransactions.alsoGrants, alsoGrants),
    equalOrBothNull(connectTransactions.expectedAccountId, row.expectedAccountId),
    eq(connectTransactions.state, 'started'),
    isNull(connectTransactions.browserHash),
    gt(connectTransactions.expiresAt, row.createdAt + LEAST_LIFE_MS),
  );
  // In one batch: of requests side by side one adds a row, and the others find it.
  const [, unopened] = await db.batch([
    insertWithinLimit(db, row, not(hasRow(db, connectTransactions, same))),
    db.select().from(connectTransactions).where(same),
  ]);
  for (const begun of unopened) {
    const ticket = await ticketOf(vault, begun.id);
    // Else another key of ENCRYPTION_KEYS was the first one, or an older Worker began it.
    if ((await hashSecret(ticket)) === begun.ticketHash) return linkOf(deps, begun, ticket);
  }
  return null;
}

/** Counted by the insert itself, so that requests side by side do not pass the limit. */
const insertWithinLimit = (db: Database, row: NewRow, condition?: SQL) =>
  db
    .insert(connectTransactions)
    .select(
      valuesWhere(
        connectTransactions,
        row,
        and(lt(db.$count(connectTransactions, isPending(row)), MAX_PENDING), condition),
      ),
    )
    .returning({ id: connectTransactions.id });

const isPending = ({ userId, createdAt: now }: NewRow): SQL | undefined =>
  and(
    eq(connectTransactions.userId, userId),
    notInArray(connectTransactions.state, ['completed', 'failed']),
    gt(connectTransactions.expiresAt, now),
  );

const linkOf = (
  { config }: Deps,
  { id, expiresAt }: Pick<Transaction, 'id' | 'expiresAt'>,
  ticket: string,
): BegunConnection => ({
  id,
  connectUrl: `${config.publicUrl}/connect/start/${ticket}`,
  expiresAt,
});

/**
 * The URL in its normal form.
 * @throws AppError invalid_request where neither APP_ORIGINS nor RETURN_TO allows it
 */
export function checkReturnTo({ config }: Deps, value: string): string {
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
  if (!row) throw new AppError('integration_not_found', 'the user has no such integration');
  return row;
}

/** Undefined where the user has it not. */
export async function findOwn(
  { db }: Deps,
  userId: string,
  provider: string,
  accountId: string,
): Promise<OwnIntegration | undefined> {
  const [row] = await d1Read(
    db
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
    const message = Object.hasOwn(provider.parameters, unknown)
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
