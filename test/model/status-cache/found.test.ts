/**
 * What random plans have found, told again by small ones. Each story is first looked for with what
 * mended it taken out, which shows that the model still finds it; then the same plan must hold.
 */
import { afterEach, assert, expect, it, vi } from 'vitest';
import type { Plan, ProfileName, Step } from './plan';
import { model } from './run';

type Rules = typeof import('../../../src/status-cache/freshness');
type Failures = typeof import('../../../src/refresh/failure');

/** What is taken out of the product. */
interface Changes {
  dueBeyondFreshness?: Rules['dueBeyondFreshness'];
  clockSlackMs?: number;
  /** Of failed refreshes: those that are not published. */
  unpublished?: (failure: { hit: boolean; tries: number }) => boolean;
}

const product = vi.hoisted(() => ({ changed: {} as Changes }));

vi.mock('../../../src/status-cache/freshness', async (importOriginal) => {
  const original = await importOriginal<Rules>();
  const { dueBeyondFreshness } = original;
  return {
    ...original,
    dueBeyondFreshness: (...args: Parameters<Rules['dueBeyondFreshness']>) =>
      (product.changed.dueBeyondFreshness ?? dueBeyondFreshness)(...args),
    get CLOCK_SLACK_MS() {
      return product.changed.clockSlackMs ?? original.CLOCK_SLACK_MS;
    },
  };
});

vi.mock('../../../src/refresh/failure', async (importOriginal) => {
  const original = await importOriginal<Failures>();
  return {
    ...original,
    writeFailure: async (deps, ...args) => {
      let tries = 0;
      const db = new Proxy(deps.db, {
        get: (target, name) => {
          if (name === 'batch') tries += 1;
          return Reflect.get(target, name, target);
        },
      });
      const written = await original.writeFailure({ ...deps, db }, ...args);
      const isLost = product.changed.unpublished?.({ hit: written.hit, tries });
      return isLost ? { ...written, snapshot: null } : written;
    },
  } satisfies Failures;
});

afterEach(() => {
  product.changed = {};
});

interface Story {
  /** The seed decides what the steps meet. */
  plan: (seed: number) => Plan;
  /** Without what mended it. */
  without: Changes;
  violation: string;
}

const stories: Record<string, Story> = {
  'a forced refresh fails visibly, and the answer of the try that wrote it is lost': {
    plan: (seed) => plan('d1Failing', [step('connect', 0, 6), step('forced refresh', 3_000, seed)]),
    without: { unpublished: ({ hit }) => !hit },
    violation: 'I3: KV holds what is outdated',
  },
  'the same, where only the due time moves, since another account probes: the quiet refresh then is within an old promise':
    {
      plan: (seed) =>
        plan('d1Failing', [
          step('connect', 0, 6),
          step('connect', 2_000, 8, { user: 1 }),
          step('forced refresh', 3_000, seed % 50, { user: 1 }),
          step('forced refresh', 34_000, seed, { user: 1 }),
          step('forced refresh', 20, seed),
          step('read', 85_000, 1, { client: 2 }),
        ]),
      without: { unpublished: ({ tries }) => tries > 1 },
      violation: 'I3: KV holds what is outdated: ada',
    },
  'a token from a faster clock, brought to a slower one at once after the user was erased': {
    plan: (seed) =>
      plan('ordinary', [
        step('connect', 0, 6),
        step('read', 19_000, 1),
        step('connect', 1_000, seed, { isolate: 2 }),
        step('erase', 900, seed, { isolate: 1 }),
        step('read', 200, 3),
      ]),
    without: { clockSlackMs: 0 },
    violation: 'I1: older than the token',
  },
};

/** With so many seeds, each story comes up. */
const SEEDS = 4_000;

it.each(Object.entries(stories))(
  '%s',
  async (_, { plan, without, violation }) => {
    let told: Plan | null = null;
    for (let seed = 1; seed <= SEEDS && !told; seed += 1) {
      product.changed = without;
      const { violations } = await model.run(plan(seed));
      if (violations.some((text) => text.startsWith(violation))) told = plan(seed);
    }
    assert(told, 'the story does not come up any more');
    product.changed = {};
    expect(await model.run(told)).toMatchObject({ violations: [] });
  },
  120_000,
);

function plan(profile: ProfileName, steps: Step[], more: Partial<Plan> = {}): Plan {
  return { rotation: 'static', profile, lag: 500, missedTicks: 0, steps, ...more };
}

function step(action: Step['action'], after: number, seed: number, more: Partial<Step> = {}): Step {
  const usual = { due: false, user: 0, account: 0, isolate: 0, client: 0, stalls: false };
  return { action, after, seed, expiresIn: 800, ...usual, ...more };
}
