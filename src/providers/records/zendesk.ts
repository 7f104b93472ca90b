/**
 * Zendesk. Sources: support.zendesk.com 9182123625370 (2025-04-30; the Japanese copy has the second
 * phase, with defaults and dates up to 2027-04-01), developer.zendesk.com:
 * authentication/refresh-token, "OAuth Tokens for Grant Types", docs/core/oauth_tokens;
 * airbytehq/airbyte#7326 for the addresses. Read 2026-11-26.
 *
 * Each account has a host. Clients made before 2026-04-30 get a token that ends, and a refresh
 * token with it, only where they ask for an end; so an hour is asked for. A refresh deletes both
 * tokens from before; a refresh token lives thirty days (a public note of a live one, 2026-08). The
 * revocation deletes the token by itself, as several public clients do; whether it wants the scope
 * `write` is not said.
 */
import type { ProviderInput } from '../types';

export const zendesk = {
  id: 'zendesk',
  name: 'Zendesk',
  kind: 'oauth2',
  lastVerified: '2025-04-30',

  authorizationUrl: 'https://{subdomain}.zendesk.com/oauth/authorizations/new',
  tokenUrl: 'https://{subdomain}.zendesk.com/oauth/tokens',
  revocationUrl: 'https://{subdomain}.zendesk.com/api/v2/oauth/tokens/current.json',
  profileUrl: 'https://{subdomain}.zendesk.com/api/v2/users/me.json',
  parameters: {
    subdomain: {
      label: 'Subdomain of zendesk.com',
      pattern: '[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?',
    },
  },

  scopes: ['read'],
  // What the profile request asks for.
  requiredScopes: ['read'],
  loginHintParam: null,

  tokenRequest: { body: 'json' },
  tokenParams: { expires_in: '3600' },
  refreshParams: { expires_in: '3600' },
  apiUrl: 'https://{subdomain}.zendesk.com/api/v2',
  apiDeny: ['oauth'],

  refreshModel: 'rotating',
  refreshEndsAccessToken: true,
  refreshLifetimeSeconds: 30 * 24 * 3600,

  accountId: ['parameter:subdomain', 'user.id'],
  displayName: ['user.email', 'user.name'],
  metadata: {
    name: 'user.name',
    userName: 'user.email',
    subdomain: 'parameter:subdomain',
  },
  revocation: { style: 'bearer', method: 'DELETE' },
} as const satisfies ProviderInput;
