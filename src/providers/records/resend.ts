/**
 * Resend, by an API key. Source: resend.com/docs/api-reference/errors (two stored copies without a
 * date, read 2026-11-26).
 *
 * 401 is no refusal here: a good key that may only send e-mails is answered with 401
 * `restricted_api_key`. A key that is unknown or deleted: 400 or 401 `validation_error` with "API
 * key is invalid", and in the older copy 403 `invalid_api_key` with a full stop. `validation_error`
 * alone says something else too, so the sentence counts. Nothing names the account.
 */
import type { ProviderInput } from '../types';

export const resend = {
  id: 'resend',
  name: 'Resend',
  kind: 'credentials',

  fields: {
    apiKey: {
      label: 'API key',
      pattern: '[\\x21-\\x7e]+',
    },
  },
  requestHeaders: { Authorization: 'Bearer {apiKey}' },
  check: {
    url: 'https://api.resend.com/domains',
    refusedStatuses: [],
    error: ['message', 'name'],
    refusedCodes: ['API key is invalid', 'API key is invalid.', 'invalid_api_key'],
  },

  apiUrl: 'https://api.resend.com',
  // Makes and deletes keys: resend.com/docs/api-reference/api-keys (known, not read).
  apiDeny: ['api-keys'],
} as const satisfies ProviderInput;
