/**
 * Jira Cloud: Atlassian's OAuth and Atlassian's client, for one site. Sources: as atlassian.ts;
 * developer.atlassian.com: cloud/oauth/getting-started/making-calls-to-api (2023-08-04) for the
 * list of sites and the address of one, cloud/jira/platform/oauth-2-3lo-apps (stored copy without a
 * date); jira.atlassian.com/browse/ID-8490 for sites in that list that nobody consented to. Read
 * 2026-11-27.
 *
 * A token is good for the sites of its person that the app may see; one of them is connected. A
 * site has many people, so the account is told by both. Each consent is a grant of its own.
 */
import type { ProviderInput } from '../types';
import { atlassian } from './atlassian';

export const jira = {
  ...atlassian,
  id: 'jira',
  name: 'Jira',
  clientOf: 'atlassian',
  lastVerified: '2023-08-04',

  parameters: {
    cloud_id: {
      label: 'Site',
      pattern: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
      from: 'choice:id',
    },
  },
  scopes: ['read:me', 'read:jira-work', 'read:jira-user', 'offline_access'],

  choices: {
    url: 'https://api.atlassian.com/oauth/token/accessible-resources',
    id: 'id',
    label: ['name', 'url'],
  },
  apiUrl: 'https://api.atlassian.com/ex/jira/{cloud_id}',

  accountId: ['choice:id', 'account_id'],
  subject: 'account_id',
  displayName: ['choice:name', 'choice:url'],
  metadata: { site: 'choice:url', userName: 'email', name: 'name', picture: 'choice:avatarUrl' },
} as const satisfies ProviderInput;
