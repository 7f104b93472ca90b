/** The provider, the stores, and the invocations that come and go. */
import type { Deps } from '../../../src/deps';
import type { Scheduler } from '../kernel/clock';
import { D1 } from '../kernel/d1';
import { Journal } from '../kernel/journal';
import { KvStore } from '../kernel/kv';
import type { Service } from '../kernel/network';
import { type Delivery, MessageQueue } from '../kernel/queue';
import { between, random } from '../kernel/random';
import { depsOf } from './deps';
import { Endpoint } from './endpoint';
import { Invocation, isScheduled, type Kind, type Trouble } from './invocation';
import { Outages } from './outages';
import type { Plan } from './plan';
import { configOf } from './provider';
import { AuthorizationServer, type Family } from './server';
import { parseToken } from './tokens';
import { Watch } from './watch';
import { weathers } from './weather';

/** `waitUntil` ends so long after the reply, ms; a tick after a quarter of an hour. */
const AFTER_REPLY_MS = 30_000;
const SCHEDULED_MS = 15 * 60_000;
const CLOCKS_MS = 1_200;
/** Longer than anything is away: a token that ends is no use to anybody. */
const EXTENDED_MS = 4 * 3_600_000;

/** What a broken product would do, where its parts are handed in. Each is a mutant's one flag. */
export interface Mutation {
  /** Of the provider's record. */
  record?: object;
  sql?: (text: string, invocation: Invocation) => string;
  deps?: (deps: Deps, invocation: Invocation) => Deps;
}

export class World extends Journal {
  readonly d1: D1;
  readonly kv: KvStore;
  readonly queue: MessageQueue;
  readonly server: AuthorizationServer;
  readonly endpoint: Endpoint;
  readonly watch: Watch;
  readonly outages: Outages;
  /** Keys of rescue records in KV. */
  readonly rescues = new Set<string>();
  /** That the vault has made. */
  seals = 0;
  /** Faults have ended. */
  calm = false;
  /** Takes a message; set by the run. */
  deliver: (message: Delivery) => void = () => {};
  readonly #services: Record<'d1' | 'kv' | 'queue', Service>;
  readonly locations;
  readonly config;
  readonly #invocations: Invocation[] = [];

  constructor(
    scheduler: Scheduler,
    readonly plan: Plan,
    readonly mutation: Mutation,
    tracing: boolean,
  ) {
    super(scheduler, tracing);
    const { slow, d1, kv, queue } = weathers[plan.weather];
    const service = (limitMs: number, failing: number, failure: string): Service => ({
      limitMs,
      weather: { slow, failing },
      failure,
      pending: 0,
    });
    this.#services = {
      d1: service(30_000, d1, 'D1_ERROR: Network connection lost.'),
      kv: service(15_000, kv, 'KV failed: 503 Service Unavailable'),
      queue: service(15_000, queue, 'Queue send failed'),
    };
    this.config = configOf(plan, mutation.record);
    this.outages = new Outages(scheduler, plan.queue, (text) => this.note(text));
    this.server = new AuthorizationServer(
      {
        now: () => scheduler.now,
        violate: (what, details) => this.violate(what, details),
        note: (text) => this.note(text),
        cover: (kind) => this.cover(kind),
        accessEndInRow: (family) => this.#accessEndInRow(family),
        familiesInRows: () => this.familiesInRows(),
        nothingTookUntil: () => this.outages.nothingTookUntil,
      },
      plan.rotation,
      plan.graceSeconds * 1000,
      plan.rotation === 'extend' ? EXTENDED_MS : plan.lifetimeSeconds * 1000,
      plan.reach,
    );
    this.endpoint = new Endpoint(this);
    this.d1 = new D1(scheduler, this.#services.d1, tables, () => this.watch.observe());
    this.watch = new Watch(scheduler, this.d1, this.server, {
      violate: (what, details) => this.violate(what, details),
      cover: (kind) => this.cover(kind),
      note: (text) => this.note(text),
      verdict: (invocation, account) => this.endpoint.verdict(invocation, account),
    });
    this.kv = new KvStore(
      scheduler,
      this.#services.kv,
      (key, text) => {
        if (!key.startsWith('rescue/')) return;
        if (text === null) this.rescues.delete(key);
        else this.rescues.add(key);
        this.note(() => `KV ${key}: ${text === null ? 'deleted' : 'put'}`);
        if (text === null) return;
        this.cover('a rescue record in KV');
        this.server.saved(text);
      },
      () => this.cover('429 of KV'),
    );
    this.locations = [this.kv.location(), this.kv.location()];
    this.queue = new MessageQueue(
      scheduler,
      this.#services.queue,
      random(plan.luck * 17),
      (text) => {
        this.note(() => `queue: ${text.slice(0, 60)}`);
        this.cover(text.includes('"wake"') ? 'a wake-up' : 'a rescue message');
        this.server.saved(text);
      },
      (message) => this.deliver(message),
    );
  }

  /** All that fails ends. */
  becomeCalm(): void {
    this.outages.end();
    this.calm = true;
    for (const service of Object.values(this.#services)) service.weather = { slow: 0, failing: 0 };
    this.note(() => 'all is well again');
  }

  providerWeather() {
    const { provider: slow, faulty, faults } = weathers[this.calm ? 'calm' : this.plan.weather];
    return {
      slow,
      faulty,
      faults,
      away: this.outages.isAway('provider'),
      refusing: this.outages.refusing,
    };
  }

  subjectOf = (account: string): string => (this.plan.oneSubject ? 'subject' : account);

  familiesInRows(): ReadonlySet<number> {
    const families = new Set<number>();
    for (const { refresh, access } of this.watch.rows.values()) {
      const family = parseToken(refresh ?? access)?.family;
      if (family !== undefined) families.add(family);
    }
    return families;
  }

  #accessEndInRow(family: Family): number | null {
    const row = this.watch.row(family.account);
    // Once it was refused, and the user knows, there is nothing to spare any more.
    const lives = row?.state === 'active' && parseToken(row.refresh)?.family === family.id;
    return lives ? row.expiresAt : null;
  }

  /** Somebody is still at work, perhaps suspended. */
  get busy(): boolean {
    return this.#invocations.some(({ atWork }) => atWork);
  }

  /** Runs work in an invocation of its own, until it is done, dies, or the platform ends it. */
  async invoke(
    kind: Kind,
    seed: number,
    trouble: Trouble | null,
    work: (deps: Deps, invocation: Invocation) => Promise<unknown>,
  ): Promise<void> {
    const luck = random(seed);
    const invocation = new Invocation(
      kind,
      this.#invocations.length + 1,
      this.scheduler,
      luck,
      between(luck, -CLOCKS_MS, CLOCKS_MS),
      this.calm ? null : trouble,
      {
        onDeath: ({ name, diedAtWork }) => {
          if (diedAtWork) this.cover(`${kind} died`);
          this.note(() => `${name} ${diedAtWork ? 'dies' : 'is over'}`);
        },
        beAway: (what, ms) => this.outages.begin(what, ms),
      },
    );
    this.#invocations.push(invocation);
    const scheduled = isScheduled(kind);
    this.note(() => `${invocation.name} begins`);
    if (scheduled) this.scheduler.after(SCHEDULED_MS, () => invocation.kill());
    const deps = depsOf(this, invocation);
    try {
      await invocation.during(work(this.mutation.deps?.(deps, invocation) ?? deps, invocation));
    } finally {
      if (!scheduled) this.scheduler.after(AFTER_REPLY_MS, () => invocation.kill());
    }
  }
}

const tables = [
  'oauth_accounts',
  'user_versions',
  'outbox',
  'provider_health',
  'refresh_runs',
  'audit_events',
  'connect_transactions',
];
