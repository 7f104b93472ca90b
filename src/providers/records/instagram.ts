/**
 * Instagram API with Instagram Login (professional accounts). Sources, all under
 * developers.facebook.com/documentation/instagram-platform: instagram-api-with-instagram-login/
 * business-login (copy of 2026-03-13), reference/access_token (2026-03-09),
 * reference/refresh_access_token (2025-07-17), reference/me (2025-03-03).
 * The app id and secret are those of the Instagram product, not of the Meta app around it.
 */
import type { ProviderInput } from '../types';

export const instagram = {
  id: 'instagram',
  name: 'Instagram',
  kind: 'oauth2',
  lastVerified: '2025-03-03',

  authorizationUrl: 'https://www.instagram.com/oauth/authorize',
  tokenUrl: 'https://api.instagram.com/oauth/access_token',
  refreshUrl: 'https://graph.instagram.com/refresh_access_token',
  profileUrl:
    'https://graph.instagram.com/v26.0/me?fields=user_id,username,name,account_type,profile_picture_url',
  profileToken: 'query',

  clientAuth: 'client_secret_post',
  pkce: false,
  scopes: ['instagram_business_basic'],
  // What the profile request asks for (business-login).
  requiredScopes: ['instagram_business_basic'],
  loginHintParam: null,
  scopeSeparator: ',',

  reply: {
    // The documentation shows the first reply inside `data`, the service has also sent it bare.
    accessToken: ['access_token', 'data.0.access_token'],
    scope: ['permissions', 'data.0.permissions'],
    // graph.instagram.com nests its error, api.instagram.com does not.
    error: ['error.code', 'error_type', 'code'],
  },
  // The code brings a token of one hour, this one a token of sixty days.
  extendedToken: {
    url: 'https://graph.instagram.com/access_token',
    method: 'GET',
    params: {
      grant_type: 'ig_exchange_token',
      client_secret: '{client_secret}',
      access_token: '{access_token}',
    },
  },

  refreshModel: 'extend',
  refreshRequest: { method: 'GET', body: 'query' },
  refreshParams: { grant_type: 'ig_refresh_token', access_token: '{access_token}' },
  minTokenAgeSeconds: 24 * 3600,
  assumedLifetimeSeconds: 60 * 24 * 3600,
  refusedCodes: ['190'],
  operatorCodes: ['101'],
  // Of the Graph API, as at Facebook and Threads: unknown, service, and the rate limits.
  transientCodes: ['1', '2', '4', '17', '32', '341', '613'],

  // Beyond 2^53, so read from the reply's text. `id` is another, app-scoped number.
  accountId: 'user_id',
  displayName: ['username', 'name'],
  metadata: { picture: 'profile_picture_url', accountType: 'account_type' },
  // developers.facebook.com/docs/graph-api/guides/error-handling, read 2026-11-26: 190 and 102 are
  // of tokens that ran out or were taken back, with status 400 or 401.
  check: { refusedCodes: ['190', '102'] },
  // There is no revocation endpoint: the user removes the app in Instagram's settings.
  revocationReach: 'token',
} as const satisfies ProviderInput;
