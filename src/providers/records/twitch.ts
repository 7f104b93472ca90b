/**
 * Twitch. Sources, under dev.twitch.tv/docs/authentication: refresh-tokens, validate-tokens,
 * revoke-tokens (stored copies without a date).
 *
 * Errors are `{ status, message }`, with OAuth's code nowhere. Refresh tokens may change: what
 * comes back is kept. Whoever keeps a session has to validate its token at start and every hour
 * (id.twitch.tv/oauth2/validate): that is the app's part, Mooring keeps no sessions of its own.
 * The API wants the client's id beside the token. `scope` in replies is an array.
 */
import type { ProviderInput } from '../types';

export const twitch = {
  id: 'twitch',
  name: 'Twitch',
  kind: 'oauth2',

  authorizationUrl: 'https://id.twitch.tv/oauth2/authorize',
  tokenUrl: 'https://id.twitch.tv/oauth2/token',
  revocationUrl: 'https://id.twitch.tv/oauth2/revoke',
  profileUrl: 'https://api.twitch.tv/helix/users',
  profileHeaders: { 'Client-Id': '{client_id}' },

  pkce: false,
  scopes: ['user:read:email'],
  loginHintParam: null,

  // `error` is HTTP's phrase ("Bad Request"); only the message tells what is wrong.
  reply: { error: ['message', 'error'] },
  // dev.twitch.tv/docs/api, and for `Client-Id`, which must be the token's own,
  // discuss.dev.twitch.com/t/23916 (2020-06-02), read 2026-11-26.
  apiUrl: 'https://api.twitch.tv/helix',
  apiHeaders: { 'Client-Id': '{client_id}' },

  refreshModel: 'static',
  assumedLifetimeSeconds: 4 * 3600,
  // Per refresh token (refresh-tokens); told by several public clients too, read 2026-11-26.
  maxAccessTokens: 50,
  refusedCodes: ['Invalid refresh token'],
  operatorCodes: ['invalid client', 'invalid client secret', 'client does not exist'],

  accountId: 'data.0.id',
  displayName: ['data.0.display_name', 'data.0.login'],
  metadata: {
    name: 'data.0.display_name',
    userName: 'data.0.login',
    picture: 'data.0.profile_image_url',
  },
  // revoke-tokens (read 2026-11-26) speaks of access tokens. That a refresh token is taken too, and
  // ends its access tokens, is told by third parties only.
  revocation: { token: 'access', deadCodes: ['Invalid token'] },
  revocationReach: 'token',
} as const satisfies ProviderInput;
