/**
 * monday.com, by its OAuth 2.1. Sources:
 * developer.monday.com/apps/docs/migrating-to-the-new-oauth-flow (2026-09-23); airbytehq/airbyte,
 * monday-migrations.md, for the end of the older flow on 2026-10-01. That a line of refresh tokens
 * ends six months after the consent is told by two public apps, and on no page that was read. Read
 * 2026-11-27.
 *
 * The app's version needs "New OAuth Flow", and an administrator has to have installed the app.
 * Replies name no lifetime: the access token is a JWT that does. The API is GraphQL, so the profile
 * is a POST, and takes the token without `Bearer`.
 */
import type { ProviderInput } from '../types';

export const monday = {
  id: 'monday',
  name: 'monday.com',
  kind: 'oauth2',
  lastVerified: '2026-09-23',

  authorizationUrl: 'https://auth.monday.com/oauth2/authorize',
  tokenUrl: 'https://auth.monday.com/oauth_ms/oauth/token',
  revocationUrl: 'https://auth.monday.com/oauth_ms/oauth/revoke',
  profileUrl: 'https://api.monday.com/v2',
  profileMethod: 'POST',
  profileToken: 'none',
  profileHeaders: { Authorization: '{access_token}' },
  profileBody: {
    type: 'json',
    params: { query: '{ me { id name email account { id } } }' },
  },

  scopes: ['me:read'],
  // What the profile request asks for.
  requiredScopes: ['me:read'],
  loginHintParam: null,

  tokenRequest: { body: 'json' },
  // `v2`, and `v2/file` for files. GraphQL says in its body what it does.
  apiUrl: 'https://api.monday.com',
  apiToken: { headers: { Authorization: '{access_token}' } },

  refreshModel: 'rotating',
  reply: { expiresAt: ['expires_at', 'access_token:exp'] },
  refreshLifetimeSeconds: 183 * 24 * 3600,
  refreshDeadline: 'absolute',

  accountId: ['data.me.account.id', 'data.me.id'],
  displayName: ['data.me.email', 'data.me.name'],
  metadata: { name: 'data.me.name', userName: 'data.me.email' },
  // Of which token is not said; so both are sent.
  revocation: { body: 'json' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
