/**
 * X. Sources: docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code and
 * user-access-token (stored copies without a date). For errors: unasuke/omniauth-twitter2#4
 * (2023-12-14), plhery/node-twitter-api-v2#496 (2023-08-24).
 *
 * A refresh token comes only with `offline.access`, is good for one use, and replaying one is
 * reported to end the whole grant. A dead one is `invalid_request` with a sentence, not
 * `invalid_grant`; the threads show its twin for codes, and several unrelated projects match the
 * sentence below (read 2026-11-26). Reading the profile counts against a small quota; it is read
 * once, at the connect.
 */
import type { ProviderInput } from '../types';

export const x = {
  id: 'x',
  name: 'X',
  kind: 'oauth2',

  authorizationUrl: 'https://x.com/i/oauth2/authorize',
  tokenUrl: 'https://api.x.com/2/oauth2/token',
  revocationUrl: 'https://api.x.com/2/oauth2/revoke',
  profileUrl: 'https://api.x.com/2/users/me?user.fields=profile_image_url',

  clientAuth: 'client_secret_basic',
  // X's documentation as public code quotes it, read 2026-11-26; not in the stored copies.
  codeLifetimeSeconds: 30,
  scopes: ['users.read', 'tweet.read', 'offline.access'],
  // The first two for the profile ("Required Scopes" of GET /2/users/me, as
  // pub.dev/documentation/twitter_api_v2 has them, UsersService.lookupMe, read 2026-11-26), the
  // last for the refresh token.
  requiredScopes: ['users.read', 'tweet.read', 'offline.access'],
  loginHintParam: null,

  // docs.x.com/x-api/getting-started/make-your-first-request, read 2026-11-26.
  apiUrl: 'https://api.x.com/2',
  apiDeny: ['oauth2'],

  // The sentence first: the code alone would hide a dead token behind `invalid_request`.
  reply: { error: ['error_description', 'error'] },
  refreshModel: 'rotating',
  assumedLifetimeSeconds: 2 * 3600,
  refusedCodes: ['Value passed for the token was invalid.'],
  operatorCodes: ['Missing valid authorization header'],

  accountId: 'data.id',
  displayName: ['data.username', 'data.name'],
  metadata: {
    name: 'data.name',
    userName: 'data.username',
    picture: 'data.profile_image_url',
  },
} as const satisfies ProviderInput;
