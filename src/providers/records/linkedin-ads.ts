/**
 * LinkedIn Ads: LinkedIn's OAuth and LinkedIn's client, for one ad account. Sources: as
 * linkedin.ts; learn.microsoft.com/en-us/linkedin/marketing:
 * integrations/ads/account-structure/create-and-manage-accounts (scopes, the search of ad accounts)
 * and versioning (the header; stored copies without a date); for the reply a copy of LinkedIn's
 * collection of requests (developers.qodex.ai, Lead Sync). Read 2026-11-27.
 *
 * The app needs the product Advertising API, which LinkedIn approves, and Sign In with OpenID
 * Connect. An ad account has many people, and a person may see many: both tell the account. A
 * version lives a year at least: 202607 was the latest in August 2026 (third parties say so). A
 * call may set another. The list is the first page of the search, a hundred ad accounts
 * (integrations/ads/cursor-based-pagination).
 */
import type { ProviderInput } from '../types';
import { linkedin } from './linkedin';

const versions = { 'LinkedIn-Version': '202607', 'X-Restli-Protocol-Version': '2.0.0' };

export const linkedinAds = {
  ...linkedin,
  id: 'linkedin-ads',
  name: 'LinkedIn Ads',
  clientOf: 'linkedin',

  scopes: ['openid', 'profile', 'r_ads'],
  // What the profile and the list of ad accounts ask for.
  requiredScopes: ['openid', 'profile', 'r_ads'],

  choices: {
    url: 'https://api.linkedin.com/rest/adAccounts?q=search',
    headers: versions,
    list: 'elements',
    id: 'id',
    label: 'name',
  },
  apiUrl: 'https://api.linkedin.com/rest',
  apiHeaders: versions,

  accountId: ['choice:id', 'sub'],
  subject: 'sub',
  displayName: ['choice:name', 'choice:id'],
  metadata: { adAccount: 'choice:id', company: 'choice:name', name: 'name', picture: 'picture' },
} as const satisfies ProviderInput;
