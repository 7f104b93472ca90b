/** Runs many plans. Where one fails, finds a small one and says how to repeat it. */
import fc from 'fast-check';
import { Scheduler, START, withVirtualTime } from './clock';
import type { Outcome } from './journal';

/** `Mutation`: what a mutant changes in the product. */
export interface Model<Plan, Mutation> {
  /** Its test file, below test/model. */
  file: string;
  plans: fc.Arbitrary<Plan>;
  run(plan: Plan, mutation?: Mutation, tracing?: boolean): Promise<Outcome>;
}

/** One run of what `begin` puts on the scheduler, in virtual time, from START to its last event. */
export async function runWorld<World extends Outcome & { d1: { close(): void } }>(
  create: (scheduler: Scheduler) => World,
  begin: (world: World) => void,
  end: (world: World) => void = () => {},
): Promise<Outcome> {
  const scheduler = new Scheduler(START);
  const world = create(scheduler);
  try {
    await withVirtualTime(scheduler, async () => {
      begin(world);
      await scheduler.drain();
    });
    end(world);
  } finally {
    world.d1.close();
  }
  const { violations, trace, coverage } = world;
  return { violations, trace, coverage };
}

export interface Options<Mutation> {
  runs: number;
  /** Null: a random one. */
  seed: number | null;
  /** Of one failure, as its report names it: only that plan is run. */
  path?: string | undefined;
  mutation?: Mutation;
  /** Whether to look for the smallest plan that fails. */
  shrink?: boolean;
  /** What the lines about progress call it. */
  name: string;
}

export interface Exploration {
  runs: number;
  /** The seed that the plans came from. */
  seed: number;
  /** Of the first run that failed: what, and how to repeat it. */
  failure: string | null;
  /** How often which kind of event occurred in all runs. */
  coverage: ReadonlyMap<string, number>;
}

const PROGRESS_MS = 5_000;

export async function explore<Plan, Mutation>(
  model: Model<Plan, Mutation>,
  { runs, path, mutation, shrink = true, name, ...options }: Options<Mutation>,
): Promise<Exploration> {
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const coverage = new Map<string, number>();
  let done = 0;
  let saidAt = Date.now();
  const property = fc.asyncProperty(model.plans, async (plan) => {
    const outcome = await model.run(plan, mutation);
    for (const [kind, times] of outcome.coverage) {
      coverage.set(kind, (coverage.get(kind) ?? 0) + times);
    }
    done += 1;
    if (Date.now() - saidAt >= PROGRESS_MS) {
      saidAt = Date.now();
      process.stderr.write(`${name}, seed ${seed}: ${done} of at most ${runs} runs\n`);
    }
    const [violation] = outcome.violations;
    if (violation) throw new Error(violation);
  });
  const details = await fc.check(property, {
    seed,
    numRuns: path === undefined ? runs : 1,
    endOnFailure: !shrink,
    ...(path === undefined ? {} : { path }),
  });
  const plan = details.counterexample?.[0];
  const failure = !details.failed
    ? null
    : plan === undefined
      ? String(details.errorInstance ?? 'interrupted')
      : await report(model, plan, mutation, seed, details.counterexamplePath);
  return { runs: details.numRuns, seed, failure, coverage };
}

async function report<Plan, Mutation>(
  model: Model<Plan, Mutation>,
  plan: Plan,
  mutation: Mutation | undefined,
  seed: number,
  path: string | null,
): Promise<string> {
  const { violations, trace } = await model.run(plan, mutation, true);
  return [
    ...violations,
    // What comes after the first number is how it was shrunk: that is found anew.
    `Again: MODEL_SEED=${seed} MODEL_PATH=${path?.split(':')[0]} npx vitest run --project model test/model/${model.file}`,
    `Plan: ${JSON.stringify(plan)}`,
    ...trace,
  ].join('\n');
}
