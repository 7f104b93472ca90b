/**
 * Outlook: Microsoft's OAuth and Microsoft's client, with mail and calendars as what is asked for.
 * Sources: as microsoft.ts; permissions: learn.microsoft.com/graph/permissions-reference (copies
 * without a date, read 2026-11-26).
 *
 * Uses Microsoft's client; it has a redirect URI and a consent of its own.
 */
import type { ProviderInput } from '../types';
import { microsoft } from './microsoft';

export const outlook = {
  ...microsoft,
  id: 'outlook',
  name: 'Outlook',
  clientOf: 'microsoft',

  scopes: [...microsoft.requiredScopes, 'Mail.Read', 'Calendars.Read'],
} as const satisfies ProviderInput;
