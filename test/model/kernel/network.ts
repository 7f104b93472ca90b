/**
 * The way from an invocation to a store and back. A call takes effect at one moment between the
 * two; what the caller hears, and when, is another matter.
 */
import type { Scheduler } from './clock';
import type { Invocation } from './invocation';
import { between, chance, type Random } from './random';

/** Of calls. */
export interface CallFaults {
  /** That one takes up to the service's own limit. */
  slow: number;
  /** That one fails, before it took effect or after. */
  failing: number;
}

export interface Service {
  /** No call takes effect later than this, ms. */
  limitMs: number;
  faults: CallFaults;
  /** Whether all calls of an invocation can become slow (Circumstances.stalls). */
  canStall: boolean;
  /** What it says when it cannot be reached. */
  failure: string;
  /** Calls that have yet to take effect, also those that nobody waits for any more. */
  pending: number;
  /** Whether it cannot be reached at all just now. */
  isAway(): boolean;
}

/** Most replies come within some tens of ms, a few take up to this, ms. */
const ORDINARY_MS = 700;

export function call<T>(
  scheduler: Scheduler,
  service: Service,
  caller: Invocation,
  effect: () => T,
): Promise<T> {
  return caller.await(() =>
    service.isAway()
      ? caller.unreachable(service.failure)
      : transmit(scheduler, service, caller, effect),
  );
}

function transmit<T>(
  scheduler: Scheduler,
  service: Service,
  caller: Invocation,
  effect: () => T,
): Promise<T> {
  const { random } = caller;
  const { slow, failing } = service.faults;
  const isSlow = (service.canStall && caller.isStalled()) || chance(random, slow);
  const there = isSlow ? between(random, 0, service.limitMs) : ordinary(random);
  const back = ordinary(random) / 2;
  const fails = chance(random, failing);
  const lostOnTheWay = fails && chance(random, 0.5);
  service.pending += 1;
  return new Promise((resolve, reject) => {
    const reply = (answer: () => void) =>
      scheduler.after(back, () => {
        if (caller.alive()) answer();
      });
    scheduler.after(there, () => {
      service.pending -= 1;
      if (lostOnTheWay) {
        reply(() => reject(new Error(service.failure)));
        return;
      }
      try {
        const result = effect();
        reply(() => (fails ? reject(new Error(service.failure)) : resolve(result)));
      } catch (error) {
        reply(() => reject(error));
      }
    });
  });
}

const ordinary = (random: Random): number => {
  const kind = random();
  if (kind < 0.6) return between(random, 1, 50);
  return kind < 0.9 ? between(random, 50, 300) : between(random, 300, ORDINARY_MS);
};
