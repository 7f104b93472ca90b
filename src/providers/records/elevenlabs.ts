/**
 * ElevenLabs, by an API key. Sources: elevenlabs.io/docs/api-reference/user/get and a copy of its
 * OpenAPI document (both without a date); danielmiessler/LifeOS#950 (2026-03-15) for keys without
 * the permission; public clients of it for keys that nobody knows. Read 2026-11-27.
 *
 * 401 is no refusal here: a good key without the permission `user_read` is answered with 401
 * `missing_permissions`, and one that nobody knows with 401 `invalid_api_key`. Many keys may
 * do nothing but speech, so the account is not taken from that reply: each key is one.
 */
import type { ProviderInput } from '../types';

export const elevenlabs = {
  id: 'elevenlabs',
  name: 'ElevenLabs',
  kind: 'credentials',

  fields: {
    apiKey: {
      label: 'API key',
      pattern: '[\\x21-\\x7e]+',
    },
  },
  requestHeaders: { 'xi-api-key': '{apiKey}' },
  check: {
    url: 'https://api.elevenlabs.io/v1/user',
    refusedStatuses: [],
    error: ['detail.status'],
    refusedCodes: ['invalid_api_key'],
    metadata: { plan: 'subscription.tier' },
  },

  apiUrl: 'https://api.elevenlabs.io/v1',
  // `xi_api_key` of the user's reply.
  echoesToken: true,
  // Makes keys for service accounts (known, not read).
  apiDeny: ['service-accounts/*/api-keys'],
} as const satisfies ProviderInput;
