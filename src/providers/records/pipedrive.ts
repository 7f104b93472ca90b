/**
 * Pipedrive. Sources: pipedrive.readme.io/docs/marketplace-oauth-authorization and
 * developers.pipedrive.com/docs/api/v1/Oauth (stored copies without a date, read 2026-11-26). The
 * profile's fields and the revocation are known, and no page was seen for them.
 *
 * The API's host is the company's own; the token reply names it. Scopes are set per app. A refresh
 * token ends after 60 days without use.
 */
import type { ProviderInput } from '../types';

export const pipedrive = {
  id: 'pipedrive',
  name: 'Pipedrive',
  kind: 'oauth2',

  authorizationUrl: 'https://oauth.pipedrive.com/oauth/authorize',
  tokenUrl: 'https://oauth.pipedrive.com/oauth/token',
  revocationUrl: 'https://oauth.pipedrive.com/oauth/revoke',
  profileUrl: 'https://{api_domain}/api/v1/users/me',
  parameters: {
    api_domain: {
      label: 'Company',
      pattern: '[a-z0-9\\-]+\\.pipedrive\\.com',
      from: 'token:api_domain',
    },
  },
  clientAuth: 'client_secret_basic',
  loginHintParam: null,

  // Versions stand in paths: v1, v2.
  apiUrl: 'https://{api_domain}/api',

  refreshModel: 'static',
  assumedLifetimeSeconds: 3600,
  refreshLifetimeSeconds: 60 * 24 * 3600,

  accountId: ['data.company_id', 'data.id'],
  displayName: ['data.company_name', 'data.email'],
  metadata: {
    company: 'data.company_name',
    name: 'data.name',
    userName: 'data.email',
  },
} as const satisfies ProviderInput;
