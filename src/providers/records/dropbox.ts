/**
 * Dropbox. Source: dropbox.tech/developers/using-oauth-2-0-with-offline-access (2022-10-19).
 *
 * A refresh token comes only with `token_access_type=offline`, does not run out, and replies to
 * refreshes leave it out. Profile and revocation are POSTs with a bearer token and no body at
 * all, not even `{}`.
 */
import type { ProviderInput } from '../types';

export const dropbox = {
  id: 'dropbox',
  name: 'Dropbox',
  kind: 'oauth2',
  lastVerified: '2022-10-19',

  authorizationUrl: 'https://www.dropbox.com/oauth2/authorize',
  tokenUrl: 'https://api.dropboxapi.com/oauth2/token',
  revocationUrl: 'https://api.dropboxapi.com/2/auth/token/revoke',
  profileUrl: 'https://api.dropboxapi.com/2/users/get_current_account',
  profileMethod: 'POST',

  scopes: ['account_info.read'],
  // users/get_current_account wants it:
  // educative.io/courses/dropbox-api-python/get-user-information, read 2026-11-26.
  requiredScopes: ['account_info.read'],
  loginHintParam: null,
  authorizationParams: { token_access_type: 'offline' },

  // dropbox.com/developers/documentation/http/documentation, "Request and response formats" (copy
  // without a date, read 2026-11-26).
  apiUrl: 'https://api.dropboxapi.com/2',
  apiUrls: { content: 'https://content.dropboxapi.com/2' },
  apiDeny: ['auth/token'],

  refreshModel: 'static',
  assumedLifetimeSeconds: 4 * 3600,

  accountId: 'account_id',
  displayName: ['email', 'name.display_name'],
  metadata: { name: 'name.display_name', userName: 'email', picture: 'profile_photo_url' },
  revocation: { style: 'bearer', token: 'access' },
  revocationReach: 'grant',
} as const satisfies ProviderInput;
