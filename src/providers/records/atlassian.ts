/**
 * Atlassian (Jira, Confluence), OAuth 2.0 (3LO). Sources: developer.atlassian.com/cloud/oauth/
 * getting-started/refresh-tokens (stored copy without a date); on the end of used tokens,
 * community.developer.atlassian.com/t/83103 (Atlassian's own announcement, read 2026-11-26).
 *
 * A refresh token comes only with `offline_access`, rotates, and ends after 90 days without use.
 * The page gives `invalid_grant` with status 403 for a dead one; what is met is
 * `unauthorized_client` with a sentence. Ten minutes after a refresh the former access token ends
 * too, whatever lifetime it was given. Which sites a token reaches is another question:
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
  // For the profile ("you must enable User Identity API and add read:me":
  // next-auth.js.org/providers/atlassian) and the refresh token (the page above); read 2026-11-26.
  requiredScopes: ['read:me', 'offline_access'],
  loginHintParam: null,
  unreportedScopes: ['offline_access'],
  authorizationParams: { audience: 'api.atlassian.com', prompt: 'consent' },
  tokenRequest: { method: 'POST', body: 'json' },

  // The sentence first: the code `unauthorized_client` alone is the operator's fault.
  reply: { error: ['error_description', 'error'] },
  // developer.atlassian.com/cloud/oauth/getting-started/making-calls-to-api (2023-08-14).
  apiUrl: 'https://api.atlassian.com',

  refreshModel: 'rotating',
  reuse: 'grace',
  // "10-minutes grace period (leeway window)": community.developer.atlassian.com/t/83103, read
  // 2026-11-26.
  reuseGraceSeconds: 10 * 60,
  assumedLifetimeSeconds: 3600,
  refreshLifetimeSeconds: 90 * 24 * 3600,
  // Status 403: github.com/raycast/extensions/issues/11836 (2024-04-16), the sentence also in
  // github.com/ParabolInc/parabol/issues/11849 (2025-08-19); both read 2026-11-26.
  refusedCodes: ['refresh_token is invalid'],

  accountId: 'account_id',
  displayName: ['email', 'name'],
  metadata: { name: 'name', userName: 'email', picture: 'picture' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
