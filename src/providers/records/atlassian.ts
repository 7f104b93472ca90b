/**
 * Atlassian (Jira, Confluence), OAuth 2.0 (3LO). Source: developer.atlassian.com/cloud/oauth/
 * getting-started/refresh-tokens (stored copy without a date). That a used refresh token is taken
 * again for ten minutes is told by many who use it, but on no page that was read.
 *
 * A refresh token comes only with `offline_access`, rotates, and ends after 90 days without use.
 * A dead one is `invalid_grant` with status 403. Which sites a token reaches is another question:
 * api.atlassian.com/oauth/token/accessible-resources. No revocation endpoint.
 */
import type { ProviderInput } from '../types';

export const atlassian = {
  id: 'atlassian',
  name: 'Atlassian',
  kind: 'oauth2',

  authorizationUrl: 'https://auth.atlassian.com/authorize',
  tokenUrl: 'https://auth.atlassian.com/oauth/token',
  profileUrl: 'https://api.atlassian.com/me',

  pkce: false,
  scopes: ['read:me', 'offline_access'],
  unreportedScopes: ['offline_access'],
  authorizationParams: { audience: 'api.atlassian.com', prompt: 'consent' },
  tokenRequest: { method: 'POST', body: 'json' },

  refreshModel: 'rotating',
  reuse: 'grace',
  reuseGraceSeconds: 10 * 60,
  assumedLifetimeSeconds: 3600,
  refreshLifetimeSeconds: 90 * 24 * 3600,

  accountId: 'account_id',
  displayName: ['email', 'name'],
  metadata: { name: 'name', userName: 'email', picture: 'picture' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
