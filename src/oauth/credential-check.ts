/**
 * The check: one request that tells whether a credential is good (RFC 6750 3.1, or as the record
 * says). Only a clear no of the provider is a refusal. A failing server, a limit, a missing scope
 * and whatever nobody foresaw leave it open: they say nothing of the credential.
 */
import type { ErrorCode } from '../errors';
import { readsFrom, splitPath } from '../providers/paths';
import { fillFields, requestHeadersOf } from '../providers/request-headers';
import { placeholdersOf } from '../providers/templates';
import type {
  CredentialsProvider,
  OAuth2Client,
  OAuth2Provider,
  Provider,
} from '../providers/types';
import { checkEndpoint, fillPlaceholders } from '../providers/urls';
import { SECOND_MS } from '../time';
import { isInsufficientScope } from './challenge';
import { parseDocument, valueAt } from './document';
import { type DpopKey, type Proving, sendProven, wantsNonce } from './dpop';
import type { Endpoints } from './endpoints';
import type { Issuer } from './issuer';
import type { JwksDeps } from './jwks';
import { type Profile, profileRequest, readLabels, readProfile } from './profile';
import { errorText } from './reply';
import { fillParams, headersOf, requestOf, withHeaders, withQuery } from './request';
import { isPassingStatus, type Outgoing, type RawReply, send } from './send';
import { isSigned, readSignedProfile } from './signed-profile';

/** For headers and body together. */
export const CHECK_MS = 6 * SECOND_MS;

export type CheckOutcome =
  /** `document`: the reply, as far as it can be read; `headers`: its own, by lower-case names. */
  | { kind: 'accepted'; document: unknown; headers: Readonly<Record<string, string>> }
  | { kind: 'refused' }
  /** Nobody knows; `code` is a caller's error, `detail` its text. */
  | {
      kind: 'undecided';
      code: Extract<ErrorCode, 'provider_unavailable' | 'provider_error'>;
      detail: string;
    };

type Rules = Pick<
  NonNullable<CredentialsProvider['check']>,
  'refusedStatuses' | 'refusedCodes' | 'error'
>;

/** RFC 6750: a 401 and nothing else. */
const standardRules: Rules = { refusedStatuses: [401], refusedCodes: [], error: ['error'] };

/** Whether its credentials can be tried at all. */
export function isCheckable(provider: Provider): boolean {
  if (provider.check !== undefined || provider.kind === 'credentials') {
    return provider.check !== undefined;
  }
  // Only then does every account's token open the profile: else a no may be the scopes'.
  const { accountId } = provider;
  return readsFrom({ accountId, displayName: [], metadata: {} }, 'profile');
}

/** Tries what a user gave. Never throws. */
export async function checkCredentials(
  deps: { fetch: typeof fetch; config: { readonly publicUrl: string } },
  provider: CredentialsProvider,
  credentials: Readonly<Record<string, string>>,
): Promise<CheckOutcome> {
  const { check } = provider;
  if (check === undefined) return undecided('provider_error', 'these credentials cannot be tried');
  const url = credentialsUrl(check.url, credentials, deps.config.publicUrl);
  if (url === null) return undecided('provider_error', 'the credentials make no usable URL');
  const request = withHeaders(
    bareRequest(
      url,
      check,
      fillFields(check.query, credentials),
      fillFields(check.body?.params ?? {}, credentials),
      new Headers({ Accept: 'application/json' }),
    ),
    { ...requestHeadersOf(provider, credentials), ...fillFields(check.headers, credentials) },
  );
  const outcome = judgeCheck(check, await send(deps.fetch, request, { timeoutMs: CHECK_MS }));
  return namingAccount(outcome, check.accountId ?? []);
}

/**
 * A success that should name the account, and does not, is none: some providers write their
 * refusals into a 200.
 */
function namingAccount(outcome: CheckOutcome, accountId: string | readonly string[]): CheckOutcome {
  if (outcome.kind !== 'accepted') return outcome;
  const { document, headers } = outcome;
  const isNamed = [accountId].flat().every((path) => {
    const { source, key } = splitPath(path);
    if (source === 'header') return (headers[key] ?? '') !== '';
    return source !== 'profile' || (valueAt(document, key) ?? '') !== '';
  });
  return isNamed ? outcome : undecided('provider_error', 'the provider named no account');
}

/** Null where a field's value makes no URL that Mooring would call. */
export function credentialsUrl(
  template: string,
  credentials: Readonly<Record<string, string>>,
  publicUrl: string,
): string | null {
  const url = fillPlaceholders(template, credentials);
  // Filled, it may name another host than the one that the record was checked with.
  return url !== null && checkEndpoint(url, publicUrl) === null ? url : null;
}

/**
 * Tries an access token.
 * @throws AppError provider_error for a token that no request can hold; as readSignedProfile does
 */
export async function checkAccessToken(
  deps: JwksDeps & Proving,
  client: OAuth2Client,
  endpoints: Pick<Endpoints, 'checkUrl' | 'parameters' | 'jwksUrl'> & Issuer,
  accessToken: string,
  dpopKey: DpopKey | null,
): Promise<CheckOutcome> {
  const { check, accountId } = client.provider;
  const { checkUrl: url, parameters } = endpoints;
  if (url === null) return undecided('provider_error', 'the provider names no URL for a check');
  const request =
    check?.url === undefined
      ? profileRequest(client, url, parameters, accessToken)
      : tokenRequest(client, url, parameters, accessToken, check);
  const limits = { timeoutMs: CHECK_MS };
  const reply = await sendProven(deps, dpopKey, () => request, limits, accessToken);
  const outcome = judgeCheck(check ?? standardRules, reply);
  if (check?.url !== undefined || outcome.kind !== 'accepted') return outcome;
  const isSignedReply = reply.kind === 'reply' && isSigned(reply.headers.get('Content-Type'));
  const document = isSignedReply
    ? await readSignedProfile(deps, reply.body, endpoints, client.clientId)
    : outcome.document;
  return namingAccount({ ...outcome, document }, accountId);
}

function tokenRequest(
  client: OAuth2Client,
  url: string,
  parameters: Endpoints['parameters'],
  accessToken: string,
  check: NonNullable<OAuth2Provider['check']>,
): Outgoing {
  const fill = (values: Record<string, string>) =>
    fillParams(values, client, { ...parameters, access_token: accessToken });
  const templates = [check.headers, check.query, check.body?.params ?? {}].flatMap((values) =>
    Object.values(values),
  );
  const isPlaced = templates.some((one) => placeholdersOf(one).includes('access_token'));
  return withHeaders(
    bareRequest(
      url,
      check,
      fill(check.query),
      fill(check.body?.params ?? {}),
      headersOf(client.provider, parameters),
    ),
    { ...(isPlaced ? {} : { Authorization: `Bearer ${accessToken}` }), ...fill(check.headers) },
  );
}

const bareRequest = (
  url: string,
  { method, body }: Pick<NonNullable<OAuth2Provider['check']>, 'method' | 'body'>,
  query: Record<string, string>,
  params: Record<string, string>,
  headers: Headers,
): Outgoing =>
  requestOf(
    Object.keys(query).length === 0 ? url : withQuery(url, query).href,
    { method, body: body?.type ?? 'form' },
    params,
    headers,
  );

/** Pure. */
export function judgeCheck(rules: Rules, raw: RawReply): CheckOutcome {
  if (raw.kind === 'failed') {
    if (raw.status !== undefined && rules.refusedStatuses.includes(raw.status)) {
      return { kind: 'refused' };
    }
    return raw.reason === 'redirected'
      ? undecided('provider_error', 'the provider sent the check elsewhere')
      : undecided('provider_unavailable', `the provider did not answer the check (${raw.reason})`);
  }
  const { status, headers, body } = raw;
  const answered = `the provider answered the check with ${status}`;
  // Whatever the body: a failing server's no is no verdict.
  if (isPassingStatus(status)) {
    return undecided('provider_unavailable', answered);
  }
  if (wantsNonce(headers)) return undecided('provider_unavailable', answered);
  const document = parseDocument(body, headers.get('Content-Type'));
  // Salesforce refuses by one word of plain text.
  const found = document === null ? [body] : rules.error.map((path) => valueAt(document, path));
  const codes = found.map(errorText).filter((code) => code !== null);
  // The credential is known, and may not do this (RFC 6750 3.1).
  if (codes.includes('insufficient_scope') || isInsufficientScope(headers)) {
    return undecided('provider_error', 'the credential may not make the request of the check');
  }
  if (
    rules.refusedStatuses.includes(status) ||
    codes.some((code) => rules.refusedCodes.includes(code))
  ) {
    return { kind: 'refused' };
  }
  const success = status >= 200 && status < 300;
  // Who writes its refusals into a 200 writes other errors there too.
  if (!success || (rules.refusedCodes.length > 0 && codes.length > 0)) {
    return undecided('provider_error', answered);
  }
  return { kind: 'accepted', document, headers: Object.fromEntries(headers) };
}

const undecided = (
  code: Extract<CheckOutcome, { kind: 'undecided' }>['code'],
  detail: string,
): CheckOutcome => ({ kind: 'undecided', code, detail });

/**
 * Who the account is, as an accepted check tells it. `accountId` null: the record reads none.
 *
 * @throws AppError `provider_error` where the reply should name the account, and does not
 */
export function accountFrom(
  { check }: CredentialsProvider,
  { document, headers }: Pick<Extract<CheckOutcome, { kind: 'accepted' }>, 'document' | 'headers'>,
  credentials: Readonly<Record<string, string>>,
): Pick<Profile, 'displayName' | 'metadata'> & { accountId: string | null } {
  if (check === undefined) return { accountId: null, displayName: null, metadata: {} };
  const sources = { profile: document, header: headers, field: credentials };
  const { accountId, displayName, metadata } = check;
  return accountId === undefined
    ? { accountId: null, ...readLabels({ displayName, metadata }, sources) }
    : readProfile({ accountId, displayName, metadata }, sources);
}
