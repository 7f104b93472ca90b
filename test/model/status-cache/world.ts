/** Several locations with their isolates, one KV, one D1 with a replica in each location. */
import { createDatabase } from '../../../src/db/client';
import type { ReadDeps } from '../../../src/status-cache/cache';
import { keyOf } from '../../../src/status-cache/kv';
import { MemoryTier } from '../../../src/status-cache/memory';
import type { Snapshot } from '../../../src/status-cache/snapshot';
import { type Scheduler, START } from '../kernel/clock';
import { D1, type Replica } from '../kernel/d1';
import { Journal } from '../kernel/journal';
import { type KvLocation, KvStore } from '../kernel/kv';
import type { Caller, Service } from '../kernel/network';
import { between, chance, type Random } from '../kernel/random';
import { type Plan, weathers } from './plan';
import { Truth } from './truth';

export const users = ['ada', 'bob'];

/** Two locations with two isolates each; their clocks are up to 2 s apart. */
const places = [
  { location: 0, clock: -900 },
  { location: 0, clock: 0 },
  { location: 1, clock: 900 },
  { location: 1, clock: -300 },
];

const PRIMARY_ANSWERS = 0.3;

interface Location {
  kv: KvLocation;
  replica: Replica;
}

export interface Isolate {
  name: string;
  location: Location;
  clock: number;
  memory: MemoryTier;
  /** Grows with each death. */
  life: number;
}

/** What a broken product would do, where its parts are handed in. Each is a mutant's one flag. */
export interface Mutation {
  memory?: () => MemoryTier;
  /** Around the parts that an isolate gets for one request. */
  deps?: (deps: ReadDeps, request: { isolate: Isolate; atLeast: number }) => ReadDeps;
  /** A failed refresh is only published by the try that hit, even where its answer got lost. */
  trustsLostAnswers?: boolean;
}

const log = { info() {}, warn() {}, error() {}, with: () => log };

export class World extends Journal {
  readonly truth: Truth;
  readonly kv: KvStore;
  readonly d1: D1;
  readonly isolates: Isolate[];
  /** Requests and background work. */
  underWay = 0;
  readonly #services: readonly Service[];

  constructor(
    scheduler: Scheduler,
    readonly plan: Plan,
    readonly mutation: Mutation,
    tracing: boolean,
  ) {
    super(scheduler, tracing);
    const { kvSlow, d1Slow, d1Failing, kvFailing } = weathers[plan.weather];
    this.truth = new Truth(scheduler, users);
    const kv: Service = {
      limitMs: 15_000,
      weather: { slow: kvSlow, failing: kvFailing },
      failure: 'KV failed: 503 Service Unavailable',
      pending: 0,
    };
    const d1: Service = {
      limitMs: 30_000,
      weather: { slow: d1Slow, failing: d1Failing },
      failure: 'D1_ERROR: Network connection lost.',
      pending: 0,
    };
    this.#services = [kv, d1];
    this.kv = new KvStore(
      scheduler,
      kv,
      (key, text) => {
        const user = users.find((name) => keyOf(name) === key);
        const snapshot = text === null ? null : (JSON.parse(text) as Snapshot);
        if (user) this.truth.stored(user, snapshot);
        this.note(() => `KV ${snapshot ? describe(snapshot) : `${key} deleted`}`);
      },
      (key) => {
        this.cover('429 of KV');
        this.note(() => `KV ${key}: 429`);
      },
    );
    this.d1 = new D1(scheduler, d1, ['oauth_accounts', 'user_versions'], () => {
      this.truth.observe(this.d1);
      this.note(
        () => `D1 ${users.map((u) => `${u}: ${describeState(this.truth.now(u))}`).join('; ')}`,
      );
    });
    const locations = [0, 1].map(() => ({ kv: this.kv.location(), replica: this.d1.replica() }));
    this.isolates = places.map(({ location, clock }, i) => {
      const at = locations[location];
      if (!at) throw new Error('no such location');
      return { name: `isolate ${i}`, location: at, clock, memory: this.#memory(), life: 0 };
    });
  }

  isolate(i: number): Isolate {
    const isolate = this.isolates[i % this.isolates.length];
    if (!isolate) throw new Error('no isolate');
    return isolate;
  }

  /** Nobody does anything, and nothing is on its way. */
  get quiet(): boolean {
    return this.underWay === 0 && this.#services.every(({ pending }) => pending === 0);
  }

  /** All that it was doing ends; what it had sent arrives all the same. */
  kill(isolate: Isolate): void {
    isolate.life += 1;
    isolate.memory = this.#memory();
  }

  #memory(): MemoryTier {
    return this.mutation.memory?.() ?? new MemoryTier();
  }

  /** The parts for one request in this isolate; `random` decides what its calls meet. */
  deps(isolate: Isolate, random: Random, atLeast = 0): ReadDeps {
    const { life } = isolate;
    const caller: Caller = { random, alive: () => isolate.life === life };
    const { lag } = this.plan;
    const d1 = this.d1.bind(caller, isolate.location.replica, () =>
      chance(random, PRIMARY_ANSWERS) ? 0 : between(random, 0, lag),
    );
    const deps: ReadDeps = {
      db: createDatabase(d1),
      session: (constraint) => createDatabase(d1.withSession(constraint)),
      kv: isolate.location.kv.bind(caller),
      memory: isolate.memory,
      now: () => Math.floor(this.scheduler.now + isolate.clock),
      random,
      sleep: (ms) => this.scheduler.pause(ms),
      log,
      waitUntil: (work) => void this.background(work),
    };
    return this.mutation.deps?.(deps, { isolate, atLeast }) ?? deps;
  }

  /** Work that is counted while it is under way, and must not fail. */
  async background(work: Promise<unknown>): Promise<void> {
    this.underWay += 1;
    try {
      await work;
    } catch (error) {
      this.violate('background work failed', String(error));
    } finally {
      this.underWay -= 1;
    }
  }
}

export const seconds = (time: number): string => `${((time - START) / 1_000).toFixed(3)} s`;

/** Versions are times: told from the start, or 0 where there is none. */
const short = (version: number): string => `v${version === 0 ? 'none' : version - START}`;

export const describe = ({ userId, version, freshUntil, integrations }: Snapshot): string =>
  `${userId} ${short(version)} until ${seconds(freshUntil)} [${integrations
    .map(({ accountId, metadata }) => `${accountId}=${metadata.write}`)
    .join(' ')}]`;

const describeState = ({ version, content }: { version: number; content: string }): string =>
  `${short(version)} [${content}]`;
