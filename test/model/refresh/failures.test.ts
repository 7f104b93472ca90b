/**
 * src/refresh, unchanged, against a simulated authorization server, D1, KV and queue
 * (docs/testing.md): the provider, D1, KV and the queue fail, before or after they did what they
 * were asked for.
 */
import { it } from 'vitest';
import { expectToHold } from '../kernel/gate';
import { faults } from '../kernel/replies';
import { modelOf } from './run';

const kinds = [
  ...Object.keys(faults).filter((fault) => fault !== 'none'),
  'a lost lease',
  'a rescue record in KV',
  'a rescue message',
  'needs_reconnect',
  'refresh.grant_not_committed',
  'rescue.saved',
  'rescue.not_saved',
  'rescue.recovered',
  'refresh.failure_not_written',
];

it(
  'I2, I4 to I7 and I13 hold, whatever fails',
  () => expectToHold(modelOf('failures'), { share: 0.48, kinds, kindsFrom: 10_000 }),
  1_800_000,
);
