/**
 * Sign in with Apple, for the web. Sources, under developer.apple.com/documentation:
 * signinwithapplerestapi/ request-an-authorization-to-the-sign-in-with-apple-server,
 * /generate-and-validate-tokens, /errorresponse, /revoke-tokens, /verifying-a-user;
 * technotes/tn3107 (stored copies without a date). Read 2026-11-27.
 *
 * The client is a Services ID (APPLE_CLIENT_ID), and its secret is signed anew for each request: by
 * the key file (APPLE_CLIENT_KEY, APPLE_CLIENT_KEY_ID), in the name of the team (APPLE_TEAM_ID).
 * The redirect back is posted where scopes are asked for; redirect URIs are https and never
 * localhost. The person's name comes once, from the browser, so anybody could write it, and it is
 * not read.
 *
 * There is no API to call. A refresh asks whether the person still uses the app, and Apple may
 * throttle more than one a day: so a token counts as good for a day, although the reply says an
 * hour. The refresh token has no end. A revocation ends what the person granted the app.
 */
import type { ProviderInput } from '../types';

const DAY = 24 * 3600;

export const apple = {
  id: 'apple',
  name: 'Apple',
  kind: 'oauth2',

  authorizationUrl: 'https://appleid.apple.com/auth/authorize',
  tokenUrl: 'https://appleid.apple.com/auth/token',
  revocationUrl: 'https://appleid.apple.com/auth/revoke',
  parameters: {
    team_id: { label: 'Organisation', pattern: '[A-Z0-9]{10}', from: 'setting:team_id' },
  },
  clientAuth: 'client_secret_signed',
  clientAssertion: {
    algorithm: 'ES256',
    audience: 'https://appleid.apple.com',
    issuer: '{team_id}',
  },
  // On none of the pages.
  pkce: false,

  scopes: ['email'],
  loginHintParam: null,
  // Else Apple takes no scopes.
  authorizationParams: { response_mode: 'form_post' },

  // Nothing stands there: see above.
  reply: { expiresIn: 'unread' },
  refreshModel: 'static',
  assumedLifetimeSeconds: DAY + 3600,
  minTokenAgeSeconds: DAY,

  accountId: 'id_token:sub',
  displayName: 'id_token:email',
  metadata: { email: 'id_token:email' },
  revocationReach: 'user',
} as const satisfies ProviderInput;
