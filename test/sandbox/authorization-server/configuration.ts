/** How oidc-provider is set up for the sandbox. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type Configuration, interactionPolicy } from 'oidc-provider';
import { errorPage } from './pages.ts';
import { personById } from './people.ts';
import type { Store } from './store.ts';

export interface SandboxClient {
  id: string;
  name: string;
  secret: string;
  /**
   * Of a client that proves itself by a signature. A server all of whose clients do is a strict
   * one: it takes pushed authorization requests only, and binds tokens to keys, with nonces.
   */
  publicKey?: JsonWebKey;
  redirectUris: readonly string[];
  /** How long its access tokens live. */
  accessTokenSeconds: number;
  /** Its profiles are signed (`application/jwt`). */
  signedProfile?: boolean;
}

const DAY = 86_400;

export function configuration(clients: readonly SandboxClient[], store: Store): Configuration {
  const lifetimes = new Map(clients.map((client) => [client.id, client.accessTokenSeconds]));
  // Keys live as long as the process: what must outlast it, grants and refresh tokens, is opaque.
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signingKey = privateKey.export({ format: 'jwk' });
  const isStrict = clients.every(({ publicKey }) => publicKey !== undefined);
  return {
    adapter: store.adapter,
    jwks: { keys: [{ ...signingKey, use: 'sig', alg: 'ES256' } as never] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clients: clients.map((client) => ({
      client_id: client.id,
      client_name: client.name,
      redirect_uris: [...client.redirectUris],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code' as const],
      ...(client.publicKey
        ? {
            token_endpoint_auth_method: 'private_key_jwt' as const,
            jwks: { keys: [{ ...client.publicKey, use: 'sig', alg: 'ES256' } as never] },
            dpop_bound_access_tokens: true,
          }
        : {
            token_endpoint_auth_method: 'client_secret_basic' as const,
            client_secret: client.secret,
          }),
      id_token_signed_response_alg: 'ES256' as const,
      ...(client.signedProfile ? { userinfo_signed_response_alg: 'ES256' as const } : {}),
    })),
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    // Announced in the metadata; the records of the sandbox go by that.
    clientAuthMethods: [isStrict ? 'private_key_jwt' : 'client_secret_basic'],
    features: {
      ...(isStrict
        ? {
            dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
            pushedAuthorizationRequests: {
              enabled: true,
              requirePushedAuthorizationRequests: true,
            },
          }
        : {}),
      jwtUserinfo: { enabled: true },
      devInteractions: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: { enabled: false },
    },
    pkce: { required: () => true },
    // Single use; a second use kills the grant.
    rotateRefreshToken: true,
    ttl: {
      AccessToken: (_ctx, token) => lifetimes.get(token.clientId ?? '') ?? 600,
      AuthorizationCode: 60,
      Grant: 90 * DAY,
      IdToken: 600,
      Interaction: 1800,
      RefreshToken: 90 * DAY,
      Session: DAY,
    },
    interactions: {
      policy: askEachTime(),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    async findAccount(_ctx, id) {
      const person = personById(id);
      return {
        accountId: id,
        claims: async () => ({ sub: id, name: person.name, email: person.email }),
      };
    },
    async renderError(ctx, out) {
      ctx.type = 'html';
      ctx.body = errorPage(out.error_description ?? out.error);
    },
  };
}

/** Everybody is asked who they are each time, so that one browser can connect several accounts. */
function askEachTime() {
  const { base, Check } = interactionPolicy;
  const policy = base();
  policy.get('login')?.checks.add(
    new Check('ask_each_time', 'the sandbox asks each time', (ctx) => {
      const { result } = ctx.oidc;
      return result && 'login' in result ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
    }),
  );
  return policy;
}
