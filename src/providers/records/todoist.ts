/**
 * Todoist. Sources: developer.todoist.com/api/v1, "Authorization" and "User" (stored copies without
 * a date); Doist/todoist-sdk-typescript, src/authentication.ts (2026-08-19), for refreshes;
 * Todoist.Net, TodoistOAuthHandler.cs, and a research note of 2026-05-14 on the same page, for what
 * becomes of used tokens. Read 2026-11-27.
 *
 * New apps have tokens of an hour and refresh tokens that rotate; older ones a token that does not
 * end, and nothing that renews it. A used refresh token is answered for a minute more, with the
 * same access token and no refresh token: sent again it brings nothing. After that, it ends all
 * tokens of the user. A revocation takes access tokens alone, so the refresh token is only
 * forgotten.
 */
import type { ProviderInput } from '../types';

export const todoist = {
  id: 'todoist',
  name: 'Todoist',
  kind: 'oauth2',

  authorizationUrl: 'https://app.todoist.com/oauth/authorize',
  tokenUrl: 'https://api.todoist.com/oauth/access_token',
  revocationUrl: 'https://api.todoist.com/api/v1/revoke',
  profileUrl: 'https://api.todoist.com/api/v1/user',

  scopes: ['data:read'],
  // What the profile request asks for.
  requiredScopes: ['data:read'],
  scopeSeparator: ',',
  impliedScopes: { 'data:read_write': ['task:add', 'data:read'] },
  loginHintParam: null,

  apiUrl: 'https://api.todoist.com/api/v1',
  apiDeny: ['revoke', 'access_tokens', 'user/authorizations', 'apps'],
  // `sync` answers the user with a token of that user's own (known, and in the SDK's tests).
  echoesToken: true,

  refreshModel: 'rotating',
  operatorCodes: ['incorrect_application_credentials'],

  accountId: 'id',
  displayName: ['email', 'full_name'],
  metadata: { name: 'full_name', userName: 'email', picture: 'avatar_big' },
  revocation: { token: 'access', clientAuth: 'client_secret_basic', body: 'json' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
