/**
 * An hour of reads in virtual time, answered by src/status-cache as it is, over a D1 and a KV that
 * count. Built for Node and run in a thread by test/bench/zipf.ts; what is simulated stands in
 * docs/benchmarks.md.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { and, eq, sql } from 'drizzle-orm';
import { Caches } from '../../../src/caches.ts';
import { createDatabase } from '../../../src/db/client.ts';
import { oauthAccounts } from '../../../src/db/schema.ts';
import type { Deps } from '../../../src/deps.ts';
import { OwnDeliveries } from '../../../src/events/own-deliveries.ts';
import { createRegistry } from '../../../src/providers/registry.ts';
import { schedule } from '../../../src/refresh/schedule.ts';
import { readSnapshot } from '../../../src/status-cache/cache.ts';
import { changeVisibly } from '../../../src/status-cache/changes.ts';
import { type Found, MemoryTier } from '../../../src/status-cache/memory.ts';
import { publish } from '../../../src/status-cache/publish.ts';
import { HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../../src/time.ts';
import { CountingD1, CountingKv } from './stores.ts';
import { untilAllWait, VirtualTime } from './time.ts';

export interface Workload {
  users: number;
  accountsPerUser: number;
  readsPerSecond: number;
  seconds: number;
  /** One request in so many is a change. */
  changeEvery: number;
  /** How fast what is due at a tick is refreshed. */
  refreshesPerSecond: number;
  seed: number;
  /** Folder of the migrations. */
  migrations: string;
}

export interface Hour {
  reads: number;
  changes: number;
  /** Statements that D1 ran for reads, fills, verifications and changes. */
  queries: number;
  /** Those of them that the changes themselves are; without a cache they are just as many. */
  changing: number;
  memoryHits: number;
  kvReads: number;
  kvWrites: number;
  kvRefused: number;
}

/** Cron comes a little after the minute. */
const CRON_LATE_MS = 1_000;

async function simulate(workload: Workload): Promise<Hour> {
  const random = mulberry32(workload.seed);
  const start = Date.UTC(2026, 10, 22, 12);
  const time = new VirtualTime(start);
  const d1 = new CountingD1(time, workload.migrations);
  const kv = new CountingKv(time);
  const memory = new WatchedMemory();
  const deps = depsOf(time, d1, kv, memory, random);
  insertAccounts(d1, workload, start, random);

  const total = workload.readsPerSecond * workload.seconds;
  const pick = zipf(workload.users, random);
  let [changes, changing, nextTick] = [0, 0, start];
  for (let i = 0; i < total; i += 1) {
    const now = start + (i * 1000) / workload.readsPerSecond;
    if (now >= nextTick) {
      scheduleRefreshes(d1, time, workload, nextTick + CRON_LATE_MS, random);
      nextTick += MINUTE;
    }
    await time.runUntil(now);
    const user = `user-${pick()}`;
    if (i % workload.changeEvery === workload.changeEvery - 1) {
      changes += 1;
      changing += 1;
      deps.waitUntil(change(deps, user));
      await untilAllWait();
    } else {
      memory.missed = false;
      deps.waitUntil(readSnapshot(deps, user, 0));
      // A hit in memory leaves nothing to be done; anything else goes on before time does.
      if (memory.missed) await untilAllWait();
    }
  }
  await time.runUntil(time.now + MINUTE);
  return {
    reads: total - changes,
    changes,
    queries: d1.queries,
    changing,
    memoryHits: memory.stats(time.now).hits,
    kvReads: kv.reads,
    kvWrites: kv.writes,
    kvRefused: kv.refused,
  };
}

class WatchedMemory extends MemoryTier {
  missed = false;

  override find(userId: string, atLeast: number, now: number): Found {
    const found = super.find(userId, atLeast, now);
    if (!found.hit) this.missed = true;
    return found;
  }
}

function depsOf(
  time: VirtualTime,
  d1: CountingD1,
  kv: CountingKv,
  memory: MemoryTier,
  random: () => number,
): Deps {
  const db = createDatabase(d1.binding);
  const log: Deps['log'] = {
    info: () => {},
    // 429 is not logged; nothing else may go wrong here.
    warn: (event) => {
      throw new Error(event);
    },
    error: (event) => {
      throw new Error(event);
    },
    with: () => log,
  };
  // What the status cache uses; it asks for nothing else.
  const used: Partial<Deps> = {
    db,
    session: () => db,
    kv: kv.binding,
    memory,
    caches: new Caches(),
    ownDeliveries: new OwnDeliveries(),
    now: () => Math.floor(time.now),
    random,
    sleep: (ms) => time.pause(ms),
    log,
    // Its failure ends the simulation, as an unhandled rejection.
    waitUntil: () => {},
  };
  return used as Deps;
}

async function change(deps: Deps, userId: string): Promise<void> {
  const now = deps.now();
  const touch = deps.db
    .update(oauthAccounts)
    .set({ displayName: `Renamed ${now}`, updatedAt: now })
    .where(
      and(eq(oauthAccounts.provider, 'reddit'), eq(oauthAccounts.providerAccountId, `${userId}-0`)),
    );
  const { snapshot } = await changeVisibly(deps, userId, [touch], sql`1`);
  await publish(deps, snapshot);
}

/** Each account at its own point of its hour. */
function insertAccounts(
  d1: CountingD1,
  { users, accountsPerUser }: Workload,
  start: number,
  random: () => number,
): void {
  const account = d1.sqlite.prepare(
    `INSERT INTO oauth_accounts (user_id, provider, provider_account_id, subject, access_token,
       refresh_token, expires_at, token_type, scope, requested_scope, parameters, metadata,
       display_name, state, token_version, refresh_due_at, last_refreshed_at, last_used_at,
       created_at, updated_at)
     VALUES (?1, 'reddit', ?2, ?2, 'sealed', 'sealed', ?3, 'bearer', '["identity"]',
       '["identity"]', '{}', '{}', 'Account', 'active', ?4, ?5, ?4, ?4, ?4, ?4)`,
  );
  const version = d1.sqlite.prepare('INSERT INTO user_versions (user_id, version) VALUES (?, ?)');
  d1.sqlite.exec('BEGIN');
  for (let user = 0; user < users; user += 1) {
    for (let i = 0; i < accountsPerUser; i += 1) {
      let issuedAt = start - Math.floor(random() * HOUR);
      let next = dueAfter(issuedAt, random);
      if (next.dueAt <= start) {
        issuedAt = next.dueAt;
        next = dueAfter(issuedAt, random);
      }
      account.run(`user-${user}`, `user-${user}-${i}`, issuedAt + HOUR, issuedAt, next.dueAt);
    }
    version.run(`user-${user}`, start - HOUR);
  }
  d1.sqlite.exec('COMMIT');
}

const provider = createRegistry({}, 'http://localhost').get('reddit');

/** The product's own schedule, for a token of one hour that is in use. */
function dueAfter(now: number, random: () => number): { dueAt: number } {
  if (!provider) throw new Error('there is no such provider');
  const { refreshDueAt } = schedule({
    provider,
    now,
    expiresAt: now + HOUR,
    refreshExpiresAt: null,
    hasRefreshToken: true,
    lastUsedAt: now,
    createdAt: now,
    lastRefreshedAt: now,
    idleAfterMs: 0,
    random: random(),
  });
  if (refreshDueAt === null) throw new Error('an hour of life has a due time');
  return { dueAt: refreshDueAt };
}

/**
 * What is due at a tick, one after the other, and quietly, as src/refresh does it within two
 * minutes of the due time. Not counted: with or without a cache, refreshes cost the same.
 */
function scheduleRefreshes(
  d1: CountingD1,
  time: VirtualTime,
  { refreshesPerSecond }: Workload,
  from: number,
  random: () => number,
): void {
  const due = d1.prepared('SELECT id FROM oauth_accounts WHERE refresh_due_at <= ?').all(from);
  const refresh = d1.prepared(
    `UPDATE oauth_accounts SET expires_at = ?2, refresh_due_at = ?3, last_refreshed_at = ?4,
       token_version = ?4 WHERE id = ?1`,
  );
  due.forEach(({ id }, i) => {
    time.at(from + (i * 1000) / refreshesPerSecond, () => {
      const now = Math.floor(time.now);
      refresh.run(id as number, now + HOUR, dueAfter(now, random).dueAt, now);
    });
  });
}

/** Exponent 1: the user of rank r is asked for in proportion to 1 / r. */
function zipf(users: number, random: () => number): () => number {
  const sums = new Float64Array(users);
  let sum = 0;
  for (let rank = 0; rank < users; rank += 1) {
    sum += 1 / (rank + 1);
    sums[rank] = sum;
  }
  return () => {
    const wanted = random() * sum;
    let [low, high] = [0, users - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** A small generator with a seed: the hour can be repeated. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

parentPort?.postMessage(await simulate(workerData as Workload));
