/**
 * Many accounts of one client over simulated weeks: the product's own refresh, jobs and token
 * requests over the real schema on node:sqlite, with a clock that is set from one event to the
 * next. Nothing here fails but the provider, and that as told; races are the refresh model's.
 */

import { Store } from '../kernel/d1';
import { randomFrom } from '../kernel/random';
import { plainVault, seal } from '../kernel/vault';
import {
  AppError,
  accountContext,
  Caches,
  createDatabase,
  type Deps,
  MemoryTier,
  OwnDeliveries,
  readConfig,
  refreshOne,
  retryFormerClients,
  runRefresh,
  sweep,
  tokenFor,
  unlimited,
} from '../product';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const PROVIDER = 'acme';
const START = Date.UTC(2026, 0, 1);
const LIFETIME_MS = 4 * HOUR;
/** The jobs of each hour, here less often: nothing of a table is due sooner. */
const HOURLY_EVERY_MS = 6 * HOUR;

/** What an account's refresh is answered with; null: a new token. `at`: ms since the start. */
export type Answer = (at: number) => Response | null;

export interface Person {
  answer?: Answer;
  /** Default: a user of its own. */
  user?: string;
  tenant?: string;
  /** The app asks for the token this often; default: every two hours. */
  asksEvery?: number | null;
  /** Its user forces refreshes this often, in the first four minutes of each day. */
  forcesEvery?: number;
  /** Nothing is wrong with it: none of its requests for a token may fail. */
  isWell?: boolean;
}

export interface Told {
  marked: { account: string; at: number; reason: string }[];
  /** Of the well ones. */
  tokens: number;
  failedTokens: number;
  /** Requests to the token endpoint for accounts that are not well. */
  inVain: number;
  /** The operator's events, by type and code. */
  told: Map<string, number>;
  /** Of accounts, in the end. */
  needReconnect: string[];
  failing: number;
}

const json = (body: unknown, status = 200) => Response.json(body, { status });

export const refusal = (status: number, error: string) => () => json({ error }, status);

interface Account extends Person {
  name: string;
  userId: string;
}

const store = new Store();
const tables = [
  'oauth_accounts',
  'user_versions',
  'outbox',
  'provider_health',
  'client_grants',
  'refresh_runs',
  'audit_events',
];

export class Population {
  now = START;
  readonly #accounts: Account[];
  readonly #random = randomFrom(7);
  readonly #deps: Deps;
  #background: Promise<unknown>[] = [];
  #serial = 0;
  #inVain = 0;
  #tokens = 0;
  #failed = 0;

  /** `hosts`: each tenant has a token host of its own. */
  constructor(people: readonly Person[], hosts = false) {
    store.empty(tables);
    this.#accounts = people.map((person, i) => ({
      ...person,
      name: `a${i}`,
      userId: person.user ?? `u${i}`,
    }));
    this.#deps = this.#depsOf(hosts);
    for (const account of this.#accounts) this.#insert(account);
  }

  #depsOf(hosts: boolean): Deps {
    const record = {
      name: 'Acme',
      kind: 'oauth2',
      authorizationUrl: 'https://acme.example/authorize',
      tokenUrl: hosts ? 'https://{tenant}.acme.example/token' : 'https://acme.example/token',
      ...(hosts ? { parameters: { tenant: { label: 'Tenant', pattern: '[a-z]+' } } } : {}),
      accountId: 'token:account',
      refreshModel: 'static',
    };
    const config = readConfig({
      PUBLIC_URL: 'https://mooring.example',
      APP_ORIGINS: 'https://app.example',
      ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 'model').toString('base64')}`,
      SERVICE_KEYS: `model:${'0'.repeat(64)}`,
      ACME_CLIENT_ID: 'client',
      ACME_CLIENT_SECRET: 'secret',
      RUN_SUBREQUESTS: '9000',
      PROVIDERS: JSON.stringify({ [PROVIDER]: record }),
    });
    const statement = (text: string, params: readonly never[]): unknown => ({
      text,
      params,
      bind: (...values: never[]) => statement(text, values),
      all: async () => ({ results: store.all({ text, params }), meta: { changes: 0 } }),
      run: async () => ({ results: store.all({ text, params }), meta: { changes: 0 } }),
      raw: async () => store.all({ text, params }).map((row) => Object.values(row)),
    });
    const d1 = {
      prepare: (text: string) => statement(text, []),
      batch: async (statements: { text: string; params: never[] }[]) =>
        store.transaction(() =>
          statements.map((one) => ({ results: store.all(one), success: true })),
        ),
      withSession: () => d1,
    } as unknown as D1Database;
    const db = createDatabase(d1);
    const log: Deps['log'] = { info() {}, warn() {}, error: console.error, with: () => log };
    return {
      config,
      budget: unlimited,
      db,
      session: () => db,
      kv: {
        get: async (keys: string[]) => new Map(keys.map((key) => [key, null])),
        put: async () => {},
        delete: async () => {},
      } as unknown as KVNamespace,
      queue: null,
      assets: null,
      vault: plainVault(
        async () => {},
        () => this.#next(),
      ),
      memory: new MemoryTier(),
      caches: new Caches(),
      ownDeliveries: new OwnDeliveries(),
      fetch: (input) => this.#provider(input as Request),
      now: () => this.now,
      random: this.#random,
      uuid: () => `id${this.#next()}`,
      sleep: async () => {},
      log,
      waitUntil: (work) => {
        this.#background.push(work);
      },
    };
  }

  #next(): number {
    this.#serial += 1;
    return this.#serial;
  }

  /** Connected a while ago, so that they fall due at any time. */
  #insert({ name, userId, tenant = 'one' }: Account): void {
    const issuedAt = START - Math.floor(this.#random() * LIFETIME_MS);
    const sealed = (text: string, field: 'access_token' | 'refresh_token') =>
      seal(0, text, accountContext(PROVIDER, name, field));
    store.all({
      text: `INSERT INTO oauth_accounts (user_id, provider, provider_account_id, subject, access_token,
          refresh_token, expires_at, token_type, scope, requested_scope, parameters, metadata, state,
          token_version, refresh_due_at, client_id, last_used_at, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, 'bearer', '[]', '[]', ?, '{}', 'active', ?, ?, 'client', ?, ?, ?)`,
      params: [
        userId,
        PROVIDER,
        name,
        name,
        sealed(`access ${name}`, 'access_token'),
        sealed(name, 'refresh_token'),
        issuedAt + LIFETIME_MS,
        JSON.stringify({ tenant }),
        issuedAt,
        issuedAt + LIFETIME_MS - 15 * MINUTE,
        START,
        issuedAt,
        issuedAt,
      ],
    });
  }

  async #provider(request: Request): Promise<Response> {
    const token = new URLSearchParams(await request.text()).get('refresh_token');
    const account = this.#accounts.find(({ name }) => name === token);
    const answer = account?.answer?.(this.now - START) ?? null;
    if (account?.isWell === false) this.#inVain += 1;
    return answer ?? json({ access_token: `t${this.#next()}`, expires_in: LIFETIME_MS / 1_000 });
  }

  async #settled(work: Promise<unknown>): Promise<void> {
    await work;
    for (let left = this.#background; left.length > 0; left = this.#background) {
      this.#background = [];
      await Promise.all(left);
    }
  }

  async #ask({ userId, name, isWell }: Account): Promise<void> {
    const key = { userId, provider: PROVIDER, accountId: name, minTtlSeconds: null };
    const asked = tokenFor(this.#deps, key).then(
      () => true,
      (error) => {
        if (!(error instanceof AppError)) throw error;
        return false;
      },
    );
    await this.#settled(asked);
    if (isWell === false) return;
    this.#tokens += 1;
    if (!(await asked)) this.#failed += 1;
  }

  #force = ({ userId, name }: Account): Promise<void> =>
    this.#settled(
      refreshOne(this.#deps, { userId, provider: PROVIDER, accountId: name }).catch((error) => {
        if (!(error instanceof AppError)) throw error;
      }),
    );

  /** When cron finds something, on its minute; never: infinity. */
  #nextTick(): number {
    const [found] = store.all({
      text: `SELECT min(max(a.refresh_due_at, coalesce(h.open_until, 0), coalesce(a.lease_until, 0))) AS at
        FROM oauth_accounts AS a LEFT JOIN provider_health AS h
        ON h.host = (a.parameters->>'tenant') || '.acme.example' OR h.host = 'acme.example'
        WHERE a.refresh_due_at IS NOT NULL`,
      params: [],
    });
    const at = found?.at === null ? Number.POSITIVE_INFINITY : Number(found?.at);
    return Math.max(Math.ceil(at / MINUTE) * MINUTE, this.now + MINUTE);
  }

  async live(days: number): Promise<Told> {
    const end = START + days * DAY;
    const events: { at: number; act: () => Promise<void>; every: (now: number) => number }[] = [];
    for (const account of this.#accounts) {
      const { asksEvery = 2 * HOUR, forcesEvery } = account;
      if (asksEvery !== null) {
        const at = START + this.#random() * asksEvery;
        events.push({ at, act: () => this.#ask(account), every: (now) => now + asksEvery });
      }
      if (forcesEvery !== undefined) {
        const every = (now: number) => {
          const inDay = (now - START) % DAY;
          return inDay + forcesEvery < HOUR / 15 ? now + forcesEvery : now - inDay + DAY;
        };
        events.push({ at: START + 1, act: () => this.#force(account), every });
      }
    }
    events.push({
      at: START + HOUR,
      act: async () => {
        await retryFormerClients(this.#deps);
        await sweep(this.#deps);
      },
      every: (now) => now + HOURLY_EVERY_MS,
    });
    for (let tick = this.#nextTick(); ; ) {
      const event = events.reduce((first, one) => (one.at < first.at ? one : first));
      if (Math.min(event.at, tick) > end) break;
      if (tick <= event.at) {
        this.now = tick;
        await this.#settled(runRefresh(this.#deps, 'cron'));
      } else {
        this.now = Math.max(this.now, event.at);
        await event.act();
        event.at = event.every(this.now);
      }
      tick = this.#nextTick();
    }
    this.now = end;
    return this.#told();
  }

  #told(): Told {
    const all = (text: string) => store.all({ text, params: [] });
    const marked = all(
      `SELECT account_id AS account, at, detail->>'reason' AS reason FROM audit_events
        WHERE type = 'integration.needs_reconnect' ORDER BY at`,
    ).map(({ account, at, reason }) => ({
      account: String(account),
      at: Number(at) - START,
      reason: String(reason),
    }));
    const told = all(
      `SELECT type || ' ' || coalesce(detail->>'code', '') AS name, count(*) AS n FROM audit_events
        WHERE type LIKE 'provider.%' GROUP BY 1 ORDER BY 1`,
    ).map(({ name, n }): [string, number] => [String(name).trim(), Number(n)]);
    return {
      marked,
      tokens: this.#tokens,
      failedTokens: this.#failed,
      inVain: this.#inVain,
      told: new Map(told),
      needReconnect: all(
        `SELECT provider_account_id AS account FROM oauth_accounts WHERE state = 'needs_reconnect'`,
      ).map(({ account }) => String(account)),
      failing: Number(
        all('SELECT count(*) AS n FROM oauth_accounts WHERE refresh_failures > 0')[0]?.n,
      ),
    };
  }
}
