/**
 * Cal.com. Source: calcom/cal.com, docs/api-reference/v2/oauth.mdx (Cal.com's own repository, a
 * copy without a date), read 2026-11-27. That page has the addresses, scopes, replies and errors;
 * that a refresh token is for one use is assumed, because each reply brings one. Known: what /v2/me
 * answers, and that a confidential client sends no challenge.
 *
 * An app is approved by Cal.com before it works. An access token lives half an hour. No revocation.
 */
import type { ProviderInput } from '../types';

export const calCom = {
  id: 'cal-com',
  name: 'Cal.com',
  kind: 'oauth2',

  authorizationUrl: 'https://app.cal.com/auth/oauth2/authorize',
  tokenUrl: 'https://api.cal.com/v2/auth/oauth2/token',
  profileUrl: 'https://api.cal.com/v2/me',
  clientAuth: 'client_secret_post',
  // "For public clients".
  pkce: false,

  scopes: ['PROFILE_READ', 'BOOKING_READ'],
  // For the profile.
  requiredScopes: ['PROFILE_READ'],
  // "An ORG_ scope automatically grants the corresponding TEAM_ scope."
  impliedScopes: { 'ORG_*': ['TEAM_*'] },
  loginHintParam: null,

  apiUrl: 'https://api.cal.com/v2',
  apiDeny: ['auth', 'oauth', 'oauth-clients', 'api-keys'],

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 1800,

  accountId: 'data.id',
  displayName: ['data.email', 'data.username'],
  metadata: { name: 'data.name', userName: 'data.username', picture: 'data.avatarUrl' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
