/**
 * Keeps a grant that a provider has just given: in D1, else in a rescue record. While this Worker
 * lives and one of D1, KV and the queue takes a write, a rotated token is not lost.
 */

import type { Deps } from '../deps';
import { MINUTE_MS } from '../time';
import { type CommitOptions, type Committed, commitGrant } from './commit';
import type { Grant } from './grant';
import type { AccountRow } from './lease';
import { dropRescue, saveRescue } from './rescue';

type KeepDeps = Pick<
  Deps,
  'config' | 'db' | 'kv' | 'queue' | 'vault' | 'now' | 'random' | 'sleep' | 'log' | 'waitUntil'
>;

export const COMMIT_MS = 6_000;
const RESCUE_MS = 5_000;
/** A grant that nothing took: this goes on in the background for as long as a cron tick may live. */
const LAST_RESORT_MS = 15 * MINUTE_MS;

export type Kept =
  | Committed
  /** D1 is away; a rescue record has it. */
  | { kind: 'rescued' }
  /** Nothing took it so far; the background goes on trying. */
  | { kind: 'unsaved' };

/** Never throws. */
export async function keepGrant(
  deps: KeepDeps,
  grant: Grant,
  row: AccountRow,
  options: Omit<CommitOptions, 'until'>,
): Promise<Kept> {
  const about = { provider: grant.provider, rowId: grant.rowId };
  try {
    return await commitGrant(deps, grant, row, { ...options, until: deps.now() + COMMIT_MS });
  } catch (error) {
    deps.log.error('grant_not_committed', about, error);
  }
  if (await saveRescue(deps, grant, deps.now() + RESCUE_MS)) {
    deps.log.warn('grant_rescued', about);
    return { kind: 'rescued' };
  }
  deps.log.error('grant_not_saved', about);
  deps.waitUntil(lastResort(deps, grant, row, options));
  return { kind: 'unsaved' };
}

async function lastResort(
  deps: KeepDeps,
  grant: Grant,
  row: AccountRow,
  options: Omit<CommitOptions, 'until'>,
): Promise<void> {
  const until = deps.now() + LAST_RESORT_MS;
  let pause = 1_000;
  while (deps.now() < until) {
    await deps.sleep(pause);
    pause = Math.min(pause * 2, 15_000);
    if (await saveRescue(deps, grant, deps.now())) return;
    try {
      await commitGrant(deps, grant, row, { ...options, until: deps.now() + COMMIT_MS });
      return;
    } catch {
      // Said already; the next round tries again.
    }
  }
  deps.log.error('grant_lost', { provider: grant.provider, rowId: grant.rowId });
}

/** Puts a rescue record into its row, and removes it. Throws what D1 throws. */
export async function commitRescued(
  deps: KeepDeps,
  grant: Grant,
  row: AccountRow | null,
  options: Omit<CommitOptions, 'until'>,
): Promise<Committed> {
  const until = deps.now() + COMMIT_MS;
  const committed = await commitGrant(deps, grant, row, { ...options, until });
  deps.log.info('grant_recovered', { provider: grant.provider, outcome: committed.kind });
  await dropRescue(deps, grant.leaseId);
  return committed;
}
