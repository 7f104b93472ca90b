/** The provider's record and this deployment's configuration, as a plan wants them. */
import { readConfig } from '../../../src/config';
import type { Deps } from '../../../src/deps';
import type { Plan } from './plan';

export const PROVIDER = 'acme';

const configs = new Map<string, Deps['config']>();

export function configOf(plan: Plan, change: object = {}): Deps['config'] {
  const { rotation, graceSeconds, reach } = plan;
  const record = {
    name: 'Acme',
    kind: 'oauth2',
    authorizationUrl: 'https://acme.example/authorize',
    tokenUrl: 'https://acme.example/token',
    profileUrl: 'https://acme.example/me',
    revocationUrl: 'https://acme.example/revoke',
    accountId: 'id',
    subject: 'sub',
    revocationReach: reach,
    refreshModel: rotation === 'strict' || rotation === 'grace' ? 'rotating' : rotation,
    ...(rotation === 'extend' ? { refreshParams: { access_token: '{access_token}' } } : {}),
    ...(rotation === 'grace' ? { reuse: 'grace', reuseGraceSeconds: graceSeconds } : {}),
    ...change,
  };
  const key = JSON.stringify(record);
  const known = configs.get(key);
  if (known) return known;
  const config = readConfig({
    PUBLIC_URL: 'https://mooring.example',
    APP_ORIGINS: 'https://app.example',
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 'model').toString('base64')}`,
    SERVICE_KEYS: `model:${'0'.repeat(64)}`,
    IDLE_AFTER_HOURS: '0',
    ACME_CLIENT_ID: 'client',
    ACME_CLIENT_SECRET: 'secret',
    PROVIDERS: JSON.stringify({ [PROVIDER]: record }),
  });
  configs.set(key, config);
  return config;
}
