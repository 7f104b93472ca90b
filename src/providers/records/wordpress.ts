/**
 * WordPress.com, and sites with Jetpack. Sources: developer.wordpress.com/docs/oauth2 (a copy of
 * 2022-06-09) and /docs/api/oauth2 (a copy without a date, its beginning); NangoHQ/nango
 * (2026-08-21); simstudioai/sim, lib/auth/connectors/providers.ts (2026-08-21) for the profile.
 * Read 2026-11-27.
 *
 * Without scopes a token is good for one site, which the person picks, so the account is a person
 * at a site. The scope `global` is for all sites; its reply names the site 0 (known). Tokens do not
 * end, and nothing renews them. No revocation was found.
 */
import type { ProviderInput } from '../types';

export const wordpress = {
  id: 'wordpress',
  name: 'WordPress.com',
  kind: 'oauth2',
  lastVerified: '2022-06-09',

  authorizationUrl: 'https://public-api.wordpress.com/oauth2/authorize',
  tokenUrl: 'https://public-api.wordpress.com/oauth2/token',
  profileUrl: 'https://public-api.wordpress.com/rest/v1.1/me',
  loginHintParam: null,
  // Which site is preselected.
  allowedAuthorizationParams: ['blog'],

  // `rest/v1.1/...`, `wp/v2/...` and `wpcom/v2/...`.
  apiUrl: 'https://public-api.wordpress.com',
  apiDeny: ['oauth2'],

  refreshModel: 'none',

  accountId: ['token:blog_id', 'ID'],
  subject: 'ID',
  displayName: ['token:blog_url', 'display_name', 'username'],
  metadata: {
    site: 'token:blog_url',
    name: 'display_name',
    userName: 'username',
    picture: 'avatar_URL',
  },
  revocationReach: 'token',
} as const satisfies ProviderInput;
