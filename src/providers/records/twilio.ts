/**
 * Twilio, by account SID and auth token. Source: twilio.com/docs/iam/api/account (stored copy
 * without a date, read 2026-11-26).
 *
 * The account's own resource holds the auth token; `apiUrl` begins below it. A suspended account
 * answers, and says so in `status`.
 */
import type { ProviderInput } from '../types';

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
  // Hand out keys and tokens: Keys, SigningKeys and Tokens resources (known, not read).
  apiDeny: ['keys', 'keys.json', 'signingkeys', 'signingkeys.json', 'tokens', 'tokens.json'],
} as const satisfies ProviderInput;
