/**
 * Once an hour, deletes what has lived long enough: connect transactions and page sessions a day
 * after their end, runs after 30 days, events after 90. A bounded number of rows of each table.
 */
import { asc, inArray, lt } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { auditEvents, connectTransactions, pageSessions, refreshRuns } from '../db/schema';
import type { Deps } from '../deps';
import { withDeadline } from '../retry';
import { DAY_MS, SECOND_MS } from '../time';

/** Rows of each table in one sweep. */
const ROWS = 500;
const CALL_MS = 5 * SECOND_MS;

/** @throws what D1 throws; the next hour goes on */
export async function sweep({ db, now }: Deps): Promise<void> {
  const olderThan = (
    table: SQLiteTable & { id: SQLiteColumn },
    column: SQLiteColumn,
    age: number,
  ) =>
    db.delete(table).where(
      inArray(
        table.id,
        db
          .select({ id: table.id })
          .from(table)
          .where(lt(column, now() - age))
          .orderBy(asc(column))
          .limit(ROWS),
      ),
    );
  await withDeadline(
    db.batch([
      olderThan(connectTransactions, connectTransactions.expiresAt, DAY_MS),
      olderThan(pageSessions, pageSessions.expiresAt, DAY_MS),
      olderThan(refreshRuns, refreshRuns.startedAt, 30 * DAY_MS),
      olderThan(auditEvents, auditEvents.at, 90 * DAY_MS),
    ]),
    CALL_MS,
    'd1_write',
  );
}
