/** drizzle over D1. A session takes the database's place: same methods, batch included. */
import { drizzle } from 'drizzle-orm/d1';

/** Without the schema: only `db.query` needs it, and reading it costs more than a hit on memory. */
export function createDatabase(d1: D1Database | D1DatabaseSession) {
  // drizzle's type names only D1Database, but it calls just `prepare` and `batch`.
  return drizzle(d1 as D1Database);
}

export type Database = ReturnType<typeof createDatabase>;
