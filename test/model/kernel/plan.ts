/**
 * Parts of plans. A plan is a fault profile and steps in time. Each step has a seed of its own for
 * every delay and fault that its calls meet, so that a failing plan can be shrunk step by step
 * without changing what the other steps meet.
 */
import fc from 'fast-check';
import type { Scheduler } from './clock';

export interface Moment {
  /** Since the step before, ms; with `due`: since the next due time, if there is one. */
  after: number;
  due: boolean;
}

export const weighted = <T>(...choices: [weight: number, value: T][]): fc.Arbitrary<T> =>
  fc.constantFrom(...choices.flatMap(([weight, value]) => Array<T>(weight).fill(value)));

export const seeds: fc.Arbitrary<number> = fc.noShrink(fc.nat());

/** Evenly within one of the ranges, ms. */
export const moments = (
  ...ranges: [weight: number, range: [from: number, to: number, due: boolean]][]
): fc.Arbitrary<Moment> =>
  fc
    .record({ range: weighted(...ranges), within: fc.double({ min: 0, max: 1, noNaN: true }) })
    .map(({ range: [from, to, due], within }) => ({
      after: Math.round(from + within * (to - from)),
      due,
    }));

/**
 * Takes steps at their times, one after the other, without waiting for what they do.
 *
 * @param nextDue the first due time after the given one; null: there is none
 */
export function takeSteps<Step extends Moment>(
  scheduler: Scheduler,
  steps: readonly Step[],
  nextDue: (after: number) => number | null,
  act: (step: Step) => void,
  end: () => void,
): void {
  const take = (i: number): void => {
    const step = steps[i];
    if (!step) {
      end();
      return;
    }
    const due = step.due ? nextDue(scheduler.now - step.after) : scheduler.now;
    const at = due === null ? scheduler.now + Math.abs(step.after) : due + step.after;
    scheduler.at(at, () => {
      act(step);
      take(i + 1);
    });
  };
  take(0);
}
