/**
 * Mailchimp. Sources: mailchimp.com/developer/marketing/guides/access-user-data-oauth-2, by way of
 * docs. unified.to (mailchimp-oauth-app) and some ten public clients of it; airbytehq/airbyte,
 * source-mailchimp, for the answer to a dead token. Read 2026-11-27.
 *
 * There are no scopes, tokens do not end, and no revocation was found: the person takes the access
 * away in the account. An account has many logins, and a token is one login's: both tell it here.
 * Each account lives in a data centre, whose address the profile names. The profile wants `OAuth`
 * before the token, and answers a dead one with 200 and an error.
 */
import type { ProviderInput } from '../types';

export const mailchimp = {
  id: 'mailchimp',
  name: 'Mailchimp',
  kind: 'oauth2',

  authorizationUrl: 'https://login.mailchimp.com/oauth2/authorize',
  tokenUrl: 'https://login.mailchimp.com/oauth2/token',
  profileUrl: 'https://login.mailchimp.com/oauth2/metadata',
  profileToken: 'none',
  profileHeaders: { Authorization: 'OAuth {access_token}' },
  loginHintParam: null,

  // A call's path begins with the version, `3.0`.
  apiOrigin: {
    metadata: 'apiEndpoint',
    hostPattern: '[a-z]{2,3}\\d{1,4}\\.api\\.mailchimp\\.com',
  },

  refreshModel: 'none',

  accountId: ['user_id', 'login.login_id'],
  displayName: ['accountname', 'login.email'],
  metadata: {
    company: 'accountname',
    userName: 'login.email',
    apiEndpoint: 'api_endpoint',
  },
  check: { refusedCodes: ['invalid_token'] },
  revocationReach: 'token',
} as const satisfies ProviderInput;
