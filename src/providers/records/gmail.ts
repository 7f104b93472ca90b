/**
 * Gmail: Google's OAuth and Google's client, with mail as what is asked for. Sources: as google.ts;
 * scopes: developers.google.com, workspace/gmail/api/auth/scopes; the API's host: discovery
 * document of gmail:v1,
 * `rootUrl` and `servicePath`. Read 2026-11-26.
 *
 * Uses Google's client; it has a redirect URI and a consent of its own. One Google account has one
 * grant of a client: a revocation ends all of them, so it waits for the last one.
 */
import type { ProviderInput } from '../types';
import { google } from './google';

export const gmail = {
  ...google,
  id: 'gmail',
  name: 'Gmail',
  clientOf: 'google',

  scopes: ['openid', 'email', 'https://www.googleapis.com/auth/gmail.readonly'],
  // For the ID token (as in google.ts), and for a name by which a person knows the account.
  requiredScopes: ['openid', 'email'],

  apiUrl: 'https://gmail.googleapis.com/gmail/v1',
  apiUrls: { upload: 'https://gmail.googleapis.com/upload/gmail/v1' },
  apiDeny: [],
} as const satisfies ProviderInput;
