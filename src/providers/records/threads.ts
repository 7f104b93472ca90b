/**
 * Threads. Sources, under developers.facebook.com/docs/threads: get-started/long-lived-tokens
 * (stored copy without a date), documentation/threads/get-started (2026-06-30).
 *
 * Like Instagram: a token of one hour is traded for one of sixty days, which can be renewed once
 * it is a day old and as long as it lives. The app id and secret are those of the Threads
 * product, not of the Meta app around it. Grants of private profiles last ninety days. Meta's pages
 * and samples moved the authorization URL from threads.net to threads.com in March 2026; no end of
 * the old one is announced. The API's hosts stay (public code that cites them, of 2026-10-03, read
 * 2026-11-26).
 */
import type { ProviderInput } from '../types';

export const threads = {
  id: 'threads',
  name: 'Threads',
  kind: 'oauth2',

  authorizationUrl: 'https://www.threads.com/oauth/authorize',
  tokenUrl: 'https://graph.threads.net/oauth/access_token',
  refreshUrl: 'https://graph.threads.net/refresh_access_token',
  profileUrl:
    'https://graph.threads.net/v1.0/me?fields=id,username,name,threads_profile_picture_url',
  profileToken: 'query',

  pkce: false,
  scopes: ['threads_basic'],
  // What the profile request asks for (get-started).
  requiredScopes: ['threads_basic'],
  loginHintParam: null,
  scopeSeparator: ',',

  reply: { error: ['error.code', 'error_type', 'code', 'error'] },
  extendedToken: {
    url: 'https://graph.threads.net/access_token',
    method: 'GET',
    params: {
      grant_type: 'th_exchange_token',
      client_secret: '{client_secret}',
      access_token: '{access_token}',
    },
  },

  refreshModel: 'extend',
  refreshRequest: { method: 'GET', body: 'query' },
  refreshParams: { grant_type: 'th_refresh_token', access_token: '{access_token}' },
  minTokenAgeSeconds: 24 * 3600,
  assumedLifetimeSeconds: 60 * 24 * 3600,
  refusedCodes: ['190'],
  operatorCodes: ['101'],
  transientCodes: ['1', '2', '4', '17', '32', '341', '613'],

  // Beyond 2^53.
  accountId: 'id',
  displayName: ['username', 'name'],
  metadata: { userName: 'username', name: 'name', picture: 'threads_profile_picture_url' },
  // developers.facebook.com/docs/graph-api/guides/error-handling, read 2026-11-26: 190 and 102 are
  // of tokens that ran out or were taken back, with status 400 or 401.
  check: { refusedCodes: ['190', '102'] },
  // There is no revocation endpoint: the person removes the app in the settings of Threads.
  revocationReach: 'token',
} as const satisfies ProviderInput;
