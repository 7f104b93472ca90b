/** Several locations with their isolates, one KV, one D1 with a replica in each location. */
import type { Scheduler } from '../kernel/clock';
import type { Replica } from '../kernel/d1';
import type { Invocation, Kind } from '../kernel/invocation';
import type { KvLocation } from '../kernel/kv';
import { Platform } from '../kernel/platform';
import { between, chance, pick } from '../kernel/random';
import { type Deps, keyOf, MemoryTier, type Snapshot } from '../product';
import { type Plan, profiles, type Step } from './plan';
import { describe, Truth } from './truth';

export const users = ['ada', 'bob'];

/** Two locations with two isolates each; their clocks are up to 2 s apart. */
const places = [
  { location: 0, clock: -900 },
  { location: 0, clock: 0 },
  { location: 1, clock: 900 },
  { location: 1, clock: -300 },
] as const;

/** Of sessions that a replica may answer: those that the primary answers. */
const PRIMARY_ANSWERS = 0.3;
const GRACE_SECONDS = 60;
/** Of the access tokens that refreshes bring, s. */
const LIFETIMES = [60, 120, 400, 612, 682];

/**
 * What the product logs where it could not tell whether a change was made: nobody publishes that
 * one, until the next attempt finds out.
 */
const unconfirmed = [
  'refresh.failure_not_written',
  'refresh.grant_not_committed',
  'rescue.lookup_failed',
];

interface Location {
  kv: KvLocation;
  replica: Replica;
}

export interface Isolate {
  name: string;
  location: Location;
  clock: number;
  memory: MemoryTier;
  invocations: Set<Invocation>;
}

/** What a mutant changes in what the product is handed. */
export interface Mutation {
  memory?: () => MemoryTier;
  deps?: (deps: Deps, request: { isolate: Isolate; atLeast: number }) => Deps;
}

export class World extends Platform {
  readonly truth: Truth;
  readonly isolates: readonly Isolate[];
  /** Of invocations: whether the last change that was to be visible made a version grow. */
  readonly #grew = new Map<Invocation, boolean>();

  readonly plan: Plan;
  private readonly mutation: Mutation;

  constructor(scheduler: Scheduler, plan: Plan, mutation: Mutation, tracing: boolean) {
    const provider = {
      rotation: plan.rotation,
      reach: 'token',
      graceSeconds: GRACE_SECONDS,
    } as const;
    // Without an address for revocations: what the outbox does is the other model's.
    super(scheduler, tracing, profiles[plan.profile], {
      provider,
      record: { revocationUrl: undefined },
      queue: false,
      seed: 0,
    });
    this.plan = plan;
    this.mutation = mutation;
    this.truth = new Truth(this, users);
    const location = (): Location => ({ kv: this.kv.location(), replica: this.d1.replica() });
    const locations = [location(), location()] as const;
    this.isolates = places.map(({ location, clock }, i) => ({
      name: `isolate ${i}`,
      location: locations[location],
      clock,
      memory: this.#memory(),
      invocations: new Set(),
    }));
  }

  override lifetimeMs({ random }: Invocation, code: string | null): number | null {
    if (code === null) return pick(random, LIFETIMES) * 1_000;
    const expiresIn = code.split('.').at(-1);
    return expiresIn === 'null' ? null : Number(expiresIn) * 1_000;
  }

  override subjectOf(account: string): string {
    return account;
  }

  /** Which of them dies is no matter here. */
  protected override onReuse(): boolean {
    return true;
  }

  protected override onCommit(by: Invocation, changed: boolean, texts: readonly string[]): void {
    const grew = changed && this.truth.observe(by);
    const visible = texts.some((text) => text.startsWith('insert into "user_versions"'));
    if (visible) this.#grew.set(by, grew);
  }

  protected override onKvWrite(key: string, text: string | null): void {
    const user = users.find((name) => keyOf(name) === key);
    const snapshot = user && text !== null ? (JSON.parse(text) as Snapshot) : null;
    if (user) this.truth.stored(user, snapshot);
    this.note(() => `KV ${snapshot ? describe(snapshot) : `${key} ${text ? 'put' : 'deleted'}`}`);
  }

  protected override onLog(_by: Invocation, event: string, fields: { rowId?: number }): void {
    if (!unconfirmed.includes(event)) return;
    const user = this.truth.userOf(fields.rowId ?? 0);
    if (user) this.truth.unpublished.add(user);
  }

  /** Whoever disconnects, connects or erases may leave revocations, which D1 may fail. */
  protected override background(by: Invocation, work: Promise<unknown>): void {
    const mayFail = by.kind === 'connect' && profiles[this.plan.profile].d1.failing > 0;
    void by.during(work).catch((error) => {
      if (!mayFail) this.violate('background work failed', String(error));
    });
  }

  isolate(i: number): Isolate {
    const isolate = this.isolates[i % this.isolates.length];
    if (!isolate) throw new Error('no isolate');
    return isolate;
  }

  /** All that it was doing ends; what it had sent arrives all the same. */
  kill(isolate: Isolate): void {
    for (const by of isolate.invocations) by.kill();
    isolate.invocations.clear();
    isolate.memory = this.#memory();
  }

  /**
   * Runs work in an invocation of its own. `atLeast`: the request's Consistency-Token, or 0.
   */
  async invoke<T>(
    kind: Kind,
    isolate: Isolate,
    { seed, stalls }: Pick<Step, 'seed' | 'stalls'>,
    work: (deps: Deps) => Promise<T>,
    atLeast = 0,
  ): Promise<T> {
    const by = this.invocation(kind, seed, {
      drift: isolate.clock,
      stalls: stalls && this.plan.profile !== 'ordinary',
      trouble: null,
      onDeath: ({ name }) => this.note(() => `${name} dies`),
      beAway: () => {},
    });
    isolate.invocations.add(by);
    const { random } = by;
    const deps = this.depsFor(by, {
      reach: {
        replica: isolate.location.replica,
        lag: () => (chance(random, PRIMARY_ANSWERS) ? 0 : between(random, 0, this.plan.lag)),
      },
      location: isolate.location.kv,
      memory: kind === 'read' ? isolate.memory : this.#observed(isolate.memory, by),
    });
    return by.during(work(this.mutation.deps?.(deps, { isolate, atLeast }) ?? deps));
  }

  #memory(): MemoryTier {
    return this.mutation.memory?.() ?? new MemoryTier();
  }

  /** Whoever is no reader puts into memory what it publishes. */
  #observed(memory: MemoryTier, by: Invocation): MemoryTier {
    const put: MemoryTier['put'] = (snapshot, now) => {
      this.truth.publish(snapshot);
      this.note(() => `${by.name} publishes ${describe(snapshot)}`);
      if (this.#grew.get(by) === false) this.cover('published after a lost answer');
      memory.put(snapshot, now);
    };
    return new Proxy(memory, {
      get: (tier, name) => {
        if (name === 'put') return put;
        const value: unknown = Reflect.get(tier, name, tier);
        return typeof value === 'function' ? value.bind(tier) : value;
      },
    });
  }
}
