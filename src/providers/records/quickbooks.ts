/**
 * QuickBooks Online. Sources: intuit/oauth-jsclient, README (Intuit's own library, a copy without a
 * date) for the token reply and the life of tokens; intuit/QuickBooks-V3-Java-SDK, release 6.5.4,
 * for the five years; a dozen public clients for the endpoints; the revocation is known. Read
 * 2026-11-26.
 *
 * The redirect back names the company (`realmId`), and the answer at the company's own address is
 * its proof. Each refresh may bring another refresh token; the one before stays good for 24 hours.
 * A refresh token ends after the time that the reply names, and after five years in any case.
 */
import type { ProviderInput } from '../types';

export const quickbooks = {
  id: 'quickbooks',
  name: 'QuickBooks',
  kind: 'oauth2',

  authorizationUrl: 'https://appcenter.intuit.com/connect/oauth2',
  tokenUrl: 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
  revocationUrl: 'https://developer.api.intuit.com/v2/oauth2/tokens/revoke',
  profileUrl: 'https://quickbooks.api.intuit.com/v3/company/{realm_id}/companyinfo/{realm_id}',
  parameters: {
    realm_id: { label: 'Company', pattern: '[0-9]{1,20}', from: 'callback:realmId' },
  },
  clientAuth: 'client_secret_basic',

  scopes: ['com.intuit.quickbooks.accounting'],
  // What the profile request asks for.
  requiredScopes: ['com.intuit.quickbooks.accounting'],
  loginHintParam: null,

  apiUrl: 'https://quickbooks.api.intuit.com/v3/company/{realm_id}',

  refreshModel: 'rotating',
  reuse: 'grace',
  reuseGraceSeconds: 24 * 3600,
  assumedLifetimeSeconds: 3600,

  accountId: 'parameter:realm_id',
  displayName: 'CompanyInfo.CompanyName',
  metadata: { company: 'CompanyInfo.CompanyName', country: 'CompanyInfo.Country' },
  // The profile names the company by its address, not in the reply; so it is the check by name.
  check: {
    url: 'https://quickbooks.api.intuit.com/v3/company/{realm_id}/companyinfo/{realm_id}',
  },
  revocation: { body: 'json' },
} as const satisfies ProviderInput;
