/**
 * What the local run tells Mooring: the sandbox's providers, also as clients of the authorization
 * server, and where the demo app takes webhooks.
 */
import { randomBytes } from 'node:crypto';
import { API_PATH } from './authorization-server/api.ts';
import type { SandboxClient } from './authorization-server/index.ts';

/** Long enough to look at, short enough to see it refreshed. */
export const TOKEN_SECONDS = 600;
/** Due after about a minute and a half, so that a cron tick comes before the end. */
export const SHORT_TOKEN_SECONDS = 180;

export const DEMO_WEBHOOKS_PATH = '/webhooks';

export const sandboxIds = ['sandbox', 'sandbox-short'] as const;
export type SandboxId = (typeof sandboxIds)[number];

const names: Record<SandboxId, string> = {
  sandbox: 'Sandbox',
  'sandbox-short': 'Sandbox Short',
};

/** The demo app as an endpoint, as the `WEBHOOKS` setting has it. */
export const demoWebhooks = (demoUrl: string, secret: string): string =>
  JSON.stringify({
    demo: {
      url: `${demoUrl}${DEMO_WEBHOOKS_PATH}`,
      secrets: [secret],
      events: ['integration.*', 'connection.failed', 'user.erased'],
    },
  });

/** @returns `whsec_` and the base64 of 32 random bytes */
export const freshWebhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/**
 * By discovery: the issuer is all that Mooring is told about addresses, keys, and how a client
 * proves who it is.
 */
export const sandboxProviders = (issuer: string): string =>
  JSON.stringify(
    Object.fromEntries(
      sandboxIds.map((id) => [
        id,
        {
          name: names[id],
          kind: 'oauth2',
          issuer,
          apiUrl: `${issuer}${API_PATH}`,
          accountId: 'sub',
          displayName: 'name',
          metadata: { email: 'email' },
          scopes: ['openid', 'profile', 'email', 'offline_access'],
          authorizationParams: { prompt: 'consent' },
          pkce: true,
          refreshModel: 'rotating',
          reuse: 'revokes_family',
          revocationReach: 'grant',
        },
      ]),
    ),
  );

export const sandboxClients = (
  publicUrl: string,
  secrets: Record<SandboxId, string>,
  seconds: Partial<Record<SandboxId, number>> = {},
): SandboxClient[] =>
  sandboxIds.map((id) => ({
    id,
    name: 'Dockside',
    secret: secrets[id],
    redirectUris: [`${publicUrl}/connect/callback/${id}`],
    signedProfile: id === 'sandbox-short',
    accessTokenSeconds: seconds[id] ?? (id === 'sandbox' ? TOKEN_SECONDS : SHORT_TOKEN_SECONDS),
  }));
