/**
 * Xero. Sources: nango.dev, "Xero OAuth refresh token invalid_grant";
 * npmjs.com/package/xero-oauth2.0; gist.github.com/channeladam for the endpoints; some ten public
 * clients for the list of organisations and the lives of tokens, and as many for the revocation;
 * developer.xero.com/faq/oauth2/oauth-refresh-fail (a copy without a date) for the half hour. Read
 * 2026-11-27.
 *
 * A consent is good for the organisations that the person picked, now or before; all of them are
 * connected, by one grant. An organisation has many people, an accountant's among them: both tell
 * the account, or the first to connect would have all of a colleague's. Calls name one in a header.
 * A used refresh token is taken again for half an hour. New apps have finer scopes since
 * 2026-03-02.
 */
import type { ProviderInput } from '../types';

export const xero = {
  id: 'xero',
  name: 'Xero',
  kind: 'oauth2',

  authorizationUrl: 'https://login.xero.com/identity/connect/authorize',
  tokenUrl: 'https://identity.xero.com/connect/token',
  revocationUrl: 'https://identity.xero.com/connect/revocation',
  parameters: {
    tenant_id: { label: 'Organisation', pattern: '[0-9a-f\\-]{36}', from: 'choice:tenantId' },
  },
  clientAuth: 'client_secret_basic',

  scopes: ['openid', 'offline_access', 'accounting.contacts.read'],
  // For the ID token's subject, and for the refresh token.
  requiredScopes: ['openid', 'offline_access'],
  loginHintParam: null,

  choices: {
    connect: 'all',
    url: 'https://api.xero.com/connections',
    id: 'tenantId',
    label: 'tenantName',
  },
  apiUrl: 'https://api.xero.com',
  apiHeaders: { 'Xero-Tenant-Id': '{tenant_id}' },
  // Ends the app's access to an organisation.
  apiDeny: ['connections'],

  refreshModel: 'rotating',
  reuse: 'grace',
  reuseGraceSeconds: 30 * 60,
  assumedLifetimeSeconds: 1800,
  refreshLifetimeSeconds: 60 * 24 * 3600,

  accountId: ['choice:tenantId', 'id_token:sub'],
  subject: 'id_token:sub',
  displayName: 'choice:tenantName',
  metadata: { company: 'choice:tenantName', type: 'choice:tenantType' },
  check: { url: 'https://api.xero.com/connections' },
  // Known: all organisations of the person go with it.
  revocationReach: 'user',
} as const satisfies ProviderInput;
