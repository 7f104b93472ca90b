/**
 * Microsoft Entra ID and personal accounts, for Microsoft Graph. Source: MicrosoftDocs/entra-docs,
 * docs/identity-platform/refresh-tokens.md (2025-05-14).
 *
 * Each refresh brings a new refresh token of 90 days, and the used one is not revoked: sending it
 * again is safe, hence `static`. An access token is for one resource, so scopes are sent again at
 * a refresh. There is no revocation per app: Graph's revokeSignInSessions would end all of a
 * person's sessions. The account is tenant and object id; `sub` differs from app to app.
 */
import type { ProviderInput } from '../types';

export const microsoft = {
  id: 'microsoft',
  name: 'Microsoft',
  kind: 'oauth2',
  lastVerified: '2025-05-14',

  authorizationUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize',
  tokenUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
  profileUrl: 'https://graph.microsoft.com/v1.0/me',
  parameters: {
    tenant: {
      label: 'common, organizations, consumers, or a tenant (id or domain)',
      pattern: '[A-Za-z0-9](?:[A-Za-z0-9.\\-]{0,126}[A-Za-z0-9])?',
      default: 'common',
    },
  },

  scopes: ['openid', 'profile', 'offline_access', 'User.Read'],
  // `openid` and `profile` for the ID token's `oid`, `User.Read` for Graph's /me, `offline_access`
  // for the refresh token.
  requiredScopes: ['openid', 'profile', 'offline_access', 'User.Read'],
  // learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow.
  allowedAuthorizationParams: ['prompt', 'domain_hint'],
  unreportedScopes: ['openid', 'profile', 'offline_access'],
  authorizationParams: { response_mode: 'query' },

  scopeOnRefresh: true,
  // learn.microsoft.com/graph/overview (copies without a date, read 2026-11-26); versions stand in
  // paths (v1.0, beta).
  apiUrl: 'https://graph.microsoft.com',
  // OData calls a user `users/{id}` or `users('{id}')`, and an action with its namespace too.
  apiDeny: [
    '*/*/revokesigninsessions',
    '*/*/microsoft.graph.revokesigninsessions',
    '*/users/*/revokesigninsessions',
    '*/users/*/microsoft.graph.revokesigninsessions',
  ],

  refreshModel: 'static',
  assumedLifetimeSeconds: 3600,
  refreshLifetimeSeconds: 90 * 24 * 3600,
  refusedCodes: ['interaction_required', 'login_required', 'consent_required'],

  accountId: ['id_token:tid', 'id_token:oid'],
  displayName: ['userPrincipalName', 'displayName'],
  metadata: { name: 'displayName', userName: 'userPrincipalName', email: 'mail' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
