/**
 * Snapchat, Marketing API (also of the Public Profile API). Source: developers.snap.com/api/
 * marketing-api/Ads-API/authentication (stored copy without a date).
 *
 * Login Kit is another product with other hosts and app registrations; this record is not it. How
 * long a refresh token lives is not documented.
 */
import type { ProviderInput } from '../types';

export const snapchat = {
  id: 'snapchat',
  name: 'Snapchat',
  kind: 'oauth2',

  authorizationUrl: 'https://accounts.snapchat.com/login/oauth2/authorize',
  tokenUrl: 'https://accounts.snapchat.com/login/oauth2/access_token',
  profileUrl: 'https://adsapi.snapchat.com/v1/me',

  pkce: false,
  scopes: ['snapchat-marketing-api'],
  // What the profile request asks for.
  requiredScopes: ['snapchat-marketing-api'],
  loginHintParam: null,

  // The same base as the profile's.
  apiUrl: 'https://adsapi.snapchat.com/v1',

  refreshModel: 'static',
  // Older pages say 30 minutes: the shorter of the two, where the reply says nothing.
  assumedLifetimeSeconds: 30 * 60,

  accountId: 'me.id',
  displayName: ['me.display_name', 'me.email'],
  metadata: { name: 'me.display_name', userName: 'me.email' },
  // No revocation endpoint is documented for this product.
  revocationReach: 'token',
} as const satisfies ProviderInput;
