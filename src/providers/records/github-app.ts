/**
 * GitHub App, tokens that act for a user. Source: github/docs, content/apps/creating-github-apps/
 * authenticating-with-a-github-app/refreshing-user-access-tokens.md (stored copy without a date,
 * read 2026-11-26); PKCE as in github.ts (2025-07-14).
 *
 * Eight hours, and a refresh token of six months for one use. A refresh ends the old access token
 * at once: there is no overlap. An app can switch expiry off; its replies then name no lifetime
 * and bring no refresh token. There are no scopes: the app's permissions count. A dead refresh
 * token is `bad_refresh_token`, with status 200.
 */
import type { ProviderInput } from '../types';

export const githubApp = {
  id: 'github-app',
  name: 'GitHub App',
  kind: 'oauth2',
  lastVerified: '2025-07-14',

  authorizationUrl: 'https://github.com/login/oauth/authorize',
  tokenUrl: 'https://github.com/login/oauth/access_token',
  // Deletes the person's grant, with all of its tokens; `/token` would leave the refresh token
  // alive: docs.github.com/rest/apps/oauth-applications, "Delete an app authorization", read
  // 2026-11-26.
  revocationUrl: 'https://api.github.com/applications/{client_id}/grant',
  profileUrl: 'https://api.github.com/user',
  headers: { Accept: 'application/json', 'User-Agent': 'Mooring (account connections)' },

  // generating-a-user-access-token-for-a-github-app.md; `prompt`: github.blog/changelog/2024-06-07-
  // account-picker-updates-for-oauth-and-github-app-sign-in, read 2026-11-26.
  allowedAuthorizationParams: ['prompt', 'allow_signup'],
  loginHintParam: 'login',

  // github/docs, content/rest/overview/resources-in-the-rest-api.md (copy without a date). What
  // lies below `applications` ends tokens and grants, or gives new tokens.
  apiUrl: 'https://api.github.com',
  apiDeny: ['applications'],

  refreshModel: 'rotating',
  refreshEndsAccessToken: true,
  // "6 months", always as this number: refreshing-user-access-tokens.md.
  refreshLifetimeSeconds: 15_897_600,
  refusedCodes: ['bad_refresh_token'],
  operatorCodes: ['incorrect_client_credentials', 'redirect_uri_mismatch'],

  accountId: 'id',
  displayName: 'login',
  metadata: { name: 'name', userName: 'login', picture: 'avatar_url' },
  revocation: {
    method: 'DELETE',
    body: 'json',
    token: 'access',
    tokenParam: 'access_token',
    clientAuth: 'client_secret_basic',
  },
  revocationReach: 'user',
} as const satisfies ProviderInput;
