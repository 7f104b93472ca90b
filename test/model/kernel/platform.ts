/**
 * What surrounds the product in a run: D1, KV, the queue and a provider, and what each invocation
 * is handed to reach them. A model's world extends it with who calls the product, and with checks.
 */
import {
  Caches,
  createDatabase,
  type Deps,
  type MemoryTier,
  OwnDeliveries,
  transactionContext,
  unlimited,
} from '../product';
import { AuthorizationServer, type Family, type Issued } from './authorization-server';
import type { Scheduler } from './clock';
import { configOf, PROVIDER, type ProviderSetting } from './config';
import { D1, type Reach } from './d1';
import { type Circumstances, Invocation, type Kind, type ServiceName } from './invocation';
import { Journal } from './journal';
import { type KvLocation, KvStore } from './kv';
import type { CallFaults, Service } from './network';
import { ProviderEndpoints, type ProviderFaults } from './provider-endpoints';
import { type Delivery, MessageQueue } from './queue';
import { randomFrom } from './random';
import { plainVault, seal } from './vault';

export interface FaultProfile {
  d1: CallFaults;
  kv: CallFaults;
  queue: CallFaults;
  provider: ProviderFaults;
}

export const noFaults: FaultProfile = {
  d1: { slow: 0, failing: 0 },
  kv: { slow: 0, failing: 0 },
  queue: { slow: 0, failing: 0 },
  provider: { slow: 0, slowOthers: 0, faulty: 0, faults: [] },
};

export interface PlatformSetting {
  provider: ProviderSetting;
  /** Of the provider's record: a mutant's. */
  record?: object | undefined;
  /** Whether a queue is bound. */
  queue: boolean;
  /** Where events go; none, unless told. */
  webhooks?: Deps['config']['webhooks'];
  /** Of the queue's own delays. */
  seed: number;
}

/** Where an invocation runs. */
export interface Place {
  reach: Reach;
  location: KvLocation;
  memory: MemoryTier;
  /** Of its isolate; none: it has one to itself. */
  caches?: Caches;
}

type StoreName = 'd1' | 'kv' | 'queue';

const tables = [
  'oauth_accounts',
  'user_versions',
  'outbox',
  'provider_health',
  'client_grants',
  'refresh_runs',
  'audit_events',
  'webhook_deliveries',
  'webhook_endpoints',
  'connect_transactions',
  'ended_delegations',
];

export abstract class Platform extends Journal {
  readonly config: Deps['config'];
  readonly d1: D1;
  readonly kv: KvStore;
  readonly queue: MessageQueue;
  readonly server: AuthorizationServer;
  readonly provider: ProviderEndpoints;
  readonly #services: Record<StoreName, Service>;
  readonly #invocations: Invocation[] = [];
  #faults: FaultProfile;
  #sealings = 0;

  private readonly setting: PlatformSetting;

  constructor(
    scheduler: Scheduler,
    tracing: boolean,
    faults: FaultProfile,
    setting: PlatformSetting,
  ) {
    super(scheduler, tracing);
    this.setting = setting;
    this.#faults = faults;
    const service = (name: StoreName, limitMs: number, failure: string): Service => ({
      limitMs,
      faults: faults[name],
      canStall: name === 'd1',
      failure,
      pending: 0,
      isAway: () => this.isAway(name),
    });
    this.#services = {
      d1: service('d1', 30_000, 'D1_ERROR: Network connection lost.'),
      kv: service('kv', 15_000, 'KV failed: 503 Service Unavailable'),
      queue: service('queue', 15_000, 'Queue send failed'),
    };
    this.config = {
      ...configOf(setting.provider, setting.record),
      webhooks: setting.webhooks ?? [],
    };
    this.server = new AuthorizationServer(
      {
        now: () => scheduler.now,
        note: (text) => this.note(text),
        cover: (kind) => this.cover(kind),
        violate: (...violation) => this.violate(...violation),
        lifetimeMs: (by, code) => this.lifetimeMs(by, code),
        scopeOf: (family) => this.scopeOf(family),
        onReuse: (...reuse) => this.onReuse(...reuse),
        onRevocation: (...revocation) => this.onRevocation(...revocation),
      },
      setting.provider.rotation,
      setting.provider.graceSeconds * 1000,
      setting.provider.reach,
      setting.provider.takes,
    );
    this.provider = new ProviderEndpoints(this);
    this.d1 = new D1(scheduler, this.#services.d1, tables, (...commit) => this.onCommit(...commit));
    this.kv = new KvStore(
      scheduler,
      this.#services.kv,
      (key, text) => this.onKvWrite(key, text),
      (key, by) => {
        this.cover(`429 of KV, ${by.kind}`);
        this.note(() => `KV ${key}: 429`);
      },
    );
    this.queue = new MessageQueue(
      scheduler,
      this.#services.queue,
      randomFrom(setting.seed),
      (text) => this.onQueued(text),
      (message) => this.deliver(message),
    );
  }

  /** After each write on D1's primary; `changed`: whether it hit any row. */
  protected abstract onCommit(by: Invocation, changed: boolean, texts: readonly string[]): void;
  /** After each write to KV's central store; null: a deletion. */
  protected abstract onKvWrite(key: string, text: string | null): void;
  /** After the queue has taken a message. */
  protected onQueued(_text: string): void {}
  protected deliver(_message: Delivery): void {}
  /** As AuthorizationServer's host. */
  abstract lifetimeMs(by: Invocation, code: string | null): number | null;
  scopeOf(_family: Family): string | undefined {
    return undefined;
  }
  protected abstract onReuse(
    family: Family,
    token: string,
    brought: readonly Issued[],
    sentInTime: boolean,
  ): boolean;
  protected onRevocation(_family: Family, _token: string): void {}
  abstract subjectOf(account: string): string;
  isAway(_service: ServiceName): boolean {
    return false;
  }
  /** The provider refuses everybody. */
  get refusing(): boolean {
    return false;
  }
  /** It answers this account as if the client were wrong. */
  isBlocked(_account: string): boolean {
    return false;
  }
  /** Before each use of the vault. */
  protected async beforeVault(_by: Invocation): Promise<void> {}
  protected onLog(_by: Invocation, _event: string, _fields: object): void {}
  /** Work that an invocation leaves to go on after its reply. */
  protected background(by: Invocation, work: Promise<unknown>): void {
    void by.during(work).catch(() => {});
  }

  get providerFaults(): ProviderFaults {
    return this.#faults.provider;
  }

  /** From now on. */
  protected setFaults(faults: FaultProfile): void {
    this.#faults = faults;
    for (const name of ['d1', 'kv', 'queue'] as const) this.#services[name].faults = faults[name];
  }

  /** Somebody is at work, perhaps suspended. */
  get busy(): boolean {
    return this.#invocations.some(({ atWork }) => atWork);
  }

  /** Nobody is at work, and no call to a store is on its way. */
  get quiet(): boolean {
    return !this.busy && Object.values(this.#services).every(({ pending }) => pending === 0);
  }

  /** `seed`: of every delay and fault that it meets. */
  protected invocation(kind: Kind, seed: number, circumstances: Circumstances): Invocation {
    const number = this.#invocations.length + 1;
    const by = new Invocation(kind, number, this.scheduler, randomFrom(seed), circumstances);
    this.#invocations.push(by);
    return by;
  }

  protected depsFor(
    by: Invocation,
    { reach, location, memory, caches = new Caches() }: Place,
  ): Deps {
    const d1 = this.d1.bind(by, reach);
    const log: Deps['log'] = {
      info: (event, fields, ...cause) => this.#log(by, event, fields, ...cause),
      warn: (event, fields, ...cause) => this.#log(by, event, fields, ...cause),
      error: (event, fields, ...cause) => this.#log(by, event, fields, ...cause),
      with: () => log,
    };
    return {
      config: this.config,
      budget: unlimited,
      db: createDatabase(d1),
      session: (constraint) => createDatabase(d1.withSession(constraint)),
      kv: location.bind(by),
      queue: this.setting.queue ? this.queue.bind(by) : null,
      assets: null,
      vault: plainVault(
        () => this.beforeVault(by),
        () => {
          this.#sealings += 1;
          return this.#sealings;
        },
      ),
      memory,
      caches,
      ownDeliveries: new OwnDeliveries(),
      fetch: this.provider.fetchFor(by),
      now: by.now,
      random: by.random,
      uuid: by.uuid,
      sleep: by.sleep,
      log,
      waitUntil: (work) => this.background(by, work),
    };
  }

  /**
   * What the product logs tells which of its ways a run has taken. Stack frames differ by the run.
   */
  #log(by: Invocation, event: string, fields: object = {}, cause?: unknown): void {
    this.cover(event);
    this.note(
      () =>
        `${by.name} logs ${event} ${JSON.stringify({ ...fields, frames: undefined })}${cause ? ` ${cause}` : ''}`,
    );
    this.onLog(by, event, fields);
  }

  /** A connection whose user has come back from the provider with `code`. */
  insertTransaction(id: string, user: string, code: string): void {
    const { now } = this.scheduler;
    const sealed = (text: string, field: 'code' | 'verifier') =>
      seal(0, text, transactionContext(id, field));
    this.d1.write(
      `INSERT INTO connect_transactions (id, code_hash, ticket_hash, user_id, provider, requested_scope,
        parameters, state, verifier, code, created_at, expires_at)
       VALUES (?, ?, ?, ?, ?, '[]', '{}', 'authorized', ?, ?, ?, ?)`,
      id,
      // The code's hash: each has a code of its own.
      id,
      id,
      user,
      PROVIDER,
      sealed('verifier', 'verifier'),
      sealed(code, 'code'),
      now,
      now + 10 * 60_000,
    );
  }
}
