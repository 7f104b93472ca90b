/**
 * TikTok Ads (TikTok API for Business). Sources: NangoHQ/nango, providers.yaml (2026-08-21), and
 * some twenty public clients of it for the addresses, the names of parameters, the header and the
 * revocation. TikTok's own pages were in no stored copy. Known: the fields of the user, and the
 * codes of a dead token. Read 2026-11-27.
 *
 * Not TikTok's Login Kit (tiktok.ts): other hosts, another app, other names for everything. An
 * access token does not run out; the person takes it back. The account is the person; the
 * advertiser is named in each call. Errors stand in a 200, as `code`. What the app may do is set in
 * the app.
 */
import type { ProviderInput } from '../types';

export const tiktokAds = {
  id: 'tiktok-ads',
  name: 'TikTok Ads',
  kind: 'oauth2',

  authorizationUrl: 'https://business-api.tiktok.com/portal/auth',
  tokenUrl: 'https://business-api.tiktok.com/open_api/v1.3/oauth2/access_token/',
  revocationUrl: 'https://business-api.tiktok.com/open_api/v1.3/oauth2/revoke_token/',
  profileUrl: 'https://business-api.tiktok.com/open_api/v1.3/user/info/',
  clientIdParam: 'app_id',
  clientSecretParam: 'secret',
  codeParam: 'auth_code',
  pkce: false,
  loginHintParam: null,

  omitParams: { token: ['grant_type', 'code', 'redirect_uri'] },
  tokenRequest: { body: 'json' },
  tokenParams: { auth_code: '{code}' },
  reply: { accessToken: 'data.access_token', scope: 'scope', error: 'code' },

  apiUrl: 'https://business-api.tiktok.com/open_api/v1.3',
  apiToken: { headers: { 'Access-Token': '{access_token}' } },
  apiDeny: ['oauth2', 'tt_user/oauth2'],

  refreshModel: 'none',

  profileToken: 'none',
  profileHeaders: { 'Access-Token': '{access_token}' },
  accountId: 'data.core_user_id',
  displayName: ['data.display_name', 'data.email'],
  metadata: { name: 'data.display_name', userName: 'data.email' },
  check: { error: 'code', refusedCodes: ['40105'] },
  revocation: {
    token: 'access',
    tokenParam: 'access_token',
    body: 'json',
    deadCodes: ['40105'],
  },
  revocationReach: 'token',
} as const satisfies ProviderInput;
