/**
 * Miro. Sources: developers.miro.com: docs/getting-started-with-oauth,
 * reference/oauth-20-authorization-v2, /get-new-access-token-using-refresh-token,
 * /get-access-token-context (stored copies without a date),
 * /ne-use-access-token-for-rest-api-requests (2026-03-19), v1.0/reference/revoke-token. Read
 * 2026-11-26. changelog/2024-12-16, read 2026-11-27: since 2025-02-15 a revocation goes to `v2`
 * alone, with the client in its body; the names there are those that public clients of it send.
 *
 * Made for apps with expiring tokens: an hour and 60 days, and with a new pair the old one is dead.
 * An app without has tokens that do not end. A revocation of the access token takes the refresh
 * token along. An installation is for one team.
 */
import type { ProviderInput } from '../types';

export const miro = {
  id: 'miro',
  name: 'Miro',
  kind: 'oauth2',
  lastVerified: '2026-03-19',

  authorizationUrl: 'https://miro.com/oauth/authorize',
  tokenUrl: 'https://api.miro.com/v1/oauth/token',
  revocationUrl: 'https://api.miro.com/v2/oauth/revoke',
  profileUrl: 'https://api.miro.com/v1/oauth-token',

  scopes: ['boards:read'],
  loginHintParam: null,

  apiUrl: 'https://api.miro.com',
  apiDeny: ['v1/oauth', 'v2/oauth'],

  refreshModel: 'rotating',
  refreshEndsAccessToken: true,
  refreshLifetimeSeconds: 60 * 24 * 3600,

  accountId: ['team.id', 'user.id'],
  displayName: ['team.name', 'user.name'],
  metadata: { team: 'team.name', name: 'user.name' },
  revocation: {
    token: 'access',
    tokenParam: 'accessToken',
    body: 'json',
    clientAuth: 'omit',
    params: { clientId: '{client_id}', clientSecret: '{client_secret}' },
  },
} as const satisfies ProviderInput;
