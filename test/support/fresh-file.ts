/**
 * Before each file of tests: empty storage with the schema, and modules that no other file has
 * used. One runtime serves all files, because starting one for each takes most of the time.
 */
import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';

vi.resetModules();
await reset();
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
