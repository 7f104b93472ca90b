/**
 * Confluence Cloud: as jira.ts, with Confluence's scopes and addresses. Sources besides: developer.
 * atlassian.com, cloud/confluence/oauth-2-3lo-apps and its scopes (stored copies without a date).
 * Read 2026-11-27.
 */
import type { ProviderInput } from '../types';
import { jira } from './jira';

export const confluence = {
  ...jira,
  id: 'confluence',
  name: 'Confluence',

  scopes: ['read:me', 'read:confluence-content.summary', 'offline_access'],
  apiUrl: 'https://api.atlassian.com/ex/confluence/{cloud_id}',
} as const satisfies ProviderInput;
