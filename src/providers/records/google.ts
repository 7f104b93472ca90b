/**
 * Google. Sources: developers.google.com/identity/protocols (Using OAuth 2.0 to Access Google
 * APIs; stored copy without a date).
 *
 * A refresh token comes only with `access_type=offline`, and on a later consent only with
 * `prompt=consent`. It ends after six months without use, and after seven days while the consent
 * screen is in testing, unless only `openid`, `email` and `profile` are asked for. People may grant
 * a part of the scopes, and the reply names `email` and `profile` by their URLs.
 */
import type { ProviderInput } from '../types';

export const google = {
  id: 'google',
  name: 'Google',
  kind: 'oauth2',

  authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenUrl: 'https://oauth2.googleapis.com/token',
  revocationUrl: 'https://oauth2.googleapis.com/revoke',
  profileUrl: 'https://openidconnect.googleapis.com/v1/userinfo',

  scopes: ['openid', 'email', 'profile'],
  // Without `openid` there is no ID token and no userinfo: OpenID Connect Core 1.0, 3.1.2.1 and
  // 5.3.1.
  requiredScopes: ['openid'],
  // developers.google.com/identity/openid-connect/openid-connect, "Authentication URI parameters".
  allowedAuthorizationParams: ['hd'],
  scopeAliases: {
    email: 'https://www.googleapis.com/auth/userinfo.email',
    profile: 'https://www.googleapis.com/auth/userinfo.profile',
  },
  authorizationParams: { access_type: 'offline', prompt: 'consent' },

  // Discovery documents of calendar:v3 and drive:v3, and of gmail:v1, people:v1 and sheets:v4,
  // `rootUrl`, read 2026-11-26. `oauth2` on the first host is Google's OAuth itself.
  apiUrl: 'https://www.googleapis.com',
  apiUrls: {
    gmail: 'https://gmail.googleapis.com',
    people: 'https://people.googleapis.com',
    sheets: 'https://sheets.googleapis.com',
  },
  apiDeny: ['oauth2'],

  refreshModel: 'static',
  assumedLifetimeSeconds: 3600,
  // Without use; each refresh is a use.
  refreshLifetimeSeconds: 180 * 24 * 3600,
  // Refresh tokens per account and client; the oldest ends without warning:
  // developers.google.com/identity/protocols/oauth2, "Refresh token expiration", read 2026-11-26.
  maxGrants: 100,

  accountId: 'sub',
  displayName: ['email', 'name'],
  metadata: { name: 'name', userName: 'email', picture: 'picture' },
  revocation: { clientAuth: 'omit' },
  // One grant per person and client: revoking one token ends all of them.
  revocationReach: 'user',
} as const satisfies ProviderInput;
