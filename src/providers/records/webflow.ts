/**
 * Webflow. Sources: developers.webflow.com: data/reference/oauth-app, /token/authorized-by, and
 * data/v1.0.0/docs/oauth ("Revoke authorization"); stored copies without a date, read 2026-11-26.
 * Hosts and names of the token and the revocation request are known beyond what those copies show.
 *
 * Tokens do not end. The person chooses sites or a workspace at the consent; the account is the
 * person, so another choice takes the place of the first.
 *
 * Workspaces in the EU have accounts and app registrations of their own, at eu.webflow.com and
 * api.eu.webflow.com (data/reference/eu-hosting, changelog of 2026-11-17, read 2026-11-27):
 * docs/providers.md has the provider to set.
 */
import type { ProviderInput } from '../types';

export const webflow = {
  id: 'webflow',
  name: 'Webflow',
  kind: 'oauth2',

  authorizationUrl: 'https://webflow.com/oauth/authorize',
  tokenUrl: 'https://api.webflow.com/oauth/access_token',
  revocationUrl: 'https://webflow.com/oauth/revoke_authorization',
  profileUrl: 'https://api.webflow.com/v2/token/authorized_by',

  scopes: ['authorized_user:read', 'sites:read'],
  // What the profile request asks for.
  requiredScopes: ['authorized_user:read'],
  loginHintParam: null,

  apiUrl: 'https://api.webflow.com/v2',

  refreshModel: 'none',

  accountId: 'id',
  displayName: ['email', 'firstName'],
  metadata: { name: 'firstName', userName: 'email' },
  revocation: { token: 'access', tokenParam: 'access_token' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
