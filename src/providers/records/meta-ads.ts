/**
 * Meta Ads: Facebook's OAuth and Facebook's client, for one ad account. Sources: as facebook.ts;
 * some ten public clients for the list of ad accounts; developers.facebook.com/docs/marketing-api,
 * known, for scopes and for calls by `act_<id>`. Read 2026-11-27.
 *
 * A person may see many ad accounts, and an ad account has many people: both tell the account. The
 * page of a longer list links to the next one with the token in the address, so Mooring's callers
 * can see it. Apps with "Require app secret" need a proof for each call, which no field can say.
 */
import type { ProviderInput } from '../types';
import { facebook } from './facebook';

export const metaAds = {
  ...facebook,
  id: 'meta-ads',
  name: 'Meta Ads',
  clientOf: 'facebook',

  parameters: {
    ad_account: { label: 'Ad account', pattern: '[0-9]{1,20}', from: 'choice:account_id' },
  },
  scopes: ['public_profile', 'ads_read'],
  // What the profile and the list of ad accounts ask for.
  requiredScopes: ['public_profile', 'ads_read'],

  choices: {
    url: 'https://graph.facebook.com/v26.0/me/adaccounts?fields=account_id,name&limit=200',
    list: 'data',
    id: 'account_id',
    label: 'name',
  },
  apiUrl: 'https://graph.facebook.com/v26.0/act_{ad_account}',
  echoesToken: true,

  accountId: ['choice:account_id', 'id'],
  subject: 'id',
  displayName: ['choice:name', 'choice:account_id'],
  metadata: { company: 'choice:name', name: 'name', picture: 'picture.data.url' },
} as const satisfies ProviderInput;
