/**
 * Typeform. Sources: typeform.com/developers/get-started/applications and /scopes (stored copies
 * without a date); a public client of it, whose notes of 2026-07-04 on the same pages tell the life
 * of a token, the rotation and the profile; NangoHQ/nango (2026-08-21). Read 2026-11-27.
 *
 * A refresh token comes with the scope `offline` alone; an access token lives a week, and a refresh
 * invalidates the refresh token that was sent. No revocation was found, nor what a dead grant is
 * answered. Accounts of the EU data centre have an API host of their own, which is not this one.
 */
import type { ProviderInput } from '../types';

export const typeform = {
  id: 'typeform',
  name: 'Typeform',
  kind: 'oauth2',

  authorizationUrl: 'https://api.typeform.com/oauth/authorize',
  tokenUrl: 'https://api.typeform.com/oauth/token',
  profileUrl: 'https://api.typeform.com/me',
  // On no page, and switched off by two public clients.
  pkce: false,

  scopes: ['offline', 'accounts:read'],
  // For the refresh token, and for the profile.
  requiredScopes: ['offline', 'accounts:read'],
  unreportedScopes: ['offline'],
  loginHintParam: null,

  apiUrl: 'https://api.typeform.com',
  apiDeny: ['oauth'],

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 7 * 24 * 3600,

  accountId: 'user_id',
  displayName: ['email', 'alias'],
  metadata: { name: 'alias', userName: 'email', language: 'language' },
  // As known, it comes with 403.
  check: { refusedCodes: ['AUTHENTICATION_FAILED'], error: ['code'] },
  revocationReach: 'token',
} as const satisfies ProviderInput;
