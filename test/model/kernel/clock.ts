/**
 * Virtual time. Everything that happens outside the code under test (a statement takes effect, a
 * reply comes back, a pause ends) is an event here; events run one at a time, in the order of their
 * times, and between two of them the code runs until it waits again. As the times are drawn from a
 * seed, on a continuous scale, any order of what is under way at once can come up, and a seed
 * brings it back.
 */
import { createHash } from 'node:crypto';

/** Of every run: a whole day and minute. */
export const START = Date.UTC(2027, 0, 15);

export interface Event {
  readonly at: number;
  cancelled: boolean;
  run(): void;
}

export class Scheduler {
  /** Ascending. Few dozen events are under way at once: an array is the fastest heap. */
  readonly #events: Event[] = [];
  #now: number;

  constructor(start: number) {
    this.#now = start;
  }

  /** ms, with fractions. */
  get now(): number {
    return this.#now;
  }

  at(time: number, run: () => void): Event {
    const event = { at: Math.max(time, this.#now), cancelled: false, run };
    let i = this.#events.length;
    while (i > 0 && (this.#events[i - 1]?.at ?? 0) > event.at) i -= 1;
    this.#events.splice(i, 0, event);
    return event;
  }

  after(ms: number, run: () => void): Event {
    return this.at(this.#now + ms, run);
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Runs until nothing is left to happen. */
  async drain(): Promise<void> {
    await untilAllWait();
    for (let event = this.#events.shift(); event; event = this.#events.shift()) {
      if (event.cancelled) continue;
      this.#now = event.at;
      event.run();
      await untilAllWait();
    }
  }
}

/** The loop's next turn comes when no promise has anything left to do. */
const nextTurn = setImmediate;
const untilAllWait = (): Promise<void> => new Promise((resolve) => nextTurn(resolve));

/**
 * While `run` runs, timers and the deadlines of requests go by the scheduler's time: for code that
 * takes no clock for its time limits (`setTimeout`, `AbortSignal.timeout`). Hashes are made at
 * once: Node makes them in a thread, which virtual time does not wait for.
 */
export async function withVirtualTime<T>(scheduler: Scheduler, run: () => Promise<T>): Promise<T> {
  const { setTimeout, clearTimeout } = globalThis;
  const { timeout } = AbortSignal;
  const { digest } = crypto.subtle;
  const events = new WeakSet<object>();
  globalThis.setTimeout = ((callback: () => void, ms = 0) => {
    const event = scheduler.after(ms, callback);
    events.add(event);
    return event;
  }) as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((timer: unknown) => {
    if (typeof timer === 'object' && timer !== null && events.has(timer)) {
      (timer as Event).cancelled = true;
    } else {
      clearTimeout(timer as Parameters<typeof clearTimeout>[0]);
    }
  }) as typeof clearTimeout;
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    scheduler.after(ms, () => controller.abort(new DOMException('timeout', 'TimeoutError')));
    return controller.signal;
  };
  crypto.subtle.digest = async (_, data) => {
    const hash = createHash('sha256').update(new Uint8Array(data as ArrayBuffer));
    return new Uint8Array(hash.digest()).buffer;
  };
  try {
    return await run();
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    crypto.subtle.digest = digest;
    AbortSignal.timeout = timeout;
  }
}
