/**
 * WHOOP. Sources: developer.whoop.com/docs/developing/oauth and
 * /docs/tutorials/refresh-token-javascript (stored copies without a date);
 * nissand/whoop-mcp-server-claude for the profile and the end of access. Read 2026-11-26.
 *
 * A refresh token comes with the scope `offline` only, and a refresh asks for it again. Refresh
 * tokens rotate (clawdbot/skills, whoop). `DELETE user/access` ends all that the person granted the
 * app.
 */
import type { ProviderInput } from '../types';

export const whoop = {
  id: 'whoop',
  name: 'WHOOP',
  kind: 'oauth2',

  authorizationUrl: 'https://api.prod.whoop.com/oauth/oauth2/auth',
  tokenUrl: 'https://api.prod.whoop.com/oauth/oauth2/token',
  revocationUrl: 'https://api.prod.whoop.com/developer/v2/user/access',
  profileUrl: 'https://api.prod.whoop.com/developer/v2/user/profile/basic',

  scopes: ['offline', 'read:profile'],
  // For the refresh token, and for the profile.
  requiredScopes: ['offline', 'read:profile'],
  loginHintParam: null,

  refreshParams: { scope: 'offline' },
  apiUrl: 'https://api.prod.whoop.com/developer',
  apiDeny: ['*/user/access'],

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 3600,

  accountId: 'user_id',
  displayName: ['email', 'first_name'],
  metadata: { name: 'first_name', userName: 'email' },
  revocation: { style: 'bearer', method: 'DELETE' },
  revocationReach: 'user',
} as const satisfies ProviderInput;
