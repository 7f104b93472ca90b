/**
 * Deps for tests: the real D1, KV and queue of the test runtime, a clock that stands still until
 * it is moved, a log that keeps its lines, and a `waitUntil` that can be waited for.
 */
import { env } from 'cloudflare:workers';
import { unlimited } from '../../src/budget';
import { Caches } from '../../src/caches';
import { type Bindings, readConfig } from '../../src/config';
import { createDatabase } from '../../src/db/client';
import type { Deps } from '../../src/deps';
import { OwnDeliveries } from '../../src/events/own-deliveries';
import { createLog } from '../../src/log';
import { MemoryTier } from '../../src/status-cache/memory';
import { FILL_POLL_MS } from '../../src/status-cache/publish';
import { createVault } from '../../src/vault/vault';

export interface TestClock {
  now(): number;
  /** Moves on by so many ms. */
  advance(ms: number): void;
  set(now: number): void;
}

/** 2026-11-22T12:00:00Z, unless told. */
export function testClock(start = Date.UTC(2026, 10, 22, 12)): TestClock {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    set: (value) => {
      now = value;
    },
  };
}

export interface TestDeps extends Deps {
  clock: TestClock;
  /** Every line that was logged, as JSON text. */
  logLines: string[];
  /** Waits until all work given to `waitUntil` is done, including what that work gave to it. */
  settle(): Promise<void>;
}

/** By default a real-time start, so that KV's and D1's own clocks agree with the test's. */
export function testDeps(overrides: Partial<Deps> & { clock?: TestClock } = {}): TestDeps {
  const clock = overrides.clock ?? testClock(Date.now());
  const logLines: string[] = [];
  const pending: Promise<unknown>[] = [];
  const bindings = env as Bindings;
  const config = overrides.config ?? readConfig({ ...env });
  const now = overrides.now ?? (() => clock.now());
  const waitUntil: Deps['waitUntil'] =
    overrides.waitUntil ??
    ((work) => {
      pending.push(work);
    });
  return {
    config,
    budget: unlimited,
    db: createDatabase(bindings.DB),
    session: (constraint) => createDatabase(bindings.DB.withSession(constraint)),
    kv: bindings.STATUS_CACHE,
    queue: bindings.REFRESH_QUEUE ?? null,
    assets: bindings.ASSETS ?? null,
    vault: createVault(config.keyring),
    memory: new MemoryTier(),
    caches: new Caches(),
    fetch: async () => {
      throw new TypeError('this test expects no request');
    },
    now,
    random: () => 0.5,
    uuid: () => crypto.randomUUID(),
    // Moves the clock instead of waiting, and lets other work go on. Fills of KV
    // wait in the background for reads to pause: that takes no time that a test counts.
    sleep: async (ms) => {
      if (ms > FILL_POLL_MS) clock.advance(ms);
      await scheduler.wait(0);
    },
    log: createLog((line) => logLines.push(line), now),
    ownDeliveries: new OwnDeliveries(),
    waitUntil,
    ...overrides,
    clock,
    logLines,
    async settle() {
      for (let work = pending.shift(); work; work = pending.shift()) await work;
    },
  };
}
