/**
 * Salesforce. Sources: help.salesforce.com, remoteaccess_oauth_refresh_token_flow and
 * xcloud.connected_app_limit_idle_ttl (stored copies without a date, read 2026-11-26); jsforce's
 * description of the reply (no date).
 *
 * No reply says how long a token lives: the organization's session policy decides, two hours
 * unless changed, and an API call may answer INVALID_SESSION_ID earlier. The API's host is
 * `instance_url` of the latest token reply. Whether each refresh token is good once only, and ends
 * after 30 days without use, are settings of the app that no reply tells of: the record has the
 * stricter of both, which costs nothing where they are off. Since Spring '26 new apps are External
 * Client Apps; partners have to switch PKCE on (developer.salesforce.com/docs/platform/isvforce/
 * guide/secure-code-ac-eca.md, read 2026-11-26).
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
      // Kinds of organizations whose hosts have a part of their own: developer.salesforce.com/docs/
      // platform/pkg1-dev/guide/packaging-instanceless-url.md; the names of the parts:
      // forcedotcom/sfdx-core, test/unit/util/sfdcUrlTest.ts. Both read 2026-11-26.
      pattern:
        'login|test|[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?(?:\\.(?:sandbox|develop|scratch|demo|patch|free|trailblaze))?\\.my',
      default: 'login',
    },
  },

  scopes: ['openid', 'api', 'refresh_token'],
  // For userinfo (OpenID Connect Core 1.0, 3.1.2.1), and for the refresh token.
  requiredScopes: ['openid', 'refresh_token'],

  // developer.salesforce.com/docs/platform/api-rest/guide/intro-rest-resources.md and, for
  // `instance_url`, atlas.en-us.262.0.chatterapi.meta, quickstart_connecting; read 2026-11-26.
  apiOrigin: {
    metadata: 'instanceUrl',
    hostPattern: '(?:[a-z0-9](?:[a-z0-9\\-]*[a-z0-9])?\\.){1,4}salesforce\\.com',
  },
  // `singleaccess` and `secur` open a session of the person in a browser: help.salesforce.com,
  // xcloud.frontdoor_singleaccess, read 2026-11-27.
  apiDeny: [
    'services/oauth2/revoke',
    'services/oauth2/token',
    'services/oauth2/singleaccess',
    'secur',
  ],

  // Recommended to app owners by remoteaccess_oauth_refresh_token_flow; off unless they follow.
  refreshModel: 'rotating',
  assumedLifetimeSeconds: 2 * 3600,
  // Without use, where the app has the limit (xcloud.connected_app_limit_idle_ttl).
  refreshLifetimeSeconds: 30 * 24 * 3600,
  // Approvals per user and app; the sixth ends the oldest: docs.oracle.com/en/cloud/paas/
  // integration-cloud/sforce-adapter, "Error When a Connected Application Attempts to Access Your
  // Salesforce Data", read 2026-11-26.
  maxGrants: 5,
  refusedCodes: ['inactive_user', 'inactive_org'],

  accountId: ['organization_id', 'user_id'],
  displayName: ['preferred_username', 'name'],
  metadata: {
    name: 'name',
    userName: 'preferred_username',
    picture: 'picture',
    instanceUrl: 'token:instance_url',
  },
  // 403 and this word as plain text, where the data API says 401 (jsforce and others wait for it;
  // read 2026-11-26).
  check: { refusedCodes: ['Bad_OAuth_Token'] },
} as const satisfies ProviderInput;
