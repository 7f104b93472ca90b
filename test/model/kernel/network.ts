/**
 * The way from an isolate to KV or D1 and back. A call takes effect at one moment between the two;
 * what the caller hears, and when, is another matter.
 */

import type { Scheduler } from './clock';
import { between, chance, type Random } from './random';

export interface Weather {
  /** Of calls: that one takes up to the service's own limit. */
  slow: number;
  /** Of calls: that one is refused, before it took effect or after. */
  failing: number;
}

export interface Service {
  /** No call takes effect later than this, ms. */
  limitMs: number;
  weather: Weather;
  /** What it says when it cannot be reached. */
  failure: string;
  /** Calls that have yet to take effect, also those that nobody waits for any more. */
  pending: number;
}

export interface Caller {
  random: Random;
  /** An isolate that died hears nothing any more. */
  alive(): boolean;
}

/** Most replies come within some tens of ms, a few take up to this, ms. */
export const ORDINARY_MS = 700;

export function call<T>(
  scheduler: Scheduler,
  service: Service,
  caller: Caller,
  effect: () => T,
): Promise<T> {
  const { random } = caller;
  const { slow, failing } = service.weather;
  const there = chance(random, slow) ? between(random, 0, service.limitMs) : ordinary(random);
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
