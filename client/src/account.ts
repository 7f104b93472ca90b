import { type Api, dataOf, type Strict, segment, versionHeader } from './api.ts';
import { isBrowser, type Send } from './send.ts';
import type {
  Disconnected,
  Integration,
  ReadOptions,
  RequestOptions,
  Token,
  TokenInput,
} from './types.ts';

/** What a user's parts are made of. */
export interface Parts {
  api: Api;
  send: Send;
  baseUrl: string;
}

/** The only account that a user has at a provider, whichever it is. */
export class SoleAccount {
  protected readonly parts: Parts;
  readonly userId: string;
  /** The id of a provider, or `id:name` for another of its APIs. */
  readonly provider: string;
  readonly accountId: string | undefined;

  constructor(parts: Parts, userId: string, provider: string, accountId?: string) {
    this.parts = parts;
    this.userId = userId;
    this.provider = provider;
    this.accountId = accountId;
  }

  /**
   * Calls the provider's API; the token stays in Mooring. The provider's answer is given as it is,
   * whatever its status, and never tried again. What Mooring itself refuses is thrown as a
   * `MooringError`: `authorization_required`, `several_accounts`, `call_not_supported` and others.
   *
   * Redirects are not followed on servers, so that no key goes along: read `Location`. Browsers
   * follow them.
   *
   * @param path from the provider's API on, with its query: `/user/repos?per_page=5`
   * @throws TypeError a path that leaves the provider's API
   * @example
   * const github = mooring.user('user-1').account('github');
   * const repos = await (await github.fetch('/user/repos')).json();
   */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { baseUrl, send } = this.parts;
    const provider = segment(this.provider).replace('%3A', ':');
    const account = segment(this.accountId ?? '-');
    const base = `${baseUrl}/v1/users/${segment(this.userId)}/proxy/${provider}/${account}/`;
    const url = new URL(base + path.replace(/^\//, '')).href;
    if (!url.startsWith(base)) throw new TypeError('the path leaves the API of the provider');

    const method = init.method?.toUpperCase() ?? 'GET';
    const isStream = init.body instanceof ReadableStream;
    return send({
      url,
      init: {
        redirect: isBrowser() ? 'follow' : 'manual',
        ...init,
        method,
        ...(isStream ? { duplex: 'half' } : {}),
      },
      userId: this.userId,
      repeatable: method === 'GET' || method === 'HEAD',
      proxied: true,
    });
  }

  /**
   * A token that works now, refreshed if it had run out; or, thrown as `authorization_required`,
   * why the user has to consent first. With `returnTo`, and a key with the right `connect`, the
   * problem has the link: `problem.connection.connectUrl`. The same request again gets the same
   * link. For backends, with the right `token`.
   *
   * @throws MooringError authorization_required, several_accounts, refresh_in_progress and others
   * @example
   * try {
   *   const token = await account.token({ scopes: ['repo'], returnTo });
   *   if (token.kind === 'oauth2') return await callWith(token.accessToken);
   * } catch (error) {
   *   if (!isMooringError(error, 'authorization_required')) throw error;
   *   return redirect(error.problem.connection?.connectUrl);
   * }
   */
  token(input: TokenInput = {}, { signal }: RequestOptions = {}): Promise<Token> {
    const { api } = this.parts;
    const { userId, provider, accountId } = this;
    return dataOf(
      api.POST('/v1/users/{userId}/token', {
        params: { path: { userId } },
        body: { provider, accountId, ...input } as Strict<TokenInput> & { provider: string },
        signal: signal ?? null,
      }),
    );
  }
}

/** One account of a user. */
export class Account extends SoleAccount {
  declare readonly accountId: string;

  get #path() {
    const { userId, provider, accountId } = this;
    return { userId, provider, accountId };
  }

  /**
   * The integration and its status.
   * @throws MooringError integration_not_found
   */
  get({ atLeast, signal }: ReadOptions = {}): Promise<Integration> {
    return dataOf(
      this.parts.api.GET('/v1/users/{userId}/integrations/{provider}/{accountId}', {
        params: { path: this.#path, header: versionHeader(atLeast) },
        signal: signal ?? null,
      }),
    );
  }

  /**
   * Refreshes its token now.
   * @throws MooringError needs_reconnect, refresh_in_progress, provider_unavailable
   */
  refresh({ signal }: RequestOptions = {}): Promise<Integration> {
    return dataOf(
      this.parts.api.POST('/v1/users/{userId}/integrations/{provider}/{accountId}/refresh', {
        params: { path: this.#path },
        signal: signal ?? null,
      }),
    );
  }

  /**
   * Tries its credential at the provider: the way to say "the provider refused this token".
   * @throws MooringError check_not_supported, provider_unavailable
   */
  check({ signal }: RequestOptions = {}): Promise<Integration> {
    return dataOf(
      this.parts.api.POST('/v1/users/{userId}/integrations/{provider}/{accountId}/check', {
        params: { path: this.#path },
        signal: signal ?? null,
      }),
    );
  }

  /**
   * Ends the integration, and the grant at the provider.
   * @throws MooringError integration_not_found
   */
  disconnect({ signal }: RequestOptions = {}): Promise<Disconnected> {
    return dataOf(
      this.parts.api.DELETE('/v1/users/{userId}/integrations/{provider}/{accountId}', {
        params: { path: this.#path },
        signal: signal ?? null,
      }),
    );
  }
}
