/**
 * Linear. Sources: linear.app/docs/oauth/authentication and linear.app/developers/
 * oauth-2-0-authentication (stored copies without a date; the first speaks of 2026-04-01).
 *
 * Since 2026-04-01 every app has tokens of a day and rotating refresh tokens. The API is GraphQL,
 * so the profile is a POST. Each consent can be for another workspace, hence `prompt=consent`.
 */
import type { ProviderInput } from '../types';

export const linear = {
  id: 'linear',
  name: 'Linear',
  kind: 'oauth2',

  authorizationUrl: 'https://linear.app/oauth/authorize',
  tokenUrl: 'https://api.linear.app/oauth/token',
  revocationUrl: 'https://api.linear.app/oauth/revoke',
  profileUrl: 'https://api.linear.app/graphql',
  profileMethod: 'POST',
  profileBody: {
    type: 'json',
    params: {
      query: '{ viewer { id name email avatarUrl } organization { id name urlKey } }',
    },
  },

  scopes: ['read'],
  scopeSeparator: ',',
  authorizationParams: { prompt: 'consent' },

  refreshModel: 'rotating',
  assumedLifetimeSeconds: 24 * 3600,

  accountId: ['data.organization.id', 'data.viewer.id'],
  displayName: ['data.organization.name', 'data.viewer.name'],
  metadata: {
    workspace: 'data.organization.name',
    name: 'data.viewer.name',
    userName: 'data.viewer.email',
    picture: 'data.viewer.avatarUrl',
  },
} as const satisfies ProviderInput;
