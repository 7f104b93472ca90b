/**
 * Google Calendar: Google's OAuth and Google's client, with calendars as what is asked for.
 * Sources: as google.ts; scopes: developers.google.com, workspace/calendar/api/auth; the API's
 * host: discovery document of calendar:v3,
 * `rootUrl` and `servicePath`. Read 2026-11-26.
 *
 * Uses Google's client; it has a redirect URI and a consent of its own. One Google account has one
 * grant of a client: a revocation ends all of them, so it waits for the last one.
 */
import type { ProviderInput } from '../types';
import { google } from './google';

export const googleCalendar = {
  ...google,
  id: 'google-calendar',
  name: 'Google Calendar',
  clientOf: 'google',

  scopes: ['openid', 'email', 'https://www.googleapis.com/auth/calendar.readonly'],
  // For the ID token (as in google.ts), and for a name by which a person knows the account.
  requiredScopes: ['openid', 'email'],

  apiUrl: 'https://www.googleapis.com/calendar/v3',
  apiUrls: {},
  apiDeny: [],
} as const satisfies ProviderInput;
