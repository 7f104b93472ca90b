/**
 * A request that does no harm when it is sent again: what fails for a moment is tried again, within
 * the time there is. Not for a code or a single-use refresh token.
 */
import { AppError } from '../errors';
import type { OAuth2Provider } from '../providers/types';
import { type Backoff, retry, type Timing } from '../retry';
import { SECOND_MS } from '../time';
import { readTokenReply } from './reply';
import { readRetryAfter } from './retry-after';
import { isPassing, type RawReply } from './send';

export interface RetryWindow {
  /** Of one request, ms. */
  timeoutMs: number;
  /** No request is begun after this, ms since the epoch. */
  until: number;
}

const TRIES = 4;
/** What is left of the time may be less, but a request gets this much. */
const LEAST_REQUEST_MS = SECOND_MS;
const backoff: Backoff = { firstMs: 500, factor: 2, longestMs: 2 * SECOND_MS, jitter: 0.5 };

/**
 * The first reply that says something, whatever it says.
 * @param what is asked for, for the error's words
 * @throws AppError provider_unavailable where none came
 */
export function sendAgain(
  deps: Timing,
  provider: OAuth2Provider,
  what: string,
  { timeoutMs, until }: RetryWindow,
  send: (timeoutMs: number) => Promise<RawReply>,
): Promise<RawReply> {
  return retry(deps, { tries: TRIES, tryMs: null, until, backoff, ...byProvider }, async () => {
    const left = Math.max(Math.min(timeoutMs, until - deps.now()), LEAST_REQUEST_MS);
    const reply = await send(left);
    const failure = passingFailure(provider, reply, deps.now());
    if (failure === null) return reply;
    const { reason, retryAfterMs } = failure;
    throw new AppError(
      'provider_unavailable',
      `${provider.name} does not give ${what} now (${reason})`,
      {
        ...(retryAfterMs === null ? {} : { retryAfter: retryAfterMs / SECOND_MS }),
      },
    );
  });
}

const byProvider = {
  isPassing: (error: unknown) => error instanceof AppError,
  leastPauseMs: (error: unknown) =>
    error instanceof AppError ? (error.retryAfter ?? 0) * SECOND_MS : 0,
};

/** Null where the same request would be answered in the same way. */
function passingFailure(
  provider: OAuth2Provider,
  reply: RawReply,
  now: number,
): { reason: string; retryAfterMs: number | null } | null {
  if (reply.kind === 'failed') {
    return isPassing(reply) ? { reason: reply.reason, retryAfterMs: null } : null;
  }
  const { status, headers } = reply;
  const { errorCode } = readTokenReply(provider, reply, now);
  const codes = [...provider.transientCodes, ...provider.failureCodes];
  const passes = isPassing(reply) || (errorCode !== null && codes.includes(errorCode));
  const retryAfterMs = readRetryAfter(headers.get('Retry-After'), now);
  return passes ? { reason: `status ${status}`, retryAfterMs } : null;
}
