/**
 * Supabase's Management API. Sources:
 * supabase.com/docs/guides/integrations/build-a-supabase-oauth-integration (supabase/supabase, a
 * copy without a date) and the reference of the API, "Revoke oauth app authorization" and "Token"
 * (a copy without a date); some ten public clients of the revocation. Read 2026-11-27.
 *
 * Scopes are those of the app, and asking for some is deprecated. A consent is for one
 * organisation, which is the account; an older one may be good for several, of which one is chosen.
 * Whether a refresh token is replaced, and what a dead one is answered, is not said. A revocation
 * takes the refresh token alone, and ends the app's authorization.
 */
import type { ProviderInput } from '../types';

export const supabase = {
  id: 'supabase',
  name: 'Supabase',
  kind: 'oauth2',

  authorizationUrl: 'https://api.supabase.com/v1/oauth/authorize',
  tokenUrl: 'https://api.supabase.com/v1/oauth/token',
  revocationUrl: 'https://api.supabase.com/v1/oauth/revoke',
  clientAuth: 'client_secret_basic',
  loginHintParam: null,
  // Which organisation is preselected.
  allowedAuthorizationParams: ['organization_slug'],

  choices: { url: 'https://api.supabase.com/v1/organizations', id: 'id', label: 'name' },
  apiUrl: 'https://api.supabase.com/v1',
  // The second hands out keys that open a project's data.
  apiDeny: ['oauth', 'projects/*/api-keys'],

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 3600,

  accountId: 'choice:id',
  displayName: 'choice:name',
  metadata: { organization: 'choice:name' },
  check: { url: 'https://api.supabase.com/v1/organizations' },
  revocation: { tokenParam: 'refresh_token', body: 'json', clientAuth: 'client_secret_post' },
  revocationReach: 'user',
} as const satisfies ProviderInput;
