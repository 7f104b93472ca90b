/**
 * Linear. Sources: linear.app/docs/oauth/authentication and linear.app/developers/
 * oauth-2-0-authentication (stored copies without a date; the first speaks of 2026-04-01).
 *
 * Since 2026-04-01 every app has tokens of a day and rotating refresh tokens. A used one brings the
 * same pair again for half an hour. The API is GraphQL, so the profile is a POST. Each consent can
 * be for another workspace, hence `prompt=consent`. A revocation is answered with 400 where the
 * token was revoked before.
 */
import type { ProviderInput } from '../types';

export const linear = {
  id: 'linear',
  name: 'Linear',
  kind: 'oauth2',

  authorizationUrl: 'https://linear.app/oauth/authorize',
  tokenUrl: 'https://api.linear.app/oauth/token',
  revocationUrl: 'https://api.linear.app/oauth/revoke',
  profileUrl: 'https://api.linear.app/graphql',
  profileMethod: 'POST',
  profileBody: {
    type: 'json',
    params: {
      query: '{ viewer { id name email avatarUrl } organization { id name urlKey } }',
    },
  },

  scopes: ['read'],
  // What the profile request asks for.
  requiredScopes: ['read'],
  loginHintParam: null,
  scopeSeparator: ',',
  authorizationParams: { prompt: 'consent' },

  // linear.app/developers/graphql (read 2026-11-26). GraphQL says in its body what it does.
  apiUrl: 'https://api.linear.app',
  apiDeny: ['oauth'],

  refreshModel: 'rotating',
  reuse: 'grace',
  // "30-minute replay grace period": an OAuth demo made for Linear's customers, and five unrelated
  // projects that rely on it; read 2026-11-26. The stored copies of Linear's page do not have it.
  reuseGraceSeconds: 30 * 60,
  assumedLifetimeSeconds: 24 * 3600,

  accountId: ['data.organization.id', 'data.viewer.id'],
  displayName: ['data.organization.name', 'data.viewer.name'],
  metadata: {
    workspace: 'data.organization.name',
    name: 'data.viewer.name',
    userName: 'data.viewer.email',
    picture: 'data.viewer.avatarUrl',
  },
  // The form field is `refresh_token` (or `access_token`), and nothing of the client is asked for:
  // linear.app/developers/oauth-2-0-authentication, "Revoke an access token" (read 2026-11-26).
  revocation: { tokenParam: 'refresh_token', clientAuth: 'omit', deadCodes: ['http_400'] },
} as const satisfies ProviderInput;
