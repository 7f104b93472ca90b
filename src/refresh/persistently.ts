/** D1 retries reads by itself, writes never: for those, and only for idempotent ones, this does. */

import type { Deps } from '../deps';
import { withDeadline } from '../retry';

/** One try may take this long; D1 has been seen to stall for half a minute. */
const TRY_MS = 2_500;
/** Platform advice: five tries at most. */
const TRIES = 5;
const FIRST_PAUSE_MS = 100;

/**
 * Calls until it succeeds, five times at most, and not beyond `until`. A try that was given up on
 * may still take effect later, so `call` must be idempotent.
 *
 * @throws the last failure
 */
export async function persistently<T>(
  deps: Pick<Deps, 'now' | 'random' | 'sleep'>,
  until: number,
  call: () => PromiseLike<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      const left = Math.min(TRY_MS, until - deps.now());
      return await withDeadline(call(), Math.max(left, 100), 'd1_write');
    } catch (error) {
      const pause = FIRST_PAUSE_MS * 3 ** (tries - 1) * (0.5 + deps.random() / 2);
      if (tries === TRIES || deps.now() + pause >= until) throw error;
      await deps.sleep(pause);
    }
  }
}
