/**
 * What the models' tests have in common: how many plans, from which seed, and what must come of
 * them. MODEL_RUNS, MODEL_SEED and MODEL_PATH change that (docs/testing.md).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { explore, type Model } from './explore';

/** With CI set a run must give the same answer twice; otherwise each has a seed of its own. */
const GATE_SEED = 20261122;
/** `MODEL_PART`: of plans that are shared out (vitest.models.config.ts): each has its own seed. */
const { CI, MODEL_RUNS = '500', MODEL_SEED, MODEL_PATH, MODEL_PART } = process.env;

const given = MODEL_SEED === undefined ? null : Number(MODEL_SEED);

/** Of a model's plans. Null: a random one. */
export const seed = given ?? (CI ? GATE_SEED + Number(MODEL_PART ?? 0) : null);

export interface Gate {
  /** Of MODEL_RUNS. */
  share?: number;
  /** The kinds of events that must have occurred: otherwise the plans do not reach them. */
  kinds: readonly string[];
  /** From so many MODEL_RUNS on, they must. */
  kindsFrom: number;
}

/** The model's checks hold in every run. */
export async function expectToHold<Plan, Mutation>(
  model: Model<Plan, Mutation>,
  { share = 1, kinds, kindsFrom }: Gate,
): Promise<void> {
  const all = Number(MODEL_RUNS);
  const { runs, failure, coverage, ...used } = await explore(model, {
    name: model.file,
    runs: Math.ceil(all * share),
    seed,
    path: MODEL_PATH,
  });
  console.log(`seed ${used.seed}: ${runs} runs`, Object.fromEntries([...coverage].sort()));
  expect(failure).toBeNull();
  if (all < kindsFrom || MODEL_PATH !== undefined) return;
  const missing = kinds.filter((kind) => !coverage.has(kind));
  const { MODEL_COVERAGE } = process.env;
  if (MODEL_PART === undefined || MODEL_COVERAGE === undefined) expect(missing).toEqual([]);
  // What all parts lack is looked for in the end (whole-coverage.ts).
  else writeFileSync(join(MODEL_COVERAGE, `part-${MODEL_PART}.json`), JSON.stringify(missing));
}

/** A mutant has to be found within so many runs. */
const RUNS = 5_000;

/**
 * The model's checks fail where the product has this fault. `seed`: of plans that come upon it
 * soon; others do later.
 */
export async function expectToBeFound<Plan, Mutation>(
  model: Model<Plan, Mutation>,
  name: string,
  mutation: Mutation,
  { runs: atMost = RUNS, seed: by = GATE_SEED }: { runs?: number; seed?: number } = {},
): Promise<void> {
  const { failure, runs, seed } = await explore(model, {
    name,
    runs: atMost,
    seed: given ?? by,
    shrink: false,
    mutation,
  });
  console.log(`${name}: seed ${seed}, run ${runs}: ${failure?.split('\n')[0]}`);
  expect(failure).not.toBeNull();
}
