import { Account, type Parts, SoleAccount } from './account.ts';
import { dataOf, type Strict, segment, versionHeader } from './api.ts';
import { type EventsOptions, eventsOf } from './operator.ts';
import type {
  CompletionInput,
  Connection,
  ConnectionInput,
  CredentialsInput,
  Delegation,
  DelegationInput,
  Integration,
  IntegrationList,
  MooringEvent,
  PageSession,
  PageSessionInput,
  ReadOptions,
  RequestOptions,
  StartedConnection,
} from './types.ts';

/** What this client asks for one user. */
export class User {
  readonly #parts: Parts;
  /** The app's own id of the user; `me` with a token of the user's own. */
  readonly id: string;
  readonly connections: Connections;
  readonly delegations: Delegations;

  constructor(parts: Parts, id: string) {
    segment(id);
    this.#parts = parts;
    this.id = id;
    this.connections = new Connections(parts, id);
    this.delegations = new Delegations(parts, id);
  }

  /**
   * All integrations with their status. Never older than what this client saw or changed before.
   *
   * @example
   * const { integrations } = await mooring.user('user-1').integrations();
   * const broken = integrations.filter(({ isConnected }) => !isConnected);
   */
  integrations({ atLeast, signal }: ReadOptions = {}): Promise<IntegrationList> {
    return dataOf(
      this.#parts.api.GET('/v1/users/{userId}/integrations', {
        params: { path: { userId: this.id }, header: versionHeader(atLeast) },
        signal: signal ?? null,
      }),
    );
  }

  /**
   * One account, for what is done with it. Without an id: the only one that the user has there.
   *
   * @example
   * const repos = await mooring.user('user-1').account('github').fetch('/user/repos');
   * await mooring.user('user-1').account('github', '583231').disconnect();
   */
  account(provider: string): SoleAccount;
  account(provider: string, accountId: string): Account;
  account(provider: string, accountId?: string | undefined): SoleAccount;
  account(provider: string, accountId?: string | undefined): SoleAccount {
    return accountId === undefined
      ? new SoleAccount(this.#parts, this.id, provider)
      : new Account(this.#parts, this.id, provider, accountId);
  }

  /**
   * Connects with a key, a password or a session cookie.
   * @throws MooringError credentials_refused
   * @example
   * await mooring.user('user-1').storeCredentials('openai', { credentials: { apiKey } });
   */
  storeCredentials(
    provider: string,
    input: CredentialsInput,
    { signal }: RequestOptions = {},
  ): Promise<Integration> {
    return dataOf(
      this.#parts.api.PUT('/v1/users/{userId}/integrations/{provider}', {
        params: { path: { userId: this.id, provider } },
        body: input as Strict<CredentialsInput>,
        signal: signal ?? null,
      }),
    );
  }

  /**
   * Opens the hosted page for this user: the app's page posts `token` as a form to `action`, once,
   * within a minute.
   */
  createPageSession(
    input: PageSessionInput,
    { signal }: RequestOptions = {},
  ): Promise<PageSession> {
    return dataOf(
      this.#parts.api.POST('/v1/users/{userId}/page-sessions', {
        params: { path: { userId: this.id } },
        body: input as Strict<PageSessionInput>,
        signal: signal ?? null,
      }),
    );
  }

  /** What happened to this user's accounts, oldest first, up to now. */
  events(
    options: Omit<EventsOptions, 'userId'> = {},
  ): AsyncGenerator<MooringEvent, void, undefined> {
    return eventsOf(this.#parts.api, { ...options, userId: this.id });
  }

  /** Deletes all that Mooring has of the user. Takes the right `operate`. */
  async erase({ signal }: RequestOptions = {}): Promise<void> {
    await this.#parts.api.DELETE('/v1/users/{userId}', {
      params: { path: { userId: this.id } },
      signal: signal ?? null,
    });
  }
}

/** Connecting an account by OAuth. */
export class Connections {
  readonly #parts: Parts;
  readonly #userId: string;

  constructor(parts: Parts, userId: string) {
    this.#parts = parts;
    this.#userId = userId;
  }

  /**
   * Begins: send the browser to `connectUrl`.
   *
   * @example
   * const { connectUrl } = await mooring.user(userId).connections.create({
   *   provider: 'github',
   *   returnTo: 'https://app.example.com/connected',
   * });
   */
  create(input: ConnectionInput, { signal }: RequestOptions = {}): Promise<StartedConnection> {
    return dataOf(
      this.#parts.api.POST('/v1/users/{userId}/connections', {
        params: { path: { userId: this.#userId } },
        body: input as Strict<ConnectionInput>,
        signal: signal ?? null,
      }),
    );
  }

  /** How it stands. @throws MooringError connection_not_found */
  get(id: string, { signal }: RequestOptions = {}): Promise<Connection> {
    return dataOf(
      this.#parts.api.GET('/v1/users/{userId}/connections/{id}', {
        params: { path: { userId: this.#userId, id } },
        signal: signal ?? null,
      }),
    );
  }

  /**
   * Finishes, for the user whom the app's own session knows, with what the browser brought back to
   * `returnTo`. Repeating it gives the same integration.
   *
   * @param input `choice`: after a `choice_required`, the id of one of `error.problem.choices`
   * @throws MooringError wrong_completion, choice_required, account_linked_to_another_user and
   * others
   * @example
   * const back = returnedConnection(request.url);
   * if (back?.completion !== undefined) {
   *   await mooring.user(userId).connections.complete(back.id, back);
   * }
   */
  complete(
    id: string,
    { completion, choice }: CompletionInput,
    { signal }: RequestOptions = {},
  ): Promise<Integration> {
    return dataOf(
      this.#parts.api.POST('/v1/users/{userId}/connections/{id}/complete', {
        params: { path: { userId: this.#userId, id } },
        // Nothing else of what a page read out of its address.
        body: { completion, choice } as Strict<CompletionInput>,
        signal: signal ?? null,
      }),
    );
  }
}

/** Tokens for agents, jobs and front ends: one user, few rights. */
export class Delegations {
  readonly #parts: Parts;
  readonly #userId: string;

  constructor(parts: Parts, userId: string) {
    this.#parts = parts;
    this.#userId = userId;
  }

  /**
   * Makes one, for an agent, a job or a front end. It is shown this once.
   *
   * @throws MooringError forbidden: the key lacks a right itself
   * @example
   * const user = mooring.user('user-1');
   * const { token } = await user.delegations.create({ rights: ['read', 'call'] });
   */
  create(input: DelegationInput, { signal }: RequestOptions = {}): Promise<Delegation> {
    return dataOf(
      this.#parts.api.POST('/v1/users/{userId}/delegations', {
        params: { path: { userId: this.#userId } },
        body: input as Strict<DelegationInput>,
        signal: signal ?? null,
      }),
    );
  }

  /** Ends all of this user's. */
  async endAll({ signal }: RequestOptions = {}): Promise<void> {
    await this.#parts.api.DELETE('/v1/users/{userId}/delegations', {
      params: { path: { userId: this.#userId } },
      signal: signal ?? null,
    });
  }
}
