/**
 * Once an hour, deletes what has lived long enough: connect transactions and page sessions a day
 * after their end, runs after 30 days, events after 90. In groups, until nothing is left or the
 * budget of queries or the time is spent; the next hour goes on.
 */
import { asc, inArray, lt } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../db/client';
import { auditEvents, connectTransactions, pageSessions, refreshRuns } from '../db/schema';
import type { Deps } from '../deps';
import { withDeadline } from '../retry';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../time';

/** Rows of one table in one statement. */
const ROWS = 500;
const CALL_MS = 5 * SECOND_MS;
const SWEEP_MS = MINUTE_MS;

/** What is kept shortest comes first: sessions hold labels of people. */
const kept = [
  { table: pageSessions, column: pageSessions.expiresAt, age: DAY_MS },
  { table: connectTransactions, column: connectTransactions.expiresAt, age: DAY_MS },
  { table: refreshRuns, column: refreshRuns.startedAt, age: 30 * DAY_MS },
  { table: auditEvents, column: auditEvents.at, age: 90 * DAY_MS },
];

/** @throws what D1 throws; the next hour goes on */
export async function sweep({ db, now, config }: Deps): Promise<void> {
  const until = now() + SWEEP_MS;
  let queries = config.runSubrequests;
  for (const { table, column, age } of kept) {
    for (let more = true; more && queries > 0 && now() < until; queries -= 1) {
      const old: Old = { table, column, before: now() - age };
      const { meta } = await withDeadline(deleteSome(db, old), CALL_MS, 'd1_write');
      more = meta.changes >= ROWS;
    }
  }
}

interface Old {
  table: SQLiteTable & { id: SQLiteColumn };
  column: SQLiteColumn;
  before: number;
}

const deleteSome = (db: Database, { table, column, before }: Old) =>
  db
    .delete(table)
    .where(
      inArray(
        table.id,
        db
          .select({ id: table.id })
          .from(table)
          .where(lt(column, before))
          .orderBy(asc(column))
          .limit(ROWS),
      ),
    );
