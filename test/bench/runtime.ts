/**
 * workerd with the Workers that are measured, side by side on one D1 and one KV, each reached by
 * a socket of its own: no proxy in between.
 */
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { readMigrations, testSettings } from '../support/settings.ts';

export interface Runtime {
  port(worker: string): Promise<number>;
  miniflare: Miniflare;
  stop(): Promise<void>;
}

const COMPATIBILITY_DATE = '2026-10-01';

/** Nobody is refused: a round asks more often than a user may. */
const RATE_LIMITS = Object.fromEntries(
  ['CONNECT', 'DISCONNECT', 'REFRESH', 'STATUS'].map((name, i) => [
    `RATE_LIMIT_${name}`,
    { namespace_id: String(4200 + i), simple: { limit: 1_000_000, period: 60 as const } },
  ]),
);

export interface RuntimeOptions {
  /** Added to those of the tests. */
  settings?: Readonly<Record<string, string>>;
  inspectorPort?: number;
  /** Workers that have the rate limiters bound. */
  limited?: readonly string[];
}

/** `workers`: name -> one ES module. */
export async function startRuntime(
  workers: Readonly<Record<string, string>>,
  { settings = {}, inspectorPort, limited = [] }: RuntimeOptions = {},
): Promise<Runtime> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      // The product writes a line for each request. It is read, but nobody looks at it.
      ...(inspectorPort === undefined ? {} : { inspectorPort }),
      handleStructuredLogs: () => {},
      workers: Object.entries(workers).map(([name, script]) => ({
        name,
        modules: true,
        script,
        compatibilityDate: COMPATIBILITY_DATE,
        compatibilityFlags: ['enable_request_signal', 'global_fetch_strictly_public', 'nodejs_als'],
        bindings: { ...testSettings, ...settings },
        d1Databases: { DB: 'bench' },
        kvNamespaces: { STATUS_CACHE: 'bench' },
        ...(limited.includes(name) ? { ratelimits: RATE_LIMITS } : {}),
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      })),
    }),
  );
  await miniflare.ready;
  const [first = ''] = Object.keys(workers);
  const db = await miniflare.getD1Database('DB', first);
  for (const { queries } of await readMigrations()) {
    await db.batch(queries.map((query) => db.prepare(query)));
  }
  return {
    miniflare,
    port: async (worker) => Number((await miniflare.unsafeGetDirectURL(worker)).port),
    stop: () => miniflare.dispose(),
  };
}
