/**
 * Facebook Login. Sources, under developers.facebook.com/docs/facebook-login: access-tokens/
 * refreshing (stored copy without a date, shows Graph v21.0), guides/access-tokens/get-long-lived
 * (no date, v19.0). The Graph version is pinned to the one that instagram.ts read about.
 *
 * The code brings a token of an hour or two, which is traded for one of about sixty days; that
 * one can be traded again while it lives, never after. Apart from that, Facebook lets data access
 * lapse ninety days after the person last used the app, whatever the token says.
 */
import type { ProviderInput } from '../types';

const fbExchangeToken = {
  grant_type: 'fb_exchange_token',
  client_id: '{client_id}',
  client_secret: '{client_secret}',
  fb_exchange_token: '{access_token}',
};

export const facebook = {
  id: 'facebook',
  name: 'Facebook',
  kind: 'oauth2',

  authorizationUrl: 'https://www.facebook.com/v26.0/dialog/oauth',
  tokenUrl: 'https://graph.facebook.com/v26.0/oauth/access_token',
  revocationUrl: 'https://graph.facebook.com/v26.0/me/permissions',
  profileUrl: 'https://graph.facebook.com/v26.0/me?fields=id,name,picture',

  pkce: false,
  scopes: ['public_profile'],
  // What the profile request asks for.
  requiredScopes: ['public_profile'],
  loginHintParam: null,
  scopeSeparator: ',',

  // The message first: code 1 ("unknown") is also that of a wrong client secret.
  reply: { error: ['error.message', 'error.code', 'error'] },
  extendedToken: {
    url: 'https://graph.facebook.com/v26.0/oauth/access_token',
    method: 'GET',
    params: fbExchangeToken,
  },

  refreshModel: 'extend',
  refreshRequest: { method: 'GET', body: 'query' },
  refreshParams: fbExchangeToken,
  // `expires_in` is sometimes missing.
  assumedLifetimeSeconds: 60 * 24 * 3600,
  // 102 is of a session or token that ran out, was taken back or is otherwise not good:
  // developers.facebook.com/docs/graph-api/guides/error-handling, read 2026-11-26.
  refusedCodes: ['190', '102'],
  // The sentence comes with code 1 and status 400, as many public projects tell; read 2026-11-26.
  operatorCodes: ['101', 'Error validating client secret.'],
  // Of the Graph API: unknown, service, and the rate limits per app, user, page and call.
  transientCodes: ['1', '2', '4', '17', '32', '341', '613'],

  accountId: 'id',
  displayName: 'name',
  metadata: { name: 'name', picture: 'picture.data.url' },
  // developers.facebook.com/docs/graph-api/guides/error-handling, read 2026-11-26: 190 and 102 are
  // of tokens that ran out or were taken back, with status 400 or 401.
  check: { refusedCodes: ['190', '102'] },
  // Takes the app's permissions away from the person, and with them every token.
  revocation: { style: 'bearer', method: 'DELETE', token: 'access' },
  revocationReach: 'user',
} as const satisfies ProviderInput;
