/** Disconnects in the middle of a refresh, and users who come back at once (docs/testing.md). */
import { it } from 'vitest';
import { expectToHold } from '../kernel/gate';
import { modelOf } from './run';

const kinds = [
  'a disconnect during a refresh',
  'a disconnected grant was refreshed',
  'a revocation refused what is no live access token',
  'a grant was revoked',
  'refresh.grant_discarded',
];

it(
  'I4, I5 and I7 hold where a grant ends in the middle of its refresh',
  () => expectToHold(modelOf('disconnects'), { share: 0.05, kinds, kindsFrom: 10_000 }),
  1_800_000,
);
