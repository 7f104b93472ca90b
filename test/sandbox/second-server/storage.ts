/** What the second server remembers, in memory: its library leaves storage to whoever uses it. */
import { randomUUID } from 'node:crypto';
import type {
  OAuthAuthCode,
  OAuthAuthCodeRepository,
  OAuthClient,
  OAuthClientRepository,
  OAuthScope,
  OAuthScopeRepository,
  OAuthToken,
  OAuthTokenRepository,
  OAuthUserRepository,
} from '@jmondi/oauth2-server';

interface StoredToken {
  token: OAuthToken;
  revoked: boolean;
}

export class Storage {
  readonly #codes = new Map<string, { code: OAuthAuthCode; revoked: boolean }>();
  readonly #tokens: StoredToken[] = [];
  readonly client: OAuthClient;

  constructor(client: OAuthClient) {
    this.client = client;
  }

  /** The live token whose access token has that id. */
  accessToken(id: string): OAuthToken | undefined {
    const stored = this.#tokens.find(({ token }) => token.accessToken === id);
    return stored && !stored.revoked ? stored.token : undefined;
  }

  /** All tokens of a person, as the person takes consent back. */
  withdraw(account: string): void {
    for (const stored of this.#tokens) {
      if (stored.token.user?.id === account) stored.revoked = true;
    }
  }

  readonly clients: OAuthClientRepository = {
    getByIdentifier: async (id) => {
      if (id !== this.client.id) throw new Error('no such client');
      return this.client;
    },
    isClientValid: async (grant, client, secret) =>
      client.allowedGrants.includes(grant) && secret === client.secret,
  };

  readonly scopes: OAuthScopeRepository = {
    getAllByIdentifiers: async (names) =>
      this.client.scopes.filter(({ name }) => names.includes(name)),
    finalize: async (scopes) => scopes,
  };

  readonly users: OAuthUserRepository = {
    getUserByCredentials: async (id) => ({ id }),
  };

  readonly codes: OAuthAuthCodeRepository = {
    getByIdentifier: async (id) => this.#code(id).code,
    issueAuthCode: (client, user, scopes: OAuthScope[]) => ({
      code: randomUUID(),
      user: user ?? null,
      client,
      scopes,
      expiresAt: new Date(Date.now() + 60_000),
    }),
    persist: async (code) => void this.#codes.set(code.code, { code, revoked: false }),
    isRevoked: async (id) => this.#code(id).revoked,
    revoke: async (id) => {
      this.#code(id).revoked = true;
    },
  };

  readonly tokens: OAuthTokenRepository = {
    issueToken: async (client, scopes, user) => ({
      accessToken: randomUUID(),
      accessTokenExpiresAt: new Date(),
      client,
      user: user ?? null,
      scopes,
    }),
    issueRefreshToken: async (token) => {
      token.refreshToken = randomUUID();
      token.refreshTokenExpiresAt = new Date(Date.now() + 86_400_000);
      return token;
    },
    persist: async (token) => {
      const stored = this.#tokens.find((one) => one.token.accessToken === token.accessToken);
      if (stored) stored.token = token;
      else this.#tokens.push({ token, revoked: false });
    },
    revoke: async ({ accessToken }) => {
      for (const stored of this.#tokens) {
        if (stored.token.accessToken === accessToken) stored.revoked = true;
      }
    },
    isRefreshTokenRevoked: async ({ refreshToken }) =>
      this.#tokens.find(({ token }) => token.refreshToken === refreshToken)?.revoked ?? true,
    getByRefreshToken: async (id) => {
      const stored = this.#tokens.find(({ token }) => token.refreshToken === id);
      if (!stored) throw new Error('no such token');
      return stored.token;
    },
    getByAccessToken: async (id) => {
      const token = this.accessToken(id);
      if (!token) throw new Error('no such token');
      return token;
    },
  };

  #code(id: string) {
    const stored = this.#codes.get(id);
    if (!stored) throw new Error('no such code');
    return stored;
  }
}
