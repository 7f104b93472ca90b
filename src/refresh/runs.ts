/** What the refresh loop did, for people; and the sweep that ends what nobody needs any more. */

import { desc, inArray, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { auditEvents, connectTransactions, pageSessions, refreshRuns } from '../db/schema';
import type { Deps } from '../deps';
import { withDeadline } from '../retry';
import { DAY_MS } from '../time';

const CALL_MS = 5_000;
const KEEP_TRANSACTIONS_MS = DAY_MS;
const KEEP_RUNS_MS = 30 * DAY_MS;
const KEEP_EVENTS_MS = 90 * DAY_MS;
/** The minute of each hour in which the sweep runs: an idle deployment makes few writes. */
const SWEEP_MINUTE = 17;
/** Rows of each table in one sweep. */
const SWEEP_ROWS = 500;
const LISTED = 100;

export type Trigger = 'cron' | 'queue' | 'operator';

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

export type Run = typeof refreshRuns.$inferSelect;

/** Never throws: a run is not worse for not being noted. */
export async function recordRun(
  deps: Pick<Deps, 'db' | 'now' | 'log'>,
  trigger: Trigger,
  startedAt: number,
  result: RunResult,
): Promise<void> {
  const run = { trigger, startedAt, endedAt: deps.now(), ...result };
  try {
    await withDeadline(deps.db.insert(refreshRuns).values(run), CALL_MS, 'd1_write');
  } catch (error) {
    deps.log.warn('run_not_recorded', {}, error);
  }
}

/** The last hundred, newest first. Throws what D1 throws. */
export const listRuns = (deps: Pick<Deps, 'db'>): Promise<Run[]> =>
  withDeadline(
    deps.db.select().from(refreshRuns).orderBy(desc(refreshRuns.startedAt)).limit(LISTED),
    CALL_MS,
    'd1_read',
  );

/**
 * Deletes what has lived long enough: connect transactions and page sessions a day after their end,
 * runs after 30 days, events after 90. Once an hour, and a bounded number of rows. Never throws.
 */
export async function sweep(deps: Pick<Deps, 'db' | 'now' | 'log'>): Promise<void> {
  const now = deps.now();
  if (new Date(now).getUTCMinutes() !== SWEEP_MINUTE) return;
  const { db } = deps;
  const old = <T extends SQLiteTable & { id: SQLiteColumn }>(
    table: T,
    column: SQLiteColumn,
    before: number,
  ) =>
    db
      .delete(table)
      .where(
        inArray(
          table.id,
          sql`(SELECT id FROM ${table} WHERE ${column} < ${before} ORDER BY ${column} LIMIT ${SWEEP_ROWS})`,
        ),
      );
  try {
    await withDeadline(
      db.batch([
        old(connectTransactions, connectTransactions.expiresAt, now - KEEP_TRANSACTIONS_MS),
        old(pageSessions, pageSessions.expiresAt, now - KEEP_TRANSACTIONS_MS),
        old(refreshRuns, refreshRuns.startedAt, now - KEEP_RUNS_MS),
        old(auditEvents, auditEvents.at, now - KEEP_EVENTS_MS),
      ]),
      CALL_MS,
      'd1_write',
    );
  } catch (error) {
    deps.log.warn('sweep_failed', {}, error);
  }
}
