/**
 * The lenient reader of token replies. It only says what stands in a reply; src/refresh/outcome.ts
 * and src/connect judge it. Pure, never throws.
 *
 * Lenient because a rotated refresh token exists nowhere but in this one reply: a parser that
 * refuses a `refresh_token: null`, a missing `token_type` or a 201 throws away the only copy. So
 * whatever string stands at a known place is taken, even when the rest is nonsense or the text
 * breaks off after it.
 */

import type { OAuth2Provider } from '../providers/types';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../time';
import { parseDocument, recoverDocument, valueAt } from './document';
import { claimsOf } from './id-token';

export interface TokenReply {
  accessToken: string | null;
  /** Null also where the reply names none: the stored one is then to be kept (RFC 6749 6). */
  refreshToken: string | null;
  /** As the provider writes it, whatever its case. */
  tokenType: string | null;
  /** Granted scopes; null where the reply says nothing about them. */
  scopes: string[] | null;
  /** Milliseconds; null = not said, or so far off that it means never. */
  expiresAt: number | null;
  refreshExpiresAt: number | null;
  /**
   * When it came, ms: what its lifetimes count from. An ID token that was good then names the
   * account later too.
   */
  receivedAt: number;
  /**
   * The provider's own text, as long as it looks like a code; `unreadable` stands for any other.
   */
  errorCode: string | null;
  /** The reply as far as it can be read; null where it holds nothing of the kind. */
  document: unknown;
}

type Codes = Pick<
  OAuth2Provider,
  'refusedCodes' | 'operatorCodes' | 'transientCodes' | 'failureCodes'
>;
type ReplyFields = Codes & Pick<OAuth2Provider, 'reply' | 'scopeSeparator'>;

export function readTokenReply(
  provider: ReplyFields,
  raw: { status: number; headers: Headers; body: string },
  now: number,
): TokenReply {
  const { reply } = provider;
  // Read once: its cost is what a stranger's server can make of it.
  let recovered: unknown;
  const recover = (): unknown => {
    if (recovered === undefined) recovered = recoverDocument(raw.body);
    return recovered;
  };
  const document = parseDocument(raw.body, raw.headers.get('Content-Type')) ?? recover();
  const clock = { now, server: serverTime(raw.headers, now) };
  const accessToken = tokenAt(document, recover, reply.accessToken);
  const at: Reader = (path) =>
    path.startsWith(IN_ACCESS_TOKEN)
      ? valueAt(claimsOf(accessToken), path.slice(IN_ACCESS_TOKEN.length))
      : valueAt(document, path);
  return {
    accessToken,
    refreshToken: tokenAt(document, recover, reply.refreshToken),
    tokenType: firstAt(within(document), reply.tokenType, usableString),
    scopes: firstAt(within(document), reply.scope, (value) =>
      readScopes(value, provider.scopeSeparator),
    ),
    expiresAt: readEnd(at, reply.expiresIn, reply.expiresAt, clock),
    refreshExpiresAt: readEnd(at, reply.refreshExpiresIn, reply.refreshExpiresAt, clock),
    receivedAt: now,
    errorCode: readErrorCode(document, provider),
    document,
  };
}

/** Whether its token is bound to a key, where the record wants that (RFC 9449 5). */
export const isAsBound = (
  { dpop }: Pick<OAuth2Provider, 'dpop'>,
  { tokenType }: Pick<TokenReply, 'tokenType'>,
): boolean => !dpop || tokenType?.toLowerCase() === 'dpop';

/** In front of a path into the claims of an access token that is a JWT (monday.com: `exp`). */
const IN_ACCESS_TOKEN = 'access_token:';

type Reader = (path: string) => unknown;

const within =
  (document: unknown): Reader =>
  (path) =>
    valueAt(document, path);

/** The first path that holds something `read` can use. */
function firstAt<T>(
  at: Reader,
  paths: readonly string[],
  read: (value: unknown) => T | null,
): T | null {
  for (const path of paths) {
    const value = read(at(path));
    if (value !== null) return value;
  }
  return null;
}

/** `"null"` and `"undefined"` are what broken servers write for "none" (better-auth#8001). */
const usableString = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' && value !== 'null' && value !== 'undefined'
    ? value
    : null;

function tokenAt(
  document: unknown,
  recover: () => unknown,
  paths: readonly string[],
): string | null {
  return (
    firstAt(within(document), paths, usableString) ??
    // A key that is there twice, and the second time empty: JSON.parse knows only the second.
    firstAt(within(recover()), paths, usableString)
  );
}

/** Space, comma or array; `+` only where the provider itself joins with it. */
function readScopes(value: unknown, separator: string): string[] | null {
  const parts = Array.isArray(value) ? value : [value];
  const texts = parts.filter((part) => typeof part === 'string');
  if (texts.length === 0 && !(Array.isArray(value) && value.length === 0)) return null;
  const split = separator === '+' ? /[\s,+]+/ : /[\s,]+/;
  return [...new Set(texts.flatMap((text) => text.split(split)))].filter((scope) => scope !== '');
}

/** What lives longer has no end that anybody knows. */
const LONGEST_MS = 10 * 365.25 * DAY_MS;
/** From here on, a number of seconds is a point in time (since 2001), and so are milliseconds. */
const FIRST_EPOCH_SECONDS = 1e9;
const FIRST_EPOCH_MS = 1e12;

/** A clock this close to ours needs no correction; the Date header counts whole seconds. */
const CLOCK_TOLERANCE_MS = MINUTE_MS;

interface Clock {
  now: number;
  /** The same moment by the provider's clock. */
  server: number;
}

function serverTime(headers: Headers, now: number): number {
  const date = Date.parse(headers.get('Date') ?? '');
  return Number.isFinite(date) && Math.abs(date - now) > CLOCK_TOLERANCE_MS ? date : now;
}

/**
 * Lifetimes come first: they need no common clock. A point in time is read by the provider's clock
 * as its Date header tells it, also where it stands in the place of a lifetime (TikTok Shop). Zero,
 * negative ones and those over ten years count as not said, because servers write them for "never".
 */
function readEnd(
  at: Reader,
  lifetimes: readonly string[],
  ends: readonly string[],
  { now, server }: Clock,
): number | null {
  const lifetime =
    firstAt(at, lifetimes, (value) => {
      const seconds = readNumber(value);
      const isTime = seconds >= FIRST_EPOCH_SECONDS;
      return usableLifetime(isTime ? readTime(value) - server : seconds * SECOND_MS);
    }) ?? firstAt(at, ends, (value) => usableLifetime(readTime(value) - server));
  return lifetime === null ? null : now + lifetime;
}

const usableLifetime = (ms: number): number | null =>
  ms >= 1000 && ms <= LONGEST_MS ? Math.floor(ms) : null;

/** NaN where the value is no number. */
function readNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

/** Epoch seconds, epoch milliseconds or a date. */
function readTime(value: unknown): number {
  const number = readNumber(value);
  if (Number.isFinite(number)) return number < FIRST_EPOCH_MS ? number * SECOND_MS : number;
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value)
    ? Date.parse(value)
    : Number.NaN;
}

/** Codes by which providers say that there is no error (TikTok: `error.code` is `ok`). */
const noError = new Set(['ok', 'success', 'none', 'null', '0', 'false']);

/** RFC 6749 5.2. */
const standardCodes = [
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
  'invalid_scope',
  'unsupported_grant_type',
  'invalid_request',
];

/**
 * Of all places where an error may stand, the code that says most: one that the record lists, one
 * of the standard, any other code. Providers put sentences beside codes, and change the sentences
 * (X, Twitch, Zoom); a sentence may quote what was sent, so only a listed one is let through.
 */
function readErrorCode(document: unknown, provider: ReplyFields): string | null {
  const found = provider.reply.error
    .map((path) => errorText(valueAt(document, path)))
    .filter((text) => text !== null);
  const listed = codesOf(provider);
  return (
    found.find((text) => listed.includes(text)) ??
    found.find((text) => standardCodes.includes(text)) ??
    found.find((text) => /^[\w.:-]{1,64}$/.test(text)) ??
    (found.length > 0 ? 'unreadable' : null)
  );
}

const codesOf = (provider: Codes): string[] => [
  ...provider.refusedCodes,
  ...provider.operatorCodes,
  ...provider.transientCodes,
  ...provider.failureCodes,
];

/**
 * The code where the standard or the record has it, else null. Only such a one may be told to
 * callers or logged: in any other a provider may repeat what it was sent, the authorization code
 * included.
 */
export const tellableCode = (provider: Codes, { errorCode }: TokenReply): string | null =>
  [...codesOf(provider), ...standardCodes].find((code) => code === errorCode) ?? null;

/** An error code at its place; null where there is none, or one that says that all is well. */
export function errorText(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value).trim();
  return text === '' || noError.has(text.toLowerCase()) ? null : text;
}
