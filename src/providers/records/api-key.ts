/**
 * Any API key, sent as a bearer token: a template for `PROVIDERS`, which names it and says what is
 * different: `{ "acme": { "extends": "api-key", "name": "Acme" } }`.
 */
import type { ProviderInput } from '../types';

export const apiKey = {
  id: 'api-key',
  name: 'API key',
  kind: 'credentials',
  fields: {
    apiKey: { label: 'API key', pattern: '[\\x21-\\x7e]+' },
  },
  requestHeaders: { Authorization: 'Bearer {apiKey}' },
} as const satisfies ProviderInput;
