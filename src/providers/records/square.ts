/**
 * Square. Sources: developer.squareup.com/reference/square/o-auth/obtain-token, objects
 * /ObtainTokenResponse, docs/oauth-api/refresh-revoke-limit-scope (stored copies without a date);
 * airbytehq/airbyte#7080 for the addresses. Read 2026-11-26.
 *
 * Without PKCE the client proves itself by its secret, and a refresh brings the same refresh token;
 * with it, Square takes no secret and rotates. So PKCE is off. A revocation names the account,
 * wants the secret in a form of its own, and ends all tokens that the account gave the app
 * (developer.squareup.com/reference/square/o-auth/revoke-token, read 2026-11-27).
 */
import type { ProviderInput } from '../types';

export const square = {
  id: 'square',
  name: 'Square',
  kind: 'oauth2',

  authorizationUrl: 'https://connect.squareup.com/oauth2/authorize',
  tokenUrl: 'https://connect.squareup.com/oauth2/token',
  revocationUrl: 'https://connect.squareup.com/oauth2/revoke',
  profileUrl: 'https://connect.squareup.com/v2/merchants/me',
  pkce: false,

  scopes: ['MERCHANT_PROFILE_READ'],
  // What the profile request asks for.
  requiredScopes: ['MERCHANT_PROFILE_READ'],
  loginHintParam: null,
  // In production nobody stays signed in for the consent.
  authorizationParams: { session: 'false' },

  tokenRequest: { body: 'json' },
  apiUrl: 'https://connect.squareup.com/v2',

  refreshModel: 'static',
  assumedLifetimeSeconds: 30 * 24 * 3600,
  // The type beside it, `service.not_authorized`, is also that of a wrong client and of a wrong
  // code: developer.squareup.com/forums/t/11056, read 2026-11-27.
  reply: { error: ['message', 'type', 'error'] },
  refusedCodes: ['Invalid refresh token'],

  accountId: 'merchant.id',
  displayName: 'merchant.business_name',
  metadata: {
    company: 'merchant.business_name',
    country: 'merchant.country',
    currency: 'merchant.currency',
  },
  revocation: {
    token: 'none',
    body: 'json',
    clientAuth: 'omit',
    headers: { Authorization: 'Client {client_secret}' },
    params: { client_id: '{client_id}', merchant_id: '{account_id}' },
  },
  revocationReach: 'user',
} as const satisfies ProviderInput;
