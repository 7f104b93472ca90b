/**
 * D1 on node:sqlite: a primary, on which a batch is a transaction, and replicas, to which its
 * writes come later. The tables are those of migrations/. Databases are kept from run to run and
 * emptied, because making one costs more than a run.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Scheduler } from './clock';
import { type Caller, call, type Service } from './network';

interface Statement {
  text: string;
  params: readonly SQLInputValue[];
}

interface Commit {
  at: number;
  statements: readonly Statement[];
}

const migrations = join(import.meta.dirname, '../../../migrations');
const schema = readdirSync(migrations)
  .filter((file) => file.endsWith('.sql'))
  .sort()
  .map((file) => readFileSync(join(migrations, file), 'utf8'))
  .join('\n');

export const isWrite = (text: string): boolean => /^\s*(insert|update|delete)/i.test(text);

/** One SQLite database with its prepared statements. */
class Store {
  readonly #db = new DatabaseSync(':memory:');
  readonly #objects = new Map<string, StatementSync>();
  readonly #arrays = new Map<string, StatementSync>();

  constructor() {
    this.#db.exec(schema);
  }

  empty(tables: readonly string[]): void {
    for (const table of [...tables, 'sqlite_sequence'])
      this.all({ text: `DELETE FROM ${table}`, params: [] });
  }

  all({ text, params }: Statement): Record<string, unknown>[] {
    return this.#prepared(this.#objects, text).all(...params) as Record<string, unknown>[];
  }

  raw({ text, params }: Statement): unknown[][] {
    let statement = this.#arrays.get(text);
    if (!statement) {
      statement = this.#prepared(this.#arrays, text);
      statement.setReturnArrays(true);
    }
    return statement.all(...params) as unknown as unknown[][];
  }

  /** All or nothing. */
  transaction<T>(run: () => T): T {
    this.#db.exec('BEGIN');
    try {
      const result = run();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #prepared(statements: Map<string, StatementSync>, text: string): StatementSync {
    const known = statements.get(text);
    if (known) return known;
    const prepared = this.#db.prepare(text);
    statements.set(text, prepared);
    return prepared;
  }
}

const pool: Store[] = [];

/** How late a replica is; asked at each read. What it has once applied, it keeps. */
export type Lag = (caller: Caller) => number;

export class D1 {
  readonly #primary: Store;
  readonly #taken: Store[] = [];
  readonly #log: Commit[] = [];

  /** `onCommit`: after every write that took effect, on the primary. */
  constructor(
    private readonly scheduler: Scheduler,
    private readonly service: Service,
    private readonly tables: readonly string[],
    private readonly onCommit: () => void = () => {},
  ) {
    this.#primary = this.#take();
  }

  #take(): Store {
    const store = pool.pop() ?? new Store();
    store.empty(this.tables);
    this.#taken.push(store);
    return store;
  }

  /** Gives its databases back; it must not be used any more. */
  close(): void {
    pool.push(...this.#taken.splice(0));
  }

  /** What the primary says now: for the checks. */
  look(text: string, ...params: SQLInputValue[]): Record<string, unknown>[] {
    return this.#primary.all({ text, params });
  }

  replica(): Replica {
    const store = this.#take();
    let applied = 0;
    return {
      /** Brings it to what the primary was at `time`, or leaves it where it is. */
      at: (time) => {
        for (let next = this.#log[applied]; next && next.at <= time; next = this.#log[applied]) {
          for (const statement of next.statements) store.all(statement);
          applied += 1;
        }
        return store;
      },
    };
  }

  /** As an isolate sees it: the primary, and sessions that a replica may answer. */
  bind(caller: Caller, replica: Replica, lag: Lag): D1Database {
    const primary = this.#binding(caller, () => this.#primary);
    const lagging = this.#binding(caller, () => replica.at(this.scheduler.now - lag(caller)));
    return {
      ...primary,
      withSession: (constraint: string) =>
        constraint === 'first-unconstrained' ? lagging : primary,
    } as unknown as D1Database;
  }

  #binding(caller: Caller, store: () => Store) {
    const send = <T>(effect: () => T) => call(this.scheduler, this.service, caller, effect);
    const statement = (text: string, params: readonly SQLInputValue[]) => ({
      text,
      params,
      bind: (...values: SQLInputValue[]) => statement(text, values),
      all: () => send(() => ({ results: this.#run(store(), [{ text, params }])[0] })),
      run: () => send(() => ({ results: this.#run(store(), [{ text, params }])[0] })),
      raw: () =>
        send(() => {
          if (!isWrite(text)) return store().raw({ text, params });
          return this.#run(store(), [{ text, params }])[0]?.map((row) => Object.values(row));
        }),
    });
    return {
      prepare: (text: string) => statement(text, []),
      batch: (statements: Statement[]) =>
        send(() => this.#run(store(), statements).map((results) => ({ results, success: true }))),
    };
  }

  #run(store: Store, statements: readonly Statement[]): Record<string, unknown>[][] {
    const writes = statements.filter(({ text }) => isWrite(text));
    if (writes.length === 0) return statements.map((statement) => store.all(statement));
    if (store !== this.#primary) throw new Error('the model sends writes to the primary only');
    const results = store.transaction(() => statements.map((statement) => store.all(statement)));
    this.#log.push({ at: this.scheduler.now, statements: writes });
    this.onCommit();
    return results;
  }
}

export interface Replica {
  at(time: number): Store;
}
