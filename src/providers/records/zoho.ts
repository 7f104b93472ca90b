/**
 * Zoho. Sources: zoho.com/accounts/protocol/oauth: multi-dc, multi-dc/client-authorization,
 * web-apps/ access-token, use-access-token, revoke-refresh-token;
 * zoho.com/backstage/api/v3/generate-access-and-refresh-token for the limits (stored copies without
 * a date); zoho.com/crm/developer/docs/api/v8/token-validity and help.zoho.com, "Kaizen #43 -
 * Tokens and Limitations", for those and for the 200 of too many requests;
 * github.com/Weble/ZohoBooksApi/issues/84 (2021-07-22) for the reply of a dead grant, a 200 too.
 * Read 2026-11-27.
 *
 * A person's data lies in one data centre. The redirect back says in which (`accounts-server`), and
 * tokens come from there and go there only. The app has the same id in each, and may have a secret
 * for each: ZOHO_CLIENTS, by the host. The token reply says where the APIs are. A refresh token
 * does not end; the 21st of a person ends the first.
 */
import type { ProviderInput } from '../types';

export const zoho = {
  id: 'zoho',
  name: 'Zoho',
  kind: 'oauth2',

  authorizationUrl: 'https://accounts.zoho.com/oauth/v2/auth',
  tokenUrl: 'https://{accounts_server}/oauth/v2/token',
  revocationUrl: 'https://{accounts_server}/oauth/v2/token/revoke',
  profileUrl: 'https://{accounts_server}/oauth/user/info',
  parameters: {
    accounts_server: {
      label: 'Host',
      pattern: 'accounts\\.(?:zoho\\.(?:com|eu|in|com\\.au|com\\.cn|jp|sa|uk|ae)|zohocloud\\.ca)',
      from: 'callback:accounts-server',
    },
    api_domain: {
      label: 'Host',
      pattern: 'www\\.zohoapis\\.(?:com|eu|in|com\\.au|com\\.cn|jp|sa|ca|uk|ae)',
      from: 'token:api_domain',
    },
  },
  clientParameter: 'accounts_server',

  scopes: ['AaaServer.profile.READ'],
  // For the profile.
  requiredScopes: ['AaaServer.profile.READ'],
  scopeSeparator: ',',
  loginHintParam: null,
  // A refresh token comes with the first consent only, unless one is asked for again.
  authorizationParams: { access_type: 'offline', prompt: 'consent' },

  apiUrl: 'https://{api_domain}',
  // Some of the APIs take no `Bearer` (Books, Desk).
  apiToken: { headers: { Authorization: 'Zoho-oauthtoken {access_token}' } },

  refreshModel: 'static',
  assumedLifetimeSeconds: 3600,
  // Three minutes: v8/token-validity.
  codeLifetimeSeconds: 180,
  maxGrants: 20,
  maxAccessTokens: 15,
  refusedCodes: ['invalid_code'],
  // Known.
  operatorCodes: ['invalid_client_secret'],
  // Ten access tokens in ten minutes.
  transientCodes: ['Access Denied'],

  // Ids of two data centres are not known to differ.
  accountId: ['parameter:accounts_server', 'ZUID'],
  displayName: ['Email', 'Display_Name'],
  metadata: { userName: 'Email', name: 'Display_Name', apiDomain: 'parameter:api_domain' },
  // A refresh token takes its access tokens along.
  revocation: { body: 'query', clientAuth: 'omit', deadCodes: ['http_400', 'invalid_code'] },
} as const satisfies ProviderInput;
