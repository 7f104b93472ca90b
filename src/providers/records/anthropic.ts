/**
 * Anthropic (Claude), by an API key. Sources: docs.anthropic.com/api/overview ("response headers"),
 * /api/errors, /api/models-list; stored copies without a date, read 2026-11-26.
 *
 * Every reply names the key's organisation in a header: that is the account, so another key of the
 * same organisation takes the place of the first.
 */
import type { ProviderInput } from '../types';

export const anthropic = {
  id: 'anthropic',
  name: 'Anthropic',
  kind: 'credentials',

  fields: {
    apiKey: {
      label: 'API key',
      pattern: '[\\x21-\\x7e]+',
    },
  },
  requestHeaders: { 'x-api-key': '{apiKey}' },
  check: {
    url: 'https://api.anthropic.com/v1/models',
    headers: { 'anthropic-version': '2023-06-01' },
    accountId: 'header:anthropic-organization-id',
    // 401 `authentication_error`; 403 `permission_error` is of a key that is good.
    error: ['error.type'],
  },

  apiUrl: 'https://api.anthropic.com/v1',
  apiHeaders: { 'anthropic-version': '2023-06-01' },
  // Admin API, known and not read: changes what keys may do.
  apiDeny: ['organizations/api_keys'],
} as const satisfies ProviderInput;
