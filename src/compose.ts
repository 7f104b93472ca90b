/**
 * Puts the parts together for one invocation: a request, a cron tick, a batch of messages. What
 * may live as long as the isolate (checked configuration, derived keys, the memory tier) is made
 * once; what belongs to the invocation is made anew.
 */
import { type Bindings, type Config, configOf } from './config';
import { createDatabase } from './db/client';
import type { Deps } from './deps';
import { createLog, type Log, type LogFields } from './log';
import { MemoryTier } from './status-cache/memory';
import { createVault, type Vault } from './vault/vault';

const memory = new MemoryTier();
const vaults = new WeakMap<Config, Vault>();

export const createRootLog = (fields: LogFields = {}): Log =>
  createLog((line) => console.log(line), Date.now, fields);

/** @throws ConfigError when a setting is missing or wrong */
export function depsOf(
  env: Bindings,
  ctx: Pick<ExecutionContext, 'waitUntil'>,
  log: Log = createRootLog(),
): Deps {
  const config = configOf(env);
  return {
    config,
    db: createDatabase(env.DB),
    session: (constraint) => createDatabase(env.DB.withSession(constraint)),
    kv: env.STATUS_CACHE,
    queue: env.REFRESH_QUEUE ?? null,
    vault: vaultOf(config),
    memory,
    // Unbound, `fetch` would be called with the wrong `this`.
    fetch: (input, init) => fetch(input, init),
    now: Date.now,
    random: Math.random,
    uuid: () => crypto.randomUUID(),
    sleep: (ms) => scheduler.wait(ms),
    log,
    waitUntil: (work) =>
      ctx.waitUntil(work.catch((error) => log.error('background_work_failed', {}, error))),
  };
}

function vaultOf(config: Config): Vault {
  const known = vaults.get(config);
  if (known) return known;
  const vault = createVault(config.keyring);
  vaults.set(config, vault);
  return vault;
}
