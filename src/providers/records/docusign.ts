/**
 * DocuSign. Sources: developers.docusign.com, platform/auth/reference: user-info,
 * obtain-access-token, scopes (stored copies without a date); docusign.com/blog, "From the
 * Trenches: Making API calls for members of multiple accounts"; github.com/docusign:
 * docusign-esign-csharp-client/issues/210 (2018-12-08: a refresh brings a new pair),
 * code-examples-ruby/issues/18 (2020-07-01: the error of a wrong secret),
 * postman-collections/issues/41 (2022-05-24: the error of a dead grant). Read 2026-11-27.
 *
 * A person may belong to several accounts, each at a host of its own (`base_uri`); one is
 * connected. An account has many people, so both tell it. A refresh token lives 30 days; with
 * `extended` each refresh gives it 30 days more, without it the days are counted from the consent.
 * There is no revocation. For the developer environment take account-d.docusign.com in the three
 * addresses.
 */
import type { ProviderInput } from '../types';

export const docusign = {
  id: 'docusign',
  name: 'DocuSign',
  kind: 'oauth2',

  authorizationUrl: 'https://account.docusign.com/oauth/auth',
  tokenUrl: 'https://account.docusign.com/oauth/token',
  profileUrl: 'https://account.docusign.com/oauth/userinfo',
  parameters: {
    account: { label: 'Account', pattern: '[0-9a-f\\-]{36}', from: 'choice:account_id' },
    base_host: {
      label: 'Host',
      pattern: '(?:[a-z0-9\\-]+\\.){1,3}docusign\\.(?:net|com)',
      from: 'choice:base_uri',
    },
  },
  clientAuth: 'client_secret_basic',

  scopes: ['signature', 'extended'],
  // Without it a refresh token ends 30 days after the consent.
  requiredScopes: ['extended'],

  choices: {
    url: 'https://account.docusign.com/oauth/userinfo',
    list: 'accounts',
    id: 'account_id',
    label: 'account_name',
  },
  apiUrl: 'https://{base_host}/restapi/v2.1/accounts/{account}',

  refreshModel: 'rotating',
  // The reply says 28800.
  assumedLifetimeSeconds: 8 * 3600,
  refreshLifetimeSeconds: 30 * 24 * 3600,
  // A wrong secret is told as a dead grant with this sentence.
  reply: { error: ['error_description', 'error'] },
  operatorCodes: ['expired_client_token'],

  accountId: ['choice:account_id', 'sub'],
  subject: 'sub',
  displayName: ['choice:account_name', 'email'],
  metadata: {
    company: 'choice:account_name',
    userName: 'email',
    name: 'name',
    baseUri: 'choice:base_uri',
  },
  revocationReach: 'token',
} as const satisfies ProviderInput;
