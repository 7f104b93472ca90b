/**
 * Perplexity, by an API key. Sources: docs.perplexity.ai/guides/api-key-management (a copy without
 * a date); google/osv-scalibr, veles, for the request that tells whether a key is good. Read
 * 2026-11-27.
 *
 * The list of asynchronous requests costs nothing, and is answered with 401 to a key that is not
 * good. No reply tells the account, so each key is one.
 */
import type { ProviderInput } from '../types';

export const perplexity = {
  id: 'perplexity',
  name: 'Perplexity',
  kind: 'credentials',

  fields: {
    apiKey: {
      label: 'API key',
      pattern: '[\\x21-\\x7e]+',
    },
  },
  requestHeaders: { Authorization: 'Bearer {apiKey}' },
  check: { url: 'https://api.perplexity.ai/async/chat/completions' },

  apiUrl: 'https://api.perplexity.ai',
  // Make and end keys.
  apiDeny: ['generate_auth_token', 'revoke_auth_token'],
} as const satisfies ProviderInput;
