/**
 * D1 on node:sqlite: a primary, on which a batch is a transaction, and replicas, which show what
 * two of its tables were some time ago. The tables are those of migrations/. Databases are kept
 * from run to run and emptied, because making one costs more than a run.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Scheduler } from './clock';
import type { Invocation } from './invocation';
import { call, type Service } from './network';

interface Statement {
  text: string;
  params: readonly SQLInputValue[];
}

/** What a read without a version looks at: replicas have no other tables. */
const replicated = ['oauth_accounts', 'user_versions'] as const;

/** The replicated tables' rows from a time on. */
interface Past {
  from: number;
  rows: readonly unknown[][][];
}

const migrations = join(import.meta.dirname, '../../../migrations');
const schema = readdirSync(migrations)
  .filter((file) => file.endsWith('.sql'))
  .sort()
  .map((file) => readFileSync(join(migrations, file), 'utf8'))
  .join('\n');

const writes = new Map<string, boolean>();

function isWrite(text: string): boolean {
  let write = writes.get(text);
  if (write === undefined) {
    write = /^\s*(insert|update|delete)/i.test(text);
    writes.set(text, write);
  }
  return write;
}

/** One SQLite database with its prepared statements, and the tables of migrations/. */
export class Store {
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

  /** Rows changed so far. */
  get changes(): number {
    return Number(this.all({ text: 'SELECT total_changes() AS n', params: [] })[0]?.n);
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
/** Shows one past at a time. */
let shownByReplicas: { store: Store; past: Past | null } | null = null;

/** How an invocation reaches it. */
export interface Reach {
  /** What its sessions read from; null: the primary. */
  replica: Replica | null;
  /** How late the replica is, ms; asked at each read. */
  lag(): number;
  /** Changes statements on their way: a mutant's. */
  rewrite?: ((text: string) => string) | undefined;
}

export class D1 {
  readonly #primary: Store;
  /** Ascending; empty as long as there is no replica. */
  readonly #pasts: Past[] = [];

  /** `onCommit`: after each write on the primary; `changed`: whether it hit any row. */
  private readonly scheduler: Scheduler;
  private readonly service: Service;
  private readonly tables: readonly string[];
  private readonly onCommit: (by: Invocation, changed: boolean, texts: readonly string[]) => void;

  constructor(
    scheduler: Scheduler,
    service: Service,
    tables: readonly string[],
    onCommit: (by: Invocation, changed: boolean, texts: readonly string[]) => void,
  ) {
    this.scheduler = scheduler;
    this.service = service;
    this.tables = tables;
    this.onCommit = onCommit;
    this.#primary = pool.pop() ?? new Store();
    this.#primary.empty(this.tables);
  }

  /** Gives its database back; it must not be used any more. */
  close(): void {
    pool.push(this.#primary);
  }

  /** What the primary says now: for the checks. */
  look(text: string, ...params: SQLInputValue[]): Record<string, unknown>[] {
    return this.#primary.all({ text, params });
  }

  /** Writes at once, as if by somebody before the run. */
  write(text: string, ...params: SQLInputValue[]): void {
    this.#primary.all({ text, params });
    if (this.#pasts.length > 0) this.#remember();
  }

  replica(): Replica {
    this.#remember();
    let newest = 0;
    return {
      at: (time) => {
        while ((this.#pasts[newest + 1]?.from ?? Number.POSITIVE_INFINITY) <= time) newest += 1;
        return replicaStore(this.#pasts[newest] ?? null);
      },
    };
  }

  #remember(): void {
    const rows = replicated.map((table) =>
      this.#primary.raw({ text: `SELECT * FROM ${table}`, params: [] }),
    );
    this.#pasts.push({ from: this.scheduler.now, rows });
  }

  /** As an invocation sees it: the primary, and sessions that a replica may answer. */
  bind(by: Invocation, reach: Reach): D1Database {
    const { replica, lag } = reach;
    const primary = this.#binding(by, reach, () => this.#primary);
    const lagging =
      replica && this.#binding(by, reach, () => replica.at(this.scheduler.now - lag()));
    return {
      ...primary,
      withSession: (constraint: string) =>
        constraint === 'first-unconstrained' && lagging ? lagging : primary,
    } as unknown as D1Database;
  }

  #binding(by: Invocation, { rewrite = (text) => text }: Reach, store: () => Store) {
    const send = <T>(effect: () => T) => call(this.scheduler, this.service, by, effect);
    const statement = (text: string, params: readonly SQLInputValue[]) => ({
      text,
      params,
      bind: (...values: SQLInputValue[]) => statement(text, values),
      all: () => send(() => ({ results: this.#run(by, store(), [{ text, params }])[0] })),
      run: () => send(() => ({ results: this.#run(by, store(), [{ text, params }])[0] })),
      raw: () =>
        send(() => {
          if (!isWrite(text)) return store().raw({ text, params });
          return this.#run(by, store(), [{ text, params }])[0]?.map((row) => Object.values(row));
        }),
    });
    return {
      prepare: (text: string) => statement(rewrite(text), []),
      batch: (statements: Statement[]) =>
        send(() =>
          this.#run(by, store(), statements).map((results) => ({ results, success: true })),
        ),
    };
  }

  #run(
    by: Invocation,
    store: Store,
    statements: readonly Statement[],
  ): Record<string, unknown>[][] {
    if (!statements.some(({ text }) => isWrite(text)))
      return statements.map((statement) => store.all(statement));
    if (store !== this.#primary) throw new Error('the model sends writes to the primary only');
    const before = store.changes;
    const results = store.transaction(() => statements.map((statement) => store.all(statement)));
    const changed = store.changes > before;
    if (changed && this.#pasts.length > 0) this.#remember();
    this.onCommit(
      by,
      changed,
      statements.map(({ text }) => text),
    );
    return results;
  }
}

/** What a replica has once shown, it does not go back behind. */
export interface Replica {
  /** What the primary was at `time`. */
  at(time: number): Store;
}

function replicaStore(past: Past | null): Store {
  shownByReplicas ??= { store: new Store(), past: null };
  const { store } = shownByReplicas;
  if (shownByReplicas.past === past) return store;
  shownByReplicas.past = past;
  store.empty(replicated);
  for (const [i, table] of replicated.entries()) {
    for (const row of past?.rows[i] ?? []) {
      const text = `INSERT INTO ${table} VALUES (${row.map(() => '?').join(', ')})`;
      store.all({ text, params: row as SQLInputValue[] });
    }
  }
  return store;
}
