/**
 * Reddit. Sources: github.com/reddit-archive/reddit/wiki/OAuth2 (stored copy, archived since
 * 2017-11-09); for what changed since, praw-dev/prawcore#115 (2021-06-10: revocation answers 200)
 * and praw-dev/praw#1767 (2021-07-21: refresh tokens are no longer single use).
 */
import type { ProviderInput } from '../types';

export const reddit = {
  id: 'reddit',
  name: 'Reddit',
  kind: 'oauth2',
  lastVerified: '2021-07-21',

  authorizationUrl: 'https://www.reddit.com/api/v1/authorize',
  tokenUrl: 'https://www.reddit.com/api/v1/access_token',
  revocationUrl: 'https://www.reddit.com/api/v1/revoke_token',
  profileUrl: 'https://oauth.reddit.com/api/v1/me',
  // Reddit slows generic clients down; an operator names its own app by PROVIDERS.
  headers: { 'User-Agent': 'web:mooring:v0.1 (account connections)' },

  clientAuth: 'client_secret_basic',
  pkce: false,
  scopes: ['identity'],
  // What the profile request asks for.
  requiredScopes: ['identity'],
  loginHintParam: null,
  // Without it there is no refresh token (activepieces#14680).
  authorizationParams: { duration: 'permanent' },
  // The refresh token stays good, whether a refresh's reply leaves it out or brings another.
  // The wiki page named above.
  apiUrl: 'https://oauth.reddit.com',
  apiDeny: ['api/v1/revoke_token', 'api/v1/access_token'],

  refreshModel: 'static',
  // A string (OAuth's) or a number (HTTP's); an error also comes with status 200.
  reply: { error: ['error'] },
  // A dead grant is `{ "message": "Bad Request", "error": 400 }`: github.com/PostHog/posthog,
  // posthog/models/integration/refresh_tracking.py, from production (read 2026-11-26). A refresh of
  // this engine is always formed in the same way, so 400 says nothing of the request.
  refusedCodes: ['400'],
  // At the token endpoint a 401 is about the client's credentials, and nothing else.
  operatorCodes: ['401'],

  accountId: 'id',
  displayName: 'name',
  metadata: { picture: 'icon_img' },
  revocationReach: 'grant',
} as const satisfies ProviderInput;
