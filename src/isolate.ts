/**
 * What lives as long as the isolate (checked configuration, derived keys, the caches), made once;
 * and the dependencies of one invocation: a request, a cron tick, a batch of messages.
 */
import { unlimited } from './budget';
import { Caches } from './caches';
import { type Bindings, readConfig } from './config';
import { createDatabase } from './db/client';
import type { Deps } from './deps';
import { deliverAfterBackgroundWork } from './events/deliver';
import { OwnDeliveries } from './events/own-deliveries';
import { createLog, type Log, type LogFields } from './log';
import { MemoryTier } from './status-cache/memory';
import { createVault } from './vault/vault';

/** What is the same for all invocations. */
type Isolate = Omit<Deps, 'log' | 'ownDeliveries' | 'waitUntil'>;

/** By its bindings, which are one object for all requests of an isolate. */
const isolates = new WeakMap<Bindings, Isolate>();

/** @throws ConfigError */
function createIsolate(env: Bindings): Isolate {
  const config = readConfig(env);
  return {
    config,
    budget: unlimited,
    db: createDatabase(env.DB),
    session: (constraint) => createDatabase(env.DB.withSession(constraint)),
    kv: env.STATUS_CACHE,
    queue: env.REFRESH_QUEUE ?? null,
    assets: env.ASSETS ?? null,
    vault: createVault(config.keyring),
    memory: new MemoryTier(),
    caches: new Caches(),
    // Unbound, `fetch` would be called with the wrong `this`.
    fetch: (input, init) => fetch(input, init),
    now: Date.now,
    random: Math.random,
    uuid: () => crypto.randomUUID(),
    sleep: (ms) => scheduler.wait(ms),
  };
}

/** @throws ConfigError; the next invocation then reads the configuration anew */
function isolateOf(env: Bindings): Isolate {
  const known = isolates.get(env);
  if (known) return known;
  const isolate = createIsolate(env);
  isolates.set(env, isolate);
  return isolate;
}

export const createRootLog = (fields: LogFields = {}): Log =>
  createLog((line) => console.log(line), Date.now, fields);

/** @throws ConfigError when a setting is missing or wrong */
export function depsOf(
  env: Bindings,
  ctx: Pick<ExecutionContext, 'waitUntil'>,
  log: Log = createRootLog(),
): Deps {
  const deps: Deps = {
    ...isolateOf(env),
    log,
    ownDeliveries: new OwnDeliveries(),
    waitUntil: (work) =>
      ctx.waitUntil(
        work
          .catch((error) => log.error('invocation.background_work_failed', {}, error))
          .then(() => deliverAfterBackgroundWork(deps)),
      ),
  };
  return deps;
}
