/** What happens in a run: the weather, and steps of clients, in time. */
import fc from 'fast-check';
import { type Moment, moments, seeds, weighted } from '../kernel/plan';

export const weathers = {
  /** Calls take up to a second. */
  ordinary: { kvSlow: 0, d1Slow: 0, d1Failing: 0, kvFailing: 0, deaths: false },
  /** One call in seven takes up to the service's limit. */
  slow: { kvSlow: 0.15, d1Slow: 0.15, d1Failing: 0, kvFailing: 0, deaths: false },
  /** Every other statement takes up to 30 s. */
  stalling: { kvSlow: 0, d1Slow: 0.5, d1Failing: 0, kvFailing: 0, deaths: false },
  /** The database fails, before or after a statement took effect. */
  d1Failing: { kvSlow: 0.05, d1Slow: 0.05, d1Failing: 0.15, kvFailing: 0, deaths: false },
  /** Everything fails, and isolates die in the middle of what they do. */
  stormy: { kvSlow: 0.1, d1Slow: 0.1, d1Failing: 0.1, kvFailing: 0.1, deaths: true },
} as const;

export type Weather = keyof typeof weathers;

export const actions = [
  'read',
  'read many',
  'connect',
  'disconnect',
  'forced refresh',
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
  /** What a connect says: until its token is due, ms; null: never. */
  dueIn: number | null;
  luck: number;
}

export interface Plan {
  weather: Weather;
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
    dueIn: weighted<number | null>([2, 20_000], [3, 60_000], [2, 150_000], [1, 400_000], [1, null]),
    luck: seeds,
  })
  .map(({ moment, ...rest }) => ({ ...rest, ...moment }));

/** A story that chance alone rarely tells: a refresh so late that copies are believed again. */
const lateRefresh: fc.Arbitrary<Step[]> = fc
  .tuple(step, step, step, step)
  .map(([connect, tick, read, later]) => [
    { ...connect, action: 'connect', client: 0, dueIn: 20_000 },
    { ...tick, action: 'tick', due: true, after: 110_000 + (tick.luck % 45_000) },
    {
      ...read,
      action: 'read',
      user: connect.user,
      client: 0,
      due: false,
      after: 2_000 + (read.luck % 30_000),
    },
    {
      ...later,
      action: 'read',
      user: connect.user,
      due: false,
      after: 5_000 + (later.luck % 40_000),
    },
  ]);

export const plans: fc.Arbitrary<Plan> = fc.record({
  weather: weighted<Weather>(
    [3, 'ordinary'],
    [3, 'slow'],
    [2, 'stalling'],
    [1, 'd1Failing'],
    [1, 'stormy'],
  ),
  lag: fc.constantFrom(500, 5_000, 60_000, 200_000),
  missedTicks: fc.constantFrom(0, 0.4, 0.85),
  steps: fc
    .array(
      fc.oneof(
        { weight: 15, arbitrary: step.map((one) => [one]) },
        { weight: 1, arbitrary: lateRefresh },
      ),
      { minLength: 6, maxLength: 25, size: 'max' },
    )
    .map((stories) => stories.flat()),
});
