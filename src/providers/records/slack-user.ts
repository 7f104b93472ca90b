/**
 * Slack, the person's own token: as slack.ts, but requested by `user_scope` and answered under
 * `authed_user`. A refresh answers it at the top. Uses Slack's client; it has a redirect URI and a
 * consent of its own, and may come with the bot's (`alsoGrants` there).
 */
import type { ProviderInput } from '../types';
import { slack } from './slack';

export const slackUser = {
  id: 'slack-user',
  name: 'Slack (user)',
  kind: 'oauth2',

  authorizationUrl: slack.authorizationUrl,
  tokenUrl: slack.tokenUrl,
  revocationUrl: slack.revocationUrl,
  profileUrl: slack.profileUrl,
  profileMethod: 'POST',

  clientOf: 'slack',
  pkce: false,
  scopes: ['users:read'],
  // As in slack.ts.
  allowedAuthorizationParams: ['team'],
  loginHintParam: null,
  scopeParam: 'user_scope',
  scopeSeparator: ',',

  reply: {
    accessToken: ['authed_user.access_token', 'access_token'],
    refreshToken: ['authed_user.refresh_token', 'refresh_token'],
    tokenType: ['authed_user.token_type', 'token_type'],
    scope: ['authed_user.scope', 'scope'],
    expiresIn: ['authed_user.expires_in', 'expires_in'],
  },
  apiUrl: slack.apiUrl,
  apiDeny: slack.apiDeny,

  refreshModel: 'rotating',
  reuse: slack.reuse,
  reuseGraceSeconds: slack.reuseGraceSeconds,
  maxAccessTokens: slack.maxAccessTokens,
  refusedCodes: slack.refusedCodes,
  operatorCodes: slack.operatorCodes,
  transientCodes: slack.transientCodes,
  failureCodes: slack.failureCodes,

  accountId: ['team_id', 'user_id'],
  displayName: ['user', 'team'],
  metadata: { userName: 'user', team: 'team', url: 'url' },
  revocation: slack.revocation,
  check: slack.check,
  revocationReach: 'grant',
} as const satisfies ProviderInput;
