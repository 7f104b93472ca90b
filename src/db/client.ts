/** drizzle over D1. A session takes the database's place: same methods, batch included. */
import { drizzle } from 'drizzle-orm/d1';
import * as schema from './schema';

export function createDatabase(d1: D1Database | D1DatabaseSession) {
  // drizzle's type names only D1Database, but it calls just `prepare` and `batch`.
  return drizzle(d1 as D1Database, { schema });
}

export type Database = ReturnType<typeof createDatabase>;
