/**
 * env -> checked Config, once per isolate. Anything missing or wrong is one ConfigError that names
 * the setting and says what to do; it never quotes a value.
 */
import * as z from 'zod';
import { ConfigError } from './errors';
import { createRegistry, type Registry } from './providers/registry';
import { createKeyring, type Keyring } from './vault/keyring';

/** What wrangler.toml and the secrets bind. The optional ones need not be there. */
export interface Bindings extends Env {
  REFRESH_QUEUE?: Queue<unknown>;
  RATE_LIMIT_CONNECT?: RateLimit;
  RATE_LIMIT_DISCONNECT?: RateLimit;
  RATE_LIMIT_REFRESH?: RateLimit;
  RATE_LIMIT_STATUS?: RateLimit;
}

export interface ServiceKey {
  name: string;
  /** SHA-256 of the key, lower-case hex. */
  sha256: string;
}

/** How user JWTs are checked; null: user calls are refused. */
export type UserAuth =
  | { kind: 'secret'; secret: Uint8Array; issuer: string | null; audience: string | null }
  | { kind: 'jwks'; url: string; issuer: string | null; audience: string | null };

export interface Config {
  /** This Worker's own origin, no trailing slash. */
  publicUrl: string;
  /** Origins that `returnTo`, page sessions and CORS allow. */
  appOrigins: ReadonlySet<string>;
  serviceKeys: readonly ServiceKey[];
  userAuth: UserAuth | null;
  /** 0: all integrations are kept warm. */
  idleAfterMs: number;
  /** How many requests to elsewhere (providers, D1, KV) one cron run may make. */
  runSubrequests: number;
  keyring: Keyring;
  providers: Registry;
}

const HOUR = 3_600_000;

const text = z.string().trim().optional();

const settings = z.object({
  ENCRYPTION_KEYS: text,
  SERVICE_KEYS: text,
  AUTH_JWT_SECRET: z.string().optional(),
  AUTH_JWKS_URL: text,
  AUTH_ISSUER: text,
  AUTH_AUDIENCE: text,
  IDLE_AFTER_HOURS: z.coerce
    .number()
    .min(0)
    .max(24 * 365)
    .default(72),
  RUN_SUBREQUESTS: z.coerce.number().int().min(10).max(10_000).default(45),
  PUBLIC_URL: text,
  APP_ORIGINS: text,
  PROVIDERS: text,
});

const checked = new WeakMap<object, Config>();

/** @throws ConfigError */
export function configOf(env: Bindings): Config {
  const known = checked.get(env);
  if (known) return known;
  const config = readConfig(env as unknown as Record<string, unknown>);
  checked.set(env, config);
  return config;
}

/** @throws ConfigError */
export function readConfig(env: Record<string, unknown>): Config {
  const parsed = settings.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConfigError(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const s = parsed.data;
  const publicUrl = originOf(s.PUBLIC_URL, 'PUBLIC_URL');
  return {
    publicUrl,
    appOrigins: new Set(list(s.APP_ORIGINS).map((origin) => originOf(origin, 'APP_ORIGINS'))),
    serviceKeys: readServiceKeys(s.SERVICE_KEYS),
    userAuth: readUserAuth(s),
    idleAfterMs: s.IDLE_AFTER_HOURS * HOUR,
    runSubrequests: s.RUN_SUBREQUESTS,
    keyring: createKeyring(s.ENCRYPTION_KEYS),
    providers: createRegistry(env, publicUrl),
  };
}

const list = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** Whether a URL points to the machine itself; http is allowed only there. */
export const isLocal = (url: URL): boolean =>
  url.hostname === 'localhost' || url.hostname === '127.0.0.1' || url.hostname === '[::1]';

function originOf(value: string | undefined, name: string): string {
  if (!value) throw new ConfigError(`${name} is missing; for example https://mooring.example.com`);
  const url = URL.parse(value);
  if (!url || url.origin === 'null' || url.pathname !== '/' || url.search || url.hash) {
    throw new ConfigError(`${name}: only an origin is allowed, such as https://app.example.com`);
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal(url))) {
    throw new ConfigError(`${name}: http is allowed only on localhost; use https`);
  }
  return url.origin;
}

function readServiceKeys(value: string | undefined): ServiceKey[] {
  const keys = list(value).map((entry, i) => {
    const [name, sha256, ...rest] = entry.split(':');
    if (!name || !sha256 || rest.length > 0 || !/^[0-9a-f]{64}$/i.test(sha256)) {
      throw new ConfigError(
        `SERVICE_KEYS: entry ${i + 1} is not "name:sha256 of the key in hex" (printf %s "$KEY" | sha256sum)`,
      );
    }
    return { name, sha256: sha256.toLowerCase() };
  });
  if (keys.length === 0) {
    throw new ConfigError(
      'SERVICE_KEYS is missing: "name:sha256 of the key in hex", comma-separated (printf %s "$KEY" | sha256sum)',
    );
  }
  return keys;
}

function readUserAuth(s: z.output<typeof settings>): UserAuth | null {
  const issuer = s.AUTH_ISSUER || null;
  const audience = s.AUTH_AUDIENCE || null;
  if (s.AUTH_JWT_SECRET && s.AUTH_JWKS_URL) {
    throw new ConfigError('set AUTH_JWT_SECRET or AUTH_JWKS_URL, not both');
  }
  if (s.AUTH_JWT_SECRET) {
    const secret = new TextEncoder().encode(s.AUTH_JWT_SECRET);
    if (secret.length < 32) {
      throw new ConfigError('AUTH_JWT_SECRET is shorter than 32 bytes, the least for HS256');
    }
    return { kind: 'secret', secret, issuer, audience };
  }
  if (s.AUTH_JWKS_URL) {
    const url = URL.parse(s.AUTH_JWKS_URL);
    if (!url || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal(url)))) {
      throw new ConfigError('AUTH_JWKS_URL is not an https URL (http only on localhost)');
    }
    return { kind: 'jwks', url: url.href, issuer, audience };
  }
  return null;
}
