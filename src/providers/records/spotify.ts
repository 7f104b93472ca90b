/**
 * Spotify. Source: developer.spotify.com/blog/2026-06-18-refresh-token-expiration (2026-06-18).
 *
 * Since 2026-06-18 (apps from before: 2026-07-20) a refresh token ends six months after consent,
 * whatever happens in between, and answers `invalid_grant` from then on. A refresh brings no new
 * refresh token since then, with PKCE neither (before, it did there):
 * github.com/aome510/spotify-player/pull/1041 (2026-07-20), read 2026-11-26.
 */
import type { ProviderInput } from '../types';

export const spotify = {
  id: 'spotify',
  name: 'Spotify',
  kind: 'oauth2',
  lastVerified: '2026-06-18',

  authorizationUrl: 'https://accounts.spotify.com/authorize',
  tokenUrl: 'https://accounts.spotify.com/api/token',
  profileUrl: 'https://api.spotify.com/v1/me',

  clientAuth: 'client_secret_basic',
  scopes: ['user-read-private'],
  loginHintParam: null,

  // developer.spotify.com/documentation/web-api/concepts/api-calls, "Base URL" (a copy of 2024).
  apiUrl: 'https://api.spotify.com',

  refreshModel: 'static',
  assumedLifetimeSeconds: 3600,
  // The shortest six months there are, less a little: the page names no number of days.
  refreshLifetimeSeconds: 180 * 24 * 3600,
  refreshDeadline: 'absolute',

  accountId: 'id',
  displayName: ['display_name', 'id'],
  metadata: { name: 'display_name', userName: 'id', picture: 'images.0.url' },
  // No revocation endpoint: the person removes the app on the account page.
  revocationReach: 'token',
} as const satisfies ProviderInput;
