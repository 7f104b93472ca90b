/**
 * What cron runs, by the two triggers of wrangler.toml. Ticks may come twice, overlap or be missed:
 * each job takes its work by a lease, or can be repeated.
 */
import { type Calls, withBudget } from '../budget';
import type { Deps } from '../deps';
import { deliverRevocations } from '../disconnect/outbox';
import { deliverOwn, deliverWebhooks } from '../events/deliver';
import { repeatChecks } from '../refresh/check';
import { retryFormerClients } from '../refresh/client-grants';
import { giveNotices } from '../refresh/expiry-notices';
import { recoverRescued } from '../refresh/rescue';
import { runRefresh } from '../refresh/run';
import { MINUTE_MS } from '../time';
import { reseal, resealClients } from './reseal';
import { sweep, sweepDeliveries } from './sweep';

export const EVERY_MINUTE = '* * * * *';
/** A trigger of its own: a tick that is late or missed still has its hour's work. */
export const EVERY_HOUR = '0 * * * *';

/** Revocations of one tick. */
const REVOCATIONS = 5;
/** For so long, deliveries of each kind are begun. */
const DELIVERIES_MS = MINUTE_MS;
/** Ids that one tick looks at after a key was replaced, however much a run may do. */
const RESEALED_AT_MOST = 500;

interface Job {
  name: string;
  /**
   * Of 45 calls of each kind, so many are this job's own; what it leaves, the next ones may use.
   */
  share: Calls;
  run(deps: Deps): Promise<unknown>;
}
const SHARES = 45;
const NOTHING: Calls = { outside: 0, d1: 0 };

/**
 * Five refreshes take five requests and six calls to D1; ten webhooks take ten requests and five.
 */
const refreshJob: Job = {
  name: 'refresh',
  share: { outside: 25, d1: 30 },
  run: (deps) => runRefresh(deps, 'cron'),
};
const webhookJob: Job = {
  name: 'webhooks',
  share: { outside: 10, d1: 5 },
  run: (deps) => deliverWebhooks(deps, { until: deps.now() + DELIVERIES_MS }),
};
const revocationJob: Job = {
  name: 'revocations',
  share: { outside: 5, d1: 5 },
  run: (deps) =>
    deliverRevocations(deps, { entries: REVOCATIONS, until: deps.now() + DELIVERIES_MS }),
};
/**
 * What these have together is enough for one of them, so each is the first in every third minute.
 */
const inTurn: readonly Omit<Job, 'share'>[] = [
  { name: 'checks', run: repeatChecks },
  { name: 'notices', run: giveNotices },
  {
    name: 'reseal',
    run: (deps) => reseal(deps, Math.min(deps.config.runSubrequests, RESEALED_AT_MOST)),
  },
];
const SHARE_IN_TURN: Calls = { outside: 5, d1: 5 };

/** @param now ms since the epoch */
function everyMinute(now: number): readonly Job[] {
  const first = Math.floor(now / MINUTE_MS) % inTurn.length;
  const turned = [...inTurn.slice(first), ...inTurn.slice(0, first)];
  return [
    refreshJob,
    webhookJob,
    revocationJob,
    ...turned.map((job, i) => ({ ...job, share: i === 0 ? SHARE_IN_TURN : NOTHING })),
  ];
}

const both = (calls: number): Calls => ({ outside: calls, d1: calls });
const everyHour: readonly Job[] = [
  { name: 'rescues', share: both(27), run: recoverRescued },
  { name: 'clients', share: both(1), run: retryFormerClients },
  { name: 'client secrets', share: both(2), run: resealClients },
  { name: 'sweep', share: both(12), run: sweep },
  { name: 'dead letters', share: both(3), run: sweepDeliveries },
];

/**
 * A job that fails keeps none of the others from running.
 *
 * @param cron of the trigger that fired. Any expression other than EVERY_HOUR runs the minute's
 *   jobs.
 * @throws the first failure, at the end, so that the platform counts the invocation as failed
 */
export async function runJobs(unmetered: Deps, cron: string): Promise<void> {
  const limit = unmetered.config.runSubrequests;
  const deps = withBudget(unmetered, limit);
  const jobs = cron === EVERY_HOUR ? everyHour : everyMinute(deps.now());
  const failures: unknown[] = [];
  for (const [at, { name: job, run }] of jobs.entries()) {
    const later = jobs.slice(at + 1);
    const reserved = (kind: keyof Calls) =>
      Math.floor((limit * later.reduce((sum, { share }) => sum + share[kind], 0)) / SHARES);
    deps.budget.reserved = { outside: reserved('outside'), d1: reserved('d1') };
    try {
      await run(deps);
    } catch (error) {
      deps.log.error('jobs.failed', { job }, error);
      failures.push(error);
    }
  }
  await deliverOwn(deps);
  if (failures.length > 0) throw failures[0];
}
