/**
 * src/refresh, unchanged, against a simulated authorization server, D1, KV and queue
 * (docs/testing.md): nothing fails, but everything takes its time, Workers are suspended and die, and
 * services go away.
 */
import { it } from 'vitest';
import { check } from './check';

it('I2, I4, I5, I6 and I7 hold, whoever dies when', () => check('races', 0.5), 600_000);
