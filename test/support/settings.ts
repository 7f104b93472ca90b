/** Settings of the Worker under test. Harmless values, made for tests only. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readD1Migrations } from '@cloudflare/vitest-plugin';
import { jwtSecret, serviceKey } from './keys.ts';

export { jwtSecret, serviceKey };

export const testSettings = {
  PUBLIC_URL: 'http://localhost:8787',
  RETURN_TO: '',
  APP_ORIGINS: 'http://localhost:4000,https://app.example.com',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
  SERVICE_KEYS: `test:${createHash('sha256').update(serviceKey).digest('hex')}`,
  AUTH_JWT_SECRET: jwtSecret,
  // Named, so that a developer's .dev.vars, which the runtime reads too, changes nothing here.
  AUTH_JWKS_URL: '',
  AUTH_ISSUER: '',
  AUTH_AUDIENCE: '',
  AUTH_ALGORITHMS: '',
  AUTH_CLOCK_TOLERANCE: '',
  USERS_MAY_CALL: '',
  IDLE_AFTER_HOURS: '72',
  RUN_SUBREQUESTS: '45',
  CALLS_PER_MINUTE: '',
  CALL_BODY_LIMIT: '',
  MAX_INTEGRATIONS_PER_USER: '',
  WEBHOOKS: '',
  BRAND_NAME: '',
  BRAND_LOGO: '',
  BRAND_ACCENT: '',
  REDDIT_CLIENT_ID: 'reddit-client',
  REDDIT_CLIENT_SECRET: 'reddit-secret',
  INSTAGRAM_CLIENT_ID: 'instagram-client',
  INSTAGRAM_CLIENT_SECRET: 'instagram-secret',
  ACME_CLIENT_ID: 'acme-client',
  ACME_CLIENT_SECRET: 'acme-secret',
  // A provider of one's own, by endpoints: rotating refresh tokens, reuse revokes the family.
  PROVIDERS: JSON.stringify({
    acme: {
      name: 'Acme',
      kind: 'oauth2',
      authorizationUrl: 'https://id.acme.example/authorize',
      tokenUrl: 'https://id.acme.example/token',
      revocationUrl: 'https://id.acme.example/revoke',
      profileUrl: 'https://id.acme.example/me',
      accountId: 'sub',
      displayName: 'name',
      scopes: ['openid', 'offline_access'],
      clientAuth: 'client_secret_basic',
      pkce: true,
      refreshModel: 'rotating',
      reuse: 'revokes_family',
      revocationReach: 'grant',
      apiUrl: 'https://api.acme.example/v1',
      apiUrls: { files: 'https://files.acme.example' },
      apiHeaders: { 'Acme-Version': '7' },
      apiDeny: ['auth.revoke', 'oauth/access_token', '*/oauth'],
    },
  }),
};

export const readMigrations = () => readD1Migrations(join(import.meta.dirname, '../../migrations'));
