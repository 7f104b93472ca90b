/**
 * Attio. Sources: docs.attio.com/docs/oauth/authorize, /token and /revoke (stored copies without a
 * date; of the last the address alone); simstudioai/sim, lib/auth/connectors/providers.ts
 * (2026-08-21) and a public schema of its reply for `v2/self`. Read 2026-11-27.
 *
 * Scopes are those of the app; none are asked for. Tokens do not end, and nothing renews them. The
 * account is the workspace. `v2/self` answers a dead token with 200 and `active: false`, so another
 * request tells whether a token is good; one that may not make it leaves that open. The revocation
 * is sent as RFC 7009 has it.
 */
import type { ProviderInput } from '../types';

export const attio = {
  id: 'attio',
  name: 'Attio',
  kind: 'oauth2',

  authorizationUrl: 'https://app.attio.com/authorize',
  tokenUrl: 'https://app.attio.com/oauth/token',
  revocationUrl: 'https://app.attio.com/oauth/revoke',
  profileUrl: 'https://api.attio.com/v2/self',
  loginHintParam: null,

  apiUrl: 'https://api.attio.com/v2',

  refreshModel: 'none',

  accountId: 'workspace_id',
  displayName: ['workspace_name', 'workspace_slug'],
  metadata: {
    workspace: 'workspace_name',
    slug: 'workspace_slug',
    picture: 'workspace_logo_url',
  },
  check: { url: 'https://api.attio.com/v2/objects' },
  revocation: { token: 'access' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
