/** D1 and KV that count what they are asked. */

export interface Counts {
  d1Calls: number;
  rowsWritten: number;
  kvOperations: number;
}

/** `seen` is told of each statement that was run. */
export function countedD1(
  db: D1Database,
  counts: Counts,
  seen: (query: string, rowsWritten: number) => void = () => {},
): D1Database {
  const originals = new WeakMap<object, { original: D1PreparedStatement; query: string }>();
  const done = <T>(result: D1Result<T>, query: string): D1Result<T> => {
    counts.rowsWritten += result.meta.rows_written;
    seen(query, result.meta.rows_written);
    return result;
  };
  const statement = (original: D1PreparedStatement, query: string) => {
    const all = async () => {
      counts.d1Calls += 1;
      return done(await original.all<Record<string, unknown>>(), query);
    };
    const counted = {
      bind: (...values: unknown[]) => statement(original.bind(...values), query),
      all,
      run: all,
      // D1's own `raw` does not tell how many rows were written.
      raw: async () => (await all()).results.map((row) => Object.values(row)),
    };
    originals.set(counted, { original, query });
    return counted as unknown as D1PreparedStatement;
  };
  const counted = {
    prepare: (query: string) => statement(db.prepare(query), query),
    batch: async (statements: D1PreparedStatement[]) => {
      counts.d1Calls += 1;
      const known = statements.map((one) => originals.get(one) ?? { original: one, query: '' });
      const results = await db.batch(known.map(({ original }) => original));
      return results.map((result, i) => done(result, known[i]?.query ?? ''));
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
