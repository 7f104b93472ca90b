/**
 * LinkedIn, Sign In with OpenID Connect. Source: learn.microsoft.com/en-us/linkedin/shared/
 * authentication/programmatic-refresh-tokens (stored copy without a date).
 *
 * Only approved partners get refresh tokens; for everybody else "connect again by day 60" is the
 * normal course, not a failure. Where there is one, it lives 365 days from consent and no refresh
 * extends that; the reply counts down. Client id and secret go in the body only. Tokens are long.
 * Others have met a dead refresh token both as `invalid_request` and as `invalid_grant`, with one
 * sentence; LinkedIn's pages show neither.
 */
import type { ProviderInput } from '../types';

export const linkedin = {
  id: 'linkedin',
  name: 'LinkedIn',
  kind: 'oauth2',

  authorizationUrl: 'https://www.linkedin.com/oauth/v2/authorization',
  tokenUrl: 'https://www.linkedin.com/oauth/v2/accessToken',
  profileUrl: 'https://api.linkedin.com/v2/userinfo',

  pkce: false,
  scopes: ['openid', 'profile'],
  // Both are required for the member's id:
  // learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2,
  // read 2026-11-26.
  requiredScopes: ['openid', 'profile'],
  loginHintParam: null,

  // learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts (`v2/...`) and
  // marketing/versioning (`rest/...`, whose version the caller names in a header), read 2026-11-26.
  apiUrl: 'https://api.linkedin.com',

  // The sentence first: the code `invalid_request` alone says nothing of the token.
  reply: { error: ['error_description', 'error'] },
  refreshModel: 'static',
  assumedLifetimeSeconds: 60 * 24 * 3600,
  refreshLifetimeSeconds: 365 * 24 * 3600,
  refreshDeadline: 'absolute',
  // Status 400, as public code has it that cites learn.microsoft.com (read 2026-11-26); not seen on
  // a page of LinkedIn's.
  refusedCodes: [
    'The provided authorization grant or refresh token is invalid, expired or revoked',
    'The provided authorization grant or refresh token is invalid, expired or revoked.',
  ],

  accountId: 'sub',
  displayName: 'name',
  metadata: { name: 'name', picture: 'picture' },
  // No revocation endpoint is documented: the person removes the app in LinkedIn's settings.
  revocationReach: 'token',
} as const satisfies ProviderInput;
