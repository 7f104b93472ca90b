/**
 * Auth0. Sources: auth0.com/docs/secure/tokens/refresh-tokens/revoke-refresh-tokens (stored copy
 * without a date); NangoHQ/nango (2026-08-21) for the addresses. Known: the lives of tokens, and
 * what the profile answers. Read 2026-11-27.
 *
 * Each tenant has a host and clients of its own: AUTH0_CLIENTS, by the host; one with a domain of
 * its own is a record that `extends` this one. Rotation is set for each client. A revocation ends
 * its refresh token, and in older tenants the grant with all of its tokens; so it is taken to reach
 * the grant. The API that a token is for is the connection's `audience`.
 */
import type { ProviderInput } from '../types';

export const auth0 = {
  id: 'auth0',
  name: 'Auth0',
  kind: 'oauth2',

  authorizationUrl: 'https://{domain}/authorize',
  tokenUrl: 'https://{domain}/oauth/token',
  revocationUrl: 'https://{domain}/oauth/revoke',
  profileUrl: 'https://{domain}/userinfo',
  parameters: {
    domain: {
      label: 'Auth0 domain, such as acme.eu.auth0.com',
      pattern:
        '[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?(?:\\.(?:us|eu|au|uk|jp|ca)(?:-[0-9])?)?\\.auth0\\.com',
    },
  },

  scopes: ['openid', 'profile', 'email', 'offline_access'],
  // For the profile, and for the refresh token.
  requiredScopes: ['openid', 'offline_access'],
  allowedAuthorizationParams: ['audience', 'organization', 'connection', 'prompt'],

  apiUrl: 'https://{domain}/api/v2',
  // They end grants and sessions, or show secrets.
  apiDeny: [
    'clients',
    'device-credentials',
    'grants',
    'refresh-tokens',
    'sessions',
    'users/*/refresh-tokens',
    'users/*/sessions',
  ],

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 24 * 3600,

  accountId: ['parameter:domain', 'sub'],
  displayName: ['email', 'name', 'nickname'],
  metadata: {
    name: 'name',
    userName: 'email',
    picture: 'picture',
    domain: 'parameter:domain',
  },
} as const satisfies ProviderInput;
