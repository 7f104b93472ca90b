/**
 * What a call may reach, and what of it is passed on in either direction. Pure: no I/O, no clock.
 * A credential goes nowhere but to the record's own hosts, and nothing in a request chooses one.
 */
import { AppError } from '../errors';
import { challengeParameter, isInsufficientScope } from '../oauth/challenge';

/** Where an API begins, by the name in `provider:name`; the record's `apiUrl` has the name ''. */
export type ApiBases = ReadonlyMap<string, string>;

/** The caller's own words: `/v1/users/{user}/proxy/{provider}/{account}/{tail}{query}`. */
export interface CallPath {
  /** Percent-encoded, as it came. */
  user: string;
  account: string;
  tail: string;
  /** With its "?"; empty where there is none. */
  query: string;
}

/**
 * Of the URL as the Worker received it: a router's path is half decoded.
 *
 * @param denied paths of the record's `apiDeny`
 * @throws AppError invalid_request; forbidden for what is denied
 */
export function readCallPath(url: string, denied: readonly string[]): CallPath {
  const from = url.indexOf('/', url.indexOf(':') + 4);
  const target = url.slice(from + 1);
  // Parsing would take these out, or for something else.
  if (/[\p{Cc}#]/u.test(target)) throw refused('holds a control character or "#"');
  const queryAt = target.indexOf('?');
  const path = queryAt === -1 ? target : target.slice(0, queryAt);
  const [, , user = '', , , account = '', ...rest] = path.split('/');
  const tail = rest.join('/');
  if (tail.includes('\\')) throw refused('holds a backslash');
  for (const text of decodings(tail)) {
    if (/\p{Cc}/u.test(text)) throw refused('holds a control character');
    if (segmentsOf(text).some((segment) => segment === '.' || segment === '..')) {
      throw refused('has a segment "." or ".."');
    }
    if (isDenied(text, denied)) {
      throw new AppError('forbidden', 'this path of the provider ends grants or hands out tokens');
    }
  }
  const query = queryAt === -1 ? '' : target.slice(queryAt);
  // What no API could be sent is refused before anything is read.
  targetOf('https://api.invalid', { tail, query });
  return { user, account, tail, query };
}

const refused = (what: string): AppError =>
  new AppError('invalid_request', `the path of the call ${what}`);

/** More rounds of encoding than any server undoes. */
const MAX_DECODINGS = 5;

/**
 * As it is, and decoded again and again: what a server, or one behind it, would see. ASCII only.
 */
function decodings(text: string): string[] {
  const seen = [text];
  while (seen.length <= MAX_DECODINGS) {
    const last = seen.at(-1) ?? '';
    const next = last.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (next === last) return seen;
    seen.push(next);
  }
  return seen;
}

/** Split where any server could, without path parameters (`..;a`, RFC 3986 3.3). */
const segmentsOf = (path: string, slash = /[/\\]|%2f|%5c/i): string[] =>
  path.split(slash).map((segment) => segment.split(/;|%3b/i)[0] ?? '');

/** The URL that is called. @throws AppError invalid_request */
export function targetOf(base: string, { tail, query }: Pick<CallPath, 'tail' | 'query'>): string {
  // A URL's query holds this one encoded; all else has to be encoded by the caller.
  const root = new URL(base);
  const parent = base.replace(/\/$/, '');
  // Without a path it is the API's own address, which ends with "/" or does not.
  const path = tail !== '' ? `${parent}/${tail}` : root.pathname === '/' ? root.href : base;
  const href = `${path}${query.replaceAll("'", '%27')}`;
  const url = URL.parse(href);
  const isUnchanged =
    url?.href === href &&
    url.origin === root.origin &&
    `${url.pathname}/`.startsWith(`${new URL(parent).pathname.replace(/\/$/, '')}/`);
  if (!isUnchanged) throw refused('is not percent-encoded as a URL has to be');
  return href;
}

/**
 * Whatever the case, and however many slashes: servers differ. An encoded slash may end a segment,
 * or stand in an id.
 */
function isDenied(path: string, denied: readonly string[]): boolean {
  const lowered = path.toLowerCase();
  return [segmentsOf(lowered), segmentsOf(lowered, /[/\\]/)].some((read) => {
    const segments = read.filter((segment) => segment !== '');
    return denied.some((entry) =>
      entry === ''
        ? segments.length === 0
        : entry.split('/').every((part, at) => {
            const segment = segments[at];
            return segment !== undefined && (part === '*' || part === segment);
          }),
    );
  });
}

/**
 * Without the parameters that carry the credential, and with those. Everything else stays as it is.
 */
export function withCredential(href: string, parameters: Readonly<Record<string, string>>): string {
  const names = Object.keys(parameters);
  if (names.length === 0) return href;
  const [path = '', ...rest] = withoutParameters(href, names).split('?');
  const pairs = Object.entries(parameters).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  const query = [rest.join('?'), ...pairs].filter((part) => part !== '').join('&');
  return `${path}?${query}`;
}

/** `a?x=1&token=2#b` without `token`: `a?x=1#b`. */
export function withoutParameters(href: string, names: readonly string[]): string {
  const [, path = '', query, hash = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(href) ?? [];
  if (query === undefined || names.length === 0) return href;
  const kept = query.split('&').filter((pair) => {
    const name = pair.split('=')[0]?.replaceAll('+', ' ') ?? '';
    return !decodings(name).some((one) => names.includes(one));
  });
  return `${path}${kept.length === 0 ? '' : `?${kept.join('&')}`}${hash}`;
}

/** RFC 9110 7.6.1, and what older implementations send. */
const hopByHop = [
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
];

/** What `Connection` names is for the next hop only. */
const namedByConnection = (headers: Headers): string[] =>
  (headers.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase());

const notToProvider = new Set([
  ...hopByHop,
  ...['authorization', 'cookie', 'host', 'origin', 'referer', 'accept-encoding', 'expect'],
  ...['forwarded', 'x-real-ip', 'true-client-ip', 'cdn-loop', 'via', 'content-length'],
  ...['consistency-token', 'x-request-id', 'access-control-request-method'],
  'access-control-request-headers',
]);
const notToProviderPrefix = /^(?:sec-|x-forwarded-|cf-|mooring-)/;

const notToCaller = new Set([
  ...hopByHop,
  ...['set-cookie', 'set-cookie2', 'strict-transport-security', 'alt-svc', 'clear-site-data'],
  ...['nel', 'report-to', 'reporting-endpoints', 'refresh', 'service-worker-allowed'],
  ...[
    'www-authenticate',
    'dpop-nonce',
    'accept-ch',
    'consistency-token',
    'cache-status',
    'x-request-id',
  ],
  ...['cache-control', 'content-security-policy', 'content-security-policy-report-only'],
  ...['x-content-type-options', 'timing-allow-origin', 'sourcemap', 'x-sourcemap'],
  ...['referrer-policy', 'x-frame-options', 'origin-agent-cluster', 'speculation-rules'],
]);
/** Also what some caches go by before Cache-Control (RFC 9213). */
const notToCallerPattern =
  /^(?:access-control-|mooring-|cross-origin-|cf-|surrogate-)|cdn-cache-control$/;

/**
 * @param credential headers that carry it; nobody else sets them
 * @param preset sent where the caller does not set them
 */
export function requestHeaders(
  given: Headers,
  credential: Readonly<Record<string, string>>,
  preset: Readonly<Record<string, string>>,
): Headers {
  const headers = new Headers();
  const dropped = new Set([...namedByConnection(given), ...Object.keys(credential).map(lower)]);
  for (const [name, value] of given) {
    if (notToProvider.has(name) || notToProviderPrefix.test(name) || dropped.has(name)) continue;
    headers.append(name, value);
  }
  for (const [name, value] of Object.entries(preset)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  for (const [name, value] of Object.entries(credential)) headers.set(name, value);
  return headers;
}

const lower = (text: string): string => text.toLowerCase();

export interface Rewriting {
  /** The URL that was called, without the credential. */
  called: string;
  bases: ApiBases;
  provider: string;
  path: Pick<CallPath, 'user' | 'account'>;
  /** Names of parameters that carry the credential. */
  parameters: readonly string[];
  /** What no header may hold. */
  secrets: readonly string[];
}

/** Headers whose value is an address. */
const addresses = new Set(['location', 'content-location']);

/** What of a provider's headers a caller gets. */
export function replyHeaders(answered: Headers, rewriting: Rewriting): Headers {
  const headers = new Headers();
  const dropped = new Set(namedByConnection(answered));
  for (const [name, value] of answered) {
    if (notToCaller.has(name) || notToCallerPattern.test(name) || dropped.has(name)) continue;
    const passed = addresses.has(name)
      ? rewrittenUrl(value, rewriting)
      : name === 'link'
        ? rewrittenLinks(value, rewriting)
        : value;
    if (passed !== null && !holdsSecret(passed, rewriting.secrets)) headers.append(name, passed);
  }
  const challenge = scopeChallenge(answered);
  if (challenge !== null && !holdsSecret(challenge, rewriting.secrets)) {
    headers.set('WWW-Authenticate', challenge);
  }
  const requestId = answered.get('X-Request-Id') ?? '';
  if (/^[\x21-\x7e]{1,200}$/.test(requestId) && !holdsSecret(requestId, rewriting.secrets)) {
    headers.set('Mooring-Provider-Request-Id', requestId);
  }
  return headers;
}

/**
 * Of the provider's challenge, that a scope is missing and which (RFC 6750 3.1): that is the
 * caller's to ask its user for. All else in it is about a credential that the caller neither has
 * nor could get: it would take it for Mooring's own, sign in somewhere else, or make a browser ask
 * for a password.
 */
function scopeChallenge(answered: Headers): string | null {
  if (!isInsufficientScope(answered)) return null;
  const scope = challengeParameter(answered, 'scope') ?? '';
  const isScope = /^[\x21\x23-\x5b\x5d-\x7e ]{1,2000}$/.test(scope);
  return `Bearer error="insufficient_scope"${isScope ? `, scope="${scope}"` : ''}`;
}

const holdsSecret = (text: string, secrets: readonly string[]): boolean =>
  decodings(text).some((one) => secrets.some((secret) => secret !== '' && one.includes(secret)));

/**
 * Absolute; a path of the proxy where it stays within the record's hosts; null where it is no
 * address. Always without the credential's parameters.
 */
export function rewrittenUrl(
  value: string,
  { called, bases, provider, path, parameters }: Rewriting,
): string | null {
  const url = URL.parse(value, called);
  if (url === null) return null;
  const href = withoutParameters(url.href, parameters);
  if (url.username !== '' || url.password !== '') return href;
  // The longest first: one may lie below another.
  const within = [...bases]
    .map(([name, base]) => [name, base.replace(/\/$/, '')] as const)
    .toSorted(([, one], [, other]) => other.length - one.length)
    .find(([, base]) => href === base || /^[/?#]/.test(hrefAfter(href, base)));
  if (within === undefined) return href;
  const [name, base] = within;
  const rest = hrefAfter(href, base).replace(/^\//, '');
  return `/v1/users/${path.user}/proxy/${provider}${name === '' ? '' : `:${name}`}/${path.account}/${rest}`;
}

const hrefAfter = (href: string, base: string): string =>
  href.startsWith(base) ? href.slice(base.length) : '';

/** Of the addresses in one header; whoever names more is no API that pages. */
const MAX_LINKS_LENGTH = 8_192;

/**
 * RFC 8288: each target stands in angle brackets, and has none. A user may have named the server
 * that says this, so the expression must not look at what follows a bracket again and again.
 */
const rewrittenLinks = (value: string, rewriting: Rewriting): string | null =>
  value.length > MAX_LINKS_LENGTH
    ? null
    : value.replaceAll(
        /<([^<>]*)>/g,
        (_, target: string) => `<${rewrittenUrl(target, rewriting) ?? ''}>`,
      );
