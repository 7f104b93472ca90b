/** What happens in a run: a provider, a fault profile, and steps in time. */
import fc from 'fast-check';
import { DAY_MS as DAY, HOUR_MS as HOUR } from '../../../src/time';
import type { Rotation } from '../kernel/authorization-server';
import type { ProviderSetting } from '../kernel/config';
import type { Trouble } from '../kernel/invocation';
import { type Moment, moments, seeds, weighted } from '../kernel/plan';
import type { ProfileName } from './profiles';

export const actions = [
  'token',
  'forced refresh',
  'check',
  'disconnect',
  'connect',
  /** The user ends the account's grant at the provider. */
  'revoked',
  /** One of cron's that comes when it will. */
  'tick',
  'D1 away',
  'KV away',
  'queue away',
  'all stores away',
  'provider away',
  'refusals',
  /** From then on the provider answers one account as if the client were wrong. */
  'blocked',
] as const;

export interface Step extends Moment {
  action: (typeof actions)[number];
  account: number;
  /** How long something is away, ms. */
  lasts: number;
  trouble: Trouble | null;
  seed: number;
}

export interface Start {
  /** Of the account's token, ms. */
  dueIn: number;
  expiresIn: number;
}

export interface Plan extends ProviderSetting {
  lifetimeSeconds: number;
  queue: boolean;
  profile: ProfileName;
  missedTicks: number;
  doubledTicks: number;
  accounts: Start[];
  /** All accounts are of one subject. */
  oneSubject: boolean;
  steps: Step[];
  /** Of cron's ticks and of the queue's consumers, in turn; as many as the profile has. */
  troubles: Trouble[];
  seed: number;
}

const lasts = weighted([2, 3_000], [3, 20_000], [2, 100_000], [2, 400_000]);

export const troubles: fc.Arbitrary<Trouble> = fc.record({
  since: fc.constantFrom('begin', 'answer'),
  at: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 16 })),
  sent: fc.boolean(),
  what: weighted<Trouble['what']>(
    [6, 'death'],
    [2, ['d1']],
    [2, ['d1', 'kv']],
    [2, ['d1', 'queue']],
    [2, ['d1', 'kv', 'queue']],
    [1, ['kv', 'queue']],
    [1, ['provider']],
  ),
  lasts,
});

const step: fc.Arbitrary<Step> = fc
  .record({
    action: weighted<Step['action']>(
      [10, 'token'],
      [10, 'forced refresh'],
      [6, 'check'],
      [4, 'disconnect'],
      [4, 'connect'],
      [2, 'revoked'],
      [4, 'tick'],
      [2, 'D1 away'],
      [1, 'KV away'],
      [1, 'queue away'],
      [2, 'all stores away'],
      [2, 'provider away'],
    ),
    moment: moments(
      [4, [0, 100, false]],
      [4, [0, 3_000, false]],
      [3, [3_000, 20_000, false]],
      [2, [20_000, 70_000, false]],
      [1, [100_000, 200_000, false]],
      [4, [-1_000, 5_000, true]],
      [2, [0, 70_000, true]],
    ),
    account: fc.nat({ max: 2 }),
    lasts,
    trouble: fc.option(troubles, { freq: 2 }),
    seed: seeds,
  })
  .map(({ moment, ...rest }) => ({ ...rest, ...moment }));

/** What chance alone rarely brings: a check finds a grant that its user has ended. */
const refusedCheck: fc.Arbitrary<Step[]> = fc.tuple(step, step).map(([revoked, check]) => [
  { ...revoked, action: 'revoked' },
  { ...check, action: 'check', account: revoked.account, due: false, after: check.seed % 20_000 },
]);

const start: fc.Arbitrary<Start> = fc.record({
  dueIn: weighted([2, 30_000], [1, 31_000], [3, 60_000], [2, 120_000], [1, 150_000], [1, -100_000]),
  // Some have run out: nobody could refresh them.
  expiresIn: weighted([1, -5_000], [1, 120_000], [2, 400_000], [2, 900_000]),
});

/** Few accounts; what comes up is a matter of time, of deaths, of services that go away. */
const races: readonly ProfileName[] = [
  'calm',
  'slow',
  'slow',
  'suspensions',
  'suspensions',
  'troubles',
  'troubles',
  'troubles',
];

/** Few accounts; calls fail. */
const failures: readonly ProfileName[] = [
  'provider fails',
  'provider fails',
  'D1 fails',
  'all stores fail',
  'all stores fail',
  'everything',
  'everything',
];

const few = (names: readonly ProfileName[]): fc.Arbitrary<Plan> =>
  fc.record({
    rotation: weighted<Rotation>([8, 'strict'], [3, 'grace'], [1, 'static'], [1, 'extend']),
    reach: fc.constantFrom('token', 'grant'),
    takes: fc.constantFrom('any', 'access'),
    graceSeconds: weighted([2, 30], [1, 600]),
    lifetimeSeconds: weighted([1, 120], [2, 600], [3, 3_600]),
    queue: fc.boolean(),
    profile: fc.constantFrom(...names),
    missedTicks: fc.constantFrom(0, 0, 0.4),
    doubledTicks: fc.constantFrom(0, 0.3),
    accounts: fc.array(start, { minLength: 1, maxLength: 3 }),
    oneSubject: fc.boolean(),
    troubles: fc.array(troubles, { minLength: 1, maxLength: 4 }),
    steps: fc
      .array(
        fc.oneof(
          { weight: 12, arbitrary: step.map((one) => [one]) },
          { weight: 1, arbitrary: refusedCheck },
        ),
        { minLength: 1, maxLength: 7, size: 'max' },
      )
      .map((stories) => stories.flat()),
    seed: seeds,
  });

/**
 * What chance alone rarely brings: a disconnect in the middle of a refresh, of a grant whose
 * revocation takes a refresh first, and a user who comes back at once.
 */
const disconnects: fc.Arbitrary<Plan> = fc
  .record({
    plan: few(races),
    first: start,
    story: fc.tuple(step, step, step),
    within: fc.tuple(fc.nat({ max: 2_000 }), fc.nat({ max: 3_000 })),
  })
  .map(({ plan, first, story: [refresh, disconnect, connect], within: [soon, later] }) => {
    const { account } = refresh;
    return {
      ...plan,
      takes: 'access',
      accounts: plan.accounts.map((one, i) =>
        i === account % plan.accounts.length ? { ...first, expiresIn: -5_000 } : one,
      ),
      steps: [
        { ...refresh, action: 'forced refresh' },
        { ...disconnect, account, action: 'disconnect', due: false, after: soon },
        { ...connect, action: 'connect', due: false, after: later },
        ...plan.steps.slice(0, 3),
      ],
    };
  });

/** Many accounts that fall due at once, and a provider that is away or refuses everybody. */
const crowd: fc.Arbitrary<Plan> = fc
  .record({
    plan: few(['calm']),
    many: fc.integer({ min: 12, max: 15 }),
    action: fc.constantFrom<Step['action'][]>('provider away', 'refusals'),
    lasts: weighted([1, 50_000], [2, 150_000], [2, 500_000]),
  })
  .map(({ plan, many, action, lasts }) => {
    const [first] = plan.steps;
    if (!first) throw new Error('a plan has a step');
    const others = plan.steps.filter(
      (one) => one.action === 'token' || one.action === 'forced refresh',
    );
    return {
      ...plan,
      profile: 'calm',
      lifetimeSeconds: 3_600,
      missedTicks: 0,
      accounts: Array.from({ length: many }, () => ({ dueIn: 30_000, expiresIn: 900_000 })),
      steps: [
        { ...first, action, lasts, due: false, after: 10_000 },
        ...others,
        { ...first, action: 'tick', due: false, after: lasts },
      ],
    };
  });

/**
 * Days, in which one or two of three accounts are answered as if the client were wrong, for hours
 * or for good.
 */
const verdicts: fc.Arbitrary<Plan> = fc
  .record({
    plan: few(['calm', 'slow', 'troubles', 'D1 fails']),
    starts: fc.array(start, { minLength: 3, maxLength: 3 }),
    blocked: fc.array(weighted([1, 12 * HOUR], [1, 108 * HOUR], [2, 30 * DAY]), {
      minLength: 1,
      maxLength: 2,
    }),
    after: weighted([1, 100_000], [1, 10 * HOUR]),
  })
  .map(({ plan, starts, blocked, after }) => {
    const [first] = plan.steps;
    if (!first) throw new Error('a plan has a step');
    const others = plan.steps.filter(
      (one) => one.action === 'token' || one.action === 'forced refresh',
    );
    return {
      ...plan,
      rotation: plan.rotation === 'extend' ? 'static' : plan.rotation,
      lifetimeSeconds: (6 * HOUR) / 1_000,
      // Of a token that has run out, one lost answer ends the grant, and nobody is left to compare
      // with.
      accounts: starts.map((one) => ({ ...one, expiresIn: Math.max(one.expiresIn, 120_000) })),
      steps: [
        ...blocked.map((lasts, account) => ({
          ...first,
          action: 'blocked' as const,
          account,
          lasts,
          due: false,
          after: account === 0 ? 10_000 : after,
        })),
        ...others,
        { ...first, action: 'tick' as const, due: false, after: 6 * DAY },
      ],
    };
  });

/** By name, so that a failure can say which. */
export const plans = {
  races: few(races),
  failures: few(failures),
  few: few([...races, ...failures]),
  disconnects,
  crowd,
  verdicts,
};
export type PlanKind = keyof typeof plans;
