/**
 * Oura. Oura's own pages name addresses that apps of today's portal get "Invalid client" from.
 * Sources instead: the metadata of moi.ouraring.com (.well-known/openid-configuration), as a public
 * client of it noted it on 2026-09-21; several others that found the same; some ten of them for the
 * single use of a refresh token, and for the profile. Read 2026-11-27.
 *
 * Scopes begin with `extapi:`; the old names are granted nothing, silently. Whether a revocation
 * takes the other token along is not said, so both are sent.
 */
import type { ProviderInput } from '../types';

export const oura = {
  id: 'oura',
  name: 'Oura',
  kind: 'oauth2',

  authorizationUrl: 'https://moi.ouraring.com/oauth/v2/ext/oauth-authorize',
  tokenUrl: 'https://moi.ouraring.com/oauth/v2/ext/oauth-token',
  revocationUrl: 'https://moi.ouraring.com/oauth/v2/ext/oauth-revoke',
  profileUrl: 'https://api.ouraring.com/v2/usercollection/personal_info',

  scopes: ['extapi:personal', 'email'],
  // What the profile request asks for.
  requiredScopes: ['extapi:personal'],
  loginHintParam: null,

  apiUrl: 'https://api.ouraring.com/v2',

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 24 * 3600,

  accountId: 'id',
  displayName: ['email', 'id'],
  metadata: { userName: 'email' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
