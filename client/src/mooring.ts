import { type Api, createApi, dataOf } from './api.ts';
import { Operator } from './operator.ts';
import {
  type Clock,
  createSend,
  globalTransport,
  isDelegation,
  type RetryOptions,
  refuseServiceKeyInBrowser,
  systemClock,
  type Transport,
} from './send.ts';
import type { Provider, Refreshed, RequestOptions, StatusOfUser } from './types.ts';
import { User } from './user.ts';
import { memoryVersions, type VersionStore } from './versions.ts';

/** Where Mooring is, and who asks. */
export interface MooringOptions {
  /** `PUBLIC_URL` of the deployment. Over a service binding any https address will do. */
  baseUrl: string | URL;
  /**
   * A service key, a JWT of the user, or a delegation. A function is asked for each request, so
   * that it can give a token that is not about to expire. In a browser a service key throws.
   */
  token: string | (() => string | Promise<string>);
  /** Whatever has a `fetch`: a service binding of Workers. `globalThis`, unless said. */
  transport?: Transport | undefined;
  /** Where the newest version of each user is kept. In memory, unless said. */
  versions?: VersionStore | undefined;
  /** How many answers are kept, so that an unchanged one need not be sent again. Default 100. */
  answers?: number | undefined;
  retry?: RetryOptions | undefined;
  clock?: Clock | undefined;
}

/** A client of one deployment, for one caller. */
export class Mooring {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly api: Api;
  readonly operator: Operator;
  readonly #token: MooringOptions['token'];
  readonly #versions: VersionStore;
  readonly #user: (id: string) => User;

  constructor({
    baseUrl,
    token,
    transport = globalTransport,
    versions = memoryVersions(),
    answers = 100,
    retry = {},
    clock = systemClock,
  }: MooringOptions) {
    if (typeof token === 'string') refuseServiceKeyInBrowser(token);
    this.baseUrl = new URL(baseUrl).href.replace(/\/+$/, '');
    const send = createSend({
      token,
      transport,
      versions,
      answers,
      retry: { limit: retry.limit ?? 2, maxDelay: retry.maxDelay ?? 10 },
      clock,
    });
    this.api = createApi(this.baseUrl, send);
    this.operator = new Operator(this.api);
    this.#token = token;
    this.#versions = versions;
    const parts = { api: this.api, send, baseUrl: this.baseUrl };
    this.#user = (id) => new User(parts, id);
  }

  /**
   * What can be asked for one user.
   * @param id the app's own id of the user; left out with a token of the user's own
   * @throws TypeError an id that is none
   */
  user(id = 'me'): User {
    return this.#user(id);
  }

  /** What can be connected. */
  async providers({ signal }: RequestOptions = {}): Promise<Provider[]> {
    const { providers } = await dataOf(this.api.GET('/v1/providers', { signal: signal ?? null }));
    return providers;
  }

  /**
   * The integrations of up to a hundred users, by user id, for one read of the cache.
   *
   * @example
   * const users = await mooring.status(['user-1', 'user-2']);
   * const connected = users['user-1']?.integrations.some(({ isConnected }) => isConnected);
   */
  async status(
    userIds: readonly string[],
    { signal }: RequestOptions = {},
  ): Promise<Record<string, StatusOfUser>> {
    const { users } = await dataOf(
      this.api.POST('/v1/status', { body: { userIds: [...userIds] }, signal: signal ?? null }),
    );
    await Promise.all(
      Object.entries(users).map(async ([id, { version }]) => {
        const known = (await this.#versions.get(id)) ?? 0;
        // One version for all would have D1 asked for most: who is behind is read alone.
        if (version < known) users[id] = await this.user(id).integrations({ signal });
        else await this.#versions.set(id, version);
      }),
    );
    return users;
  }

  /**
   * Refreshes up to a hundred accounts, of any users, and goes on after single failures. Whose they
   * are is not known here: to see what it changed, read a user with `atLeast: version`.
   *
   * @example
   * const { failed, version } = await mooring.refresh(accounts);
   * const { integrations } = await mooring.user('user-1').integrations({ atLeast: version });
   */
  async refresh(
    accounts: readonly { provider: string; accountId: string }[],
    { signal }: RequestOptions = {},
  ): Promise<Refreshed> {
    const reply = this.api.POST('/v1/refresh', {
      body: { accounts: [...accounts] },
      signal: signal ?? null,
    });
    const version = Number((await reply).response.headers.get('Consistency-Token'));
    return { ...(await dataOf(reply)), version: version > 0 ? version : undefined };
  }

  /** Whether the token is a delegation, which reads and calls only; a function's is not known. */
  get isDelegated(): boolean {
    return isDelegation(this.#token);
  }
}

/**
 * A client.
 *
 * @throws TypeError an address that is none; a service key in a browser
 * @example
 * // A backend.
 * const mooring = createMooring({ baseUrl: env.MOORING_URL, token: env.MOORING_KEY });
 * // A Worker of the same account: no way over the network.
 * const mooring = createMooring({
 *   baseUrl: 'https://mooring.internal',
 *   token: env.MOORING_KEY,
 *   transport: env.MOORING,
 * });
 * // A front end, with the JWT that the app's backend gave to the user.
 * const mooring = createMooring({ baseUrl: 'https://mooring.example.com', token: () => jwt() });
 */
export const createMooring = (options: MooringOptions): Mooring => new Mooring(options);
