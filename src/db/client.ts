/** drizzle over D1. A session takes the database's place: same methods, batch included. */
import { fillPlaceholders } from 'drizzle-orm';
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

/** A query of drizzle's builder. */
interface Query<Row> extends PromiseLike<Row[]> {
  prepare(): {
    getQuery(): { sql: string; params: unknown[] };
    mapAllResult(rows: unknown): unknown;
  };
}

/** For building only. */
const nowhere = createDatabase({ prepare: () => null } as unknown as D1Database);

/**
 * A query with placeholders that is built once, for any database or session: drizzle takes 0.2 ms
 * for that, a sixth of what D1 takes to answer, and a session lives no longer than a request.
 *
 * @throws what D1 throws
 */
export function preparedQuery<Row>(
  build: (db: Database) => Query<Row>,
): (db: Database, values: Record<string, unknown>) => Promise<Row[]> {
  let query: ReturnType<Query<Row>['prepare']> | undefined;
  return async (db, values) => {
    query ??= build(nowhere).prepare();
    const { sql, params } = query.getQuery();
    const statement = db.$client.prepare(sql).bind(...fillPlaceholders(params, values));
    // The columns that `build` selects, as it says.
    return query.mapAllResult(await statement.raw()) as Row[];
  };
}
