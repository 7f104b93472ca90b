/**
 * Intercom. Sources: developers.intercom.com: learn-more/authentication/setting-up-oauth,
 * references /rest-api ("Identify an admin", "View the current admin"; the three servers); stored
 * copies without a date. nango.dev and docs.unified.to for what is missing: scopes are set per app,
 * tokens do not end and no refresh token comes. Read 2026-11-26.
 *
 * A workspace is in one of three regions, each with an API host of its own. The account is the
 * workspace and the teammate who consented. Disconnecting does not uninstall the app, which would
 * take it away from the whole workspace: docs/providers.md says how an operator switches that on.
 */
import type { ProviderInput } from '../types';

export const intercom = {
  id: 'intercom',
  name: 'Intercom',
  kind: 'oauth2',

  authorizationUrl: 'https://app.intercom.com/oauth',
  tokenUrl: 'https://api.intercom.io/auth/eagle/token',
  profileUrl: 'https://{region}.intercom.io/me',
  parameters: {
    region: {
      label: 'API of the region: api, api.eu or api.au',
      pattern: 'api(?:\\.(?:eu|au))?',
      default: 'api',
    },
  },
  loginHintParam: null,

  reply: { accessToken: ['access_token', 'token'] },
  apiUrl: 'https://{region}.intercom.io',
  apiDeny: ['auth'],

  refreshModel: 'none',

  accountId: ['app.id_code', 'id'],
  displayName: ['app.name', 'email'],
  metadata: {
    workspace: 'app.name',
    region: 'app.region',
    name: 'name',
    userName: 'email',
  },
  revocationReach: 'token',
} as const satisfies ProviderInput;
