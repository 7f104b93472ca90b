/**
 * The cookies of a browser in which somebody is signed in: a template for `PROVIDERS`, where a
 * service has neither OAuth nor keys: `{ "acme": { "extends": "session", "name": "Acme" } }`.
 * Unofficial by nature: such a session ends without notice, and nothing renews it.
 */
import type { ProviderInput } from '../types';

export const session = {
  id: 'session',
  name: 'Session',
  kind: 'credentials',
  experimental: true,
  fields: {
    cookie: {
      label: 'Cookies',
      maxLength: 8192,
      pattern: '[\\x20-\\x7e]+',
      help: 'The request header "Cookie" of a browser that is signed in.',
    },
    user_agent: {
      label: 'User agent',
      secret: false,
      required: false,
      maxLength: 512,
      pattern: '[\\x20-\\x7e]+',
      help: 'As that browser sends it; sessions are often bound to it.',
    },
  },
  requestHeaders: { Cookie: '{cookie}', 'User-Agent': '{user_agent}' },
} as const satisfies ProviderInput;
