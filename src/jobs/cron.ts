/**
 * What cron runs, by the two triggers of wrangler.toml. Ticks may come twice, overlap or be missed:
 * each job takes its work by a lease, or can be repeated.
 */
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

/** Revocations of one tick: they share the invocation's subrequests with the refreshes. */
const REVOCATIONS = { entries: 5, ms: MINUTE_MS };
/** Ids that one tick looks at after a key was replaced, however much a run may do. */
const RESEALED_AT_MOST = 500;

const everyMinute = {
  refresh: (deps: Deps) => runRefresh(deps, 'cron'),
  revocations: (deps: Deps) =>
    deliverRevocations(deps, {
      entries: REVOCATIONS.entries,
      until: deps.now() + REVOCATIONS.ms,
    }),
  checks: repeatChecks,
  notices: giveNotices,
  reseal: (deps: Deps) =>
    reseal(deps, deps.config.keyring, Math.min(deps.config.runSubrequests, RESEALED_AT_MOST)),
};

const everyHour = { rescues: recoverRescued, clients: reviveFormerClients, sweep };

/**
 * A job that fails keeps none of the others from running. `cron`: the trigger that fired; one that
 * is not the hourly is the minute's, however often it comes.
 *
 * @throws the first failure, at the end, so that the platform counts the invocation as failed
 */
export async function runJobs(deps: Deps, cron: string): Promise<void> {
  const jobs: Record<string, (deps: Deps) => Promise<unknown>> =
    cron === EVERY_HOUR ? everyHour : everyMinute;
  const failures: unknown[] = [];
  for (const [job, run] of Object.entries(jobs)) {
    try {
      await run(deps);
    } catch (error) {
      deps.log.error('jobs.failed', { job }, error);
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
