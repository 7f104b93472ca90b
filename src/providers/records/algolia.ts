/**
 * Algolia, by an application id and an API key. Sources: algolia.com/doc/guides/security/api-keys
 * and "List indices" (stored copies without a date); the answers of 403 as a guide to its errors
 * has them (jeremylongshore/claude-code-plugins-plus-skills, algolia-common-errors). Read
 * 2026-11-26.
 *
 * 403 says two things: "Invalid Application-ID or API key", and "Method not allowed with this API
 * key" to a good key that may not list indices, such as the search-only one. The account is the
 * application.
 */
import type { ProviderInput } from '../types';

export const algolia = {
  id: 'algolia',
  name: 'Algolia',
  kind: 'credentials',

  fields: {
    application_id: {
      label: 'Application ID',
      secret: false,
      pattern: '[A-Z0-9]{6,20}',
      maxLength: 20,
    },
    apiKey: {
      label: 'API key',
      pattern: '[\\x21-\\x7e]+',
    },
  },
  accountIdField: 'application_id',
  requestHeaders: {
    'X-Algolia-Application-Id': '{application_id}',
    'X-Algolia-API-Key': '{apiKey}',
  },
  check: {
    url: 'https://{application_id}.algolia.net/1/indexes',
    error: ['message'],
    refusedCodes: ['Invalid Application-ID or API key'],
    displayName: 'field:application_id',
  },

  apiUrl: 'https://{application_id}.algolia.net/1',
  // Makes, changes and deletes keys.
  apiDeny: ['keys'],
} as const satisfies ProviderInput;
