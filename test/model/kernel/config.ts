/** The provider's record and this deployment's configuration. */
import { type Deps, readConfig } from '../product';
import type { Rotation } from './authorization-server';

export const PROVIDER = 'acme';

export interface ProviderSetting {
  rotation: Rotation;
  /** What a revocation ends. */
  reach: 'token' | 'grant';
  /** What a revocation takes: any token, or a live access token only. */
  takes?: 'any' | 'access';
  /** With rotation `grace`: how long a used token is taken again. */
  graceSeconds: number;
}

const configs = new Map<string, Deps['config']>();

/** `change`: of the record. */
export function configOf(
  { rotation, graceSeconds, reach, takes }: ProviderSetting,
  change: object = {},
): Deps['config'] {
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
    ...(takes === 'access' ? { revocation: { token: 'access' } } : {}),
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
