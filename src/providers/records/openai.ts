/**
 * OpenAI, by an API key. Sources: platform.openai.com, API reference: authentication, "List
 * models", "Debugging requests" (a copy of that page, without a date); help.openai.com 6882433
 * ("Incorrect API key provided"). Read 2026-11-26.
 *
 * Nothing names the account for certain: the organisation stands in a header of replies, and is
 * shown where it does. So each key is an account of its own. A restricted key that may not list
 * models is answered with 403, which says nothing of the key.
 */
import type { ProviderInput } from '../types';

export const openai = {
  id: 'openai',
  name: 'OpenAI',
  kind: 'credentials',

  fields: {
    apiKey: {
      label: 'API key',
      pattern: '[\\x21-\\x7e]+',
    },
  },
  requestHeaders: { Authorization: 'Bearer {apiKey}' },
  check: {
    url: 'https://api.openai.com/v1/models',
    displayName: 'header:openai-organization',
    metadata: { organization: 'header:openai-organization' },
    error: ['error.code'],
  },

  apiUrl: 'https://api.openai.com/v1',
  // With an admin key these make and end keys: API reference, "Administration" (known, not read).
  apiDeny: ['organization/admin_api_keys', 'organization/projects/*/api_keys'],
} as const satisfies ProviderInput;
