/**
 * The built Worker, run by one or more workerd processes of their own on one D1 and one KV.
 *
 * Two workerd processes cannot open the same SQLite files (SQLITE_BUSY). Miniflare's shared
 * storage lets them elect an owner of the files; the others reach it over a socket, which is also
 * how D1 is reached in production: from elsewhere, one database. The owner is the first process.
 */
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { readMigrations } from '../../support/settings.ts';

export interface WorkerProcesses {
  /** One origin per process. */
  urls: string[];
  sql<T = Record<string, unknown>>(query: string, ...params: unknown[]): Promise<T[]>;
  /** Every key of the namespace with its value. */
  kv(): Promise<Map<string, string>>;
  /** One tick of a cron trigger, in the process of that number. Resolves when the tick is done. */
  cron(process?: number, trigger?: '* * * * *' | '0 * * * *'): Promise<void>;
  /**
   * Kills the process of that number (SIGKILL) and starts it anew. Never the first one, which owns
   * the storage: D1 does not die with a Worker. `killed` is called when it is dead.
   */
  restart(process: number, killed?: () => void): Promise<void>;
  /** Where other local Workers find this one, to bind it: `WRANGLER_REGISTRY_PATH`. */
  registry: string;
  /** What the Workers wrote, line by line. */
  output: string[];
  putKv(key: string, value: string): Promise<void>;
  /** The bytes of all files of D1 and KV. */
  storageFiles(): Promise<Buffer>;
  stop(): Promise<void>;
}

export interface WorkerProcessesOptions {
  bundle: string;
  vars: Record<string, string>;
  /** The port of each process. */
  ports: readonly number[];
  /** Takes every request that the Worker makes to others, instead of the network. */
  outbound?: (request: Request) => Promise<Response>;
}

const COMPATIBILITY_DATE = '2026-10-01';

export async function startWorkerProcesses(
  options: WorkerProcessesOptions,
): Promise<WorkerProcesses> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-e2e-state-'));
  // Also after Ctrl-C, at which Miniflare ends this process.
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  const output: string[] = [];
  const registry = join(folder, 'registry');
  const { outbound } = options;
  const start = async (port: number): Promise<Miniflare> => {
    const miniflare = new Miniflare({
      ...convertV4MiniflareOptions({
        name: 'mooring',
        modules: true,
        script: options.bundle,
        compatibilityDate: COMPATIBILITY_DATE,
        compatibilityFlags: ['enable_request_signal', 'global_fetch_strictly_public', 'nodejs_als'],
        bindings: { ...options.vars, PROCESS: String(options.ports.indexOf(port)) },
        ...(outbound ? { outboundService: outbound } : {}),
        d1Databases: ['DB'],
        kvNamespaces: ['STATUS_CACHE'],
        // As in a deployment that has switched them on; the local runtime drops what is written.
        analyticsEngineDatasets: {
          STATUS_ANALYTICS: { dataset: 'mooring_status' },
          CALL_ANALYTICS: { dataset: 'mooring_calls' },
        },
        assets: {
          directory: join(import.meta.dirname, '../../../assets'),
          binding: 'ASSETS',
          routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
        },
        resourcePersistencePath: join(folder, 'state'),
        isolatedResourcePersistencePath: join(folder, `process-${port}`),
        unsafeDevRegistryPath: registry,
        unsafeDirectSockets: [{ host: '127.0.0.1', port }],
        handleStructuredLogs: ({ message }) => output.push(message),
      }),
      // The converter leaves this one out.
      unsafeEnableSharedStorage: true,
    });
    await miniflare.ready;
    return miniflare;
  };
  const processes: Miniflare[] = [];
  // One after the other: the first owns the storage, and the next ones must find it.
  for (const port of options.ports) processes.push(await start(port));
  const owner = processes[0];
  if (!owner) throw new Error('name at least one port');
  const db = await owner.getD1Database('DB');
  for (const { queries } of await readMigrations()) {
    await db.batch(queries.map((query) => db.prepare(query)));
  }

  return {
    urls: options.ports.map((port) => `http://localhost:${port}`),
    registry,
    output,
    async sql<T>(query: string, ...params: unknown[]) {
      const { results } = await db
        .prepare(query)
        .bind(...params)
        .all<T>();
      return results;
    },
    async kv() {
      const namespace = await owner.getKVNamespace('STATUS_CACHE');
      const { keys } = await namespace.list();
      const entries = new Map<string, string>();
      for (const { name } of keys) entries.set(name, (await namespace.get(name, 'text')) ?? '');
      return entries;
    },
    async cron(number = 0, trigger = '* * * * *') {
      const worker = await processes[number]?.getWorker();
      const result = await worker?.scheduled({ cron: trigger });
      if (result?.outcome !== 'ok') throw new Error(`cron ended with ${result?.outcome}`);
    },
    async restart(number, killed = () => {}) {
      const port = options.ports[number];
      if (number === 0 || port === undefined)
        throw new Error(`process ${number} is not to be killed`);
      await processes[number]?.dispose();
      killed();
      processes[number] = await start(port);
    },
    async putKv(key, value) {
      await (await owner.getKVNamespace('STATUS_CACHE')).put(key, value);
    },
    async storageFiles() {
      const files = await readdir(join(folder, 'state'), { recursive: true, withFileTypes: true });
      const wanted = files.filter((file) => file.isFile());
      return Buffer.concat(
        await Promise.all(wanted.map((file) => readFile(join(file.parentPath, file.name)))),
      );
    },
    async stop() {
      // Last started first: the owner of the storage goes when nobody needs it any more.
      for (const miniflare of processes.toReversed()) await miniflare.dispose();
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
      process.off('exit', removeFolder);
    },
  };
}
