/**
 * Twilio, by account SID and auth token. Source: twilio.com/docs/iam/api/account (stored copy
 * without a date, read 2026-11-26).
 *
 * The account's own resource holds the auth token, and is the address of `apiUrl`: calls reach only
 * what lies below it. A suspended account answers, and says so in `status`.
 */
import type { ProviderInput } from '../types';

// Source: twilio.com/docs/usage/troubleshooting/data-types (stored copy, read 2026-11-27).
const formats = ['', '.csv', '.html', '.json', '.xml'];

export const twilio = {
  id: 'twilio',
  name: 'Twilio',
  kind: 'credentials',

  fields: {
    // "Pattern: ^AC[0-9a-fA-F]{32}$", as on that page.
    account_sid: {
      label: 'Account SID',
      secret: false,
      pattern: 'AC[0-9a-fA-F]{32}',
      maxLength: 34,
    },
    auth_token: {
      label: 'Auth token',
      pattern: '[\\x21-\\x7e]+',
    },
  },
  requestHeaders: { Authorization: 'Basic {base64:account_sid:auth_token}' },
  check: {
    url: 'https://api.twilio.com/2010-04-01/Accounts/{account_sid}.json',
    accountId: 'sid',
    displayName: 'friendly_name',
    metadata: { name: 'friendly_name', status: 'status', type: 'type' },
    error: ['code'],
  },

  apiUrl: 'https://api.twilio.com/2010-04-01/Accounts/{account_sid}',
  // Hand out keys and tokens: the account's own resource; Keys, SigningKeys and Tokens resources
  // (known, not read).
  apiDeny: ['', 'keys', 'signingkeys', 'tokens'].flatMap((path) =>
    formats.map((format) => `${path}${format}`),
  ),
} as const satisfies ProviderInput;
