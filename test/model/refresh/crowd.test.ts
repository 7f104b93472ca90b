/**
 * A provider that is away, or refuses everybody, while a dozen accounts are due (docs/testing.md).
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectToHold, seed } from '../kernel/gate';
import { plans } from './plan';
import { modelOf } from './run';

const kinds = ['an outage with a crowd', 'refused like everybody', 'a wake-up'];

it(
  'I6 and I11 hold where a provider fails a crowd',
  () => expectToHold(modelOf('crowd'), { share: 0.02, kinds, kindsFrom: 10_000 }),
  1_800_000,
);

it('a plan runs the same way each time, so that a seed brings a failure back', async () => {
  const options = { numRuns: 50, ...(seed === null ? {} : { seed }) };
  const { run } = modelOf('few');
  for (const plan of fc.sample(plans.few, options)) {
    // One line of code for both: stack frames stand in the log lines of errors.
    const traced = async () => (await run(plan, {}, true)).trace;
    const first = await traced();
    expect(await traced()).toEqual(first);
  }
}, 60_000);
