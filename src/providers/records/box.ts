/**
 * Box. Sources: developer.box.com: guides/authentication/tokens (access-tokens, refresh, revoke),
 * reference/post-oauth2-token--refresh and /post-oauth2-revoke; the profile's fields as
 * box-community/mcp-server-box tells them. Stored copies without a date, read 2026-11-26.
 *
 * A refresh token is good once, and for 60 days. A revocation takes either token. What an app may
 * do is set in Box's console; scopes need not be asked for, and replies name none.
 */
import type { ProviderInput } from '../types';

export const box = {
  id: 'box',
  name: 'Box',
  kind: 'oauth2',

  authorizationUrl: 'https://account.box.com/api/oauth2/authorize',
  tokenUrl: 'https://api.box.com/oauth2/token',
  revocationUrl: 'https://api.box.com/oauth2/revoke',
  profileUrl: 'https://api.box.com/2.0/users/me',
  loginHintParam: null,

  apiUrl: 'https://api.box.com/2.0',
  apiUrls: { upload: 'https://upload.box.com/api/2.0' },

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 3600,
  refreshLifetimeSeconds: 60 * 24 * 3600,

  accountId: 'id',
  displayName: ['login', 'name'],
  metadata: { name: 'name', userName: 'login', picture: 'avatar_url' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
