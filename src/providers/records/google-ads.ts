/**
 * Google Ads: Google's OAuth and Google's client, for one customer. Sources: as google.ts; under
 * developers.google.com/google-ads/api: rest/auth (scope, headers),
 * reference/rpc/v26/CustomerService/ ListAccessibleCustomers, docs/oauth/access-model
 * (`login-customer-id`), docs/api-policy/developer-token (stored copies without a date). Read
 * 2026-11-27.
 *
 * Developer tokens ended on 2026-09-09: the client's Google Cloud project has the access level. A
 * person may open several customers, and a customer has many people: both tell the account. One is
 * what the person can open directly; where that is a manager account, calls reach those below it by
 * `login-customer-id`, which is sent unless a call sets another. Versions stand in the paths of
 * calls, and each ends after about a year.
 */
import type { ProviderInput } from '../types';
import { google } from './google';

const scopes = ['openid', 'email', 'https://www.googleapis.com/auth/adwords'] as const;

export const googleAds = {
  ...google,
  id: 'google-ads',
  name: 'Google Ads',
  clientOf: 'google',

  parameters: {
    customer: { label: 'Ad account', pattern: '[0-9]{1,20}', from: 'choice:lastSegment' },
  },
  scopes: [...scopes],
  // For the ID token (as in google.ts), a name by which a person knows the account, and the list of
  // customers.
  requiredScopes: [...scopes],

  choices: {
    // Resource names, such as customers/1234567890.
    url: 'https://googleads.googleapis.com/v26/customers:listAccessibleCustomers',
    list: 'resourceNames',
    id: 'lastSegment',
  },
  apiUrl: 'https://googleads.googleapis.com',
  apiUrls: {},
  apiHeaders: { 'login-customer-id': '{customer}' },
  apiDeny: [],

  accountId: ['choice:lastSegment', 'sub'],
  subject: 'sub',
  displayName: 'choice:lastSegment',
  metadata: { customer: 'choice:lastSegment', name: 'name', userName: 'email', picture: 'picture' },
} as const satisfies ProviderInput;
