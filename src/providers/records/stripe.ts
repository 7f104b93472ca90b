/**
 * Stripe Connect, standard accounts. Stripe's own page (docs.stripe.com/connect/oauth-reference)
 * was in no stored copy. Sources instead: Stripe's Ruby library, OAuthService (rubydoc.info, no
 * date); stripity_stripe, Stripe.Connect.OAuth (hexdocs.pm, v3.2.0); NangoHQ/nango (2026-08-21).
 *
 * The client's secret is the platform's secret API key. Tokens do not run out, and the refresh
 * token only changes mode or scope, so nothing is refreshed. Disconnecting names the account, not
 * the token, and proves itself with the key as a bearer token. (Stripe Apps is another OAuth, with
 * tokens of an hour; it is not this record.)
 */
import type { ProviderInput } from '../types';

export const stripe = {
  id: 'stripe',
  name: 'Stripe',
  kind: 'oauth2',

  authorizationUrl: 'https://connect.stripe.com/oauth/authorize',
  tokenUrl: 'https://connect.stripe.com/oauth/token',
  revocationUrl: 'https://connect.stripe.com/oauth/deauthorize',
  profileUrl: 'https://api.stripe.com/v1/account',

  pkce: false,
  scopes: ['read_write'],
  loginHintParam: null,

  // The same base as the profile's; `oauth` there is that of Stripe Apps.
  apiUrl: 'https://api.stripe.com/v1',
  apiDeny: ['oauth'],

  // `error` is a code at connect.stripe.com, an object at api.stripe.com.
  reply: { error: ['error', 'error.code', 'error.type'] },
  refreshModel: 'none',

  accountId: 'token:stripe_user_id',
  displayName: ['business_profile.name', 'email'],
  metadata: {
    name: 'business_profile.name',
    userName: 'email',
    country: 'country',
    live: 'token:livemode',
  },
  // The profile is the account's own: a key that does not open it is refused with 401.
  check: {},
  revocation: {
    token: 'none',
    clientAuth: 'client_secret_bearer',
    params: { stripe_user_id: '{account_id}' },
  },
  revocationReach: 'user',
} as const satisfies ProviderInput;
