/**
 * src/refresh, unchanged, against a simulated authorization server, D1, KV and queue
 * (docs/testing.md): the provider, D1, KV and the queue fail, before or after they did what they were
 * asked for.
 */
import { it } from 'vitest';
import { check } from './check';

it('I2, I4, I5, I6 and I7 hold, whatever fails', () => check('failures', 0.48), 600_000);

it('I6 and I11 hold where a provider fails a crowd', () => check('crowd', 0.02), 600_000);
