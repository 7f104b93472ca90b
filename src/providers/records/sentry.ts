/**
 * Sentry (sentry.io). Sources: docs.sentry.io/api/auth, as two public notes on it have it (a copy
 * without a date shows its beginning); sentry.io/.well-known/oauth-authorization-server (the same);
 * getsentry/ sentry, src/sentry/web/frontend/oauth_token.py, for replies and errors. Read
 * 2026-11-27.
 *
 * A consent is for one organisation, which the person picks there; its token is that person's, so
 * both tell the account. An access token lives thirty days; a refresh replaces both tokens in their
 * place, so the old ones are dead, and must not name scopes. No revocation was found. Sentry
 * registers apps of partners; of one's own server, make a provider with `extends`.
 */
import type { ProviderInput } from '../types';

export const sentry = {
  id: 'sentry',
  name: 'Sentry',
  kind: 'oauth2',

  authorizationUrl: 'https://sentry.io/oauth/authorize/',
  tokenUrl: 'https://sentry.io/oauth/token/',

  scopes: ['org:read'],
  // What the list of organisations asks for.
  requiredScopes: ['org:read'],
  loginHintParam: null,

  choices: { url: 'https://sentry.io/api/0/organizations/', id: 'id', label: ['name', 'slug'] },
  apiUrl: 'https://sentry.io/api/0',
  // Each makes or lists tokens and their applications (known, not read).
  apiDeny: [
    'api-tokens',
    'api-applications',
    'api-authorizations',
    'organizations/*/org-auth-tokens',
    'sentry-app-installations',
    'sentry-apps/*/api-tokens',
  ],

  refreshModel: 'rotating',
  refreshEndsAccessToken: true,
  assumedLifetimeSeconds: 30 * 24 * 3600,

  accountId: ['choice:id', 'token:user.id'],
  subject: 'token:user.id',
  displayName: ['choice:name', 'choice:slug'],
  metadata: {
    organization: 'choice:name',
    slug: 'choice:slug',
    name: 'token:user.name',
    userName: 'token:user.email',
  },
  check: { url: 'https://sentry.io/api/0/organizations/' },
  revocationReach: 'token',
} as const satisfies ProviderInput;
