/**
 * Slack, the bot's token. Source: docs.slack.dev/authentication/using-token-rotation (stored copy
 * without a date, read 2026-11-26); error codes: api.slack.com/methods/oauth.v2.exchange (no date).
 *
 * Everything is HTTP 200 with `ok`. Without token rotation, which an app can switch on and never
 * off, tokens do not run out and no refresh token comes. An app with PKCE switched on is a public
 * client there, which this record does not fit. A person's own token is another account:
 * slack-user.ts. It comes by a consent of its own, or along with the bot's where `user_scope` is
 * asked for (in `authorizationParams`; no default, because not every app has such scopes).
 *
 * A revocation ends one token, an access token or a refresh token (docs.slack.dev/authentication/
 * using-token-rotation; api.slack.com/methods/auth.revoke, no dates), so both are sent. But without
 * rotation a second consent gives the same token again (third parties say so, Slack does not:
 * support.devrev.ai, "Slack OAuth connection"), so one that came in vain may be in use: hence the
 * reach.
 */
import type { ProviderInput } from '../types';

export const slack = {
  id: 'slack',
  name: 'Slack',
  kind: 'oauth2',

  authorizationUrl: 'https://slack.com/oauth/v2/authorize',
  tokenUrl: 'https://slack.com/api/oauth.v2.access',
  revocationUrl: 'https://slack.com/api/auth.revoke',
  profileUrl: 'https://slack.com/api/auth.test',
  profileMethod: 'POST',

  pkce: false,
  scopes: ['team:read'],
  // The workspace that is offered first; public clients send it too (hexdocs.pm/assent, read
  // 2026-11-26).
  allowedAuthorizationParams: ['team'],
  loginHintParam: null,
  scopeSeparator: ',',
  alsoGrants: ['slack-user'],

  // api.slack.com/web, "Basic overview" (copy without a date, read 2026-11-26).
  apiUrl: 'https://slack.com/api',
  apiDeny: [
    'auth.revoke',
    'apps.uninstall',
    'oauth.access',
    'oauth.v2.access',
    'oauth.v2.exchange',
    'oauth.token',
    'openid.connect.token',
  ],

  refreshModel: 'rotating',
  // using-token-rotation, "Refreshing tokens"; how long it takes a used one is not said.
  reuse: 'grace',
  reuseGraceSeconds: 30,
  // using-token-rotation, "2 active token limit".
  maxAccessTokens: 2,
  refusedCodes: [
    'invalid_refresh_token',
    'token_revoked',
    'account_inactive',
    'authorization_not_found',
  ],
  operatorCodes: ['invalid_client_id', 'bad_client_id', 'bad_client_secret'],
  transientCodes: ['ratelimited', 'service_unavailable', 'request_timeout'],
  // "It's possible some aspect of the operation succeeded."
  failureCodes: ['internal_error', 'fatal_error'],

  accountId: ['team_id', 'user_id'],
  displayName: ['team', 'user'],
  metadata: { team: 'team', userName: 'user', url: 'url' },
  // Errors of the Web API as aki017/slack-api-docs has them (methods/auth.revoke.json, read
  // 2026-11-26). Not `invalid_auth`: that may also be said of an address that the workspace does
  // not allow.
  check: { refusedCodes: ['token_revoked', 'account_inactive'] },
  revocation: {
    style: 'bearer',
    token: 'both',
    // `invalid_auth` is not among them: it also is what an address that is not allowed is told.
    deadCodes: ['account_inactive', 'token_expired'],
  },
  revocationReach: 'grant',
} as const satisfies ProviderInput;
