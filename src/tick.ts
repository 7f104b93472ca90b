/**
 * A cron tick: refresh what is due, tell providers what they are still owed, sweep. Ticks may come
 * twice, overlap or stay away; every step takes what it does by a lease or can be repeated.
 */
import type { Deps } from './deps';
import { deliverRevocations } from './integrations/disconnect/revocation';
import { runRefresh } from './refresh/groups';
import { sweep } from './refresh/runs';

/** Revocations of one tick: they share the invocation's subrequests with the refreshes. */
const REVOCATIONS = { entries: 5, ms: 60_000 };

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
  await step('revocations', () =>
    deliverRevocations(deps, {
      entries: REVOCATIONS.entries,
      until: deps.now() + REVOCATIONS.ms,
    }),
  );
  await step('sweep', () => sweep(deps));
  // So that the platform counts this tick as failed.
  if (failures.length > 0) throw failures[0];
}
