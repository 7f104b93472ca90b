/** Accounts that the provider answers as if the client were wrong, over days (docs/testing.md). */
import { it } from 'vitest';
import { expectToHold } from '../kernel/gate';
import { modelOf } from './run';

const kinds = [
  'refused as a wrong client',
  'marked by comparison',
  'a lost lease',
  'cron died',
  'event integration.recovered',
];

it(
  'I2, I4, I5, I6 and I13 hold where refusals are compared for days',
  () => expectToHold(modelOf('verdicts'), { share: 0.01, kinds, kindsFrom: 10_000 }),
  1_800_000,
);
