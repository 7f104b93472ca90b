/**
 * Airtable. Source: airtable.com/developers/web/api/oauth-reference (stored copy without a date).
 *
 * PKCE is required. Access tokens of an hour, refresh tokens of 60 days; each refresh brings a
 * new pair, and the old access token ends with it. What an account may reach (bases) is chosen at
 * consent. A revocation endpoint is in use in public code, but on no page that was read.
 */
import type { ProviderInput } from '../types';

export const airtable = {
  id: 'airtable',
  name: 'Airtable',
  kind: 'oauth2',

  authorizationUrl: 'https://airtable.com/oauth2/v1/authorize',
  tokenUrl: 'https://airtable.com/oauth2/v1/token',
  profileUrl: 'https://api.airtable.com/v0/meta/whoami',

  clientAuth: 'client_secret_basic',
  scopes: ['user.email:read'],
  loginHintParam: null,

  // airtable.com/developers/web/api/upload-attachment and oauth-reference (copies without a date,
  // read 2026-11-26).
  apiUrl: 'https://api.airtable.com/v0',
  apiUrls: { content: 'https://content.airtable.com/v0' },

  refreshModel: 'rotating',
  refreshEndsAccessToken: true,
  assumedLifetimeSeconds: 3600,
  refreshLifetimeSeconds: 60 * 24 * 3600,

  accountId: 'id',
  displayName: ['email', 'id'],
  metadata: { userName: 'email' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
