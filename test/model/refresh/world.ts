/** Who calls src/refresh, when those invocations end, and what a token's reuse proves. */
import { type Family, type Issued, isKept } from '../kernel/authorization-server';
import type { Scheduler } from '../kernel/clock';
import { type Invocation, isScheduled, type Kind, type Trouble } from '../kernel/invocation';
import type { KvLocation } from '../kernel/kv';
import { type Place, Platform } from '../kernel/platform';
import type { Delivery } from '../kernel/queue';
import { between, chance, randomFrom } from '../kernel/random';
import { parseToken } from '../kernel/tokens';
import { Caches, type Deps, deliverOwn, eventTypes, MemoryTier } from '../product';
import { Outages } from './outages';
import type { Plan } from './plan';
import { profiles } from './profiles';
import { RECEIVER, Receiver } from './receiver';
import { Watch } from './watch';

/** `waitUntil` ends so long after the reply, ms; a tick after a quarter of an hour. */
const AFTER_REPLY_MS = 30_000;
const SCHEDULED_MS = 15 * 60_000;
const CLOCKS_MS = 1_200;
/** Longer than anything is away: a token that ends is no use to anybody. */
const EXTENDED_MS = 4 * 3_600_000;
/** Who holds a grant that nothing took tries again after 15 s and what the tries take. */
const NEXT_TRY_MS = 25_000;
/** Of clocks, and of what is on its way. */
const SLACK_MS = 6_000;

/** Without secrets: Node makes signatures in a thread, which virtual time does not wait for. */
const endpoint: Deps['config']['webhooks'][number] = {
  name: 'app',
  url: `https://${RECEIVER}/`,
  binding: null,
  secrets: [],
  events: ['*'],
  types: new Set(eventTypes),
  target: 'model',
};

/** What a mutant changes in what src/refresh is handed. */
export interface Mutation {
  /** Of the provider's record. */
  record?: object;
  sql?: (text: string, by: Pick<Invocation, 'kind' | 'age'>) => string;
  deps?: (deps: Deps, by: Invocation) => Deps;
}

export class World extends Platform {
  readonly watch: Watch;
  /** Of webhooks; null: nobody wants any. */
  readonly receiver: Receiver | null;
  readonly outages: Outages;
  /** Keys of rescue records in KV. */
  readonly rescues = new Set<string>();
  /** Until when the provider answers an account as if the client were wrong. */
  readonly #blocked = new Map<string, number>();
  /** Faults have ended. */
  calm = false;
  /** Takes a message; set by the run. */
  override deliver: (message: Delivery) => void = () => {};
  readonly #locations: readonly [KvLocation, KvLocation];
  readonly #caches: readonly [Caches, Caches] = [new Caches(), new Caches()];

  readonly plan: Plan;
  private readonly mutation: Mutation;

  constructor(scheduler: Scheduler, plan: Plan, mutation: Mutation, tracing: boolean) {
    super(scheduler, tracing, profiles[plan.profile], {
      provider: plan,
      record: mutation.record,
      queue: plan.queue,
      webhooks: plan.seed % 3 === 0 ? [endpoint] : [],
      seed: plan.seed * 17,
    });
    this.plan = plan;
    this.mutation = mutation;
    this.outages = new Outages(scheduler, plan.queue, (text) => this.note(text));
    this.watch = new Watch(scheduler, this.d1, this.server, this);
    this.receiver = this.config.webhooks.length > 0 ? new Receiver(this) : null;
    this.#locations = [this.kv.location(), this.kv.location()];
  }

  get lifetime(): number {
    return this.plan.rotation === 'extend' ? EXTENDED_MS : this.plan.lifetimeSeconds * 1000;
  }

  override lifetimeMs(): number {
    return this.lifetime;
  }

  /** Of some providers, grants come and go with other scopes. */
  override scopeOf({ serial }: Family): string | undefined {
    if (this.plan.seed % 4 !== 0) return undefined;
    return serial % 2 === 0 ? 'read' : 'read write';
  }

  override subjectOf(account: string): string {
    return this.plan.oneSubject ? 'subject' : account;
  }

  override isAway(service: 'd1' | 'kv' | 'queue' | 'provider'): boolean {
    const isAway = this.outages.isAway(service);
    if (isAway) this.cover(`${service} was away`);
    return isAway;
  }

  override get refusing(): boolean {
    return this.outages.refusing;
  }

  protected override onCommit(_by: Invocation, changed: boolean): void {
    // Every second write finds nothing to do, such as a claim when nothing is due.
    if (!changed) return;
    this.watch.observe();
    this.receiver?.observe();
  }

  protected override onKvWrite(key: string, text: string | null): void {
    if (!key.startsWith('rescue/')) return;
    if (text === null) this.rescues.delete(key);
    else this.rescues.add(key);
    this.note(() => `KV ${key}: ${text === null ? 'deleted' : 'put'}`);
    if (text === null) return;
    this.cover('a rescue record in KV');
    this.server.saved(text);
  }

  protected override onQueued(text: string): void {
    this.note(() => `queue: ${text.slice(0, 60)}`);
    this.cover(text.includes('"wake"') ? 'a wake-up' : 'a rescue message');
    this.server.saved(text);
  }

  /**
   * I4, I5: the reuse of a token whose successor somebody has, or could have kept, is our fault.
   */
  protected override onReuse(
    family: Family,
    token: string,
    brought: readonly Issued[],
    sentInTime: boolean,
  ): boolean {
    const { now } = this.scheduler;
    if (!this.familiesInRows().has(family.id)) {
      // To be revoked, and ended: whoever refreshed it last found its row gone, or with other
      // tokens.
      this.cover('a grant that no row has died of a used token');
      return true;
    }
    const lost = brought.find(isKept);
    if (lost && !lost.saved && now < this.outages.nothingTookUntil + NEXT_TRY_MS) {
      this.cover('a family died of an outage of all stores');
      return true;
    }
    if (lost) {
      const how = lost.saved ? 'saved' : 'received';
      this.violate('I5: a rotated token was lost', `${token} again, ${lost.token} was ${how}`);
      return false;
    }
    this.cover('a family died of an answer that nobody could keep');
    const end = this.#accessEndInRow(family);
    if (!sentInTime && end !== null && end > now + SLACK_MS) {
      this.violate(
        'I4: a token of unknown fate was sent again while the access token lives',
        token,
      );
    }
    return true;
  }

  /** I7: never a grant that somebody uses. */
  protected override onRevocation({ id }: Family, token: string): void {
    if (!this.familiesInRows().has(id)) return;
    this.violate('I7: a revocation killed a grant that is in use', `${id}, by ${token}`);
  }

  protected override async beforeVault(by: Invocation): Promise<void> {
    const { suspended } = profiles[this.calm ? 'calm' : this.plan.profile];
    if (!chance(by.random, suspended)) return;
    this.cover('a suspension');
    await by.sleep(between(by.random, 5_000, 90_000));
  }

  block(account: string, ms: number): void {
    this.note(() => `for ${ms / 3_600_000} h ${account} is answered as by a wrong client`);
    this.#blocked.set(account, this.scheduler.now + ms);
  }

  override isBlocked(account: string): boolean {
    return (this.#blocked.get(account) ?? 0) > this.scheduler.now;
  }

  /** All that fails ends. */
  becomeCalm(): void {
    this.outages.end();
    this.calm = true;
    this.setFaults(profiles.calm);
    this.note(() => 'all is well again');
  }

  familiesInRows(): ReadonlySet<number> {
    const families = new Set<number>();
    for (const { refresh, access } of this.watch.rows.values()) {
      const family = parseToken(refresh ?? access)?.family;
      if (family !== undefined) families.add(family);
    }
    return families;
  }

  /** How far an invocation's clock is off, ms. */
  #drift(seed: number): number {
    return between(randomFrom(seed * 7 + 1), -CLOCKS_MS, CLOCKS_MS);
  }

  #accessEndInRow(family: Family): number | null {
    const row = this.watch.row(family.account);
    // Once it was refused, and the user knows, there is nothing to spare any more.
    const lives = row?.state === 'active' && parseToken(row.refresh)?.family === family.id;
    return lives ? row.expiresAt : null;
  }

  #depsOf(by: Invocation, place: Place): Deps {
    const deps = this.depsFor(by, place);
    const { receiver } = this;
    if (receiver) {
      const toReceiver = receiver.fetchFor(by);
      const { fetch } = deps;
      deps.fetch = (input, init) => {
        const request = input as Request;
        return new URL(request.url).hostname === RECEIVER
          ? toReceiver(request)
          : fetch(input, init);
      };
    }
    return this.mutation.deps?.(deps, by) ?? deps;
  }

  /** Runs work in an invocation of its own, until it is done, dies, or the platform ends it. */
  async invoke(
    kind: Kind,
    seed: number,
    trouble: Trouble | null,
    work: (deps: Deps, by: Invocation) => Promise<unknown>,
  ): Promise<void> {
    const by = this.invocation(kind, seed, {
      drift: this.#drift(seed),
      stalls: false,
      trouble: this.calm ? null : trouble,
      onDeath: ({ name, diedAtWork }) => {
        if (diedAtWork) this.cover(`${kind} died`);
        this.note(() => `${name} ${diedAtWork ? 'dies' : 'is over'}`);
      },
      beAway: (what, ms) => this.outages.begin(what, ms),
    });
    const scheduled = isScheduled(kind);
    this.note(() => `${by.name} begins`);
    if (scheduled) this.scheduler.after(SCHEDULED_MS, () => by.kill());
    const { sql } = this.mutation;
    const isolate = chance(by.random, 0.5) ? 0 : 1;
    const place: Place = {
      reach: { replica: null, lag: () => 0, rewrite: sql && ((text) => sql(text, by)) },
      location: this.#locations[isolate],
      memory: new MemoryTier(),
      // So callers find what those before them have left, also where these have died.
      caches: this.#caches[isolate],
    };
    const deps = this.#depsOf(by, place);
    try {
      await by.during(work(deps, by));
    } finally {
      // As the app and the jobs do when all else is done.
      if (by.alive()) deps.waitUntil(deliverOwn(deps));
      if (!scheduled) this.scheduler.after(AFTER_REPLY_MS, () => by.kill());
    }
  }
}
