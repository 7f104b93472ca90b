/**
 * GitLab.com. Source: gitlabhq/gitlabhq, doc/api/oauth2.md (stored copy without a date, speaks of
 * GitLab 18.5).
 *
 * A refresh ends the access token and the refresh token it was made from, and wants the
 * `redirect_uri` of the authorization again. A GitLab of one's own has clients of its own: name
 * it in PROVIDERS with its three URLs.
 */
import type { ProviderInput } from '../types';

export const gitlab = {
  id: 'gitlab',
  name: 'GitLab',
  kind: 'oauth2',

  authorizationUrl: 'https://gitlab.com/oauth/authorize',
  tokenUrl: 'https://gitlab.com/oauth/token',
  revocationUrl: 'https://gitlab.com/oauth/revoke',
  profileUrl: 'https://gitlab.com/api/v4/user',

  scopes: ['read_user'],
  // What the profile request asks for.
  requiredScopes: ['read_user'],
  loginHintParam: null,

  // docs.gitlab.com/api/rest and api/rest/authentication, read 2026-11-26. What is denied makes,
  // rotates or ends tokens: docs.gitlab.com/api/personal_access_tokens, and the APIs of the same
  // names, read 2026-11-26.
  apiUrl: 'https://gitlab.com/api/v4',
  apiDeny: [
    'personal_access_tokens',
    'user/personal_access_tokens',
    'users/*/personal_access_tokens',
    'users/*/impersonation_tokens',
    'projects/*/access_tokens',
    'groups/*/access_tokens',
    'projects/*/deploy_tokens',
    'groups/*/deploy_tokens',
  ],

  refreshModel: 'rotating',
  refreshParams: { redirect_uri: '{redirect_uri}' },
  refreshEndsAccessToken: true,
  assumedLifetimeSeconds: 2 * 3600,

  accountId: 'id',
  displayName: 'username',
  metadata: { name: 'name', userName: 'username', picture: 'avatar_url' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
