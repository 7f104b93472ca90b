/**
 * Kick. Source: github.com/KickEngineering/KickDevDocs, getting-started/
 * generating-tokens-oauth2-flow.md (page of 2026-01-16, repository of 2026-06-23).
 *
 * PKCE is required; without a challenge the authorization URL answers 404 (issues 114, 380). A
 * refresh renews both tokens. Its examples show `expires_in` as a string. A dead token is
 * `invalid_grant` (issue 239, 2025-08-26), although the page has one sentence for every error.
 * Refresh tokens are reported to end by themselves after 30 to 90 days (issue 359, open).
 * Revocation takes the token in the URL, and no client credentials. Issues are those of the same
 * repository, read 2026-11-26.
 */
import type { ProviderInput } from '../types';

export const kick = {
  id: 'kick',
  name: 'Kick',
  kind: 'oauth2',
  lastVerified: '2026-06-23',

  authorizationUrl: 'https://id.kick.com/oauth/authorize',
  tokenUrl: 'https://id.kick.com/oauth/token',
  revocationUrl: 'https://id.kick.com/oauth/revoke',
  profileUrl: 'https://api.kick.com/public/v1/users',

  scopes: ['user:read'],
  // What the profile request asks for.
  requiredScopes: ['user:read'],
  loginHintParam: null,

  // KICK_BASE_URL of kick-api (docs.rs, 0.1.9), read 2026-11-26; without the version, which is
  // `v1`.
  apiUrl: 'https://api.kick.com/public',

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 2 * 3600,

  accountId: 'data.0.user_id',
  displayName: 'data.0.name',
  metadata: { userName: 'data.0.name', picture: 'data.0.profile_picture' },
  revocation: { body: 'query', clientAuth: 'omit' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
