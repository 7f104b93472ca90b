/** KV and D1 as the local runtime cannot show them: slow, refusing, away, lagging behind. */
import { env } from 'cloudflare:workers';
import { createDatabase, type Database } from '../../src/db/client';

type KvPart = 'get' | 'put' | 'delete' | 'list';
// biome-ignore lint/suspicious/noExplicitAny: KV's overloads cannot be named one by one
type KvCall = (...args: any[]) => Promise<unknown>;

/** The real KV, with some of its calls replaced. */
export function kvWith(replaced: Partial<Record<KvPart, KvCall>>): KVNamespace {
  const kv = env.STATUS_CACHE;
  return {
    get: kv.get.bind(kv),
    put: kv.put.bind(kv),
    delete: kv.delete.bind(kv),
    list: kv.list.bind(kv),
    ...replaced,
  } as unknown as KVNamespace;
}

export const tooOften = async (): Promise<never> => {
  throw new Error('KV PUT failed: 429 Too Many Requests');
};

export const quotaSpent = async (): Promise<never> => {
  throw new Error('KV put() limit exceeded for the day.');
};

export const kvAway = (): KVNamespace => {
  const fail = async () => {
    throw new Error('KV GET failed: 503 Service Unavailable');
  };
  return kvWith({ get: fail, put: fail, delete: fail, list: fail });
};

export function d1Away(): Database {
  const fail = async () => {
    throw new Error('D1_ERROR: Network connection lost.');
  };
  const statement = { bind: () => statement, all: fail, run: fail, raw: fail, first: fail };
  return createDatabase({ prepare: () => statement, batch: fail } as unknown as D1Database);
}

/** The real D1, with its batches handed through `around`. */
export const d1With = (
  around: (batch: () => Promise<D1Result[]>) => Promise<D1Result[]>,
): Database =>
  createDatabase({
    prepare: (query: string) => env.DB.prepare(query),
    batch: (statements: D1PreparedStatement[]) => around(() => env.DB.batch(statements)),
  } as unknown as D1Database);

/** The real D1, with its single statements handed through `around`. */
export function readsWith(around: (read: () => Promise<unknown>) => Promise<unknown>): Database {
  const statement = (real: D1PreparedStatement): object => ({
    bind: (...values: unknown[]) => statement(real.bind(...values)),
    all: () => around(() => real.all()),
    raw: () => around(() => real.raw()),
  });
  return createDatabase({
    prepare: (query: string) => statement(env.DB.prepare(query)),
  } as unknown as D1Database);
}

/** A promise and what resolves it. */
export const gate = () => Promise.withResolvers<void>();

export const storedIn = async (key: string): Promise<{ version: number } | null> => {
  const text = await env.STATUS_CACHE.get(key);
  return text === null ? null : JSON.parse(text);
};
