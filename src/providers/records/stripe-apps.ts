/**
 * Stripe Apps. Sources: docs.stripe.com/stripe-apps/api-authentication/oauth (stored copies without
 * a date) for the flow and the addresses; some ten public apps for the life of tokens, the proof of
 * the client, that replies name no lifetime, and the end of an installation; nango.dev, "Stripe
 * OAuth refresh token invalid_grant", for the reply of a dead grant. Read 2026-11-27.
 *
 * Not Stripe Connect (stripe.ts). The client's secret is the developer account's secret key. An
 * access token lives an hour; a refresh token lives a year, and each refresh brings another. What
 * the app may do stands in its manifest, so no scopes are asked for. While the app is not
 * published, the authorization address is another one, which Stripe shows.
 */
import type { ProviderInput } from '../types';

export const stripeApps = {
  id: 'stripe-apps',
  name: 'Stripe Apps',
  kind: 'oauth2',

  authorizationUrl: 'https://marketplace.stripe.com/oauth/v2/authorize',
  tokenUrl: 'https://api.stripe.com/v1/oauth/token',
  revocationUrl: 'https://api.stripe.com/v1/oauth/deauthorize',
  clientAuth: 'client_secret_basic_user',
  pkce: false,

  loginHintParam: null,

  apiUrl: 'https://api.stripe.com/v1',
  apiDeny: ['oauth'],

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 3600,
  refreshLifetimeSeconds: 365 * 24 * 3600,
  reply: { error: ['error', 'error.code', 'error.type'] },

  accountId: 'token:stripe_user_id',
  displayName: 'token:stripe_user_id',
  metadata: { live: 'token:livemode' },
  // Where the manifest does not allow it, the answer tells nothing.
  check: { url: 'https://api.stripe.com/v1/account' },
  revocation: {
    token: 'none',
    params: { client_id: '{client_id}', stripe_user_id: '{account_id}' },
  },
  revocationReach: 'user',
} as const satisfies ProviderInput;
