/**
 * A cron tick: refresh what is due, tell providers what they are still owed, warn of ends, seal anew
 * what is under an old key, sweep. Ticks may come twice, overlap or stay away; every step takes what
 * it does by a lease or can be repeated.
 */

import type { Deps } from './deps';
import { deliverRevocations } from './integrations/disconnect/revocation';
import { runRefresh } from './refresh/groups';
import { giveNotices } from './refresh/notices';
import { recoverRescued } from './refresh/recover';
import { sweep } from './refresh/runs';
import { MINUTE_MS } from './time';
import { reseal } from './vault/reseal';

/** Revocations of one tick: they share the invocation's subrequests with the refreshes. */
const REVOCATIONS = { entries: 5, ms: MINUTE_MS };
/** Ids that one tick looks at after a key was replaced, however much a run may do. */
const MOST_RESEALED = 500;

/** A step that fails keeps none of the others from running. @throws the first failure, at the end */
export async function tick(deps: Deps): Promise<void> {
  const failures: unknown[] = [];
  const step = async (name: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      deps.log.error('tick_step_failed', { step: name }, error);
      failures.push(error);
    }
  };
  await step('refresh', () => runRefresh(deps, 'cron'));
  await step('rescues', () => recoverRescued(deps));
  await step('revocations', () =>
    deliverRevocations(deps, {
      entries: REVOCATIONS.entries,
      until: deps.now() + REVOCATIONS.ms,
    }),
  );
  await step('notices', () => giveNotices(deps));
  await step('reseal', () =>
    reseal(deps, deps.config.keyring, Math.min(deps.config.runSubrequests, MOST_RESEALED)),
  );
  await step('sweep', () => sweep(deps));
  // So that the platform counts this tick as failed.
  if (failures.length > 0) throw failures[0];
}
