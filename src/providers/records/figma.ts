/**
 * Figma. Sources: github.com/figma/rest-api-spec, openapi/openapi.yaml (2026-03-30);
 * developers.figma.com/docs/rest-api/oauth-apps (stored copy without a date, read 2026-11-26).
 *
 * Refreshes have a URL of their own and bring no refresh token: the old one stays. Figma keeps one
 * access token per app and person, so the same person connected elsewhere with the same app ends
 * this one. Somebody who says no is not sent back. The numeric `user_id` of the token reply is
 * beyond 2^53; the profile's `id` is a string.
 */
import type { ProviderInput } from '../types';

export const figma = {
  id: 'figma',
  name: 'Figma',
  kind: 'oauth2',
  lastVerified: '2026-03-30',

  authorizationUrl: 'https://www.figma.com/oauth',
  tokenUrl: 'https://api.figma.com/v1/oauth/token',
  refreshUrl: 'https://api.figma.com/v1/oauth/refresh',
  profileUrl: 'https://api.figma.com/v1/me',

  clientAuth: 'client_secret_basic',
  scopes: ['current_user:read'],
  // What the profile request asks for.
  requiredScopes: ['current_user:read'],
  loginHintParam: null,
  scopeSeparator: ',',
  // docs/rest-api/oauth-apps, "Authenticate users", read 2026-11-26.
  codeLifetimeSeconds: 30,

  // developers.figma.com/docs/rest-api, "Base URL", read 2026-11-26; its token endpoints are there,
  // too.
  apiUrl: 'https://api.figma.com',
  apiDeny: ['v1/oauth'],

  // Its own errors are `{ status: 400, err: "..." }` or `{ error: true, status, message }`.
  reply: { error: ['error', 'err', 'message'] },
  refreshModel: 'static',
  // docs/rest-api/oauth-apps, "Refreshing tokens", read 2026-11-26.
  refreshEndsAccessToken: true,
  maxGrants: 1,
  assumedLifetimeSeconds: 90 * 24 * 3600,

  accountId: 'id',
  displayName: ['handle', 'email'],
  metadata: { name: 'handle', userName: 'email', picture: 'img_url' },
  // 403 is also said of a scope that is missing. The sentence as public projects met it at /v1/me;
  // read 2026-11-26.
  check: { refusedCodes: ['Invalid token'], error: ['err', 'message'] },
  // No revocation endpoint is documented.
  revocationReach: 'token',
} as const satisfies ProviderInput;
