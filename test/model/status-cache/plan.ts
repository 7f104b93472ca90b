/** What happens in a run: a provider, a fault profile, and steps of clients, in time. */
import fc from 'fast-check';
import type { Rotation } from '../kernel/authorization-server';
import { type Moment, moments, seeds, weighted } from '../kernel/plan';
import { type FaultProfile, noFaults } from '../kernel/platform';
import type { ProviderFaults } from '../kernel/provider-endpoints';

const provider: ProviderFaults = {
  slow: 0.2,
  slowOthers: 0.02,
  faulty: 0.3,
  faults: [
    'false refusal',
    'false refusal',
    'connection refused',
    '503',
    '429',
    '400 invalid_request',
    '401 invalid_client',
    'silence',
    'half',
  ],
};

/** Of calls to KV and D1: those that take up to the service's limit, and those that fail. */
const stores = (kvSlow: number, kvFailing: number, d1Slow: number, d1Failing: number) => ({
  ...noFaults,
  kv: { slow: kvSlow, failing: kvFailing },
  d1: { slow: d1Slow, failing: d1Failing },
  provider,
  deaths: false,
});

export const profiles = {
  /** Calls take up to a second. */
  ordinary: stores(0, 0, 0, 0),
  slow: { ...stores(0.15, 0, 0.15, 0), provider: { ...provider, slowOthers: 0.1 } },
  /** Every other statement takes up to 30 s. */
  stalling: stores(0, 0, 0.5, 0),
  d1Failing: stores(0.05, 0, 0.05, 0.15),
  /** Everything fails, and isolates die in the middle of what they do. */
  stormy: { ...stores(0.1, 0.1, 0.1, 0.1), deaths: true },
} satisfies Record<string, FaultProfile & { deaths: boolean }>;

export type ProfileName = keyof typeof profiles;

export const actions = [
  'read',
  'read many',
  'connect',
  'disconnect',
  'forced refresh',
  'token',
  'erase',
  'invalidate',
  'clear',
  /** One of cron's that comes when it will. */
  'tick',
  'death',
] as const;

export interface Step extends Moment {
  action: (typeof actions)[number];
  user: number;
  account: number;
  /** Which isolate, anywhere. */
  isolate: number;
  /** 0 and 1 send back their tokens, 2 never does. */
  client: number;
  /** Of a connect: the lifetime of its access token, s; null: it has no end, and is never due. */
  expiresIn: number | null;
  /** D1 stalls for it, unless all is ordinary. */
  stalls: boolean;
  seed: number;
}

export interface Plan {
  rotation: Rotation;
  profile: ProfileName;
  /** How late a replica can be, ms. */
  lag: number;
  /** Of cron's ticks: that one does not come. */
  missedTicks: number;
  steps: Step[];
}

const step: fc.Arbitrary<Step> = fc
  .record({
    action: weighted<Step['action']>(
      [12, 'read'],
      [2, 'read many'],
      [3, 'connect'],
      [1, 'disconnect'],
      [2, 'forced refresh'],
      [1, 'token'],
      [1, 'invalidate'],
      [1, 'clear'],
      [1, 'erase'],
      [2, 'tick'],
      [1, 'death'],
    ),
    /** At once, soon, past memory, past KV's delay, past the quiet window; around a due time. */
    moment: moments(
      [4, [0, 100, false]],
      [4, [0, 3_000, false]],
      [3, [3_000, 20_000, false]],
      [2, [20_000, 70_000, false]],
      [1, [100_000, 200_000, false]],
      [2, [-3_000, 3_000, true]],
      [2, [0, 120_000, true]],
      [2, [120_000, 170_000, true]],
    ),
    user: weighted([5, 0], [1, 1]),
    account: fc.nat({ max: 2 }),
    /** One of them more often: memory is served for 5 s only. */
    isolate: weighted([3, 0], [1, 1], [1, 2], [1, 3]),
    client: fc.nat({ max: 2 }),
    /** Due after half of that, or on the minute that follows. */
    expiresIn: weighted<number | null>([2, 40], [3, 120], [2, 300], [1, 800], [1, null]),
    stalls: weighted([7, false], [1, true]),
    seed: seeds,
  })
  .map(({ moment, ...rest }) => ({ ...rest, ...moment }));

/**
 * What chance alone rarely brings: a refresh so late that snapshots are stored again while its
 * statements are under way.
 */
const lateRefresh: fc.Arbitrary<Step[]> = fc
  .tuple(step, step, step, step, step)
  .map(([connect, first, tick, read, later]) => {
    const ofUser = { user: connect.user, account: connect.account, stalls: false };
    return [
      { ...connect, ...ofUser, action: 'connect', client: 0, expiresIn: 40 },
      { ...first, ...ofUser, action: 'read', due: false, after: 3_000 },
      { ...tick, action: 'tick', due: true, after: 130_000 + (tick.seed % 25_000), stalls: true },
      { ...read, ...ofUser, action: 'read', due: true, after: 156_000 + (read.seed % 10_000) },
      { ...later, ...ofUser, action: 'read', due: false, after: 10_000 + (later.seed % 30_000) },
    ];
  });

/** The same of a refresh that is visible while KV holds what it changes. */
const forcedSoon: fc.Arbitrary<Step[]> = fc.tuple(step, step).map(([connect, forced]) => [
  { ...connect, action: 'connect', expiresIn: 800 },
  { ...forced, action: 'forced refresh', user: connect.user, due: false, after: 3_000 },
]);

export const plans: fc.Arbitrary<Plan> = fc.record({
  rotation: weighted<Rotation>([3, 'static'], [3, 'grace'], [2, 'strict'], [1, 'extend']),
  profile: weighted<ProfileName>(
    [3, 'ordinary'],
    [3, 'slow'],
    [2, 'stalling'],
    [2, 'd1Failing'],
    [1, 'stormy'],
  ),
  lag: fc.constantFrom(500, 5_000, 60_000, 200_000),
  missedTicks: fc.constantFrom(0, 0.4, 0.85),
  steps: fc
    .array(
      fc.oneof(
        { weight: 15, arbitrary: step.map((one) => [one]) },
        { weight: 1, arbitrary: lateRefresh },
        { weight: 1, arbitrary: forcedSoon },
      ),
      { minLength: 6, maxLength: 25, size: 'max' },
    )
    .map((stories) => stories.flat()),
});
