/**
 * Exa, by an API key. Sources: docs.exa.ai/reference (its OpenAPI document, a copy without a date);
 * NangoHQ/nango (2026-08-21). Read 2026-11-27.
 *
 * No request was found that tells whether a key is good and costs nothing, so keys are kept
 * untried. Keys of the team are managed at another host, which calls do not reach.
 */
import type { ProviderInput } from '../types';

export const exa = {
  id: 'exa',
  name: 'Exa',
  kind: 'credentials',

  fields: {
    apiKey: {
      label: 'API key',
      pattern: '[\\x21-\\x7e]+',
    },
  },
  requestHeaders: { 'x-api-key': '{apiKey}' },

  apiUrl: 'https://api.exa.ai',
} as const satisfies ProviderInput;
