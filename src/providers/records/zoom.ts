/**
 * Zoom, apps on behalf of a user. Sources: developers.zoom.us/docs/integrations/
 * oauth-error-messages (stored copy without a date); the Zoom plugin of
 * anthropics/knowledge-work-plugins, skills/oauth (no date).
 *
 * One hour; a refresh token of about 90 days, good for one use. A dead one answers with `reason`
 * ("Invalid Token!") beside a code that varies: `invalid_grant` with status 400 in
 * github.com/iamfatness/CoreVideo/pull/196 (2026-08-09, read 2026-11-26). Connecting the same Zoom
 * account elsewhere with the same app ends this connection at once (same thread). Tokens are
 * refused in URLs.
 */
import type { ProviderInput } from '../types';

export const zoom = {
  id: 'zoom',
  name: 'Zoom',
  kind: 'oauth2',

  authorizationUrl: 'https://zoom.us/oauth/authorize',
  tokenUrl: 'https://zoom.us/oauth/token',
  revocationUrl: 'https://zoom.us/oauth/revoke',
  profileUrl: 'https://api.zoom.us/v2/users/me',

  clientAuth: 'client_secret_basic',
  scopes: ['user:read:user'],
  // What the profile request asks for.
  requiredScopes: ['user:read:user'],
  loginHintParam: null,

  // developers.zoom.us/docs/api, "API Reference", read 2026-11-26. `users/{id}/token` gives tokens
  // of that user, and a DELETE there ends its single sign-on: PSZoom, Get-ZoomUserToken and
  // Revoke-ZoomUserSsoToken (powershellgallery.com), read 2026-11-26.
  apiUrl: 'https://api.zoom.us/v2',
  apiDeny: ['users/*/token'],

  reply: { error: ['reason', 'error'] },
  refreshModel: 'rotating',
  assumedLifetimeSeconds: 3600,
  refreshLifetimeSeconds: 90 * 24 * 3600,
  // One source: github.com/iamfatness/CoreVideo/pull/196 (2026-08-09), read 2026-11-26.
  maxGrants: 1,
  refusedCodes: ['Invalid Token!'],
  operatorCodes: ['Invalid client_id or client_secret'],

  accountId: 'id',
  displayName: ['email', 'display_name'],
  metadata: {
    name: 'display_name',
    userName: 'email',
    picture: 'pic_url',
    zoomAccount: 'account_id',
  },
  revocation: { token: 'access' },
} as const satisfies ProviderInput;
