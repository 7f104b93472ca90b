/**
 * YouTube: Google's OAuth, but the account is a channel. Sources: as google.ts; YouTube Data API,
 * channels.list (developers.google.com/youtube/v3/docs/channels, stored copy without a date).
 *
 * One Google account may own several channels; the person chooses one at consent. The Google
 * account behind it is the subject, so that a revocation for one channel does not silently end
 * another one. A Google account without a channel answers with no `items`.
 */
import type { ProviderInput } from '../types';
import { google } from './google';

export const youtube = {
  ...google,
  id: 'youtube',
  name: 'YouTube',

  profileUrl: 'https://www.googleapis.com/youtube/v3/channels?part=id,snippet&mine=true',

  // `openid` brings the ID token, and with it the Google account.
  scopes: ['openid', 'https://www.googleapis.com/auth/youtube.readonly'],
  // For the ID token (as in google.ts), and for the channel.
  requiredScopes: ['openid', 'https://www.googleapis.com/auth/youtube.readonly'],

  // Discovery document of youtube:v3, `rootUrl`, read 2026-11-26: Google's own host; uploads are
  // below `upload/youtube/v3`.
  apiUrls: {},

  accountId: 'items.0.id',
  subject: 'id_token:sub',
  displayName: 'items.0.snippet.title',
  metadata: {
    name: 'items.0.snippet.title',
    userName: 'items.0.snippet.customUrl',
    picture: 'items.0.snippet.thumbnails.default.url',
  },
} as const satisfies ProviderInput;
