/**
 * User name and password, or key and secret, sent as HTTP Basic (RFC 7617): a template for
 * `PROVIDERS`: `{ "acme": { "extends": "basic", "name": "Acme" } }`.
 */
import type { ProviderInput } from '../types';

export const basic = {
  id: 'basic',
  name: 'User name and password',
  kind: 'credentials',
  fields: {
    // RFC 7617 forbids a colon here, and control characters in both.
    username: {
      label: 'User name',
      secret: false,
      maxLength: 512,
      pattern: '[^:\\u0000-\\u001f\\u007f]+',
    },
    password: { label: 'Password', pattern: '[^\\u0000-\\u001f\\u007f]*' },
  },
  requestHeaders: { Authorization: 'Basic {base64:username:password}' },
} as const satisfies ProviderInput;
