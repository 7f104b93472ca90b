/**
 * Amazon's Selling Partner API, for sellers. Sources, under developer-docs.amazon.com/sp-api: docs/
 * website-authorization-workflow, /renew-authorizations, /sp-api-endpoints,
 * /connecting-to-the-selling-partner-api (the header),
 * changelog/sp-api-will-no-longer-require-aws-iam-or-aws-signature-version-4 (2023-10-02);
 * developer. amazon.com/docs/login-with-amazon/refresh-token (2020-11-25); hosts of Seller Central:
 * developers.apideck.com (amazon-seller-central), PipedreamHQ/pipedream issue 19138. Stored copies,
 * mostly without a date. Known: the profile's fields, and Login with Amazon's errors. Read
 * 2026-11-27.
 *
 * The app is named by its application id (AMAZON_SELLER_APPLICATION_ID) in the authorization
 * request, and by Login with Amazon's client everywhere else. An app that is a draft wants
 * `version=beta`, which a connection may give. A seller authorizes for 365 days and has to do so
 * again. The redirect back alone says who the seller is, and nothing confirms it: so an account is
 * one of the user's own, and its seller means nothing to other users. Calls are signed by nobody.
 * Restricted operations need a token of their own, which does not go through here.
 */
import type { ProviderInput } from '../types';

const header = { 'x-amz-access-token': '{access_token}' } as const;

export const amazonSeller = {
  id: 'amazon-seller',
  name: 'Amazon Seller',
  kind: 'oauth2',
  lastVerified: '2020-11-25',

  authorizationUrl: 'https://{seller_central}/apps/authorize/consent',
  tokenUrl: 'https://api.amazon.com/auth/o2/token',
  profileUrl: 'https://sellingpartnerapi-{region}.amazon.com/sellers/v1/marketplaceParticipations',
  parameters: {
    seller_central: {
      label: 'Host of Seller Central',
      pattern:
        'sellercentral(?:-europe)?\\.amazon\\.(?:ae|ca|co\\.(?:jp|uk|za)|com(?:\\.(?:au|be|br|mx|tr))?|eg|ie|in|nl|pl|sa|se|sg)',
      default: 'sellercentral.amazon.com',
    },
    region: {
      label: 'Region: na (Americas), eu (Europe) or fe (Far East)',
      pattern: 'na|eu|fe',
      default: 'na',
    },
    application_id: {
      label: 'Application ID',
      pattern: 'amzn1\\.[A-Za-z0-9.\\-]{1,200}',
      from: 'setting:application_id',
    },
    selling_partner_id: {
      label: 'Account',
      pattern: '[A-Z0-9]{1,32}',
      from: 'callback:selling_partner_id',
    },
  },

  pkce: false,
  omitParams: { authorization: ['response_type', 'client_id'] },
  authorizationParams: { application_id: '{application_id}' },
  allowedAuthorizationParams: ['version'],
  loginHintParam: null,
  codeParam: 'spapi_oauth_code',
  codeLifetimeSeconds: 300,

  apiUrl: 'https://sellingpartnerapi-{region}.amazon.com',
  apiToken: { headers: header },
  apiDeny: ['tokens'],

  refreshModel: 'static',
  assumedLifetimeSeconds: 3600,
  refreshLifetimeSeconds: 365 * 24 * 3600,
  refreshDeadline: 'absolute',

  profileToken: 'none',
  profileHeaders: header,
  accountId: ['user:id', 'parameter:selling_partner_id'],
  displayName: ['payload.0.storeName', 'parameter:selling_partner_id'],
  metadata: {
    seller: 'parameter:selling_partner_id',
    country: 'payload.0.marketplace.countryCode',
  },
  // The seller takes it back in Seller Central.
  revocationReach: 'token',
} as const satisfies ProviderInput;
