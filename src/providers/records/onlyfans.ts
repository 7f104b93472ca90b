/**
 * OnlyFans has no public OAuth: what can be kept is the session of a browser that the user signed
 * in with. Unofficial; sessions end without notice, and a request that does not match the session
 * ends it. No documentation of the provider's own exists. Field names as in the threads
 * Voldrix/onlyfans-dl-2#110 (2023-12-27) and UltimaHoarder/UltimaScraper#2125 (2024-09-16).
 *
 * Mooring only keeps the session. Requests also need a signature that OnlyFans' own front end
 * makes; that is the caller's business.
 */
import type { ProviderInput } from '../types';

export const onlyfans = {
  id: 'onlyfans',
  name: 'OnlyFans',
  kind: 'credentials',
  experimental: true,

  fields: {
    auth_id: {
      label: 'User id',
      secret: false,
      pattern: '[0-9]{1,20}',
      maxLength: 20,
      help: 'The cookie "auth_id" of a browser that is signed in.',
    },
    sess: {
      label: 'Session',
      // A cookie's value: no separators, no white space, no control characters (RFC 6265 4.1.1).
      pattern: '[^\\s;,"\\\\\\u0000-\\u001f\\u007f]+',
      help: 'The cookie "sess" of the same browser.',
    },
    x_bc: {
      label: 'Browser token',
      pattern: '[A-Za-z0-9]{16,128}',
      maxLength: 128,
      help: 'The request header "x-bc", kept by the site as "bcTokenSha" in local storage.',
    },
    user_agent: {
      label: 'User agent',
      secret: false,
      pattern: '[\\x20-\\x7e]+',
      maxLength: 512,
      help: 'Exactly as that browser sends it; a session is bound to it.',
    },
  },
  accountIdField: 'auth_id',
  requestHeaders: {
    Cookie: 'sess={sess}; auth_id={auth_id}',
    'x-bc': '{x_bc}',
    'User-Agent': '{user_agent}',
  },
} as const satisfies ProviderInput;
