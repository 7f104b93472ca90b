/**
 * Google Drive: Google's OAuth and Google's client, with files as what is asked for. Sources: as
 * google.ts; scopes: developers.google.com, workspace/drive/api/guides/api-specific-auth; the API's
 * host: discovery document of drive:v3,
 * `rootUrl` and `servicePath`. Read 2026-11-26.
 *
 * Uses Google's client; it has a redirect URI and a consent of its own. One Google account has one
 * grant of a client: a revocation ends all of them, so it waits for the last one.
 */
import type { ProviderInput } from '../types';
import { google } from './google';

export const googleDrive = {
  ...google,
  id: 'google-drive',
  name: 'Google Drive',
  clientOf: 'google',

  scopes: ['openid', 'email', 'https://www.googleapis.com/auth/drive.file'],
  // For the ID token (as in google.ts), and for a name by which a person knows the account.
  requiredScopes: ['openid', 'email'],

  apiUrl: 'https://www.googleapis.com/drive/v3',
  apiUrls: { upload: 'https://www.googleapis.com/upload/drive/v3' },
  apiDeny: [],
} as const satisfies ProviderInput;
