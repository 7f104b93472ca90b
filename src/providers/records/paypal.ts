/**
 * PayPal, by "Log in with PayPal". Sources: developer.paypal.com/docs/connect-with-paypal/integrate
 * (2023-12-06, its beginning) for the steps; NangoHQ/nango (2026-08-21) and some ten public clients
 * of it for addresses and the profile. Read 2026-11-27.
 *
 * What the app may see is chosen in its settings; scopes besides `openid` have to be switched on
 * there. Refresh tokens stay (PayPal's SDK for iOS told ten years). No revocation was found. The
 * account's id is a URL.
 */
import type { ProviderInput } from '../types';

export const paypal = {
  id: 'paypal',
  name: 'PayPal',
  kind: 'oauth2',
  lastVerified: '2023-12-06',

  authorizationUrl: 'https://www.paypal.com/signin/authorize',
  tokenUrl: 'https://api-m.paypal.com/v1/oauth2/token',
  profileUrl: 'https://api-m.paypal.com/v1/identity/openidconnect/userinfo?schema=openid',
  clientAuth: 'client_secret_basic',

  scopes: ['openid', 'email', 'profile'],
  // What the profile request asks for.
  requiredScopes: ['openid'],
  loginHintParam: null,

  // Versions stand in paths: v1, v2.
  apiUrl: 'https://api-m.paypal.com',
  apiDeny: ['*/oauth2'],

  refreshModel: 'static',
  assumedLifetimeSeconds: 8 * 3600,
  // "No consent were granted", as a public client met it.
  refusedCodes: ['invalid_refresh_token'],

  accountId: 'user_id',
  displayName: ['email', 'name'],
  metadata: { name: 'name', userName: 'email', payer: 'payer_id' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
