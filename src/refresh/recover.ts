/**
 * Rescue records that no attempt came back for: the integration was disconnected, or is not due for
 * long. Once an hour what is left in KV is put into its row, or is owed a revocation. Also what
 * makes up for a queue that is not bound.
 */

import type { Deps } from '../deps';
import { withDeadline } from '../retry';
import { publish } from '../status-cache/publish';
import { MINUTE_MS } from '../time';
import { commitRescued } from './keep';
import { listRescues } from './rescue';

/** The minute of each hour, away from the sweep's. */
const MINUTE = 47;
/** Of one hour; there are more only after an outage, whose accounts' own attempts find them. */
const RECORDS = 25;
const MOST_MS = MINUTE_MS;
const LIST_MS = 5_000;

/** Never throws: what could not be recovered is tried again in an hour, for seven days. */
export async function recoverRescued(deps: Deps): Promise<void> {
  const startedAt = deps.now();
  if (new Date(startedAt).getUTCMinutes() !== MINUTE) return;
  try {
    for (const grant of await withDeadline(listRescues(deps, RECORDS), LIST_MS, 'kv_read')) {
      if (deps.now() > startedAt + MOST_MS) return;
      const provider = deps.config.providers.get(grant.provider);
      if (provider?.kind !== 'oauth2') continue;
      const options = { provider, visible: false, usedNow: false, leaseId: grant.leaseId };
      const committed = await commitRescued(deps, grant, null, options);
      if (committed.kind === 'committed' && committed.snapshot) {
        await publish(deps, committed.snapshot);
      }
    }
  } catch (error) {
    deps.log.warn('rescues_not_recovered', {}, error);
  }
}
