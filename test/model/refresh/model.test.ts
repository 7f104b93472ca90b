/**
 * src/refresh, unchanged, against a simulated authorization server, D1, KV and queue
 * (docs/testing.md). MODEL_RUNS, MODEL_SEED and MODEL_PATH steer it.
 */
import { expect, it } from 'vitest';
import { explore } from './explore';

const { MODEL_RUNS = '10000', MODEL_SEED, MODEL_PATH } = process.env;

it('I2, I4, I5, I6, I7 and I11 hold in every run', async () => {
  const { failure, runs, seed, met } = await explore({
    runs: Number(MODEL_RUNS),
    seed: MODEL_SEED === undefined ? undefined : Number(MODEL_SEED),
    path: MODEL_PATH,
  });
  console.log(`seed ${seed}: ${runs} runs`, Object.fromEntries([...met].sort()));
  expect(failure).toBeNull();
}, 600_000);
