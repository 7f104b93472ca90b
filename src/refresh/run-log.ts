/** What the runs did, for people. Kept 30 days (jobs/sweep.ts). */

import { desc } from 'drizzle-orm';
import { type Database, d1Read, d1Write } from '../db/client';
import { type RefreshRun, refreshRuns } from '../db/schema';
import type { Deps } from '../deps';

const LISTED = 100;

export const triggers = ['cron', 'queue', 'operator'] as const;
export type Trigger = (typeof triggers)[number];

export interface RunResult {
  /** Integrations that were claimed. */
  claimed: number;
  refreshed: number;
  refused: number;
  /** Attempts that failed for any other cause. */
  failed: number;
  /** The budget ended before the work did. */
  left: boolean;
}

/** Never throws: a run is not worse for not being noted. */
export async function recordRun(
  deps: Deps,
  trigger: Trigger,
  startedAt: number,
  result: RunResult,
): Promise<void> {
  const run = { trigger, startedAt, endedAt: deps.now(), ...result };
  try {
    await d1Write(deps.db.insert(refreshRuns).values(run));
  } catch (error) {
    deps.log.warn('refresh.run_not_recorded', {}, error);
  }
}

/** The last hundred, newest first. @throws what D1 throws */
export const listRuns = (db: Database): Promise<RefreshRun[]> =>
  d1Read(db.select().from(refreshRuns).orderBy(desc(refreshRuns.startedAt)).limit(LISTED));
