/**
 * Asana. Sources: developers.asana.com/docs/oauth (a copy without a date) for the endpoints;
 * servicenow.com, "Register an Asana OAuth application" (2026-03-12). That refresh tokens stay,
 * that access tokens live an hour and that a revocation takes the refresh token alone, with the
 * client's secret, is told by a research note on Asana's page (2026-05-14) and done by some ten
 * public clients. Read 2026-11-27.
 *
 * Without scopes an app asks for all that it was registered for, which an app with "full
 * permissions" needs; name scopes where yours has them.
 */
import type { ProviderInput } from '../types';

export const asana = {
  id: 'asana',
  name: 'Asana',
  kind: 'oauth2',

  authorizationUrl: 'https://app.asana.com/-/oauth_authorize',
  tokenUrl: 'https://app.asana.com/-/oauth_token',
  revocationUrl: 'https://app.asana.com/-/oauth_revoke',
  profileUrl: 'https://app.asana.com/api/1.0/users/me',
  loginHintParam: null,

  apiUrl: 'https://app.asana.com/api/1.0',

  refreshModel: 'static',
  assumedLifetimeSeconds: 3600,

  accountId: 'data.gid',
  displayName: ['data.email', 'data.name'],
  metadata: { name: 'data.name', userName: 'data.email' },
  revocation: { token: 'refresh' },
} as const satisfies ProviderInput;
