/**
 * D1 on node:sqlite and KV in a map, in virtual time, counting. One location: what is put is seen.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { VirtualTime } from './time.ts';

const D1_MS = 50;
const KV_HOT_MS = 5;
const KV_COLD_MS = 30;
const WRITE_EVERY_MS = 1_000;

/** Each statement counts, also in a batch. */
export class CountingD1 {
  queries = 0;
  readonly sqlite = new DatabaseSync(':memory:');
  readonly #prepared = new Map<string, StatementSync>();
  readonly #time: VirtualTime;

  constructor(time: VirtualTime, migrations: string) {
    this.#time = time;
    for (const file of readdirSync(migrations).sort()) {
      if (file.endsWith('.sql')) this.sqlite.exec(readFileSync(join(migrations, file), 'utf8'));
    }
  }

  get binding(): D1Database {
    const database = {
      prepare: (text: string) => this.#statement(text, []),
      batch: (statements: { query(): Record<string, unknown>[] }[]) =>
        this.#time.call(D1_MS, () => {
          this.queries += statements.length;
          return statements.map((statement) => ({ results: statement.query() }));
        }),
      withSession: () => database,
    };
    return database as unknown as D1Database;
  }

  #statement(text: string, params: readonly SQLInputValue[]) {
    const query = () => this.prepared(text).all(...params) as unknown as Record<string, unknown>[];
    const all = () =>
      this.#time.call(D1_MS, () => {
        this.queries += 1;
        return { results: query() };
      });
    return {
      query,
      all,
      run: all,
      raw: async () => (await all()).results.map((row) => Object.values(row)),
      bind: (...values: SQLInputValue[]) => this.#statement(text, values),
    };
  }

  prepared(text: string): StatementSync {
    const known = this.#prepared.get(text);
    if (known) return known;
    const statement = this.sqlite.prepare(text);
    this.#prepared.set(text, statement);
    return statement;
  }
}

export class CountingKv {
  reads = 0;
  writes = 0;
  refused = 0;
  readonly #values = new Map<string, { text: string; until: number }>();
  readonly #writtenAt = new Map<string, number>();
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  get binding(): KVNamespace {
    const time = this.#time;
    return {
      get: (key: string) => {
        this.reads += 1;
        const hot = this.#get(key) !== null;
        return time.read(hot ? KV_HOT_MS : KV_COLD_MS, () => this.#get(key));
      },
      put: (key: string, text: string, { expirationTtl }: { expirationTtl: number }) =>
        this.#write(key, { text, until: time.now + expirationTtl * 1000 }),
      delete: (key: string) => this.#write(key, null),
    } as unknown as KVNamespace;
  }

  #get(key: string): string | null {
    const value = this.#values.get(key);
    return value && value.until > this.#time.now ? value.text : null;
  }

  #write(key: string, value: { text: string; until: number } | null): Promise<void> {
    return this.#time.call(KV_COLD_MS, () => {
      this.writes += 1;
      if (this.#time.now - (this.#writtenAt.get(key) ?? 0) < WRITE_EVERY_MS) {
        this.refused += 1;
        throw new Error('KV PUT failed: 429 Too Many Requests');
      }
      this.#writtenAt.set(key, this.#time.now);
      if (value) this.#values.set(key, value);
      else this.#values.delete(key);
    });
  }
}
