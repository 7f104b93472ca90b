/**
 * Google Sheets: Google's OAuth and Google's client, with spreadsheets as what is asked for.
 * Sources: as google.ts; scopes: developers.google.com, workspace/sheets/api/scopes; the API's
 * host: discovery document of sheets:v4,
 * `rootUrl` and `servicePath`. Read 2026-11-26.
 *
 * Uses Google's client; it has a redirect URI and a consent of its own. One Google account has one
 * grant of a client: a revocation ends all of them, so it waits for the last one.
 */
import type { ProviderInput } from '../types';
import { google } from './google';

export const googleSheets = {
  ...google,
  id: 'google-sheets',
  name: 'Google Sheets',
  clientOf: 'google',

  scopes: ['openid', 'email', 'https://www.googleapis.com/auth/spreadsheets.readonly'],
  // For the ID token (as in google.ts), and for a name by which a person knows the account.
  requiredScopes: ['openid', 'email'],

  apiUrl: 'https://sheets.googleapis.com/v4',
  apiUrls: {},
  apiDeny: [],
} as const satisfies ProviderInput;
