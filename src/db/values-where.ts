/**
 * `INSERT ... SELECT <values> WHERE <condition>`: an insert that an earlier statement of the same
 * D1 batch can veto. D1 has no interactive transactions, so a batch whose later statements look at
 * what the earlier ones did is how "only if" is said.
 *
 * Use: `db.insert(table).select(valuesWhere(table, values, condition))`.
 */
import { getTableColumns, isSQLWrapper, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { always } from './expressions';

/**
 * Columns that `values` leaves out get their default, else NULL (an AUTOINCREMENT id: a new one).
 * @param condition none: always
 * @param from a row for each of its own, where it is not to be one
 */
export function valuesWhere<T extends SQLiteTable>(
  table: T,
  values: { [K in keyof T['$inferInsert']]: T['$inferInsert'][K] | SQLWrapper },
  condition: SQL = always,
  from?: SQLWrapper,
): SQL {
  const given: Record<string, unknown> = values;
  const selected = Object.entries(getTableColumns(table)).map(([key, column]) => {
    const value = given[key] ?? column.default ?? null;
    // sql.param encodes the value as the column would (JSON columns above all).
    return value === null || isSQLWrapper(value) ? value : sql.param(value, column);
  });
  const source = from && sql` from ${from}`;
  return sql`select ${sql.join(selected, sql`, `)}${source} where ${condition}`;
}
