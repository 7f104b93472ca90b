/** Conditions that drizzle has no word for. */
import { exists, isNull, lte, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from './client';
import { jsonOf, type List, sqlOne, type Value } from './expressions';

/** Equal, or both null. */
export const equalOrBothNull = (column: SQLWrapper, value: Value): SQL =>
  sql`${column} IS ${value}`;

/** A condition that is about no row in particular. @throws what D1 throws */
export async function isTrue(db: Database, condition: SQL): Promise<boolean> {
  const [answer] = await db.all<{ holds: number }>(sql`select ${condition} as holds`);
  return answer?.holds === 1;
}

/** Whether a time is past, or was never set. */
export const nullOrBefore = (column: SQLiteColumn, before: number): SQL | undefined =>
  or(isNull(column), lte(column, before));

/** Whether a table has such a row. */
export const hasRow = (db: Database, table: SQLiteTable, where: SQL | undefined): SQL =>
  exists(db.select({ one: sqlOne }).from(table).where(where));

/** One parameter for a list of any length: D1 takes a hundred. */
export const inJson = (column: SQLWrapper, values: List<string | number>): SQL =>
  sql`${column} in (select value from json_each(${jsonOf(values)}))`;

/**
 * Whether a JSON column holds what its type says: anything else fails every query that reads its
 * row.
 */
export const isJson = (column: SQLiteColumn, type: 'array' | 'object'): SQL =>
  sql`(CASE WHEN json_valid(${column}) THEN json_type(${column}) = ${type} ELSE 0 END)`;
