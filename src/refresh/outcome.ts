/**
 * What a provider's answer to a refresh means (design: the table of outcomes). Pure; the caller
 * does what follows. A user's account is marked only on `refused`: everything that could be the
 * provider's, the network's or the operator's trouble is something else.
 *
 * Codes are ours, the standards' (RFC 6749 5.2) or a record's, never whatever a provider writes.
 */

import type { TokenReply } from '../oauth/reply';
import type { RawReply } from '../oauth/send';
import type { OAuth2Provider } from '../providers/types';
import { HOUR_MS } from '../time';

export type Outcome =
  | { kind: 'granted'; accessToken: string }
  /** The provider refused this grant for good. */
  | { kind: 'refused'; code: string }
  /** The operator's client is wrong; no user can help. */
  | { kind: 'operator'; code: string }
  /** Not processed, or harmless to send again. */
  | { kind: 'transient'; code: string; retryAfterMs: number | null }
  /** Sent with a single-use token, and nobody knows whether the server rotated it. */
  | { kind: 'unknown'; code: string; retryAfterMs: number | null }
  /** Answered, but neither yes nor a no that the standards know. */
  | { kind: 'odd'; code: string };

/** A longer Retry-After is not believed. */
export const MAX_RETRY_AFTER_MS = HOUR_MS;

/** The standards' own; records add to each. */
const refusedCodes = ['invalid_grant'];
const operatorCodes = ['invalid_client', 'unauthorized_client', 'invalid_scope'];
const transientCodes = ['temporarily_unavailable', 'slow_down'];
const failureCodes = ['server_error'];
const standardCodes = new Set(['invalid_request', 'unsupported_grant_type']);

type Rules = Pick<
  OAuth2Provider,
  'refreshModel' | 'refusedCodes' | 'operatorCodes' | 'transientCodes' | 'failureCodes'
>;

/** Presenting the token again may be taken for theft. */
export const isSingleUse = (provider: Pick<OAuth2Provider, 'refreshModel'>): boolean =>
  provider.refreshModel === 'rotating';

/** `reply` is what `readTokenReply` found; null exactly when `raw` is a failure. */
export function judge(
  provider: Rules,
  raw: RawReply,
  reply: TokenReply | null,
  now: number,
): Outcome {
  if (raw.kind === 'failed' || reply === null) {
    const reason = raw.kind === 'failed' ? raw.reason : 'empty_reply';
    // A redirect was answered by something that is not the token endpoint: nothing was rotated.
    if (reason === 'redirected') return { kind: 'odd', code: 'redirected' };
    return unclear(provider, reason, null);
  }
  const { status } = raw;
  const success = status >= 200 && status < 300;
  if (success && reply.accessToken !== null) {
    return { kind: 'granted', accessToken: reply.accessToken };
  }
  const retryAfterMs = readRetryAfter(raw.headers.get('Retry-After'), now);
  const code = `http_${status}`;
  if (status === 429 || status === 425) return { kind: 'transient', code, retryAfterMs };
  // Whatever the body: a failing server's invalid_grant is not a verdict.
  if (status >= 500 || status === 408) return unclear(provider, code, retryAfterMs);

  const error = reply.errorCode;
  if (error !== null) {
    const isOneOf = (...lists: readonly string[][]) => lists.some((list) => list.includes(error));
    if (isOneOf(refusedCodes, provider.refusedCodes)) return { kind: 'refused', code: error };
    if (isOneOf(operatorCodes, provider.operatorCodes)) return { kind: 'operator', code: error };
    if (isOneOf(transientCodes, provider.transientCodes)) {
      return { kind: 'transient', code: error, retryAfterMs };
    }
    if (isOneOf(failureCodes, provider.failureCodes)) return unclear(provider, error, retryAfterMs);
    return { kind: 'odd', code: standardCodes.has(error) ? error : code };
  }
  // A success that brings nothing (empty, HTML): the server may well have rotated.
  return success ? unclear(provider, 'empty_reply', retryAfterMs) : { kind: 'odd', code };
}

function unclear(provider: Rules, code: string, retryAfterMs: number | null): Outcome {
  return { kind: isSingleUse(provider) ? 'unknown' : 'transient', code, retryAfterMs };
}

/**
 * The new refresh token of a 2xx, or null. Looked for before anything is judged: it exists nowhere
 * else. An empty, absent or unchanged one keeps the stored one (RFC 6749 6).
 */
export function salvage(raw: RawReply, reply: TokenReply | null, sent: string): string | null {
  if (raw.kind === 'failed' || raw.status < 200 || raw.status >= 300) return null;
  const found = reply?.refreshToken ?? null;
  return found === null || found === '' || found === sent ? null : found;
}

/** RFC 9110 10.2.3: seconds or a date. In ms, an hour at most; null where it is neither. */
export function readRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  const text = value.trim();
  const ms = /^\d+$/.test(text)
    ? Number(text) * 1000
    : /^[A-Z][a-z]{2}/.test(text)
      ? Date.parse(text) - now
      : Number.NaN;
  if (Number.isNaN(ms)) return null;
  return Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}
