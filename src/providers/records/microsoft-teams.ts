/**
 * Microsoft Teams: Microsoft's OAuth and Microsoft's client, with teams and chats as what is asked
 * for. Sources: as microsoft.ts; permissions: learn.microsoft.com/graph/permissions-reference
 * (copies without a date, read 2026-11-26). Personal accounts have no Teams: choose the tenant
 * `organizations`, or one of your own, where only such accounts are meant.
 *
 * Uses Microsoft's client; it has a redirect URI and a consent of its own.
 */
import type { ProviderInput } from '../types';
import { microsoft } from './microsoft';

export const microsoftTeams = {
  ...microsoft,
  id: 'microsoft-teams',
  name: 'Microsoft Teams',
  clientOf: 'microsoft',

  scopes: [...microsoft.requiredScopes, 'Team.ReadBasic.All', 'Chat.Read'],
} as const satisfies ProviderInput;
