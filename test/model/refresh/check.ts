/** Runs plans of one kind, as MODEL_RUNS, MODEL_SEED and MODEL_PATH say (docs/testing.md). */
import { expect } from 'vitest';
import { explore } from './explore';
import type { PlanKind } from './plan';

/** A gate must give the same answer twice; by hand each run has a seed of its own. */
const GATE_SEED = '20261122';
const {
  MODEL_RUNS = '10000',
  CI,
  MODEL_SEED = CI ? GATE_SEED : undefined,
  MODEL_PATH,
} = process.env;

export const seed = MODEL_SEED === undefined ? undefined : Number(MODEL_SEED);

/** In so many runs of all, everything that a kind of plan is for has come up. */
const ENOUGH = 10_000;

/**
 * `plans`: the calling file is named after them. `share`: of all runs. `kinds`: what the runs must
 * have come upon, or the plans are no good.
 */
export async function check(
  plans: PlanKind,
  share: number,
  kinds: readonly string[],
): Promise<void> {
  const all = Number(MODEL_RUNS);
  const { runs, failure, met, ...used } = await explore({
    plans,
    runs: Math.ceil(all * share),
    seed,
    path: MODEL_PATH,
  });
  console.log(`${plans}, seed ${used.seed}: ${runs} runs`, Object.fromEntries([...met].sort()));
  expect(failure).toBeNull();
  const missing = kinds.filter((kind) => !met.has(kind));
  expect(all >= ENOUGH && MODEL_PATH === undefined ? missing : []).toEqual([]);
}
