/**
 * Canva Connect. Source: Canva's OpenAPI document (canva-sdks/canva-connect-api-starter-kit,
 * openapi/ spec.yml, 2026-07-30); canva.dev/docs/connect/authentication for a refresh token's
 * single use (a copy without a date). Read 2026-11-27.
 *
 * PKCE is a must. OAuth is at `auth`; the same under `rest`, which older pages name, counts as
 * deprecated. Revoking the refresh token ends its line and the person's consent. The account is a
 * person in a team; what it is called comes in the ID token, so its scopes are asked for.
 */
import type { ProviderInput } from '../types';

export const canva = {
  id: 'canva',
  name: 'Canva',
  kind: 'oauth2',
  lastVerified: '2026-07-30',

  authorizationUrl: 'https://www.canva.com/api/oauth/authorize',
  tokenUrl: 'https://api.canva.com/auth/v1/oauth/token',
  revocationUrl: 'https://api.canva.com/auth/v1/oauth/revoke',
  profileUrl: 'https://api.canva.com/rest/v1/users/me',
  clientAuth: 'client_secret_basic',

  scopes: ['openid', 'profile', 'email'],
  loginHintParam: null,

  apiUrl: 'https://api.canva.com/rest/v1',
  apiDeny: ['oauth'],

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 4 * 3600,
  // `code` and `message`, or RFC 6749's own.
  reply: { error: ['error', 'code'] },
  // What a wrong client secret is answered.
  operatorCodes: ['invalid_access_token'],
  transientCodes: ['too_many_requests'],

  accountId: ['team_user.team_id', 'team_user.user_id'],
  subject: 'team_user.user_id',
  displayName: ['id_token:email', 'id_token:name'],
  metadata: { name: 'id_token:name', userName: 'id_token:email', team: 'team_user.team_id' },
  // "Token is neither an access or refresh token".
  revocation: { deadCodes: ['bad_request_params'] },
  revocationReach: 'user',
} as const satisfies ProviderInput;
