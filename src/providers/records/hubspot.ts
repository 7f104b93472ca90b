/**
 * HubSpot, OAuth of 2026-03. Sources, under developers.hubspot.com/docs: api-reference/2026-03/
 * authentication/oauth-tokens/refresh-oauth-token and token-introspect; docs-beta/oauth/tokens
 * (stored copies without a date). Paths of v1 end on 2027-02-16; these have no end date.
 *
 * Parameters go in the body, never in the URL. Which account a token is for tells introspection
 * only. Revoking a refresh token leaves its access tokens alive and the app installed. Older error
 * bodies have HubSpot's `status` where OAuth has `error`.
 */
import type { ProviderInput } from '../types';

export const hubspot = {
  id: 'hubspot',
  name: 'HubSpot',
  kind: 'oauth2',

  authorizationUrl: 'https://app.hubspot.com/oauth/authorize',
  tokenUrl: 'https://api.hubapi.com/oauth/2026-03/token',
  revocationUrl: 'https://api.hubapi.com/oauth/2026-03/token/revoke',
  profileUrl: 'https://api.hubapi.com/oauth/2026-03/token/introspect',
  profileMethod: 'POST',
  profileToken: 'none',
  profileBody: {
    type: 'form',
    params: {
      client_id: '{client_id}',
      client_secret: '{client_secret}',
      token: '{access_token}',
      token_type_hint: 'access_token',
    },
  },

  pkce: false,
  scopes: ['oauth'],

  reply: { scope: ['scope', 'scopes'], error: ['error', 'status'] },
  refreshModel: 'static',
  assumedLifetimeSeconds: 30 * 60,
  refusedCodes: ['BAD_REFRESH_TOKEN'],
  operatorCodes: ['BAD_CLIENT_ID', 'BAD_CLIENT_SECRET'],

  accountId: ['hub_id', 'user_id'],
  displayName: 'hub_id',
  metadata: { hubId: 'hub_id', userId: 'user_id' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
