/**
 * Strava. Sources: developers.strava.com/docs/authentication (stored copy without a date); what
 * changed on 2026-04-23 and 2026-06-01 as noted in a public repository that cites the changelog.
 *
 * A refresh brings a new access token only in the last hour of the old one; a new refresh token
 * ends the old one at once. People may untick scopes: since 2026-04-23 the reply names those that
 * were granted. `oauth/revoke`, new on 2026-06-01, replaces `oauth/deauthorize`, which ends on
 * 2027-06-01. Errors name what was wrong, as `{ errors: [{ resource, field, code }] }`.
 */
import type { ProviderInput } from '../types';

export const strava = {
  id: 'strava',
  name: 'Strava',
  kind: 'oauth2',

  authorizationUrl: 'https://www.strava.com/oauth/authorize',
  tokenUrl: 'https://www.strava.com/oauth/token',
  revocationUrl: 'https://www.strava.com/oauth/revoke',
  profileUrl: 'https://www.strava.com/api/v3/athlete',

  pkce: false,
  scopes: ['read'],
  // What the profile request asks for.
  requiredScopes: ['read'],
  loginHintParam: null,
  scopeSeparator: ',',
  authorizationParams: { approval_prompt: 'auto' },

  // developers.strava.com/docs/getting-started, "How to make a cURL request", read 2026-11-26. The
  // same host has had its token endpoint here, too.
  apiUrl: 'https://www.strava.com/api/v3',
  apiDeny: ['oauth'],

  reply: { error: ['errors.0.resource', 'error', 'message'] },
  refreshModel: 'rotating',
  assumedLifetimeSeconds: 6 * 3600,
  refusedCodes: ['RefreshToken'],
  operatorCodes: ['Application'],

  accountId: 'id',
  displayName: ['username', 'firstname'],
  metadata: {
    name: 'firstname',
    lastName: 'lastname',
    userName: 'username',
    picture: 'profile',
  },
  revocation: { clientAuth: 'client_secret_basic' },
} as const satisfies ProviderInput;
