/**
 * Shopify, offline tokens that expire. Sources, under shopify.dev: docs/apps/build/
 * authentication-authorization/access-tokens/offline-access-tokens (stored copy without a date);
 * changelog, "More resilient refreshes for expiring offline access tokens" (2026-08-28) and
 * "Offline access tokens now support expiry and refresh" (2025-12-10).
 *
 * Expiring tokens have to be asked for (`expiring=1`); all public apps must by 2027-01-01. A used
 * refresh token stays good until its replacement is used, for 30 days at most, so a lost reply can
 * be fetched again. A dead one is `invalid_request` with a sentence, and so is that of an app which
 * was uninstalled. A shop that is closed answers 404 without any code.
 * The redirect back is signed. The shop's own domain is the account: it is what Shopify's
 * webhooks name. Disconnecting does not uninstall the app, which would be irreversible and take
 * webhooks with it: docs/providers.md says how an operator switches that on.
 */
import type { ProviderInput } from '../types';

export const shopify = {
  id: 'shopify',
  name: 'Shopify',
  kind: 'oauth2',
  lastVerified: '2025-12-10',

  authorizationUrl: 'https://{shop}.myshopify.com/admin/oauth/authorize',
  tokenUrl: 'https://{shop}.myshopify.com/admin/oauth/access_token',
  profileUrl: 'https://{shop}.myshopify.com/admin/api/2026-07/graphql.json',
  parameters: {
    shop: {
      label: 'The shop: its name before .myshopify.com',
      pattern: '[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?',
    },
  },
  profileMethod: 'POST',
  profileToken: 'none',
  profileHeaders: { 'X-Shopify-Access-Token': '{access_token}' },
  profileBody: {
    type: 'json',
    params: { query: '{ shop { name myshopifyDomain email } }' },
  },

  pkce: false,
  scopeSeparator: ',',
  // "Any scope that writes a resource also grants read access to it": shopify.dev/docs/api/usage/
  // access-scopes, read 2026-11-26.
  impliedScopes: {
    'write_*': ['read_*'],
    'unauthenticated_write_*': ['unauthenticated_read_*'],
  },
  callbackSignature: { param: 'hmac', expect: { shop: '{shop}.myshopify.com' } },
  tokenParams: { expiring: '1' },

  // The sentence first: the code `invalid_request` alone says nothing of the token.
  reply: { error: ['error_description', 'error'] },
  loginHintParam: null,

  // As the profile. A bearer token is refused there
  // (accesstokengen.com/how-to-use-shopify-access-token; Shopify's own page was in no stored copy),
  // read 2026-11-26.
  apiUrl: 'https://{shop}.myshopify.com/admin/api',
  apiToken: { headers: { 'X-Shopify-Access-Token': '{access_token}' } },

  refreshModel: 'rotating',
  reuse: 'grace',
  // Until the replacement is used, and 30 days from the first use at most: shopify.dev/changelog/
  // more-resilient-refreshes-for-expiring-offline-access-tokens (2026-08-28), read 2026-11-26.
  reuseGraceSeconds: 30 * 24 * 3600,
  refreshLifetimeSeconds: 90 * 24 * 3600,
  // Status 401, for an unknown, replaced or expired token and for an app that was uninstalled: the
  // page on offline access tokens as quoted by public code of 2026-10-03, and several unrelated
  // projects that match it; read 2026-11-26.
  refusedCodes: [
    'This request requires an active refresh_token',
    'This request requires an active refresh_token.',
  ],

  accountId: 'data.shop.myshopifyDomain',
  displayName: 'data.shop.name',
  metadata: { name: 'data.shop.name', userName: 'data.shop.myshopifyDomain' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
