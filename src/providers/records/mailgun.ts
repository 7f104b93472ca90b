/**
 * Mailgun, by a private API key. Sources: NangoHQ/nango (2026-08-21) for hosts, Basic and the
 * request that tells whether a key is good; the answers are known, and so are the paths of keys.
 * Read 2026-11-27.
 *
 * The user of Basic is always `api`. A key for sending alone may not list domains, and is refused
 * for it: it takes a key of the account. No reply tells the account, so each key is one.
 */
import type { ProviderInput } from '../types';

export const mailgun = {
  id: 'mailgun',
  name: 'Mailgun',
  kind: 'credentials',

  fields: {
    host: {
      label: 'Host: api.mailgun.net or api.eu.mailgun.net',
      secret: false,
      pattern: 'api(?:\\.eu)?\\.mailgun\\.net',
      maxLength: 18,
    },
    apiKey: {
      label: 'API key',
      pattern: '[\\x21-\\x7e]+',
    },
  },
  requestHeaders: { Authorization: "Basic {base64:'api':apiKey}" },
  check: {
    url: 'https://{host}/v4/domains',
    query: { limit: '1' },
    metadata: { host: 'field:host' },
  },

  apiUrl: 'https://{host}',
  // Make keys, and passwords for SMTP.
  apiDeny: ['*/keys', '*/domains/*/credentials', '*/domains/*/sending_keys'],
} as const satisfies ProviderInput;
