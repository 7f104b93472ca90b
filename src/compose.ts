/**
 * Puts the parts together for one invocation: a request, a cron tick, a batch of messages. What
 * may live as long as the isolate (checked configuration, derived keys, the memory tier) is made
 * once; what belongs to the invocation is made anew.
 */
import { type Bindings, type Config, readConfig } from './config';
import { createDatabase, type Database } from './db/client';
import type { Deps } from './deps';
import { createLog, type Log, type LogFields } from './log';
import { MemoryTier } from './status-cache/memory';
import { createVault, type Vault } from './vault/vault';

const memory = new MemoryTier();

/** There is no telling when a reply has left; by then it has, if it was ready. */
const AFTER_REPLY_MS = 10;

/** Made once for an environment: the bindings are the same for all requests of an isolate. */
interface Isolate {
  config: Config;
  db: Database;
  vault: Vault;
}

const isolates = new WeakMap<Bindings, Isolate>();

/** @throws ConfigError */
function isolateOf(env: Bindings): Isolate {
  const known = isolates.get(env);
  if (known) return known;
  const config = readConfig(env);
  const isolate = { config, db: createDatabase(env.DB), vault: createVault(config.keyring) };
  isolates.set(env, isolate);
  return isolate;
}

export const createRootLog = (fields: LogFields = {}): Log =>
  createLog((line) => console.log(line), Date.now, fields);

/** What a hit in memory needs; null before the first `depsOf`. */
export function memoryDepsOf(env: Bindings): Pick<Deps, 'config' | 'memory' | 'now'> | null {
  const isolate = isolates.get(env);
  return isolate ? { config: isolate.config, memory, now: Date.now } : null;
}

/** @throws ConfigError when a setting is missing or wrong */
export function depsOf(
  env: Bindings,
  ctx: Pick<ExecutionContext, 'waitUntil'>,
  log: Log = createRootLog(),
): Deps {
  const waitUntil: Deps['waitUntil'] = (work) =>
    ctx.waitUntil(work.catch((error) => log.error('background_work_failed', {}, error)));
  return {
    ...isolateOf(env),
    session: (constraint) => createDatabase(env.DB.withSession(constraint)),
    kv: env.STATUS_CACHE,
    queue: env.REFRESH_QUEUE ?? null,
    assets: env.ASSETS ?? null,
    memory,
    // Unbound, `fetch` would be called with the wrong `this`.
    fetch: (input, init) => fetch(input, init),
    now: Date.now,
    random: Math.random,
    uuid: () => crypto.randomUUID(),
    sleep: (ms) => scheduler.wait(ms),
    log,
    waitUntil,
    afterReply: (work) => waitUntil(scheduler.wait(AFTER_REPLY_MS).then(work)),
  };
}
