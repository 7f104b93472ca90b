/**
 * Klaviyo. Sources: developers.klaviyo.com/en/docs/set_up_oauth (2026-11-18) and
 * /.well-known/skills/klaviyo-migrate-oauth ("API calls"); klaviyo-labs/oauth-migration-demo. That
 * a refresh token is replaced at each use and ends after 90 days without one, an access token after
 * an hour, and that Basic is the client's proof, is told by public clients of it. Read 2026-11-27.
 *
 * PKCE is a must. Requests name a revision of the API. The account is the company's, whoever
 * consents.
 */
import type { ProviderInput } from '../types';

export const klaviyo = {
  id: 'klaviyo',
  name: 'Klaviyo',
  kind: 'oauth2',
  lastVerified: '2026-11-18',

  authorizationUrl: 'https://www.klaviyo.com/oauth/authorize',
  tokenUrl: 'https://a.klaviyo.com/oauth/token',
  revocationUrl: 'https://a.klaviyo.com/oauth/revoke',
  profileUrl: 'https://a.klaviyo.com/api/accounts',
  profileHeaders: { revision: '2026-10-15' },
  clientAuth: 'client_secret_basic',

  scopes: ['accounts:read'],
  // What the profile request asks for.
  requiredScopes: ['accounts:read'],
  loginHintParam: null,

  apiUrl: 'https://a.klaviyo.com/api',
  apiHeaders: { revision: '2026-10-15' },

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 3600,
  refreshLifetimeSeconds: 90 * 24 * 3600,

  accountId: 'data.0.id',
  displayName: 'data.0.attributes.contact_information.organization_name',
  metadata: {
    company: 'data.0.attributes.contact_information.organization_name',
    email: 'data.0.attributes.contact_information.default_sender_email',
  },
} as const satisfies ProviderInput;
