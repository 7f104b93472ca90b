/**
 * A call of a provider's API with a user's credential, which stays inside. Both bodies are
 * streamed: the reply's is never read here, and the request's only where it is small and may have
 * to be sent again, or where nobody said how long it is.
 *
 * Retries are the caller's. A refused access token is renewed once and the call sent again (RFC
 * 6750 3.1), under the rules of `renew`.
 */
import { BoundedCache } from '../caches';
import type { Bindings } from '../config';
import type { AccountRow } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { Caller } from '../http/caller';
import { standardHeaders } from '../http/reply-headers';
import { ONLY_ACCOUNT } from '../ids';
import { isInsufficientScope } from '../oauth/challenge';
import { credentialsUrl } from '../oauth/credential-check';
import { type DpopKey, noteNonce, proofHeaders, wantsNonce } from '../oauth/dpop';
import { filledUrl, placeholderValues } from '../oauth/endpoints';
import { discard } from '../oauth/send';
import { wholeMatch } from '../providers/patterns';
import { fillFields } from '../providers/request-headers';
import { fillAll, placeholdersOf } from '../providers/templates';
import type { CredentialsProvider, OAuth2Provider, Provider } from '../providers/types';
import { checkEndpoint } from '../providers/urls';
import { refreshOnDemand } from '../refresh/on-demand';
import { readIntegration, type StoredIntegration } from '../refresh/stored-integration';
import { isRefreshableNow, type TokenAnswer, tokenOf } from '../refresh/token';
import { abortAfter, DeadlineError } from '../retry';
import { MINUTE_MS, SECOND_MS } from '../time';
import { authorizationRequired, orAuthorization, readAccount } from './account';
import { countAnswer } from './counts';
import {
  type ApiBases,
  type CallPath,
  readCallPath,
  replyHeaders,
  requestHeaders,
  targetOf,
  withCredential,
  withoutParameters,
} from './rules';

/** Until the provider begins to answer. */
const HEADERS_MS = 30 * SECOND_MS;
/** Bodies up to this are held back, so that they can be sent again. */
const HELD_BYTES = 65_536;
/** A token younger than this is not renewed because it was refused. */
const RENEW_AFTER_MS = 10 * MINUTE_MS;
/** What a shorter text would hold by accident is no secret. */
const LEAST_SECRET_LENGTH = 8;

interface ApiCall {
  userId: string;
  provider: string;
  /** Of `apiUrls`; '' is `apiUrl`. */
  api: string;
  accountId: string;
  caller: Caller;
  request: Request;
  analytics: Bindings['CALL_ANALYTICS'];
}

/**
 * The provider's reply, as far as it is passed on.
 *
 * @throws AppError authorization_required, several_accounts, call_not_supported,
 *   provider_not_found, not_found, invalid_request, forbidden, rate_limited, too_large,
 *   not_implemented, provider_error, and what a token on demand can end with
 */
export async function callApi(deps: Deps, call: ApiCall): Promise<Response> {
  const { request } = call;
  refuseUnsendable(deps, request);
  limitCalls(deps, call);
  const provider = callable(deps, call);
  const path = readCallPath(request.url, provider.apiDeny);
  const named = call.accountId === ONLY_ACCOUNT ? null : call.accountId;
  const { row, version } = await readAccount(deps, { ...call, accountId: named });
  if (!row) throw authorizationRequired({ reason: 'not_connected' }, version);
  const stored = { row, version };
  const key = { ...call, accountId: row.providerAccountId };
  const answer = await tokenOf(deps, { ...key, minTtlSeconds: null }, stored).catch(
    orAuthorization((since) => authorizationRequired({ reason: 'needs_reconnect' }, since)),
  );

  const first = prepared(deps, provider, stored.row, answer, call, path);
  const renewable = mayRenewAfter401(deps, provider, stored.row) ? provider : null;
  const mayRepeat = renewable !== null || first.bound !== null;
  const held = mayRepeat && (await heldBody(request));
  const cut = new AbortController();
  const body = held === false ? streamedBody(deps, request, cut) : held;
  const sentAt = deps.now();
  let status: number | null = null;
  /** Once more, with another nonce, where the provider wants that of a bound token. */
  const sendOf = async (sent: Prepared): Promise<Response> => {
    const reply = await send(deps, provider, request, sent, body, cut.signal);
    if (!isForNonce(sent, reply) || held === false) return reply;
    discard(reply.body);
    return send(deps, provider, request, sent, held, cut.signal);
  };
  try {
    let reply = await sendOf(first);
    let sent = first;
    let isRenewed = false;
    const isRefused = reply.status === 401 && !isForNonce(first, reply);
    if (isRefused && renewable !== null && !isInsufficientScope(reply.headers)) {
      const renewed = await renew(deps, renewable, key, stored.row, answer);
      isRenewed = renewed !== null;
      if (renewed !== null && held !== false) {
        discard(reply.body);
        sent = prepared(deps, provider, renewed.row, renewed.answer, call, path);
        reply = await sendOf(sent);
      }
    }
    const response = answered(reply, request, sent);
    if (isRenewed) response.headers.set('Mooring-Token', 'refreshed');
    status = response.status;
    return response;
  } finally {
    const { method } = request;
    const ms = deps.now() - sentAt;
    countAnswer(deps, call.analytics, { provider: provider.id, method, status, ms });
  }
}

/** @throws AppError invalid_request, not_implemented, too_large */
function refuseUnsendable({ config }: Deps, { method, headers, body }: Request): void {
  if (headers.get('Upgrade')?.toLowerCase().includes('websocket')) {
    throw new AppError('not_implemented', 'WebSockets do not go through here');
  }
  const length = Number(headers.get('Content-Length') ?? 0);
  const hasBody = headers.has('Content-Length') ? length > 0 : body !== null;
  if (hasBody && (method === 'GET' || method === 'HEAD')) {
    throw new AppError('invalid_request', `a ${method} has no body`);
  }
  if (length > config.callBodyLimit) throw tooLarge(config.callBodyLimit);
}

const tooLarge = (limit: number): AppError =>
  new AppError('too_large', `the body of a call may have ${limit} bytes at most`);

interface Count {
  calls: number;
}
const counts = () => new BoundedCache<Count>(10_000);

/** Per isolate: who comes to several has the limit in each. @throws AppError rate_limited */
function limitCalls({ caches, config, now }: Deps, { userId, caller }: ApiCall): void {
  if (config.callsPerMinute === 0) return;
  const counted = caches.of(counts);
  // What is done with a delegation counts as its user's.
  const name = JSON.stringify([caller.kind === 'service' ? caller.name : null, userId]);
  const known = counted.get(name, now());
  if (known === undefined) {
    counted.set(name, { calls: 1 }, now() + MINUTE_MS);
    return;
  }
  known.calls += 1;
  if (known.calls > config.callsPerMinute) {
    throw new AppError('rate_limited', 'too many calls for this user; try again in a minute', {
      retryAfter: MINUTE_MS / SECOND_MS,
    });
  }
}

/** @throws AppError provider_not_found, call_not_supported, not_found */
function callable({ config }: Deps, { provider: id, api }: ApiCall): Provider {
  const provider = config.providers.get(id);
  if (!provider) throw new AppError('provider_not_found', 'there is no such provider');
  const origin = provider.kind === 'oauth2' ? provider.apiOrigin : undefined;
  const isKnown =
    api === '' ? (provider.apiUrl ?? origin) !== undefined : Object.hasOwn(provider.apiUrls, api);
  if (isKnown) return provider;
  throw api === ''
    ? new AppError('call_not_supported', `${provider.name} has no API that can be called here`)
    : new AppError('not_found', `${provider.name} has no API of that name`);
}

/** One request as it is sent, and what its reply is read by. */
interface Prepared {
  url: string;
  headers: Headers;
  called: string;
  bases: ApiBases;
  provider: string;
  path: CallPath;
  parameters: string[];
  secrets: string[];
  /** The token, where it is bound to a key: each sending then has a proof of its own. */
  bound: { dpopKey: DpopKey; accessToken: string } | null;
}

interface Credential {
  headers: Record<string, string>;
  query: Record<string, string>;
  secrets: string[];
  preset: Record<string, string>;
  bases: ApiBases;
}

/** @throws AppError invalid_request, forbidden, provider_error, provider_not_configured */
function prepared(
  deps: Deps,
  provider: Provider,
  row: AccountRow,
  answer: TokenAnswer,
  { request, api }: ApiCall,
  path: CallPath,
): Prepared {
  const credential =
    provider.kind === 'oauth2'
      ? tokenCredential(deps, provider, row, answer)
      : givenCredential(deps, provider, answer);
  const { headers, query, secrets, preset, bases } = credential;
  const parameters = Object.keys(query);
  const target = targetOf(bases.get(api) ?? '', path);
  const called = withoutParameters(target, parameters);
  return {
    url: withCredential(target, query),
    headers: requestHeaders(request.headers, headers, { 'User-Agent': 'mooring', ...preset }),
    called,
    bases,
    provider: provider.id,
    path,
    parameters,
    secrets: secrets.filter(({ length }) => length >= LEAST_SECRET_LENGTH),
    bound:
      answer.kind === 'token' && answer.dpopKey !== null
        ? { dpopKey: answer.dpopKey, accessToken: answer.accessToken }
        : null,
  };
}

const accessTokenOf = (answer: TokenAnswer): string =>
  answer.kind === 'token' ? answer.accessToken : '';

/** The provider looked at nothing but the nonce (RFC 9449 9). */
const isForNonce = ({ bound }: Prepared, { status, headers }: Response): boolean =>
  bound !== null && status === 401 && wantsNonce(headers);

function tokenCredential(
  { config }: Deps,
  provider: OAuth2Provider,
  row: AccountRow,
  answer: TokenAnswer,
): Credential {
  const { headers, apiHeaders, apiToken, apiUrl, apiUrls, apiOrigin } = provider;
  const parameters = placeholderValues(provider, row.parameters);
  const clientId = config.providers.client(provider.id, row.parameters)?.clientId;
  const templates = [...Object.values(apiHeaders), ...Object.values(apiToken.headers)];
  if (
    clientId === undefined &&
    templates.some((one) => placeholdersOf(one).includes('client_id'))
  ) {
    throw new AppError('provider_not_configured', `${provider.name} has no client id here`);
  }
  const accessToken = accessTokenOf(answer);
  const isBound = answer.kind === 'token' && answer.dpopKey !== null;
  const known = { ...parameters, client_id: clientId ?? '' };
  const filled = { ...known, access_token: accessToken };
  return {
    // Of a bound token they come with each proof.
    headers: isBound ? { Authorization: '', DPoP: '' } : fillAll(apiToken.headers, filled),
    query: fillAll(apiToken.query, filled),
    secrets: [accessToken],
    preset: { ...fillAll(headers, known), ...fillAll(apiHeaders, known) },
    bases: basesOf(
      { apiUrl: apiOrigin === undefined ? apiUrl : originOf(apiOrigin, row, config), apiUrls },
      (url) => filledUrl(url, parameters, config.publicUrl),
    ),
  };
}

function givenCredential(
  { config }: Deps,
  provider: CredentialsProvider,
  answer: TokenAnswer,
): Credential {
  if (answer.kind !== 'credentials') throw new TypeError('a token where there are credentials');
  const { credentials, headers } = answer;
  const secrets = Object.entries(credentials).filter(([name]) => provider.fields[name]?.secret);
  return {
    headers,
    query: fillFields(provider.requestQuery, credentials),
    secrets: [...secrets.map(([, value]) => value), headers.Authorization ?? ''],
    preset: provider.apiHeaders,
    bases: basesOf(provider, (url) => {
      const filled = credentialsUrl(url, credentials, config.publicUrl);
      // The record may have changed since they were given.
      const isAllowed = placeholdersOf(url).every((name) =>
        wholeMatch(provider.fields[name]?.pattern ?? '', credentials[name] ?? ''),
      );
      if (filled === null || !isAllowed) throw unusableAddress();
      return filled;
    }),
  };
}

const unusableAddress = (): AppError =>
  new AppError('provider_error', 'what is known of the account makes no usable API address');

function basesOf(
  { apiUrl, apiUrls }: Pick<Provider, 'apiUrl' | 'apiUrls'>,
  filled: (url: string) => string,
): ApiBases {
  const urls = [
    ...(apiUrl === undefined ? [] : [['', apiUrl] as const]),
    ...Object.entries(apiUrls),
  ];
  return new Map(
    urls.map(([name, url]) => {
      const { href } = new URL(filled(url));
      return [name, url.endsWith('/') ? href : href.replace(/\/$/, '')];
    }),
  );
}

/** Looked at at each call: it came from a reply. @throws AppError provider_error */
function originOf(
  { metadata, hostPattern }: NonNullable<OAuth2Provider['apiOrigin']>,
  row: AccountRow,
  { publicUrl }: Deps['config'],
): string {
  const value = Object.hasOwn(row.metadata, metadata) ? row.metadata[metadata] : null;
  const url = URL.parse(value ?? '');
  const isUsable =
    url !== null &&
    url.href === `https://${url.hostname}/` &&
    wholeMatch(hostPattern, url.hostname) &&
    checkEndpoint(url.href, publicUrl) === null;
  if (!isUsable) throw unusableAddress();
  return url.origin;
}

/** False: it is not held. An empty one is null. */
async function heldBody(request: Request): Promise<ArrayBuffer | null | false> {
  const length = request.headers.get('Content-Length');
  if (request.body === null || length === '0') return null;
  if (length === null || Number(length) > HELD_BYTES) return false;
  return request.arrayBuffer();
}

/**
 * As it comes. `cut` ends the request where it turns out to be too long: a failed body alone does
 * not.
 */
function streamedBody(
  { config }: Deps,
  { body, headers }: Request,
  cut: AbortController,
): ReadableStream | null {
  if (body === null || headers.get('Content-Length') === '0') return null;
  if (headers.has('Content-Length')) return body;
  let bytes = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes <= config.callBodyLimit) {
          controller.enqueue(chunk);
          return;
        }
        cut.abort(tooLarge(config.callBodyLimit));
        controller.error(cut.signal.reason);
      },
    }),
  );
}

/**
 * Whoever hangs up ends it, also while the reply's body is on its way.
 *
 * @throws AppError provider_error, and what `cut` was aborted with
 */
async function send(
  deps: Deps,
  { apiTimeoutSeconds }: Provider,
  { method, signal }: Request,
  { url, headers: given, bound }: Prepared,
  body: ReadableStream | ArrayBuffer | null,
  cut: AbortSignal,
): Promise<Response> {
  const headers = new Headers(given);
  if (bound !== null) {
    const { dpopKey, accessToken } = bound;
    const proof = await proofHeaders(deps, dpopKey, method, new URL(url), accessToken);
    for (const [name, value] of Object.entries(proof)) headers.set(name, value);
  }
  const ms = apiTimeoutSeconds === undefined ? HEADERS_MS : apiTimeoutSeconds * SECOND_MS;
  try {
    // Two users' answers have one URL: no cache may stand in between.
    const init: RequestInit = { method, headers, body, redirect: 'manual', cache: 'no-store' };
    // To the headers: the reply's body has no deadline.
    const reply = await abortAfter(ms, 'call', (late) =>
      deps.fetch(new Request(url, { ...init, signal: AbortSignal.any([signal, late, cut]) })),
    );
    if (bound !== null) noteNonce(deps, new URL(url), reply.headers);
    return reply;
  } catch (cause) {
    if (cut.aborted) throw cut.reason;
    const what =
      cause instanceof DeadlineError ? `did not answer within ${ms / SECOND_MS} s` : 'broke off';
    throw new AppError('provider_error', `the provider's API ${what}`, { cause });
  }
}

/** Fetch: statuses that have no body. */
const withoutBody = new Set([101, 204, 205, 304]);

/** @throws AppError provider_error */
function answered(reply: Response, request: Request, sent: Prepared): Response {
  const { status, statusText } = reply;
  if (status < 200 || status > 599) {
    discard(reply.body);
    throw new AppError('provider_error', 'the provider answered with a status that HTTP has not');
  }
  const headers = replyHeaders(reply.headers, sent);
  const vary = headers.get('Vary');
  for (const [name, value] of Object.entries(standardHeaders(request.url)))
    headers.set(name, value);
  if (vary !== null) headers.set('Vary', `${vary}, Origin`);
  headers.set('Cache-Control', 'no-store');
  // A page of the provider must not run at this origin.
  headers.set('Content-Security-Policy', "sandbox; default-src 'none'");
  headers.set('Mooring-Answered-By', 'provider');
  const body = withoutBody.has(status) ? null : reply.body;
  if (body === null) discard(reply.body);
  return new Response(body, { status, statusText, headers });
}

/** Whether a refused token of this row may be renewed, as far as the row tells. */
function mayRenewAfter401(
  { now }: Deps,
  provider: Provider,
  row: AccountRow,
): provider is OAuth2Provider {
  if (provider.kind !== 'oauth2') return false;
  const before = now() - RENEW_AFTER_MS;
  return (
    isRefreshableNow(provider, row, now()) &&
    row.state === 'active' &&
    Math.max(row.tokenVersion, row.lastRefreshedAt ?? 0, row.lastFailedAt ?? 0) < before &&
    row.unknownSince === null &&
    row.lostLeaseId === null
  );
}

/**
 * Another token than the one that was refused; null: there is none, and the 401 is the answer. A
 * refresh only if the refused token is the one that is stored, nothing was tried for ten minutes,
 * nothing is unknown and the circuit is closed: a provider that refuses every token is not asked
 * for new ones at each call.
 */
async function renew(
  deps: Deps,
  provider: OAuth2Provider,
  key: { userId: string; provider: string; accountId: string },
  known: AccountRow,
  refused: TokenAnswer,
): Promise<{ row: AccountRow; answer: TokenAnswer } | null> {
  const isNewer = ({ row }: StoredIntegration): boolean =>
    row.tokenVersion > known.tokenVersion && row.state === 'active' && row.accessToken !== null;
  try {
    const stored = await readIntegration(deps, key);
    if (!isNewer(stored) && !mayRenewAfter401(deps, provider, stored.row)) return null;
    const obtained = await refreshOnDemand(deps, key, stored, {
      forced: false,
      satisfied: isNewer,
      onlyWhileClosed: true,
    });
    const answer: TokenAnswer =
      obtained.kind === 'refreshed'
        ? { kind: 'token', version: 0, ...obtained.token }
        : await tokenOf(deps, { ...key, minTtlSeconds: null }, obtained.stored);
    // What is newer than the row may be what this call was sent with.
    const isSame = accessTokenOf(answer) === accessTokenOf(refused);
    return isSame ? null : { row: obtained.stored.row, answer };
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
