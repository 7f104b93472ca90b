/**
 * Calendly. Sources: developer.calendly.com: "Creating an OAuth App", "How to handle single-use
 * refresh tokens", "Get Access Token", "Revoke Access/Refresh Token", "Get user"; stored copies
 * without a date, read 2026-11-26. Scopes exist since 2026-03-03, and a new app may do nothing
 * without them (docs.unified.to, calendly-oauth-app).
 *
 * A refresh token is revoked at once when it was used; unused, it does not end. A revocation takes
 * either token and the client in the body. The account's id is a URI.
 */
import type { ProviderInput } from '../types';

export const calendly = {
  id: 'calendly',
  name: 'Calendly',
  kind: 'oauth2',

  authorizationUrl: 'https://auth.calendly.com/oauth/authorize',
  tokenUrl: 'https://auth.calendly.com/oauth/token',
  revocationUrl: 'https://auth.calendly.com/oauth/revoke',
  profileUrl: 'https://api.calendly.com/users/me',
  clientAuth: 'client_secret_basic',

  scopes: ['users:read'],
  // What the profile request asks for.
  requiredScopes: ['users:read'],
  loginHintParam: null,

  apiUrl: 'https://api.calendly.com',

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 7200,

  accountId: 'resource.uri',
  displayName: ['resource.email', 'resource.name'],
  metadata: {
    name: 'resource.name',
    userName: 'resource.email',
    picture: 'resource.avatar_url',
    organization: 'resource.current_organization',
  },
  revocation: { clientAuth: 'client_secret_post' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
