/**
 * src/refresh, unchanged, against a simulated authorization server, D1, KV and queue
 * (docs/testing.md): nothing fails, but everything takes its time, Workers are suspended and die,
 * and services go away.
 */
import { it } from 'vitest';
import { expectToHold } from '../kernel/gate';
import { modelOf } from './run';

const kinds = [
  ...['cron', 'queue', 'token', 'forced', 'check', 'connect', 'disconnect'].map(
    (kind) => `${kind} died`,
  ),
  ...['d1', 'kv', 'queue'].map((service) => `${service} was away`),
  'a doubled tick',
  'a missed tick',
  'a suspension',
  'a lost lease',
  'a disconnect during a refresh',
  'a grant was revoked',
  'a disconnected grant was refreshed',
  'a revocation refused what is no live access token',
  'a grant that no row has died of a used token',
  'a family died of an answer that nobody could keep',
  'a token was taken again within the grace',
  'a token was given',
  'answered: refresh_in_progress',
  'token_refused',
  'rescue.saved',
  'rescue.not_saved',
  'rescue.recovered',
  'refresh.grant_discarded',
  'rescue.lookup_failed',
  'rescue.not_committed',
  ...['connected', 'reconnected', 'disconnected', 'needs_reconnect', 'scopes_changed'].map(
    (name) => `event integration.${name}`,
  ),
  'event connection.failed',
  'a delivery',
  'a delivery that failed',
];

it(
  'I2, I4 to I7 and I13 hold, whoever dies when',
  () => expectToHold(modelOf('races'), { share: 0.45, kinds, kindsFrom: 10_000 }),
  1_800_000,
);
