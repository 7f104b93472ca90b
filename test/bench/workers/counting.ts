/** D1 and KV that count what they are asked. */

export interface Counts {
  d1Calls: number;
  rowsWritten: number;
  kvOperations: number;
}

export function countedD1(db: D1Database, counts: Counts): D1Database {
  const originals = new WeakMap<object, D1PreparedStatement>();
  const done = <T>(result: D1Result<T>): D1Result<T> => {
    counts.rowsWritten += result.meta.rows_written;
    return result;
  };
  const statement = (original: D1PreparedStatement) => {
    const all = async () => {
      counts.d1Calls += 1;
      return done(await original.all<Record<string, unknown>>());
    };
    const counted = {
      bind: (...values: unknown[]) => statement(original.bind(...values)),
      all,
      run: all,
      // D1's own `raw` does not tell how many rows were written.
      raw: async () => (await all()).results.map((row) => Object.values(row)),
    };
    originals.set(counted, original);
    return counted as unknown as D1PreparedStatement;
  };
  const counted = {
    prepare: (query: string) => statement(db.prepare(query)),
    batch: async (statements: D1PreparedStatement[]) => {
      counts.d1Calls += 1;
      const results = await db.batch(statements.map((one) => originals.get(one) ?? one));
      return results.map(done);
    },
    withSession: () => counted,
  };
  return counted as unknown as D1Database;
}

export const countedKv = (kv: KVNamespace, counts: Counts): KVNamespace =>
  new Proxy(kv, {
    get(_, name) {
      const value: unknown = Reflect.get(kv, name, kv);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        counts.kvOperations += 1;
        return value.apply(kv, args);
      };
    },
  });
