/**
 * Pinterest API v5. Source: github.com/pinterest/api-description, v5/openapi.yaml (2025-12-11).
 *
 * "Continuous" refresh tokens live 60 days and each refresh brings another; apps from before
 * 2025-09-25 have to ask for them, and the older kind of 365 days is gone (see also
 * pinterest/pinterest-python-sdk#156, 2025-10-10). What becomes of the
 * used one is not said. `oauth/token/revoke` exists, but only for tokens of system users.
 */
import type { ProviderInput } from '../types';

export const pinterest = {
  id: 'pinterest',
  name: 'Pinterest',
  kind: 'oauth2',
  lastVerified: '2025-12-11',

  authorizationUrl: 'https://www.pinterest.com/oauth/',
  tokenUrl: 'https://api.pinterest.com/v5/oauth/token',
  profileUrl: 'https://api.pinterest.com/v5/user_account',

  clientAuth: 'client_secret_basic',
  pkce: false,
  scopes: ['user_accounts:read'],
  // What the profile request asks for (openapi.yaml, user_account/get).
  requiredScopes: ['user_accounts:read'],
  loginHintParam: null,
  scopeSeparator: ',',
  tokenParams: { continuous_refresh: 'true' },

  // developers.pinterest.com/docs/getting-started/make-an-api-call, read 2026-11-26.
  apiUrl: 'https://api.pinterest.com/v5',
  apiDeny: ['oauth'],

  // Its own errors are `{ code: 2, message: "..." }`.
  reply: { error: ['error', 'code'] },
  refreshModel: 'rotating',
  assumedLifetimeSeconds: 30 * 24 * 3600,
  refreshLifetimeSeconds: 60 * 24 * 3600,

  accountId: 'id',
  displayName: ['username', 'business_name'],
  metadata: { userName: 'username', name: 'business_name', picture: 'profile_image' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
