/** The scheduler's time for everything that takes no clock: timers, and the deadlines of requests. */
import { type Scheduler, withVirtualTimers } from '../support/scheduler';

export async function withVirtualTime<T>(scheduler: Scheduler, run: () => Promise<T>): Promise<T> {
  const { timeout } = AbortSignal;
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    scheduler.after(ms, () => controller.abort(new DOMException('timeout', 'TimeoutError')));
    return controller.signal;
  };
  try {
    return await withVirtualTimers(scheduler, run);
  } finally {
    AbortSignal.timeout = timeout;
  }
}
