/**
 * OneDrive: Microsoft's OAuth and Microsoft's client, with files as what is asked for. Sources: as
 * microsoft.ts; permissions: learn.microsoft.com/graph/permissions-reference (copies without a
 * date, read 2026-11-26). Sites of SharePoint need `Sites.Read.All` besides, which an administrator
 * may have to grant.
 *
 * Uses Microsoft's client; it has a redirect URI and a consent of its own.
 */
import type { ProviderInput } from '../types';
import { microsoft } from './microsoft';

export const onedrive = {
  ...microsoft,
  id: 'onedrive',
  name: 'OneDrive',
  clientOf: 'microsoft',

  scopes: [...microsoft.requiredScopes, 'Files.Read'],
} as const satisfies ProviderInput;
