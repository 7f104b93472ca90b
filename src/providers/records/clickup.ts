/**
 * ClickUp. Sources: developer.clickup.com/docs/authentication (2026-03-13) and
 * /reference/getaccesstoken (2026-07-01); the profile's fields as authjs.dev, providers/click-up
 * has them. Read 2026-11-26.
 *
 * The person chooses the workspaces at the consent; there are no scopes. Tokens do not end, and
 * nothing renews them (jeremylongshore/claude-code-plugins-plus-skills, clickup-security-basics).
 * No revocation was found.
 */
import type { ProviderInput } from '../types';

export const clickup = {
  id: 'clickup',
  name: 'ClickUp',
  kind: 'oauth2',
  lastVerified: '2026-03-13',

  authorizationUrl: 'https://app.clickup.com/api',
  tokenUrl: 'https://api.clickup.com/api/v2/oauth/token',
  profileUrl: 'https://api.clickup.com/api/v2/user',
  tokenRequest: { body: 'json' },
  loginHintParam: null,

  // Versions stand in paths: v2, v3.
  apiUrl: 'https://api.clickup.com/api',
  apiDeny: ['*/oauth'],

  refreshModel: 'none',

  accountId: 'user.id',
  displayName: ['user.email', 'user.username'],
  metadata: { name: 'user.username', userName: 'user.email', picture: 'user.profilePicture' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
