/**
 * Gong. Sources: help.gong.io/docs/create-an-app-for-gong (2026-01-18) for the authorization and
 * the token addresses; nango.dev, docs/integrations/all/gong-oauth and "Gong OAuth refresh token
 * invalid_grant", for the host in the token reply, the proof of the client, refresh tokens for one
 * use and the replies to a dead one. Read 2026-11-27.
 *
 * A technical administrator connects a company. The token reply names the company's own host
 * (`api_base_url_for_customer`), which tells the account, and where calls go. No revocation was
 * found.
 */
import type { ProviderInput } from '../types';

export const gong = {
  id: 'gong',
  name: 'Gong',
  kind: 'oauth2',
  lastVerified: '2026-01-18',

  authorizationUrl: 'https://app.gong.io/oauth2/authorize',
  tokenUrl: 'https://app.gong.io/oauth2/generate-customer-token',
  parameters: {
    api_host: {
      label: 'Host',
      // Not the host that all companies share: it would tell nobody.
      pattern: '(?:[a-z0-9\\-]+\\.){1,3}api\\.gong\\.io',
      from: 'token:api_base_url_for_customer',
    },
  },
  clientAuth: 'client_secret_basic',
  pkce: false,

  scopes: ['api:calls:read:basic', 'api:users:read'],
  loginHintParam: null,
  authorizationParams: { access_type: 'offline' },

  apiUrl: 'https://{api_host}',

  refreshModel: 'rotating',
  // Known.
  assumedLifetimeSeconds: 24 * 3600,
  reply: { error: ['error_description', 'error', 'errors.0'] },
  refusedCodes: ['Refresh token code is invalid'],

  accountId: 'parameter:api_host',
  displayName: 'parameter:api_host',
  metadata: { host: 'parameter:api_host' },
  // Wants `api:users:read`; without it the answer tells nothing.
  check: { url: 'https://{api_host}/v2/users' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
