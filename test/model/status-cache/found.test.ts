/**
 * What random plans have found, told again by small ones. Each first shows, with what mended it
 * taken out, that its story still comes up: a plan lives by the luck of its steps, which a change
 * of the model can shift. Then another luck has to be looked for.
 */
import { afterEach, expect, it, vi } from 'vitest';
import type { Plan, Step, Weather } from './plan';
import { model } from './run';
import type { Mutation } from './world';

type Rules = typeof import('../../../src/status-cache/promise');

interface Changes {
  dueBeyondPromises?: Rules['dueBeyondPromises'];
  clockSlackMs?: number;
}

const rules = vi.hoisted(() => ({ changed: {} as Changes }));

vi.mock('../../../src/status-cache/promise', async (importOriginal) => {
  const original = await importOriginal<Rules>();
  const { dueBeyondPromises } = original;
  return {
    ...original,
    dueBeyondPromises: (...args: Parameters<Rules['dueBeyondPromises']>) =>
      (rules.changed.dueBeyondPromises ?? dueBeyondPromises)(...args),
    get CLOCK_SLACK_MS() {
      return rules.changed.clockSlackMs ?? original.CLOCK_SLACK_MS;
    },
  };
});

afterEach(() => {
  rules.changed = {};
});

interface Story {
  plan: Plan;
  /** Without what mended it. */
  without: { rules?: Changes; mutation?: Mutation };
  violation: string;
}

const stories: Record<string, Story> = {
  'a forced refresh fails visibly, and the answer of the try that wrote it is lost': {
    plan: plan('d1Failing', [
      step('connect', 0, 6, { dueIn: 400_000 }),
      step('forced refresh', 3_000, 19),
    ]),
    without: { mutation: { trustsLostAnswers: true } },
    violation: 'I3: KV holds what is outdated',
  },
  'the same, where only the due time moves: the quiet refresh then is within an old promise': {
    plan: plan('d1Failing', [
      step('connect', 0, 7, { dueIn: 400_000 }),
      step('forced refresh', 3_000, 124),
      step('read', 150_000, 1),
    ]),
    without: { mutation: { trustsLostAnswers: true } },
    violation: 'I3: KV holds what is outdated',
  },
  'a late refresh moves the due time 306 s ahead by a slow statement; a read in between is stored for 300 s':
    {
      plan: plan(
        'stalling',
        [
          step('connect', 0, 6, { isolate: 1 }),
          step('tick', 160_000, 375, { isolate: 1 }),
          step('read', 22_000, 11, { isolate: 1 }),
          step('read', 26_000, 1, { isolate: 1 }),
          step('tick', 100, 1, { isolate: 1, due: true }),
          step('read', 9_000, 0, { isolate: 1, client: 2 }),
        ],
        1,
      ),
      without: {
        rules: { dueBeyondPromises: (due, now) => due === null || due >= now + 305_000 },
      },
      violation: 'I2: from before a quiet refresh',
    },
  'a token from a faster clock, brought to a slower one at once after the user was erased': {
    plan: plan('ordinary', [
      step('connect', 0, 1),
      step('read', 19_000, 1),
      step('connect', 1_000, 3, { isolate: 2 }),
      step('erase', 400, 0, { isolate: 1 }),
      step('read', 200, 3),
    ]),
    without: { rules: { clockSlackMs: 0 } },
    violation: 'I1: older than the token',
  },
};

it.each(Object.entries(stories))('%s', async (_, { plan, without, violation }) => {
  rules.changed = without.rules ?? {};
  expect((await model.run(plan, without.mutation)).violations.join()).toContain(violation);
  rules.changed = {};
  expect(await model.run(plan)).toMatchObject({ violations: [] });
});

function plan(weather: Weather, steps: Step[], missedTicks = 0): Plan {
  return { weather, lag: 500, missedTicks, steps };
}

function step(action: Step['action'], after: number, luck: number, more: Partial<Step> = {}): Step {
  const usual = { due: false, user: 0, account: 0, isolate: 0, client: 0, dueIn: 20_000 };
  return { action, after, luck, ...usual, ...more };
}
