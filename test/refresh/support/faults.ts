/** D1, KV and queue that count what they do, and fail when a test wants it. */
import { env } from 'cloudflare:workers';
import { createDatabase } from '../../../src/db/client';
import type { Deps } from '../../../src/deps';

type Write = 'run' | 'all' | 'raw' | 'first';

/** `sql`: of the statement, or of all in a batch. Throwing makes the call fail. */
export interface D1Hooks {
  before?(sql: string): void | Promise<void>;
  after?(sql: string): void | Promise<void>;
}

export interface Meter {
  rowsWritten: number;
  rowsRead: number;
  calls: string[];
  /** Every statement that was run, once. */
  statements: Set<string>;
}

interface Wrapped {
  real: D1PreparedStatement;
  sql: string;
}

const wrapped = new WeakMap<object, Wrapped>();

/** The real database behind hooks and a meter. */
export function hookedDb(hooks: D1Hooks = {}): { db: Deps['db']; meter: Meter; hooks: D1Hooks } {
  const meter: Meter = { rowsWritten: 0, rowsRead: 0, calls: [], statements: new Set() };
  const count = (results: D1Result[]) => {
    for (const { meta } of results) {
      meter.rowsWritten += meta.rows_written;
      meter.rowsRead += meta.rows_read;
    }
  };
  const call = async <T>(sql: string, work: () => Promise<T>): Promise<T> => {
    meter.calls.push(sql);
    await hooks.before?.(sql);
    const result = await work();
    await hooks.after?.(sql);
    return result;
  };
  const wrap = (real: D1PreparedStatement, sql: string): D1PreparedStatement => {
    const perform = (kind: Write) =>
      call(sql, async () => {
        meter.statements.add(sql);
        const result = await real.all();
        count([result]);
        if (kind === 'raw') return result.results.map((row) => Object.values(row as object));
        return kind === 'first' ? (result.results[0] ?? null) : result;
      });
    const statement = {
      bind: (...values: unknown[]) => wrap(real.bind(...values), sql),
      run: () => perform('run'),
      all: () => perform('all'),
      raw: () => perform('raw'),
      first: () => perform('first'),
    } as unknown as D1PreparedStatement;
    wrapped.set(statement, { real, sql });
    return statement;
  };
  const d1 = {
    prepare: (sql: string) => wrap(env.DB.prepare(sql), sql),
    batch: (statements: D1PreparedStatement[]) => {
      const parts = statements.map((statement) => wrapped.get(statement) as Wrapped);
      for (const { sql } of parts) meter.statements.add(sql);
      return call(parts.map(({ sql }) => sql).join(';\n'), async () => {
        const results = await env.DB.batch(parts.map(({ real }) => real));
        count(results);
        return results;
      });
    },
  } as unknown as D1Database;
  return { db: createDatabase(d1), meter, hooks };
}

/** KV that counts its calls, and fails while `down`. */
export function countedKv(): { kv: KVNamespace; calls: string[]; state: { down: boolean } } {
  const calls: string[] = [];
  const state = { down: false };
  const kv = new Proxy(env.STATUS_CACHE, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        calls.push(`${String(name)} ${String(args[0])}`);
        if (state.down) return Promise.reject(new Error('KV is down: 503'));
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { kv, calls, state };
}

/** A queue that keeps what it was sent, and fails while `down`. */
export function keptQueue(): {
  queue: Queue<unknown>;
  sent: unknown[];
  state: { down: boolean };
} {
  const sent: unknown[] = [];
  const state = { down: false };
  const take = async (bodies: unknown[]) => {
    if (state.down) throw new Error('the queue is down');
    sent.push(...bodies);
  };
  const queue = {
    send: (body: unknown) => take([body]),
    sendBatch: (messages: Iterable<MessageSendRequest<unknown>>) =>
      take([...messages].map(({ body }) => body)),
  } as unknown as Queue<unknown>;
  return { queue, sent, state };
}
