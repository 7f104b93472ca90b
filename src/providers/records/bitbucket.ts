/**
 * Bitbucket Cloud, which has an OAuth of its own beside Atlassian's. Sources: "OAuth 2.0" of
 * confluence.atlassian.com/bitbucket (2024-10-28); developer.atlassian.com/cloud/bitbucket/rest
 * /api-group-users (a copy without a date); docs.unified.to, bitbucket-oauth-app, for the two hours
 * of an access token; public clients of it for the refresh tokens. Read 2026-11-27.
 *
 * Scopes are those of the consumer, and none are asked for; the consumer needs `account` for the
 * profile. Replies name them in `scopes`. Since 2026-05-04 a refresh token is replaced at each use.
 * No revocation was found. The account's id is a UUID in braces.
 */
import type { ProviderInput } from '../types';

export const bitbucket = {
  id: 'bitbucket',
  name: 'Bitbucket',
  kind: 'oauth2',
  lastVerified: '2024-10-28',

  authorizationUrl: 'https://bitbucket.org/site/oauth2/authorize',
  tokenUrl: 'https://bitbucket.org/site/oauth2/access_token',
  profileUrl: 'https://api.bitbucket.org/2.0/user',
  clientAuth: 'client_secret_basic',
  loginHintParam: null,

  reply: { scope: ['scopes', 'scope'] },
  apiUrl: 'https://api.bitbucket.org/2.0',

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 7200,

  accountId: 'uuid',
  displayName: ['display_name', 'username'],
  metadata: { name: 'display_name', picture: 'links.avatar.href' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
