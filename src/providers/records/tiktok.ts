/**
 * TikTok, Login Kit v2. Sources, under developers.tiktok.com/docs/en: oauth-refresh-a-user-access-
 * token, oauth-revoke-a-user-access-token (both 2026-11-02); docs/zh-Hans/oauth-user-access-token-
 * management (2026-11-05); doc/oauth-error-handling (no date).
 *
 * `client_id` is called `client_key`, everywhere. Since November 2026 tokens live 2 hours and
 * refresh tokens 180 days (older pages: 24 hours and 365 days); what the reply says counts. Each
 * refresh brings a new refresh token and ends the old one. People may grant a part of the scopes.
 * Its Business API is another protocol with other hosts.
 */
import type { ProviderInput } from '../types';

export const tiktok = {
  id: 'tiktok',
  name: 'TikTok',
  kind: 'oauth2',
  lastVerified: '2026-11-02',

  authorizationUrl: 'https://www.tiktok.com/v2/auth/authorize/',
  tokenUrl: 'https://open.tiktokapis.com/v2/oauth/token/',
  revocationUrl: 'https://open.tiktokapis.com/v2/oauth/revoke/',
  profileUrl:
    'https://open.tiktokapis.com/v2/user/info/?fields=open_id,union_id,avatar_url,display_name',

  clientIdParam: 'client_key',
  // For apps on phones and desktops only; those challenge in hex.
  pkce: false,
  scopes: ['user.info.basic'],
  // What the profile request asks for.
  requiredScopes: ['user.info.basic'],
  loginHintParam: null,
  scopeSeparator: ',',

  // developers.tiktok.com/doc/tiktok-api-v2-introduction, "Authentication", read 2026-11-26.
  apiUrl: 'https://open.tiktokapis.com/v2',
  apiDeny: ['oauth'],

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 2 * 3600,
  refreshLifetimeSeconds: 180 * 24 * 3600,

  accountId: 'data.user.open_id',
  displayName: 'data.user.display_name',
  metadata: {
    name: 'data.user.display_name',
    picture: 'data.user.avatar_url',
    // The same person in all apps of one developer.
    unionId: 'data.user.union_id',
  },
  revocation: { token: 'access' },
  revocationReach: 'user',
} as const satisfies ProviderInput;
