/** Conditions that drizzle has no word for. */
import { eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';

/** SQL's `IS`: equal, or both null. */
export const isSame = (column: SQLiteColumn, value: string | number | null): SQL =>
  value === null ? isNull(column) : eq(column, value);

/** One parameter for a list of any length: D1 takes a hundred. */
export const inJson = (column: SQLiteColumn | SQL, values: readonly (string | number)[]): SQL =>
  sql`${column} in (select value from json_each(${JSON.stringify(values)}))`;
