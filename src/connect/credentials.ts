/**
 * Connecting where a provider has no OAuth: a key, a password or a session cookie is handed in and
 * kept sealed. Where the record has a `check`, it is tried at the provider first: what is refused
 * is not stored, and what could not be tried is stored as unverified, and tried by cron later.
 *
 * A user's claim to own an account at such a provider is not proven by anything, but by the
 * provider's own answer to the check. Without that, the account id that a user's own request stands
 * for is bound to that user: nobody can take an id that belongs to somebody else. The app's backend
 * may name the real one.
 */
import { randomSecret } from '../crypto';
import { oauthAccounts } from '../db/schema';
import type { Deps } from '../deps';
import { AppError, type FieldError } from '../errors';
import { faultOfAccountId, userBoundId } from '../ids';
import {
  accountFrom,
  CHECK_MS,
  type CheckOutcome,
  checkCredentials,
  credentialsUrl,
} from '../oauth/credential-check';
import { endpointsOf } from '../oauth/endpoints';
import { withTokenParameters } from '../oauth/grant';
import { fetchProfile } from '../oauth/profile';
import { readTokenReply } from '../oauth/reply';
import { sealToken } from '../oauth/sealed-token';
import { refreshGrant } from '../oauth/token';
import { type FieldProvider, mayBeEntered, takesFields } from '../providers/by-fields';
import { parametersFrom } from '../providers/parameters';
import { wholeMatch } from '../providers/patterns';
import { placeholdersOf } from '../providers/templates';
import { timeoutOf } from '../providers/timeout';
import type { CredentialsProvider, OAuth2Provider } from '../providers/types';
import { CONFIRM_AFTER_MS } from '../refresh/failure';
import { judge } from '../refresh/outcome';
import { changeVisibly } from '../status-cache/changes';
import { publish } from '../status-cache/publish';
import { SECOND_MS } from '../time';
import { type Connected, integrationIn } from './complete';
import { linkedToAnotherUser, tooManyIntegrations } from './failure';
import {
  accountOf,
  type ConnectedAccount,
  connectedEvents,
  isAsStored,
  isOf,
  isStored,
  mayStore,
  upsertAccount,
  withKnown,
} from './store';

interface CredentialsInput {
  provider: string;
  credentials: Record<string, string>;
  /** Only where `mayNameAccount`. */
  accountId?: string | undefined;
  displayName?: string | undefined;
  /** The caller is the app's backend. */
  mayNameAccount: boolean;
}

/**
 * Stores or replaces them. `metadata` of the integration shows the account's public id, where the
 * record has one that is no secret, and what the record reads from the reply to the check.
 *
 * @throws AppError provider_not_found, invalid_request, forbidden, credentials_refused,
 *   account_mismatch, account_linked_to_another_user, too_many_integrations; provider_error and
 *   provider_unavailable where only the provider can name the account, and did not
 */
export async function putCredentials(
  deps: Deps,
  userId: string,
  input: CredentialsInput,
): Promise<Connected> {
  const provider = enteredProviderOf(deps, input.provider);
  checkFields(provider, input.credentials);
  if (provider.kind === 'oauth2') return putGrant(deps, userId, provider, input);
  const named = await accountIdOf(provider, userId, input);
  const tried = await tryOut(deps, provider, input.credentials);
  const found = tried?.kind === 'accepted' ? accountFrom(provider, tried, input.credentials) : null;
  const accountId = found?.accountId ?? named;
  if (accountId === null) throw nobodysCredentials(provider, tried);
  if (named !== null && accountId !== named) {
    throw new AppError('account_mismatch', 'these credentials are of another account');
  }
  const now = deps.now();
  const shown = provider.accountIdField;
  const publicId =
    shown !== undefined && provider.fields[shown]?.secret === false
      ? { [shown]: input.credentials[shown] ?? null }
      : {};
  const account = {
    userId,
    provider: provider.id,
    accountId,
    subject: accountId,
    grantId: null,
    clientId: null,
    accessToken: await sealToken(
      deps.vault,
      { provider: provider.id, accountId },
      'access_token',
      JSON.stringify(input.credentials),
    ),
    refreshToken: null,
    expiresAt: null,
    refreshExpiresAt: null,
    accessLifetime: null,
    refreshLifetime: null,
    tokenType: null,
    scope: [],
    requestedScope: [],
    parameters: {},
    metadata: await withKnown(
      deps.db,
      { userId, provider: provider.id, accountId },
      Object.keys(provider.check?.metadata ?? {}),
      { ...publicId, ...found?.metadata },
    ),
    displayName: input.displayName ?? found?.displayName ?? null,
    refreshDueAt: null,
    noticeDueAt: null,
    refreshDueAtIfKept: null,
    namesPerson: false,
    checkedAt: tried === null ? null : now,
    verifiedAt: tried?.kind === 'accepted' ? now : null,
    checkDueAt: tried?.kind === 'undecided' ? now + CONFIRM_AFTER_MS : null,
  };
  return stored(deps, account);
}

/** @throws AppError account_linked_to_another_user, too_many_integrations */
async function stored(deps: Deps, account: ConnectedAccount): Promise<Connected> {
  const { userId, provider, accountId } = account;
  const now = deps.now();
  const isThere = isStored(deps.db, account);
  const may = mayStore(deps.db, account, deps.config.maxIntegrations);
  const { changed, snapshot } = await changeVisibly(
    deps,
    userId,
    [upsertAccount(deps.db, account, now, may)],
    isThere,
    connectedEvents(deps, isAsStored(account), deps.uuid(), now),
  );
  if (!changed) {
    const owner = await deps.db.$count(oauthAccounts, isOf(account));
    throw owner > 0 ? linkedToAnotherUser() : tooManyIntegrations(deps);
  }
  deps.log.info('connect.credentials_stored', { provider });
  await publish(deps, snapshot);
  return { created: true, ...integrationIn(snapshot, provider, accountId) };
}

/**
 * Without a browser: what the user gave obtains a token at once, and is kept to obtain the next
 * ones. What the provider refuses is not stored, and neither is what nobody could try: there is no
 * token.
 *
 * @throws AppError forbidden, invalid_request, credentials_refused, account_mismatch,
 *   provider_not_configured, provider_error, provider_unavailable; as stored does
 */
async function putGrant(
  deps: Deps,
  userId: string,
  provider: OAuth2Provider,
  { credentials, accountId, displayName, mayNameAccount }: CredentialsInput,
): Promise<Connected> {
  if (!mayNameAccount && (!mayBeEntered(provider) || accountId !== undefined)) {
    throw new AppError('forbidden', 'only a service caller may connect this, or name an account');
  }
  const parameters = parametersFrom(provider, 'field', (name) =>
    Object.hasOwn(credentials, name) ? credentials[name] : undefined,
  );
  if (parameters === null) {
    throw new AppError('invalid_request', 'the credentials make no usable address');
  }
  const client = deps.config.providers.client(provider.id, parameters);
  if (!client) {
    throw new AppError('provider_not_configured', `${provider.name} has no key in this deployment`);
  }
  const endpoints = await endpointsOf(deps, provider, parameters);
  const given = JSON.stringify(credentials);
  const raw = await refreshGrant(deps, client, endpoints, {
    refreshToken: given,
    scopes: provider.scopes,
    timeoutMs: timeoutOf(provider, CHECK_MS),
  });
  const now = deps.now();
  const reply = raw.kind === 'reply' ? readTokenReply(provider, raw, now) : null;
  const outcome = judge(provider, raw, reply, now);
  deps.log.info('check.done', { provider: provider.id, outcome: outcome.kind });
  if (outcome.kind === 'refused') throw refused(provider);
  if (outcome.kind !== 'granted' || reply === null) {
    const passes = outcome.kind === 'transient' || outcome.kind === 'unknown';
    throw new AppError(
      passes ? 'provider_unavailable' : 'provider_error',
      `${provider.name} gave no token (${outcome.kind === 'granted' ? '' : outcome.code}); nothing was stored`,
      passes ? { retryAfter: CONFIRM_AFTER_MS / SECOND_MS } : {},
    );
  }
  const grant = { ...reply, accessToken: outcome.accessToken, refreshToken: given };
  const known = withTokenParameters(provider, parameters, grant);
  if (known === null) {
    throw new AppError(
      'provider_error',
      `${provider.name} does not say in its token reply what its record reads there`,
    );
  }
  const timeoutMs = timeoutOf(provider, CHECK_MS);
  const profile = await fetchProfile(
    deps,
    client,
    await endpointsOf(deps, provider, known),
    grant,
    { timeoutMs, until: now + timeoutMs },
    { field: shownOf(provider, credentials), userId },
  );
  if (accountId !== undefined && profile.accountId !== accountId) {
    throw new AppError('account_mismatch', 'these credentials are of another account');
  }
  const consent = { userId, requestedScope: provider.scopes, parameters: known };
  const account = await accountOf(
    deps,
    client,
    consent,
    { ...grant, refreshExpiresAt: null },
    displayName === undefined ? profile : { ...profile, displayName },
  );
  return stored(deps, account);
}

/** What of it is no secret. */
const shownOf = (
  { fields }: Pick<OAuth2Provider, 'fields'>,
  credentials: Record<string, string>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(credentials).filter(([name]) => fields[name]?.secret === false),
  );

function enteredProviderOf({ config }: Deps, id: string): CredentialsProvider | FieldProvider {
  const provider = config.providers.get(id);
  if (!provider) throw new AppError('provider_not_found', 'there is no such provider');
  if (!takesFields(provider)) {
    throw new AppError(
      'invalid_request',
      `${provider.name} is connected by OAuth; POST to /v1/users/{userId}/connections`,
    );
  }
  return provider;
}

/** @throws AppError invalid_request that names the fields, never their values */
function checkFields(
  provider: CredentialsProvider | FieldProvider,
  given: Record<string, string>,
): void {
  const errors: FieldError[] = [];
  const templates = provider.kind === 'credentials' ? provider.requestHeaders : {};
  const inHeaders = Object.values(templates).flatMap(placeholdersOf);
  const wrong = (field: string, message: string) =>
    errors.push({ path: `body.credentials.${field}`, message });
  if (Object.keys(given).some((field) => !Object.hasOwn(provider.fields, field))) {
    const known = Object.keys(provider.fields).join(', ');
    errors.push({ path: 'body.credentials', message: `takes these fields only: ${known}` });
  }
  for (const [field, { required, maxLength, pattern }] of Object.entries(provider.fields)) {
    const value = Object.hasOwn(given, field) ? given[field] : undefined;
    if (value === undefined || value === '') {
      if (required) wrong(field, 'is missing');
    } else if (value.length > maxLength) {
      wrong(field, `has more than ${maxLength} characters`);
    } else if (pattern !== undefined && !wholeMatch(pattern, value)) {
      wrong(field, 'is not as the provider writes it');
    } else if (inHeaders.includes(field) && /[^\t\x20-\x7e]/.test(value)) {
      wrong(field, 'has characters that no header takes');
    }
  }
  if (errors.length > 0) {
    throw new AppError('invalid_request', 'the credentials are not as they should be', { errors });
  }
}

/**
 * Null: they cannot be tried. A refusal and what cannot become a request are thrown.
 * @throws AppError credentials_refused, invalid_request
 */
async function tryOut(
  deps: Deps,
  provider: CredentialsProvider,
  credentials: Record<string, string>,
): Promise<Exclude<CheckOutcome, { kind: 'refused' }> | null> {
  const { check } = provider;
  if (check === undefined) return null;
  if (credentialsUrl(check.url, credentials, deps.config.publicUrl) === null) {
    const errors = placeholdersOf(check.url).map((field) => ({
      path: `body.credentials.${field}`,
      message: 'makes no usable URL',
    }));
    throw new AppError('invalid_request', 'the credentials are not as they should be', { errors });
  }
  const outcome = await checkCredentials(deps, provider, credentials);
  const { id } = provider;
  deps.log.info('check.done', { provider: id, outcome: outcome.kind });
  if (outcome.kind !== 'refused') return outcome;
  throw refused(provider);
}

const refused = ({ name }: Pick<CredentialsProvider, 'name'>): AppError =>
  new AppError('credentials_refused', `${name} refused these credentials; nothing was stored`);

/** Only the provider could have told whose they are. */
const nobodysCredentials = (
  { name }: CredentialsProvider,
  tried: Awaited<ReturnType<typeof tryOut>>,
): AppError =>
  new AppError(
    tried?.kind === 'undecided' ? tried.code : 'provider_error',
    `${name} did not tell whose credentials these are; try again later`,
    { retryAfter: CONFIRM_AFTER_MS / SECOND_MS },
  );

/**
 * The account as the caller names it, or as no provider is asked to. Null: the provider says it.
 * @throws AppError forbidden, invalid_request
 */
async function accountIdOf(
  { id, accountIdField, check }: CredentialsProvider,
  userId: string,
  { accountId, credentials, mayNameAccount }: CredentialsInput,
): Promise<string | null> {
  if (accountId !== undefined && !mayNameAccount) {
    throw new AppError('forbidden', 'only a service caller may name an account id');
  }
  if (accountId !== undefined && faultOfAccountId(accountId) !== null) {
    throw wrongAccountId('accountId', `${faultOfAccountId(accountId)}`);
  }
  const own = accountIdField === undefined ? undefined : credentials[accountIdField];
  const isNamedByCheck = check?.accountId !== undefined;
  if (isNamedByCheck && !mayNameAccount) return null;
  if (own === undefined) return accountId ?? (isNamedByCheck ? null : randomSecret());
  // The same user and the same account give the same id, so handing it in again replaces it.
  if (!mayNameAccount) return userBoundId(userId, id, [own]);
  if (faultOfAccountId(own) !== null) {
    throw wrongAccountId(`credentials.${accountIdField}`, 'is no usable account id');
  }
  if (accountId !== undefined && accountId !== own) {
    throw wrongAccountId(`credentials.${accountIdField}`, 'is another than accountId');
  }
  return own;
}

const wrongAccountId = (field: string, message: string): AppError =>
  new AppError('invalid_request', `${field} ${message}`, {
    errors: [{ path: `body.${field}`, message }],
  });
