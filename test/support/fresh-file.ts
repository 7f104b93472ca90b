/**
 * Before each file of tests: empty storage with the schema, and modules that no other file has
 * used. One runtime serves all files, because starting one for each takes most of the time.
 *
 * `reset()` of cloudflare:test is not used: it aborts the database while it deletes its file, and
 * now and then the next file found the rows of the one before.
 */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';

vi.resetModules();

const { results: tables } = await env.DB.prepare(
  `SELECT name FROM sqlite_master WHERE type = 'table'
   AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf%' ESCAPE '\\'`,
).all<{ name: string }>();
if (tables.length > 0) {
  await env.DB.batch(tables.map(({ name }) => env.DB.prepare(`DROP TABLE "${name}"`)));
}
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);

// A page holds a thousand names.
for (let names = await keys(); names.length > 0; names = await keys()) {
  await Promise.all(names.map((name) => env.STATUS_CACHE.delete(name)));
}

async function keys(): Promise<string[]> {
  return (await env.STATUS_CACHE.list()).keys.map(({ name }) => name);
}
