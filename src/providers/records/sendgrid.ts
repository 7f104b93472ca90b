/**
 * SendGrid, by an API key. Sources: twilio.com/docs/sendgrid/api-reference: api-key-permissions
 * ("Retrieve a list of scopes"; a copy without a date), api-keys (2025-09-17), errors. Read
 * 2026-11-26.
 *
 * Any key may ask for its own scopes. Nothing in that reply names the account, so each key is one.
 * Subusers of the EU region have another host, api.eu.sendgrid.com: set `apiUrl` and `check` for
 * them.
 */
import type { ProviderInput } from '../types';

export const sendgrid = {
  id: 'sendgrid',
  name: 'SendGrid',
  kind: 'credentials',
  lastVerified: '2025-09-17',

  fields: {
    apiKey: {
      label: 'API key',
      pattern: '[\\x21-\\x7e]+',
    },
  },
  requestHeaders: { Authorization: 'Bearer {apiKey}' },
  check: { url: 'https://api.sendgrid.com/v3/scopes' },

  apiUrl: 'https://api.sendgrid.com/v3',
  // Makes, changes and deletes keys: api-reference/api-keys.
  apiDeny: ['api_keys'],
} as const satisfies ProviderInput;
