/**
 * What a provider's answer to a refresh means (docs/protocols.md has the table). Pure; the caller
 * does what follows. A user's account is marked only on `refused`: everything that could be the
 * provider's, the network's or the operator's trouble is something else.
 *
 * Codes are ours, the standards' (RFC 6749 5.2) or a record's, never whatever a provider writes.
 */

import type { FailureCategory } from '../db/schema';
import { isAsBound, type TokenReply, tellableCode } from '../oauth/reply';
import { readRetryAfter } from '../oauth/retry-after';
import type { RawReply } from '../oauth/send';
import type { OAuth2Provider } from '../providers/types';
import { isSingleUse } from './single-use';

/** `code` says what happened, `category` what kind of failure that is. Both are stored. */
export interface FailedOutcome {
  code: string;
  category: FailureCategory;
}

/** An answer that says no in a code, and does not ask to come back later: a clear refusal. */
export interface Refusal {
  /** Status and code as they came, to be hashed: the code is the provider's own text. */
  said: string;
  /**
   * What may follow where it comes again and again (verdict.ts): that other integrations are
   * granted meanwhile (`comparison`), or also that a long time has passed (`comparison_or_time`).
   */
  leadsTo: 'nothing' | 'comparison' | 'comparison_or_time';
  /** It may also mean that the grant belongs to another client than the one that asked. */
  mayBeOtherClients: boolean;
}

export type Outcome =
  | { kind: 'granted'; accessToken: string }
  /** The provider refused this grant for good. */
  | ({ kind: 'refused'; refusal: Refusal } & FailedOutcome)
  /** The operator's client is wrong; no user can help. */
  | ({ kind: 'operator'; refusal: Refusal | null } & FailedOutcome)
  /** Not processed, or harmless to send again. */
  | ({ kind: 'transient'; retryAfterMs: number | null } & FailedOutcome)
  /** Sent with a single-use token, and nobody knows whether the server rotated it. */
  | ({ kind: 'unknown'; retryAfterMs: number | null } & FailedOutcome)
  /** Answered, but neither yes nor a no that the standards know. */
  | ({ kind: 'odd'; refusal: Refusal | null } & FailedOutcome);

/** The standards' own; records add to each. */
const refusedCodes = ['invalid_grant'];
const operatorCodes = ['invalid_client', 'unauthorized_client', 'invalid_scope'];
const pauseCodes = ['slow_down', 'use_dpop_nonce'];
const failureCodes = ['server_error'];
const standardCodes = new Set(['invalid_request', 'unsupported_grant_type']);
/**
 * What these say is about a request or a client; only a comparison tells that it is about a grant.
 */
const comparedCodes = ['unauthorized_client', 'invalid_scope', ...standardCodes];

type Rules = Pick<
  OAuth2Provider,
  | 'refreshModel'
  | 'grant'
  | 'dpop'
  | 'refusedCodes'
  | 'refusedStatuses'
  | 'operatorCodes'
  | 'transientCodes'
  | 'failureCodes'
>;

/** `reply` is what `readTokenReply` found; null exactly when `raw` is a failure. */
export function judge(
  provider: Rules,
  raw: RawReply,
  reply: TokenReply | null,
  now: number,
): Outcome {
  // Where the server may have rotated a single-use token, nobody knows the outcome.
  const unclear = (
    code: string,
    category: FailureCategory,
    retryAfterMs: number | null,
  ): Outcome => ({
    kind: isSingleUse(provider) ? 'unknown' : 'transient',
    code,
    category,
    retryAfterMs,
  });
  if (raw.kind === 'failed') {
    const { reason } = raw;
    switch (reason) {
      case 'redirected':
        // Answered by something that is not the token endpoint: nothing was rotated.
        return { kind: 'odd', code: reason, category: 'unexpected', refusal: null };
      case 'too_large':
        return unclear(reason, 'unreadable', null);
      case 'network':
      case 'deadline':
        return unclear(reason, 'no_answer', null);
      default:
        return reason satisfies never;
    }
  }
  if (reply === null) return unclear('empty_reply', 'unreadable', null);
  const { status } = raw;
  const success = status >= 200 && status < 300;
  if (success && reply.accessToken !== null) {
    if (!isAsBound(provider, reply)) {
      return { kind: 'odd', code: 'not_bound', category: 'unexpected', refusal: null };
    }
    return { kind: 'granted', accessToken: reply.accessToken };
  }
  const retryAfterMs = readRetryAfter(raw.headers.get('Retry-After'), now);
  const code = `http_${status}`;
  if (status === 429 || status === 425) {
    return { kind: 'transient', code, category: 'rate_limited', retryAfterMs };
  }
  // Whatever the body: a failing server's invalid_grant is not a verdict.
  if (status >= 500 || status === 408) return unclear(code, 'provider_failure', retryAfterMs);

  const error = reply.errorCode;
  // The user's own credentials were sent: what refuses a client refuses those.
  const isUsersClient = provider.grant === 'client_credentials' || provider.grant === 'login';
  const { refusedStatuses = isUsersClient ? [401] : [] } = provider;
  const isUsersFault =
    isUsersClient && (error === 'invalid_client' || error === 'unauthorized_client');
  if (refusedStatuses.includes(status) || isUsersFault) {
    const said: Refusal = {
      said: `${status} ${error ?? ''}`,
      leadsTo: 'nothing',
      mayBeOtherClients: !isUsersClient,
    };
    return {
      kind: 'refused',
      code: tellableCode(provider, reply) ?? code,
      category: 'refused',
      refusal: said,
    };
  }
  if (error === null) {
    // A success that brings nothing (empty, HTML): the server may well have rotated.
    return success
      ? unclear('empty_reply', 'unreadable', retryAfterMs)
      : { kind: 'odd', code, category: 'unexpected', refusal: null };
  }
  const isOneOf = (...lists: readonly string[][]) => lists.some((list) => list.includes(error));
  // Where a record says that it can mean a dead grant, it proves neither by itself.
  const isAmbiguous = error === 'invalid_client' && isOneOf(provider.refusedCodes);
  const isRefused = !isAmbiguous && isOneOf(refusedCodes, provider.refusedCodes);
  const isOperators = !isRefused && isOneOf(operatorCodes, provider.operatorCodes);
  const leadsTo = (): Refusal['leadsTo'] => {
    if (success || isRefused) return 'nothing';
    if (comparedCodes.includes(error)) return 'comparison';
    return isOperators && !isAmbiguous ? 'nothing' : 'comparison_or_time';
  };
  const said: Refusal = {
    said: `${status} ${error}`,
    leadsTo: leadsTo(),
    mayBeOtherClients: (isRefused || isOperators) && error !== 'invalid_scope',
  };
  if (isRefused) return { kind: 'refused', code: error, category: 'refused', refusal: said };
  // Who asks to come back later has not decided.
  const refusal = raw.headers.has('Retry-After') ? null : said;
  if (isOperators) return { kind: 'operator', code: error, category: 'operator_fault', refusal };
  if (error === 'temporarily_unavailable') {
    return { kind: 'transient', code: error, category: 'provider_failure', retryAfterMs };
  }
  if (isOneOf(pauseCodes, provider.transientCodes)) {
    return { kind: 'transient', code: error, category: 'rate_limited', retryAfterMs };
  }
  if (isOneOf(failureCodes, provider.failureCodes)) {
    return unclear(error, 'provider_failure', retryAfterMs);
  }
  return {
    kind: 'odd',
    code: standardCodes.has(error) ? error : code,
    category: 'unexpected',
    refusal,
  };
}

/** There is no client, or its key cannot sign: nothing was sent. */
export const noClient = {
  kind: 'operator',
  code: 'provider_not_configured',
  category: 'operator_fault',
  refusal: null,
} as const satisfies Outcome;

export const WRONG_SUBJECT = 'wrong_subject';

/**
 * The reply brought somebody else's tokens (OpenID Connect Core 1.0, 12.2): the server, or a cache
 * before it, mixed up two accounts. What became of this one's refresh token nobody knows.
 */
export const wrongSubject = (provider: Pick<OAuth2Provider, 'refreshModel'>): Outcome => ({
  kind: isSingleUse(provider) ? 'unknown' : 'transient',
  code: WRONG_SUBJECT,
  category: 'unexpected',
  retryAfterMs: null,
});

/**
 * The new refresh token of a 2xx, or null. Looked for before anything is judged: it exists nowhere
 * else. An empty, absent or unchanged one keeps the stored one (RFC 6749 6).
 */
export function salvage(raw: RawReply, reply: TokenReply | null, sent: string): string | null {
  if (raw.kind === 'failed' || raw.status < 200 || raw.status >= 300) return null;
  const found = reply?.refreshToken ?? null;
  return found === null || found === '' || found === sent ? null : found;
}
