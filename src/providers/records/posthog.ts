/**
 * PostHog, by a personal API key. Sources: posthog.com/docs/api, /docs/api/personal-api-keys and
 * /docs/api/user (stored copies without a date); PostHog/posthog, posthog/api/user.py, for the
 * reply's fields. Read 2026-11-26.
 *
 * `users/@me` wants the scope `user:read`; without it the answer is 403, and nothing is stored,
 * because only that reply says whose key it is. Self-hosted PostHog has hosts of its own: make a
 * provider with `extends` for one.
 */
import type { ProviderInput } from '../types';

export const posthog = {
  id: 'posthog',
  name: 'PostHog',
  kind: 'credentials',

  fields: {
    host: {
      label: 'Host: us.posthog.com or eu.posthog.com',
      secret: false,
      pattern: '(?:us|eu)\\.posthog\\.com',
      maxLength: 14,
    },
    apiKey: {
      label: 'Personal API key, with the scope user:read',
      pattern: '[\\x21-\\x7e]+',
    },
  },
  requestHeaders: { Authorization: 'Bearer {apiKey}' },
  check: {
    url: 'https://{host}/api/users/@me/',
    accountId: ['field:host', 'uuid'],
    displayName: ['email', 'first_name'],
    metadata: {
      name: 'first_name',
      userName: 'email',
      organization: 'organization.name',
      host: 'field:host',
    },
    error: ['code'],
  },

  apiUrl: 'https://{host}/api',
  // Makes and rolls keys: PostHog/posthog, posthog/api/personal_api_key.py (known, not read).
  apiDeny: ['personal_api_keys'],
} as const satisfies ProviderInput;
