/**
 * Okta, by an organisation's own authorization server. Sources:
 * developer.okta.com/docs/api/openapi/okta-oauth/oauth/orgas/revoke; support.okta.com, "Refresh
 * Token Expiration Behavior"; okta/okta-sdk-dotnet,
 * OpenIdConnectApplicationSettingsRefreshToken.md, for rotation (stored copies without a date);
 * NangoHQ/nango (2026-08-21) for the addresses. Read 2026-11-27.
 *
 * Each organisation has a host and clients of its own: OKTA_CLIENTS, by the host. A refresh token
 * ends 90 days after the consent, whatever is refreshed. Whether it is for one use is set for each
 * client, and for how long a used one is taken again, 30 seconds at first; a client that rotates
 * ends the grant when one is used later. With a revoked refresh token its access tokens end
 * (known).
 */
import type { ProviderInput } from '../types';

export const okta = {
  id: 'okta',
  name: 'Okta',
  kind: 'oauth2',

  authorizationUrl: 'https://{domain}/oauth2/v1/authorize',
  tokenUrl: 'https://{domain}/oauth2/v1/token',
  revocationUrl: 'https://{domain}/oauth2/v1/revoke',
  profileUrl: 'https://{domain}/oauth2/v1/userinfo',
  parameters: {
    domain: {
      label: 'Okta domain, such as acme.okta.com',
      pattern: '[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?\\.(?:okta|oktapreview|okta-emea)\\.com',
    },
  },
  clientAuth: 'client_secret_basic',

  scopes: ['openid', 'profile', 'email', 'offline_access', 'okta.users.read.self'],
  // For the profile, and for the refresh token.
  requiredScopes: ['openid', 'offline_access'],
  allowedAuthorizationParams: ['prompt', 'idp'],

  apiUrl: 'https://{domain}/api/v1',
  // Known: these end grants and sessions, or show tokens.
  apiDeny: ['api-tokens', 'sessions', 'users/*/sessions', 'users/*/clients', 'users/*/grants'],

  refreshModel: 'rotating',
  reuse: 'grace',
  reuseGraceSeconds: 30,
  assumedLifetimeSeconds: 3600,
  refreshLifetimeSeconds: 90 * 24 * 3600,
  refreshDeadline: 'absolute',

  accountId: ['parameter:domain', 'sub'],
  displayName: ['preferred_username', 'name'],
  metadata: { name: 'name', userName: 'preferred_username', domain: 'parameter:domain' },
} as const satisfies ProviderInput;
