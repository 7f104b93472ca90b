/** Everything that is stored, as text: to see that nothing changed, or that nothing leaked. */
import { env } from 'cloudflare:workers';

/** Table -> its rows, in the order of their keys. */
export async function dumpDatabase(): Promise<Record<string, unknown[]>> {
  const { results: tables } = await env.DB.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table'
     AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf%' ESCAPE '\\'
     AND name NOT LIKE 'd1\\_%' ESCAPE '\\' ORDER BY name`,
  ).all<{ name: string }>();
  // One call for all of them: some tests look after each of hundreds of requests.
  const rows = await env.DB.batch(
    tables.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}" ORDER BY 1, 2`)),
  );
  return Object.fromEntries(tables.map(({ name }, i) => [name, rows[i]?.results ?? []]));
}

/** Key -> value and metadata. */
export async function dumpKv(): Promise<Record<string, unknown>> {
  const dump: Record<string, unknown> = {};
  const { keys } = await env.STATUS_CACHE.list();
  for (const { name } of keys) dump[name] = await env.STATUS_CACHE.getWithMetadata(name);
  return dump;
}

/**
 * What still names somebody, in any table and column: of a user who was erased, the event of that
 * only.
 */
export async function rowsNaming(text: string): Promise<{ table: string; row: unknown }[]> {
  return Object.entries(await dumpDatabase()).flatMap(([table, rows]) =>
    rows.filter((row) => JSON.stringify(row).includes(text)).map((row) => ({ table, row })),
  );
}

/** All that is left of a user who was erased. */
export const erasureOf = (userId: string) => [
  { table: 'audit_events', row: { type: 'user.erased', user_id: userId } },
];
