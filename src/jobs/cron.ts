/**
 * What cron runs, by the two triggers of wrangler.toml. Ticks may come twice, overlap or be missed:
 * each job takes its work by a lease, or can be repeated.
 */
import { withBudget } from '../budget';
import type { Deps } from '../deps';
import { deliverRevocations } from '../disconnect/revocation';
import { repeatChecks } from '../refresh/check';
import { reviveFormerClients } from '../refresh/client-grants';
import { giveNotices } from '../refresh/expiry-notices';
import { recoverRescued } from '../refresh/rescue';
import { runRefresh } from '../refresh/run';
import { MINUTE_MS } from '../time';
import { reseal } from './reseal';
import { sweep } from './sweep';

export const EVERY_MINUTE = '* * * * *';
/** A trigger of its own: a tick that is late or missed still has its hour's work. */
export const EVERY_HOUR = '0 * * * *';

/** Revocations of one tick, while there is time. */
const REVOCATIONS = { entries: 5, ms: MINUTE_MS };
/** Ids that one tick looks at after a key was replaced, however much a run may do. */
const RESEALED_AT_MOST = 500;

interface Job {
  name: string;
  /** Of 45 calls, so many are this job's own; what it leaves, the next ones may use. */
  share: number;
  run(deps: Deps): Promise<unknown>;
}
const SHARES = 45;

const everyMinute: readonly Job[] = [
  { name: 'refresh', share: 30, run: (deps) => runRefresh(deps, 'cron') },
  {
    name: 'revocations',
    share: 5,
    run: (deps) =>
      deliverRevocations(deps, {
        entries: REVOCATIONS.entries,
        until: deps.now() + REVOCATIONS.ms,
      }),
  },
  { name: 'checks', share: 5, run: repeatChecks },
  { name: 'notices', share: 2, run: giveNotices },
  {
    name: 'reseal',
    share: 3,
    run: (deps) =>
      reseal(deps, deps.config.keyring, Math.min(deps.config.runSubrequests, RESEALED_AT_MOST)),
  },
];

const everyHour: readonly Job[] = [
  { name: 'rescues', share: 30, run: recoverRescued },
  { name: 'clients', share: 1, run: reviveFormerClients },
  { name: 'sweep', share: 14, run: sweep },
];

/**
 * A job that fails keeps none of the others from running. `cron`: the trigger that fired; one that
 * is not the hourly is the minute's, however often it comes.
 *
 * @throws the first failure, at the end, so that the platform counts the invocation as failed
 */
export async function runJobs(unmetered: Deps, cron: string): Promise<void> {
  const limit = unmetered.config.runSubrequests;
  const deps = withBudget(unmetered, limit);
  const jobs = cron === EVERY_HOUR ? everyHour : everyMinute;
  const failures: unknown[] = [];
  for (const [at, { name: job, run }] of jobs.entries()) {
    const later = jobs.slice(at + 1).reduce((sum, { share }) => sum + share, 0);
    deps.budget.reserved = Math.floor((limit * later) / SHARES);
    try {
      await run(deps);
    } catch (error) {
      deps.log.error('jobs.failed', { job }, error);
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
