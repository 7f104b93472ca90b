/**
 * Notion. Sources: developers.notion.com/reference/refresh-a-token and create-a-token (stored
 * copies without a date).
 *
 * JSON with Basic credentials, also for revocation. There are no scopes: the person picks pages.
 * Each refresh brings a new pair; since 2026-06-08 so does each consent of new connections. How
 * long an access token lives is not published and no reply says it, so none is refreshed on a
 * schedule: one that is refused has to be refreshed by force. The account is the person in a
 * workspace; `bot_id` names the authorization.
 */
import type { ProviderInput } from '../types';

export const notion = {
  id: 'notion',
  name: 'Notion',
  kind: 'oauth2',

  authorizationUrl: 'https://api.notion.com/v1/oauth/authorize',
  tokenUrl: 'https://api.notion.com/v1/oauth/token',
  revocationUrl: 'https://api.notion.com/v1/oauth/revoke',
  headers: { 'Notion-Version': '2025-09-03' },

  clientAuth: 'client_secret_basic',
  pkce: false,
  authorizationParams: { owner: 'user' },
  tokenRequest: { method: 'POST', body: 'json' },

  // Its own errors are `{ object: "error", code: "..." }`.
  reply: { error: ['error', 'code'] },
  loginHintParam: null,

  // developers.notion.com/reference/authentication (copy without a date, read 2026-11-26).
  apiUrl: 'https://api.notion.com',
  apiDeny: ['v1/oauth'],

  refreshModel: 'rotating',
  transientCodes: ['rate_limited'],

  accountId: ['token:workspace_id', 'token:owner.user.id'],
  displayName: ['token:workspace_name', 'token:owner.user.name'],
  metadata: {
    workspace: 'token:workspace_name',
    name: 'token:owner.user.name',
    userName: 'token:owner.user.person.email',
    picture: 'token:owner.user.avatar_url',
    botId: 'token:bot_id',
  },
  // developers.notion.com/changelog/retrieve-information-about-your-token (no date).
  check: { url: 'https://api.notion.com/v1/users/me' },
  revocation: { token: 'access', body: 'json' },
  revocationReach: 'grant',
} as const satisfies ProviderInput;
