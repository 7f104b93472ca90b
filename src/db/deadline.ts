/**
 * Time limits for calls that have none of their own: D1 and KV have been seen to stall for 30 s.
 *
 * A limit ends the waiting, not the call: what it was to do may still happen. So it fits reads, and
 * writes whose outcome is looked at afterwards.
 */

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

/** Waits until `work` is done, but `ms` at most. Never throws; `work` goes on. */
export async function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
  await withDeadline(work, ms, 'wait').catch(() => {});
}
