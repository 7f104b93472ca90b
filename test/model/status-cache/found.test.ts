/**
 * What random plans have found, told again by small ones. Each first shows, with what mended it
 * taken out, that its story still comes up: a plan lives by the luck of its steps, which a change
 * of the model can shift. Then another luck has to be looked for.
 */
import { afterEach, expect, it, vi } from 'vitest';
import type { Plan, ProfileName, Step } from './plan';
import { model } from './run';

type Rules = typeof import('../../../src/status-cache/promise');
type Failures = typeof import('../../../src/refresh/failure');

/** What is taken out of the product. */
interface Changes {
  dueBeyondPromises?: Rules['dueBeyondPromises'];
  clockSlackMs?: number;
  /** Of failed refreshes: those that are not published. */
  unpublished?: (failure: { hit: boolean; tries: number }) => boolean;
}

const product = vi.hoisted(() => ({ changed: {} as Changes }));

vi.mock('../../../src/status-cache/promise', async (importOriginal) => {
  const original = await importOriginal<Rules>();
  const { dueBeyondPromises } = original;
  return {
    ...original,
    dueBeyondPromises: (...args: Parameters<Rules['dueBeyondPromises']>) =>
      (product.changed.dueBeyondPromises ?? dueBeyondPromises)(...args),
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
  plan: Plan;
  /** Without what mended it. */
  without: Changes;
  violation: string;
}

const stories: Record<string, Story> = {
  'a forced refresh fails visibly, and the answer of the try that wrote it is lost': {
    plan: plan('d1Failing', [step('connect', 0, 6), step('forced refresh', 3_000, 105)]),
    without: { unpublished: ({ hit }) => !hit },
    violation: 'I3: KV holds what is outdated',
  },
  'the same, where only the due time moves, since another one probes: the quiet refresh then is within an old promise':
    {
      plan: plan('d1Failing', [
        step('connect', 0, 6),
        step('connect', 2_000, 8, { user: 1 }),
        step('forced refresh', 3_000, 20, { user: 1 }),
        step('forced refresh', 34_000, 22, { user: 1 }),
        step('forced refresh', 20, 22),
        step('read', 85_000, 1, { client: 2 }),
      ]),
      without: { unpublished: ({ tries }) => tries > 1 },
      violation: 'I3: KV holds what is outdated',
    },
  'a token from a faster clock, brought to a slower one at once after the user was erased': {
    plan: plan('ordinary', [
      step('connect', 0, 6),
      step('read', 19_000, 1),
      step('connect', 1_000, 82, { isolate: 2 }),
      step('erase', 600, 5, { isolate: 1 }),
      step('read', 200, 3),
    ]),
    without: { clockSlackMs: 0 },
    violation: 'I1: older than the token',
  },
};

it.each(Object.entries(stories))('%s', async (_, { plan, without, violation }) => {
  product.changed = without;
  expect((await model.run(plan)).violations.join()).toContain(violation);
  product.changed = {};
  expect(await model.run(plan)).toMatchObject({ violations: [] });
});

function plan(profile: ProfileName, steps: Step[], more: Partial<Plan> = {}): Plan {
  return { rotation: 'static', profile, lag: 500, missedTicks: 0, steps, ...more };
}

function step(action: Step['action'], after: number, seed: number, more: Partial<Step> = {}): Step {
  const usual = {
    due: false,
    user: 0,
    account: 0,
    isolate: 0,
    client: 0,
    expiresIn: 800,
    stalls: false,
  };
  return { action, after, seed, ...usual, ...more };
}
