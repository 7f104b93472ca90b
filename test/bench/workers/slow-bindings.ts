/**
 * The network that a local run has not: D1 answers after 50 ms, KV after 5 ms where it is hot and
 * after 30 ms where it is cold (a key that was not found, or a list).
 */
const D1_MS = 50;
const KV_HOT_MS = 5;
const KV_COLD_MS = 30;

/** Calls `target`'s own methods, except those that `slower` has. */
function wrapped<T extends object>(target: T, slower: Partial<Record<keyof T, unknown>>): T {
  return new Proxy(target, {
    get(_, name) {
      if (name in slower) return slower[name as keyof T];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Every call that reaches the database takes its 50 ms: a batch is one call. */
const originals = new WeakMap<object, D1PreparedStatement>();

function slowStatement(statement: D1PreparedStatement): D1PreparedStatement {
  const after =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await scheduler.wait(D1_MS);
      return call(...args);
    };
  const slow = wrapped(statement, {
    bind: (...values: unknown[]) => slowStatement(statement.bind(...values)),
    all: after(statement.all.bind(statement)),
    run: after(statement.run.bind(statement)),
    first: after(statement.first.bind(statement)),
    raw: after(statement.raw.bind(statement) as (...args: unknown[]) => Promise<unknown>),
  });
  originals.set(slow, statement);
  return slow;
}

export function slowD1<T extends D1Database | D1DatabaseSession>(db: T): T {
  return wrapped<D1Database>(db as D1Database, {
    prepare: (query: string) => slowStatement(db.prepare(query)),
    batch: async (statements: D1PreparedStatement[]) => {
      await scheduler.wait(D1_MS);
      return db.batch(statements.map((statement) => originals.get(statement) ?? statement));
    },
    ...('withSession' in db
      ? { withSession: (constraint?: string) => slowD1(db.withSession(constraint)) }
      : {}),
  }) as T;
}

export const slowKv = (kv: KVNamespace): KVNamespace =>
  wrapped(kv, {
    get: async (keys: string | string[], options: KVNamespaceGetOptions<'text'>) => {
      const value = await kv.get(keys as string, options);
      const values: unknown[] = Array.isArray(keys)
        ? [...(value as unknown as Map<string, string | null>).values()]
        : [value];
      await scheduler.wait(values.includes(null) ? KV_COLD_MS : KV_HOT_MS);
      return value;
    },
    put: async (...args: Parameters<KVNamespace['put']>) => {
      await scheduler.wait(KV_COLD_MS);
      return kv.put(...args);
    },
  });
