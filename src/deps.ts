/**
 * What the code below the routes works with. Passed whole, as a plain argument, so that a cron
 * tick, a queue message, a request and a test can all provide it.
 */
import type { CallBudget } from './budget';
import type { Caches } from './caches';
import type { Config } from './config';
import type { Database } from './db/client';
import type { OwnDeliveries } from './events/own-deliveries';
import type { Log } from './log';
import type { MemoryTier } from './status-cache/memory';
import type { Vault } from './vault/vault';

export interface Deps {
  config: Config;
  /** What this invocation may still ask for. */
  budget: CallBudget;
  /** The primary. */
  db: Database;
  /** A D1 session: replicas may answer, as far as the constraint allows. */
  session(constraint: 'first-primary' | 'first-unconstrained'): Database;
  kv: KVNamespace;
  /** Null where no queue is bound: everything works without. */
  queue: Queue<unknown> | null;
  /** What stands in assets/; null where it is not bound. */
  assets: Pick<Fetcher, 'fetch'> | null;
  vault: Vault;
  /** This isolate's cache of snapshots. */
  memory: MemoryTier;
  /** All else that lives as long as the isolate. */
  caches: Caches;
  fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  now(): number;
  /** 0 <= x < 1; for jitter only, never for secrets. */
  random(): number;
  /** A new UUID: ids of claims and attempts. */
  uuid(): string;
  /** Resolves after so many ms: pauses between tries. */
  sleep(ms: number): Promise<void>;
  log: Log;
  /** Deliveries of events that this invocation has written: it is the one to send them. */
  ownDeliveries: OwnDeliveries;
  /** Keeps the invocation alive for work that goes on after the reply. */
  waitUntil(work: Promise<unknown>): void;
}
