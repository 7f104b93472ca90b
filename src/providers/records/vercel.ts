/**
 * Vercel, by "Sign in with Vercel". Sources: vercel.com/docs/sign-in-with-vercel:
 * authorization-server-api and tokens (2026-03-30);
 * vercel.com/.well-known/oauth-authorization-server (a copy without a date). Read 2026-11-27.
 *
 * PKCE is a must. A refresh token comes with `offline_access`, lives thirty days, and is replaced
 * at each use. Revoking the access token takes the refresh token along. What a call may reach, the
 * app's permissions say. (Integrations have another OAuth, whose tokens do not end; it is not this
 * record.)
 */
import type { ProviderInput } from '../types';

export const vercel = {
  id: 'vercel',
  name: 'Vercel',
  kind: 'oauth2',
  lastVerified: '2026-03-30',

  authorizationUrl: 'https://vercel.com/oauth/authorize',
  tokenUrl: 'https://api.vercel.com/login/oauth/token',
  revocationUrl: 'https://api.vercel.com/login/oauth/token/revoke',
  profileUrl: 'https://api.vercel.com/login/oauth/userinfo',
  profileMethod: 'POST',

  scopes: ['openid', 'email', 'profile', 'offline_access'],
  // For the profile, and for the refresh token.
  requiredScopes: ['openid', 'offline_access'],
  loginHintParam: null,

  apiUrl: 'https://api.vercel.com',
  // The last make tokens of the user's own (vercel.com/docs/rest-api/authentication, known).
  apiDeny: ['login', '*/oauth', '*/user/tokens'],

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 3600,
  refreshLifetimeSeconds: 30 * 24 * 3600,

  accountId: 'sub',
  displayName: ['email', 'preferred_username', 'name'],
  metadata: { name: 'name', userName: 'preferred_username', picture: 'picture' },
  // The metadata names Basic alone.
  revocation: { token: 'access', clientAuth: 'client_secret_basic' },
} as const satisfies ProviderInput;
