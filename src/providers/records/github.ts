/**
 * GitHub, OAuth app. Sources: github/docs, content/apps/oauth-apps/building-oauth-apps/
 * authorizing-oauth-apps.md (stored copies without a date); for PKCE, which those copies deny,
 * github.blog/changelog, "PKCE support for OAuth and GitHub App authentication" (2025-07-14).
 *
 * Tokens do not run out, so there is nothing to refresh; GitHub drops those unused for a year.
 * Without `Accept` replies are forms, and errors come with status 200. Scopes are requested with
 * spaces and answered with commas. Revocation is a DELETE with the client's Basic credentials.
 */
import type { ProviderInput } from '../types';

export const github = {
  id: 'github',
  name: 'GitHub',
  kind: 'oauth2',
  lastVerified: '2025-07-14',

  authorizationUrl: 'https://github.com/login/oauth/authorize',
  tokenUrl: 'https://github.com/login/oauth/access_token',
  revocationUrl: 'https://api.github.com/applications/{client_id}/token',
  profileUrl: 'https://api.github.com/user',
  // The API refuses requests without a User-Agent.
  headers: { Accept: 'application/json', 'User-Agent': 'Mooring (account connections)' },

  scopes: ['read:user'],
  // Replies leave out what another granted scope includes: docs.github.com/apps/oauth-apps/
  // building-oauth-apps/scopes-for-oauth-apps, "Available scopes" and "Normalized scopes", read
  // 2026-11-26.
  impliedScopes: {
    repo: [
      'repo:status',
      'repo_deployment',
      'public_repo',
      'repo:invite',
      'security_events',
      'admin:repo_hook',
      'write:repo_hook',
      'read:repo_hook',
    ],
    public_repo: ['admin:repo_hook', 'write:repo_hook', 'read:repo_hook'],
    'admin:repo_hook': ['write:repo_hook', 'read:repo_hook'],
    'write:repo_hook': ['read:repo_hook'],
    'admin:org': ['write:org', 'read:org'],
    'write:org': ['read:org'],
    'admin:public_key': ['write:public_key', 'read:public_key'],
    'write:public_key': ['read:public_key'],
    user: ['read:user', 'user:email', 'user:follow'],
    project: ['read:project'],
    'admin:gpg_key': ['write:gpg_key', 'read:gpg_key'],
    'write:gpg_key': ['read:gpg_key'],
    'admin:enterprise': [
      'manage_runners:enterprise',
      'manage_billing:enterprise',
      'read:enterprise',
    ],
  },
  // authorizing-oauth-apps.md; `prompt`:
  // github.blog/changelog/2024-06-07-account-picker-updates-for-oauth-and-github-app-sign-in, read
  // 2026-11-26.
  allowedAuthorizationParams: ['prompt', 'allow_signup'],
  loginHintParam: 'login',

  // github/docs, content/rest/overview/resources-in-the-rest-api.md (copy without a date). What
  // lies below `applications` ends tokens and grants, or gives new tokens.
  apiUrl: 'https://api.github.com',
  apiDeny: ['applications'],

  refreshModel: 'none',
  // Per account, app and set of scopes; the 11th ends the oldest, and no more than ten are given in
  // an hour: docs.github.com, authentication/keeping-your-account-and-data-secure/
  // token-expiration-and-revocation, read 2026-11-26.
  maxGrants: 10,
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
  revocationReach: 'token',
} as const satisfies ProviderInput;
