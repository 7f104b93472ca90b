/** Conditions that drizzle has no word for. */
import { eq, exists, isNull, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from './client';

/** SQL's `IS`: equal, or both null. */
export const isSame = (column: SQLiteColumn, value: string | number | null): SQL =>
  value === null ? isNull(column) : eq(column, value);

/** Whether a table has such a row. */
export const hasRow = (db: Database, table: SQLiteTable, where: SQL | undefined): SQL =>
  exists(db.select({ one: sql`1` }).from(table).where(where));

/** One parameter for a list of any length: D1 takes a hundred. */
export const inJson = (column: SQLiteColumn | SQL, values: readonly (string | number)[]): SQL =>
  sql`${column} in (select value from json_each(${JSON.stringify(values)}))`;

/** Whether a JSON column holds what its type says: anything else fails every query that reads its row. */
export const isJson = (column: SQLiteColumn, type: 'array' | 'object'): SQL =>
  sql`(CASE WHEN json_valid(${column}) THEN json_type(${column}) = ${type} ELSE 0 END)`;
