/** Everything that is stored, as text: to see that nothing changed, or that nothing leaked. */
import { env } from 'cloudflare:workers';

/** Table -> its rows, in the order of their keys. */
export async function dumpDatabase(): Promise<Record<string, unknown[]>> {
  const { results: tables } = await env.DB.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table'
     AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf%' ESCAPE '\\'
     AND name NOT LIKE 'd1\\_%' ESCAPE '\\' ORDER BY name`,
  ).all<{ name: string }>();
  const dump: Record<string, unknown[]> = {};
  for (const { name } of tables) {
    dump[name] = (await env.DB.prepare(`SELECT * FROM "${name}" ORDER BY 1, 2`).all()).results;
  }
  return dump;
}

/** Key -> value and metadata. */
export async function dumpKv(): Promise<Record<string, unknown>> {
  const dump: Record<string, unknown> = {};
  const { keys } = await env.STATUS_CACHE.list();
  for (const { name } of keys) dump[name] = await env.STATUS_CACHE.getWithMetadata(name);
  return dump;
}
