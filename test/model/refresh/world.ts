/** The provider, the stores, and the invocations that come and go. */
import { readConfig } from '../../../src/config';
import type { Deps } from '../../../src/deps';
import { MemoryTier } from '../../../src/status-cache/memory';
import type { Vault } from '../../../src/vault/vault';
import { D1, type Replica } from '../support/d1';
import { KvStore } from '../support/kv';
import type { Service } from '../support/network';
import { between, chance, random } from '../support/random';
import type { Scheduler } from '../support/scheduler';
import { Endpoint } from './endpoint';
import {
  Invocation,
  isScheduled,
  type Kind,
  type Service as Part,
  type Trouble,
} from './invocation';
import { type Plan, weathers } from './plan';
import { type Delivery, MessageQueue } from './queue';
import { AuthorizationServer, type Family, parseToken } from './server';
import { Watch } from './watch';

export const PROVIDER = 'acme';
export const START = Date.UTC(2027, 0, 15);

/** `waitUntil` ends so long after the reply, ms; a tick after a quarter of an hour. */
const AFTER_REPLY_MS = 30_000;
const SCHEDULED_MS = 15 * 60_000;
const MOST_AWAY_MS = 14 * 60_000;
const CLOCKS_MS = 1_200;
/** Longer than anything is away: a token that ends is no use to anybody. */
const EXTENDED_MS = 4 * 3_600_000;

/** What a broken product would do, where its parts are handed in. Each is a mutant's one flag. */
export interface Doubles {
  /** Of the provider's record. */
  record?: object;
  sql?: (text: string, invocation: Invocation) => string;
  deps?: (deps: Deps, invocation: Invocation) => Deps;
}

const noReplica: Replica = {
  at: () => {
    throw new Error('the refresh reads from the primary only');
  },
};

export class World {
  readonly d1: D1;
  readonly kv: KvStore;
  readonly queue: MessageQueue;
  readonly server: AuthorizationServer;
  readonly endpoint: Endpoint;
  readonly watch: Watch;
  readonly violations: string[] = [];
  readonly trace: string[] = [];
  readonly met = new Map<string, number>();
  /** What is away now, how many times over. */
  readonly away: Record<Part, number> = { d1: 0, kv: 0, queue: 0, provider: 0 };
  /** Keys of rescue records in KV. */
  readonly rescues = new Set<string>();
  /** Faults have ended. */
  calm = false;
  /** Takes a message; set by the run. */
  deliver: (message: Delivery) => void = () => {};
  readonly #services: Record<'d1' | 'kv' | 'queue', Service>;
  readonly #locations;
  readonly #config;
  #refusing = 0;
  #awayInSum = 0;
  #invocations = 0;
  #seals = 0;

  constructor(
    readonly scheduler: Scheduler,
    readonly plan: Plan,
    private readonly doubles: Doubles,
    private readonly tracing: boolean,
  ) {
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
    this.#config = configOf(plan, doubles);
    this.server = new AuthorizationServer(
      {
        now: () => scheduler.now,
        violate: (what, details) => this.violate(what, details),
        note: (text) => this.note(text),
        meet: (kind) => this.meet(kind),
        accessEndInRow: (family) => this.#accessEndInRow(family),
        familiesInRows: () => this.familiesInRows(),
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
      meet: (kind) => this.meet(kind),
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
        this.meet('a rescue record in KV');
        this.server.saved(text);
      },
      () => this.meet('429 of KV'),
    );
    this.#locations = [this.kv.location(), this.kv.location()];
    this.queue = new MessageQueue(
      scheduler,
      this.#services.queue,
      random(plan.luck * 17),
      (text) => {
        this.note(() => `queue: ${text.slice(0, 60)}`);
        this.server.saved(text);
      },
      (message) => this.deliver(message),
    );
  }

  /** All that fails ends. */
  becomeCalm(): void {
    this.calm = true;
    for (const service of Object.values(this.#services)) service.weather = { slow: 0, failing: 0 };
    this.note(() => 'all is well again');
  }

  /** No longer in sum than a Worker lives, and than a rescue that is only in the queue is kept near. */
  beAway(what: readonly Part[], ms: number): void {
    if (this.#awayInSum + ms > MOST_AWAY_MS) return;
    this.#awayInSum += ms;
    this.note(() => `away for ${ms / 1000} s: ${what.join(', ')}`);
    for (const one of what) this.away[one] += 1;
    this.scheduler.after(ms, () => {
      for (const one of what) this.away[one] -= 1;
    });
  }

  providerWeather() {
    const { provider: slow, faulty, faults } = weathers[this.calm ? 'calm' : this.plan.weather];
    return {
      slow,
      faulty,
      faults,
      away: !this.calm && this.away.provider > 0,
      refusing: !this.calm && this.#refusing > 0,
    };
  }

  /** The provider is at fault: it refuses everybody. */
  refuseAll(ms: number): void {
    this.note(() => `for ${ms / 1000} s everybody is refused`);
    this.#refusing += 1;
    this.scheduler.after(ms, () => {
      this.#refusing -= 1;
    });
  }

  subjectOf(account: string): string {
    return this.plan.oneSubject ? 'subject' : account;
  }

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

  /** Runs work in an invocation of its own, until it is done, dies, or the platform ends it. */
  async invoke(
    kind: Kind,
    seed: number,
    trouble: Trouble | null,
    work: (deps: Deps, invocation: Invocation) => Promise<unknown>,
  ): Promise<void> {
    this.#invocations += 1;
    const luck = random(seed);
    const invocation = new Invocation(
      kind,
      this.#invocations,
      this.scheduler,
      luck,
      between(luck, -CLOCKS_MS, CLOCKS_MS),
      this.calm ? null : trouble,
      {
        onDeath: ({ name, diedAtWork }) =>
          this.note(() => `${name} ${diedAtWork ? 'dies' : 'is over'}`),
        beAway: (what, ms) => this.beAway(what, ms),
      },
    );
    const scheduled = isScheduled(kind);
    this.note(() => `${invocation.name} begins`);
    if (scheduled) this.scheduler.after(SCHEDULED_MS, () => invocation.kill());
    const deps = this.#deps(invocation);
    try {
      await invocation.during(work(this.doubles.deps?.(deps, invocation) ?? deps, invocation));
    } finally {
      if (!scheduled) this.scheduler.after(AFTER_REPLY_MS, () => invocation.kill());
    }
  }

  #deps(invocation: Invocation): Deps {
    const { away, doubles } = this;
    const luck = invocation.random;
    const gone = (what: Part) => () => !this.calm && away[what] > 0;
    const d1 = this.d1.bind(invocation, noReplica, () => 0);
    const { sql } = doubles;
    const db = invocation.database(d1, gone('d1'), sql && ((text) => sql(text, invocation)));
    const location = this.#locations[chance(luck, 0.5) ? 0 : 1] ?? this.kv.location();
    const kv = location.bind(invocation);
    const { queue } = this.plan.queue ? this : { queue: null };
    const bound = queue?.bind(invocation) ?? null;
    const guarded = <T>(isAway: () => boolean, failure: string, send: () => Promise<T>) =>
      invocation.await(() => (isAway() ? invocation.unreachable<T>(failure) : send()));
    const kvAway = gone('kv');
    const queueAway = gone('queue');
    return {
      config: this.#config,
      db,
      session: () => db,
      kv: {
        get: (key: string) => guarded(kvAway, 'KV GET failed: 503', () => kv.get(key)),
        put: (key: string, text: string, options: KVNamespacePutOptions) =>
          guarded(kvAway, 'KV PUT failed: 503', () => kv.put(key, text, options)),
        delete: (key: string) => guarded(kvAway, 'KV DELETE failed: 503', () => kv.delete(key)),
        list: () =>
          guarded(kvAway, 'KV LIST failed: 503', async () => {
            await this.scheduler.pause(20);
            return { keys: Array.from(this.rescues, (name) => ({ name })), list_complete: true };
          }),
      } as unknown as KVNamespace,
      queue:
        bound &&
        ({
          send: (body: unknown) => guarded(queueAway, 'away', () => bound.send(body)),
          sendBatch: (messages: Iterable<MessageSendRequest<unknown>>) =>
            guarded(queueAway, 'away', () => bound.sendBatch(messages)),
        } as unknown as Queue<unknown>),
      vault: this.#vault(invocation),
      memory: new MemoryTier(),
      fetch: this.endpoint.fetchFor(invocation),
      now: invocation.now,
      random: luck,
      uuid: invocation.uuid,
      sleep: invocation.sleep,
      log: this.#log(invocation),
      waitUntil: (work) => void invocation.during(work).catch(() => {}),
    };
  }

  /** Seals as JSON: two sealings of one text differ, and a token can be found in either. */
  #vault(invocation: Invocation): Vault {
    const suspended = async () => {
      const { suspended: often } = weathers[this.calm ? 'calm' : this.plan.weather];
      if (chance(invocation.random, often)) {
        this.meet('a suspension');
        await invocation.sleep(between(invocation.random, 5_000, 90_000));
      }
    };
    return {
      seal: async (text, context) => {
        await suspended();
        this.#seals += 1;
        return JSON.stringify([this.#seals, context.join('/'), text]);
      },
      open: async (sealed, context) => {
        await suspended();
        const [, place, text] = JSON.parse(sealed) as [number, string, string];
        if (place !== context.join('/')) throw new Error(`sealed for ${place}`);
        return text;
      },
    };
  }

  #log(invocation: Invocation): Deps['log'] {
    const line = (event: string, fields?: object, cause?: unknown) =>
      this.note(
        () =>
          `${invocation.name} logs ${event} ${JSON.stringify(fields ?? {})}${cause ? ` ${cause}` : ''}`,
      );
    const log: Deps['log'] = { info: line, warn: line, error: line, with: () => log };
    return log;
  }

  meet(kind: string): void {
    this.met.set(kind, (this.met.get(kind) ?? 0) + 1);
  }

  violate(what: string, details: string): void {
    this.violations.push(`${what}: ${details}`);
    this.note(() => `VIOLATION ${what}: ${details}`);
  }

  note(text: () => string): void {
    if (!this.tracing) return;
    const seconds = (this.scheduler.now - START) / 1_000;
    this.trace.push(`${seconds.toFixed(3).padStart(9)} s  ${text()}`);
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

const configs = new Map<string, Deps['config']>();

function configOf(plan: Plan, doubles: Doubles): Deps['config'] {
  const { rotation, graceSeconds, reach } = plan;
  const record = {
    name: 'Acme',
    kind: 'oauth2',
    authorizationUrl: 'https://acme.example/authorize',
    tokenUrl: 'https://acme.example/token',
    profileUrl: 'https://acme.example/me',
    revocationUrl: 'https://acme.example/revoke',
    accountId: 'id',
    subject: 'sub',
    revocationReach: reach,
    refreshModel: rotation === 'strict' || rotation === 'grace' ? 'rotating' : rotation,
    ...(rotation === 'extend' ? { refreshParams: { access_token: '{access_token}' } } : {}),
    ...(rotation === 'grace' ? { reuse: 'grace', reuseGraceSeconds: graceSeconds } : {}),
    ...doubles.record,
  };
  const key = JSON.stringify(record);
  const known = configs.get(key);
  if (known) return known;
  const config = readConfig({
    PUBLIC_URL: 'https://mooring.example',
    APP_ORIGINS: 'https://app.example',
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    SERVICE_KEYS: `model:${'0'.repeat(64)}`,
    IDLE_AFTER_HOURS: '0',
    ACME_CLIENT_ID: 'client',
    ACME_CLIENT_SECRET: 'secret',
    PROVIDERS: JSON.stringify({ [PROVIDER]: record }),
  });
  configs.set(key, config);
  return config;
}
