/**
 * Salesforce. Sources: help.salesforce.com, remoteaccess_oauth_refresh_token_flow (stored copy
 * without a date); jsforce's description of the reply (no date).
 *
 * No reply says how long a token lives: the organization's session policy decides, two hours
 * unless changed, and an API call may answer INVALID_SESSION_ID earlier. The API's host is
 * `instance_url` of the latest token reply. The refresh token stays, unless the app has rotation
 * switched on; then each one is good once, and PROVIDERS has to say `refreshModel: rotating`.
 */
import type { ProviderInput } from '../types';

export const salesforce = {
  id: 'salesforce',
  name: 'Salesforce',
  kind: 'oauth2',

  authorizationUrl: 'https://{domain}.salesforce.com/services/oauth2/authorize',
  tokenUrl: 'https://{domain}.salesforce.com/services/oauth2/token',
  revocationUrl: 'https://{domain}.salesforce.com/services/oauth2/revoke',
  profileUrl: 'https://{domain}.salesforce.com/services/oauth2/userinfo',
  parameters: {
    domain: {
      label: 'login, test (sandbox), or your own domain such as acme.my',
      pattern: 'login|test|[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.sandbox|\\.develop)?\\.my',
      default: 'login',
    },
  },

  scopes: ['openid', 'api', 'refresh_token'],

  refreshModel: 'static',
  assumedLifetimeSeconds: 2 * 3600,
  refusedCodes: ['inactive_user', 'inactive_org'],

  accountId: ['organization_id', 'user_id'],
  displayName: ['preferred_username', 'name'],
  metadata: {
    name: 'name',
    userName: 'preferred_username',
    picture: 'picture',
    instanceUrl: 'token:instance_url',
  },
} as const satisfies ProviderInput;
