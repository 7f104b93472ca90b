/** drizzle over D1. A session takes the database's place: same methods, batch included. */
import type { BatchItem } from 'drizzle-orm/batch';
import { drizzle } from 'drizzle-orm/d1';

/** Without the schema: only `db.query` needs it, and reading it costs more than a hit on memory. */
export function createDatabase(d1: D1Database | D1DatabaseSession) {
  // drizzle's type names only D1Database, but it calls just `prepare` and `batch`.
  return drizzle(d1 as D1Database);
}

export type Database = ReturnType<typeof createDatabase>;

/**
 * A batch of a length that only shows when it runs; none at all is no call. @throws what D1 throws
 */
export const runBatch = async (
  db: Database,
  [first, ...others]: readonly BatchItem<'sqlite'>[],
): Promise<unknown[]> => (first === undefined ? [] : db.batch([first, ...others]));
