/** Runs plans of one kind, by MODEL_RUNS, MODEL_SEED and MODEL_PATH (docs/testing.md). */
import { expect } from 'vitest';
import { explore } from './explore';
import type { PlanKind } from './plan';

const { MODEL_RUNS = '10000', MODEL_SEED, MODEL_PATH } = process.env;

/** `share`: of all runs. */
export async function check(plans: PlanKind, share: number): Promise<void> {
  const { runs, seed, failure, met } = await explore({
    plans,
    runs: Math.ceil(Number(MODEL_RUNS) * share),
    seed: MODEL_SEED === undefined ? undefined : Number(MODEL_SEED),
    path: MODEL_PATH,
  });
  console.log(`${plans}, seed ${seed}: ${runs} runs`, Object.fromEntries([...met].sort()));
  expect(failure).toBeNull();
}
