/**
 * Patreon API v2. Source: github.com/Patreon/platform-documentation, source/includes/_oauth.md and
 * _oauth_v2.md (2024-12-05).
 *
 * The documentation calls both tokens single use: each refresh brings a new pair. API v2 returns
 * only the fields that are asked for.
 */
import type { ProviderInput } from '../types';

export const patreon = {
  id: 'patreon',
  name: 'Patreon',
  kind: 'oauth2',
  lastVerified: '2024-12-05',

  authorizationUrl: 'https://www.patreon.com/oauth2/authorize',
  tokenUrl: 'https://www.patreon.com/api/oauth2/token',
  profileUrl:
    'https://www.patreon.com/api/oauth2/v2/identity?fields%5Buser%5D=full_name,vanity,image_url',
  headers: { 'User-Agent': 'Mooring (account connections)' },

  pkce: false,
  scopes: ['identity'],
  // What the profile request asks for (_oauth_v2.md).
  requiredScopes: ['identity'],
  loginHintParam: null,

  // github.com/Patreon/platform-documentation, source/includes/_oauth_v2.md (2024-12-05).
  apiUrl: 'https://www.patreon.com/api/oauth2/v2',

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 31 * 24 * 3600,

  accountId: 'data.id',
  displayName: ['data.attributes.vanity', 'data.attributes.full_name'],
  metadata: {
    name: 'data.attributes.full_name',
    userName: 'data.attributes.vanity',
    picture: 'data.attributes.image_url',
  },
  // No revocation endpoint is documented.
  revocationReach: 'token',
} as const satisfies ProviderInput;
