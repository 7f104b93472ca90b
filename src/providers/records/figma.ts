/**
 * Figma. Source: github.com/figma/rest-api-spec, openapi/openapi.yaml (2026-03-30).
 *
 * Refreshes have a URL of their own and bring no refresh token: the old one stays. The numeric
 * `user_id` of the token reply is beyond 2^53; the profile's `id` is a string.
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
  pkce: false,
  scopes: ['current_user:read'],
  scopeSeparator: ',',

  // Its own errors are `{ status: 400, err: "..." }` or `{ error: true, status, message }`.
  reply: { error: ['error', 'err', 'message'] },
  refreshModel: 'static',
  assumedLifetimeSeconds: 90 * 24 * 3600,

  accountId: 'id',
  displayName: ['handle', 'email'],
  metadata: { name: 'handle', userName: 'email', picture: 'img_url' },
  // No revocation endpoint is documented.
  revocationReach: 'token',
} as const satisfies ProviderInput;
