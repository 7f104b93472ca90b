/** Values and tables that drizzle has no word for, each said once. */
import { and, gt, min, Placeholder, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from './client';

/** A column, an expression or a subquery; anything else becomes a parameter. */
export type Value = SQLWrapper | string | number | null;

/** Null is written out, because D1 takes a hundred parameters. */
const written = (value: Value) => value ?? sql`NULL`;

export const always = sql`true`;
export const never = sql`false`;

/** `CASE`, with one condition; none: always. */
export const caseWhen = (condition: SQL | undefined, then: Value, otherwise: Value): SQL =>
  sql`CASE WHEN ${condition ?? always} THEN ${written(then)} ELSE ${written(otherwise)} END`;

export const coalesce = (value: Value, otherwise: Value): SQL =>
  sql`coalesce(${value}, ${written(otherwise)})`;

/** The greater of two values; null where one is. */
export const greatest = (a: Value, b: Value): SQL => sql`max(${a}, ${b})`;

/** Texts, one after the other; null where one is. */
export const joined = (...texts: Value[]): SQL<string> =>
  sql.join(
    texts.map((text) => sql`${text}`),
    sql` || `,
  ) as SQL<string>;

export const plus = (a: Value, b: Value): SQL => sql`(${a} + ${b})`;

/** What an insert that met a conflict would have written into a column. */
export const excluded = (column: SQLiteColumn): SQL => sql`excluded.${sql.identifier(column.name)}`;

/** SQLite's own id of a row, which every table of ours has. */
export const rowidOf = (table: SQLiteTable): SQL<number> => sql<number>`${table}.rowid`;

/** For `valuesWhere`; the planner keeps the order of a cross join. */
export const crossJoin = (outer: SQLWrapper, inner: SQLWrapper): SQL =>
  sql`${outer} CROSS JOIN ${inner}`;

/** The place of a row in its group, from 1. */
export const rowNumber = (group: Value, order: SQLiteColumn): SQL<number> =>
  sql<number>`row_number() OVER (PARTITION BY ${group} ORDER BY ${order})`;

/** For subqueries of which only the rows count. */
export const sqlOne = sql`1`;

/** How many rows of a query there are. Give it a limit: no more are read then. */
export const howMany = (rows: SQLWrapper): SQL<number> =>
  sql<number>`(SELECT count(*) FROM ${rows})`;

/** A list as one parameter, or the place of one in a query that is built beforehand (client.ts). */
export type List<T> = readonly T[] | Placeholder;

export const jsonOf = (list: List<unknown>): string | Placeholder =>
  list instanceof Placeholder ? list : JSON.stringify(list);

const jsonEach = (name: string, list: List<unknown>): SQL =>
  sql`json_each(${jsonOf(list)}) AS ${sql.identifier(name)}`;

/** Values of ours as a table, in one parameter. */
export const jsonValues = <T extends string | number>(name: string, values: List<T>) => ({
  table: jsonEach(name, values),
  value: sql<T>`${sql.identifier(name)}.value`,
});

/**
 * Rows of ours as a table, in one parameter. `field` is a value of the row at hand.
 * @param name of the table in the statement
 */
export function jsonRows<T extends object>(name: string, rows: readonly T[]) {
  return {
    table: jsonEach(name, rows),
    field: <K extends keyof T & string>(field: K): SQL<T[K]> =>
      sql<T[K]>`(${sql.identifier(name)}.value->>${sql.raw(`'${field}'`)})`,
  };
}

/** A JSON object. Its values are as SQL gives them: numbers, strings and null. */
export const jsonObject = (values: Readonly<Record<string, Value>>): SQL =>
  sql`json_object(${sql.join(
    Object.entries(values).flatMap(([name, value]) => [sql.raw(`'${name}'`), written(value)]),
    sql`, `,
  )})`;

/** A text in a JSON object; null where it has none, and where nobody can read it. */
export const jsonText = (json: SQLWrapper, name: string): SQL<string | null> =>
  sql`(CASE WHEN json_valid(${json}) THEN ${json}->>${sql.raw(`'${name}'`)} END)`;

/** How long a JSON list is. */
export const lengthOf = (list: Value): SQL<number> => sql<number>`json_array_length(${list})`;

/**
 * A common table expression of the values of a column that leads an index, by one look-up each:
 * SELECT DISTINCT would read every row. The last value is null.
 * @param where as the index says it, where it is a partial one
 * @param most so many at most
 */
export function distinctValues<N extends string, C extends SQLiteColumn>(
  db: Database,
  name: N,
  column: C,
  { where, most = -1 }: { where?: SQL; most?: number } = {},
) {
  const found = sql`${sql.identifier(name)}.${sql.identifier(column.name)}`;
  const least = (condition: SQL | undefined) =>
    db
      .select({ value: min(column).as(column.name) })
      .from(column.table)
      .where(condition);
  return db
    .$with(name, { value: column })
    .as(
      sql`${least(where).getSQL()} UNION ALL SELECT ${least(and(where, gt(column, found)))} FROM ${sql.identifier(name)} WHERE ${found} IS NOT NULL LIMIT ${sql.raw(String(most))}`,
    );
}
