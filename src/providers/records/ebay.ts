/**
 * eBay. Sources: developer.ebay.com/api-docs/static: oauth-auth-code-grant-request,
 * oauth-refresh-token-request (stored copies without a date); developer.ebay.com/support, KBid 5075
 * (2024-08-30) for the addresses and the RuName; some ten public clients for the lives of tokens,
 * and for the address that tells the user. Read 2026-11-27.
 *
 * eBay wants its own name for the redirect URI, the RuName, whose accept URL is Mooring's callback:
 * `{ "ebay": { "redirectUri": "<RuName>" } }` in PROVIDERS. A refresh token lives 18 months from
 * the consent and stays; the reply counts down. Replies name no scopes. No revocation: the user
 * takes the access away.
 */
import type { ProviderInput } from '../types';

const scope = 'https://api.ebay.com/oauth/api_scope';

export const ebay = {
  id: 'ebay',
  name: 'eBay',
  kind: 'oauth2',
  lastVerified: '2024-08-30',

  authorizationUrl: 'https://auth.ebay.com/oauth2/authorize',
  tokenUrl: 'https://api.ebay.com/identity/v1/oauth2/token',
  profileUrl: 'https://apiz.ebay.com/commerce/identity/v1/user/',
  clientAuth: 'client_secret_basic',
  pkce: false,

  scopes: [`${scope}/commerce.identity.readonly`, `${scope}/sell.fulfillment.readonly`],
  // For the profile.
  requiredScopes: [`${scope}/commerce.identity.readonly`],
  loginHintParam: null,
  allowedAuthorizationParams: ['prompt', 'locale'],
  // Known.
  codeLifetimeSeconds: 299,

  apiUrl: 'https://api.ebay.com',
  apiUrls: { apiz: 'https://apiz.ebay.com' },
  apiDeny: ['identity'],

  refreshModel: 'static',
  assumedLifetimeSeconds: 7200,
  // 47304000, as replies have it.
  refreshLifetimeSeconds: 47_304_000,
  refreshDeadline: 'absolute',

  accountId: 'userId',
  displayName: 'username',
  metadata: { userName: 'username', type: 'accountType' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
