/**
 * Deadlines, backoff, retries and polls. No clock and no randomness of its own: both are passed in.
 *
 * A deadline ends the waiting, not the call: what the call was to do may still happen. So it fits
 * reads, and writes that are idempotent or whose outcome is read afterwards.
 */
import { SECOND_MS } from './time';

/** The part of Deps that waiting needs. */
export interface Timing {
  /** Milliseconds since the epoch. */
  now(): number;
  /** 0 <= x < 1 */
  random(): number;
  /** Resolves after so many ms. */
  sleep(ms: number): Promise<void>;
}

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  /** For logs: describeError writes an error's code, never its text. */
  readonly code: string;
  constructor(what: string, ms: number) {
    super(`${what}: no answer within ${ms} ms`);
    this.code = `${what}_deadline`;
  }
}

/** @throws DeadlineError when `work` takes longer than `ms`; else whatever `work` throws */
export async function withDeadline<T>(work: PromiseLike<T>, ms: number, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(what, ms)), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * `withDeadline` for what can be stopped: `work` gets a signal, which is aborted when the time is
 * up and when it fails. Once `work` is done the signal stays as it is.
 *
 * @throws DeadlineError when `work` takes longer than `ms`; else whatever `work` throws
 */
export async function abortAfter<T>(
  ms: number,
  what: string,
  work: (signal: AbortSignal) => PromiseLike<T>,
): Promise<T> {
  const controller = new AbortController();
  try {
    return await withDeadline(work(controller.signal), ms, what);
  } catch (error) {
    controller.abort();
    throw error;
  }
}

/** Waits until `work` is done, but `ms` at most. Never throws; `work` goes on. */
export async function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
  await withDeadline(work, ms, 'wait').catch(() => {});
}

/** How long the pauses between tries are. */
export interface Backoff {
  firstMs: number;
  /** By which each pause is longer than the one before; 1: all are alike. */
  factor: number;
  /** No pause is longer. */
  longestMs: number;
  /** The part of a pause that is drawn by lot, 0 to 1, so that a crowd does not come at once. */
  jitter: number;
  /** No pause is shorter, whatever the lot says. */
  leastMs?: number;
}

/** The `n`th pause, from 1 on, in whole ms. Pure. */
export function backoffMs(backoff: Backoff, n: number, random: number): number {
  const { firstMs, factor, longestMs, jitter, leastMs = 0 } = backoff;
  const whole = Math.min(longestMs, firstMs * factor ** (n - 1));
  const least = Math.max(leastMs, whole * (1 - jitter));
  return Math.round(least + random * (whole - least));
}

interface RetryOptions {
  /** Tries at most. Five, as the platform advises for D1. */
  tries?: number;
  /** Deadline of one try, ms; null: none. D1 has been seen to stall for half a minute. */
  tryMs?: number | null;
  /** No try is begun after this, ms since the epoch. */
  until?: number;
  backoff?: Backoff;
  /** Names the call in a DeadlineError. */
  what?: string;
  /** Whether another try may help. Default: always. Called once for each failure but the last. */
  isPassing?(error: unknown): boolean;
  /** No pause after this failure is shorter, ms: who failed may have said when to come back. */
  leastPauseMs?(error: unknown): number;
}

/** What is left of the time may be less, but a try gets this much. */
const LEAST_TRY_MS = 100;
const shortBackoff: Backoff = { firstMs: 100, factor: 3, longestMs: 10 * SECOND_MS, jitter: 0.5 };

/**
 * Calls until it succeeds. A try that was given up on may still take effect later, so `call` must
 * be idempotent. The defaults are for writes to D1: the platform retries its reads, and never a
 * write.
 *
 * @throws the last failure
 */
export async function retry<T>(
  { now, random, sleep }: Timing,
  {
    tries = 5,
    tryMs = 2_500,
    until = Number.POSITIVE_INFINITY,
    backoff = shortBackoff,
    what = 'd1_write',
    isPassing = () => true,
    leastPauseMs = () => 0,
  }: RetryOptions,
  call: () => PromiseLike<T>,
): Promise<T> {
  for (let n = 1; ; n += 1) {
    try {
      if (tryMs === null) return await call();
      const left = Math.max(Math.min(tryMs, until - now()), LEAST_TRY_MS);
      return await withDeadline(call(), left, what);
    } catch (error) {
      const pause = Math.max(backoffMs(backoff, n, random()), leastPauseMs(error));
      if (n >= tries || now() + pause >= until || !isPassing(error)) throw error;
      await sleep(pause);
    }
  }
}

/**
 * Calls until it gives something else than null, and not after `until` (ms since the epoch). Null:
 * the time is up.
 */
export async function poll<T>(
  { now, random, sleep }: Timing,
  { until, backoff }: { until: number; backoff: Backoff },
  call: () => PromiseLike<T | null>,
): Promise<T | null> {
  for (let n = 1; ; n += 1) {
    const found = await call();
    if (found !== null) return found;
    const pause = backoffMs(backoff, n, random());
    if (now() + pause > until) return null;
    await sleep(pause);
  }
}
