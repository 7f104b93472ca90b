/** Runs many plans; where one fails, finds a small one and tells how to see it again. */
import fc from 'fast-check';
import { type Plan, type PlanKind, plans } from './plan';
import { run } from './run';
import type { Doubles } from './world';

export interface Exploration {
  runs: number;
  /** The seed that they came from. */
  seed: number;
  /** Of the first run that failed: what, and how to repeat it. */
  failure: string | null;
  /** How often which kind of thing came up in them. */
  met: ReadonlyMap<string, number>;
}

export interface Options {
  /** Default: few accounts, in any weather. */
  plans?: PlanKind;
  runs: number;
  seed?: number | undefined;
  /** Of one failure, as its report names it: only that is run. */
  path?: string | undefined;
  doubles?: Doubles;
  /** Finds the smallest plan that fails. */
  shrink?: boolean;
}

export async function explore(options: Options): Promise<Exploration> {
  const { doubles, shrink = true } = options;
  const kind = options.plans ?? 'few';
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const met = new Map<string, number>();
  const property = fc.asyncProperty(plans[kind], async (plan) => {
    const outcome = await run(plan, doubles);
    for (const [kind, times] of outcome.met) met.set(kind, (met.get(kind) ?? 0) + times);
    const [violation] = outcome.violations;
    if (violation) throw new Error(violation);
  });
  const details = await fc.check(property, {
    seed,
    numRuns: options.path === undefined ? options.runs : 1,
    endOnFailure: !shrink,
    ...(options.path === undefined ? {} : { path: options.path }),
  });
  if (!details.failed) return { runs: details.numRuns, seed, failure: null, met };
  const plan = details.counterexample?.[0];
  return {
    runs: details.numRuns,
    seed,
    failure: plan
      ? `${details.errorInstance}\n${await report(plan, doubles, kind, seed, details.counterexamplePath)}`
      : 'interrupted',
    met,
  };
}

async function report(
  plan: Plan,
  doubles: Doubles | undefined,
  kind: PlanKind,
  seed: number,
  path: string | null,
): Promise<string> {
  const { violations, trace } = await run(plan, doubles, true);
  return [
    violations.join('\n'),
    // What comes after the first number is how it was shrunk: that is found anew.
    `Again: MODEL_SEED=${seed} MODEL_PATH=${path?.split(':')[0]} npx vitest run --project model test/model/refresh/${kind}`,
    `Plan: ${JSON.stringify(plan)}`,
    ...trace,
  ].join('\n');
}
