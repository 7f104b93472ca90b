/**
 * HubSpot, OAuth of 2026-03. Sources, under developers.hubspot.com/docs: api-reference/2026-03/
 * authentication/oauth-tokens/refresh-oauth-token and token-introspect; docs-beta/oauth/tokens
 * (stored copies without a date). Paths of v1 end on 2027-02-16. 2026-09 is the latest version
 * (2026-09-09); it has the same endpoints and shapes.
 *
 * Parameters go in the body, never in the URL. Which account a token is for tells introspection
 * only. Revoking a refresh token leaves its access tokens alive and the app installed. Error bodies
 * have HubSpot's `status` beside OAuth's `error`; older ones have `status` alone.
 */
import type { ProviderInput } from '../types';

export const hubspot = {
  id: 'hubspot',
  name: 'HubSpot',
  kind: 'oauth2',
  // A version is supported for 18 months after it came out (developers.hubspot.com/docs/
  // developer-tooling/platform/versioning), and this one came out on 2026-03-30
  // (docs/api-reference/legacy/migration-guide); both read 2026-11-26. Neither names the day: it is
  // reckoned. The endpoints may answer for longer, unsupported.
  sunset: '2027-09-30',

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
  // Of every app, for its tokens.
  requiredScopes: ['oauth'],
  loginHintParam: null,

  reply: { scope: ['scope', 'scopes'], error: ['error', 'status'] },
  // developers.hubspot.com/docs/api-reference/latest/app-management/app-uninstalls/guide
  // (2026-06-11): a DELETE below `appinstalls` takes the app away from the account.
  apiUrl: 'https://api.hubapi.com',
  apiDeny: ['appinstalls', 'oauth'],

  refreshModel: 'static',
  assumedLifetimeSeconds: 30 * 60,
  // BAD_HUB, of a portal that was deleted or disconnected, stands beside `access_denied`, which
  // says nothing of the grant: github.com/PostHog/posthog, posthog/models/integration/
  // refresh_tracking.py, from production (read 2026-11-26).
  refusedCodes: ['BAD_REFRESH_TOKEN', 'BAD_HUB'],
  operatorCodes: ['BAD_CLIENT_ID', 'BAD_CLIENT_SECRET'],

  accountId: ['hub_id', 'user_id'],
  // Beside the ids where HubSpot has them: token-introspect (2026-05-11).
  displayName: ['hub_domain', 'hub_id'],
  metadata: { hubId: 'hub_id', userId: 'user_id', userName: 'user' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
