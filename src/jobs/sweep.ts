/**
 * Once an hour, deletes what has lived long enough: connect transactions and page sessions a day
 * after their end, endings of delegations after a day, runs and counts of calls after 30 days, events
 * after 90 and those of erasures after 30. Circuits that are well go after two days, what is known of a
 * client's grants after 30. In groups, until nothing
 * is left or the budget of queries or the time is spent; the next hour goes on.
 */
import { and, asc, inArray, lt, min, not, or, type SQL } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../db/client';
import { plus, rowidOf } from '../db/expressions';
import {
  auditEvents,
  callCounts,
  clientGrants,
  connectTransactions,
  endedDelegations,
  isErasure,
  isTroubled,
  pageSessions,
  providerHealth,
  refreshRuns,
} from '../db/schema';
import type { Deps } from '../deps';
import { withDeadline } from '../retry';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../time';

/** Rows of one table in one statement. */
const ROWS = 500;
const CALL_MS = 5 * SECOND_MS;
const SWEEP_MS = MINUTE_MS;

interface Kept {
  table: SQLiteTable;
  column: SQLiteColumn;
  age: number;
  /** Only these. */
  also?: SQL | undefined;
  /** A group that is not full need not be the last. */
  hasGaps?: true;
}

/** What is kept shortest comes first: sessions hold labels of people. */
const keptAt = (db: Database, now: number): Kept[] => [
  { table: pageSessions, column: pageSessions.expiresAt, age: DAY_MS },
  // Older than any delegation gets.
  { table: endedDelegations, column: endedDelegations.endedAt, age: DAY_MS },
  { table: connectTransactions, column: connectTransactions.expiresAt, age: DAY_MS },
  {
    table: providerHealth,
    column: providerHealth.updatedAt,
    // What is refused is tried daily: a circuit that matters is younger.
    age: 2 * DAY_MS,
    also: or(not(isTroubled), lt(providerHealth.updatedAt, now - 30 * DAY_MS)),
  },
  { table: clientGrants, column: clientGrants.grantedAt, age: 30 * DAY_MS },
  { table: refreshRuns, column: refreshRuns.startedAt, age: 30 * DAY_MS },
  { table: callCounts, column: callCounts.hour, age: 30 * DAY_MS },
  // The one event that holds the id of a user who was erased.
  {
    table: auditEvents,
    column: auditEvents.at,
    age: 30 * DAY_MS,
    also: isErasure,
  },
  {
    table: auditEvents,
    column: auditEvents.at,
    age: 90 * DAY_MS,
    // Their ids are in the order of time, so no index is kept for this.
    also: lt(auditEvents.id, db.select({ id: plus(min(auditEvents.id), ROWS) }).from(auditEvents)),
    hasGaps: true,
  },
];

/** @throws what D1 throws; the next hour goes on */
export async function sweep({ db, now, budget }: Deps): Promise<void> {
  const until = now() + SWEEP_MS;
  for (const { table, column, age, also, hasGaps } of keptAt(db, now())) {
    for (let more = true; more && budget.left > 0 && now() < until; ) {
      const old: Old = { table, column, before: now() - age, also };
      const { meta } = await withDeadline(deleteSome(db, old), CALL_MS, 'd1_write');
      more = meta.changes >= (hasGaps ? 1 : ROWS);
    }
  }
}

interface Old {
  table: SQLiteTable;
  column: SQLiteColumn;
  before: number;
  also: SQL | undefined;
}

const deleteSome = (db: Database, { table, column, before, also }: Old) =>
  db.delete(table).where(
    inArray(
      // Tables have no id in common but SQLite's own.
      rowidOf(table),
      db
        .select({ rowid: rowidOf(table) })
        .from(table)
        .where(and(lt(column, before), also))
        .orderBy(asc(column))
        .limit(ROWS),
    ),
  );
