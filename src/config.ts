/**
 * env -> checked Config. Whatever is missing or wrong is told in one ConfigError, which names each
 * setting and says what to do; it never quotes a value.
 */

import * as z from 'zod';
import { ConfigError, missingSetting, type SettingFault, wrongSetting } from './errors';
import { readWebhooks, type WebhookEndpoint } from './events/webhooks-setting';
import { createRegistry, type Registry } from './providers/registry';
import { checkEndpoint, isLocal } from './providers/urls';
import { parseServiceKey, type ServiceKey } from './rights';
import { HOUR_MS } from './time';
import { createKeyring, type Keyring } from './vault/keyring';

/** What wrangler.toml and the secrets bind. The optional ones need not be there. */
export interface Bindings extends Omit<Env, 'ASSETS' | 'REFRESH_QUEUE' | `RATE_LIMIT_${string}`> {
  /** What stands in assets/. Only the pages and the OpenAPI document need it. */
  ASSETS?: Pick<Fetcher, 'fetch'>;
  REFRESH_QUEUE?: Queue<unknown>;
  RATE_LIMIT_CONNECT?: RateLimit;
  RATE_LIMIT_DISCONNECT?: RateLimit;
  RATE_LIMIT_REFRESH?: RateLimit;
  RATE_LIMIT_STATUS?: RateLimit;
  RATE_LIMIT_SIGN_IN?: RateLimit;
  /** Settings that need not be there, as far as they are named in code. */
  PROVIDERS?: string;
  RUN_SUBREQUESTS?: string;
  /** Where hit statistics go (src/status-cache/analytics.ts). */
  STATUS_ANALYTICS?: Pick<AnalyticsEngineDataset, 'writeDataPoint'>;
  /** Where a point for each call of a provider's API goes (src/calls/counts.ts). */
  CALL_ANALYTICS?: Pick<AnalyticsEngineDataset, 'writeDataPoint'>;
}

/** How user JWTs are checked. */
export type UserAuth = (
  | { kind: 'secret'; secret: Uint8Array<ArrayBuffer> }
  | { kind: 'jwks'; url: string }
) & {
  /** Values of `alg` that a JWT may have. */
  algorithms: string[];
  /** How far `nbf` and `iat` may be ahead. */
  clockToleranceSeconds: number;
  issuer: string | null;
  audience: string | null;
};

export interface Config {
  /** This Worker's own origin, no trailing slash. */
  publicUrl: string;
  /** Origins that page sessions and CORS allow. */
  appOrigins: ReadonlySet<string>;
  /**
   * Where `returnTo` may lie: at one of these URLs or below it. An origin alone allows all of it.
   */
  returnPages: readonly URL[];
  /** Where the `returnTo` of a connection may lie besides. Nothing else goes by it. */
  returnTo: ReturnPlaces;
  serviceKeys: readonly ServiceKey[];
  /** Null: user calls are refused. */
  userAuth: UserAuth | null;
  /** Users' own JWTs have the right `call`. */
  usersMayCall: boolean;
  /** 0: all integrations are kept warm. */
  idleAfterMs: number;
  /** How many integrations a user may have. */
  maxIntegrations: number;
  /**
   * Calls of an API that one caller may make for one user in a minute, per isolate; 0: any number.
   */
  callsPerMinute: number;
  /** Bytes that the body of such a call may have. */
  callBodyLimit: number;
  /** How many requests to elsewhere (providers, D1, KV) one cron run may make. */
  runSubrequests: number;
  keyring: Keyring;
  providers: Registry;
  /** Where events go. */
  webhooks: readonly WebhookEndpoint[];
  brand: Brand;
}

export interface ReturnPlaces {
  /** Of apps on a device, as in `URL.protocol`: `myapp:`. */
  schemes: ReadonlySet<string>;
  /** One label more than these hosts have, over https and its own port, at or below the path. */
  subdomainsOf: readonly URL[];
}

/** How the hosted page looks: the app's, as far as that goes. */
export interface Brand {
  name: string;
  /** A `data:` URL: the page asks no other host for anything. Null: the name's first letter. */
  logo: string | null;
  /** `#rrggbb`. Where it would not be readable, the page uses a shade of it. */
  accent: string;
}

const text = z.string().trim().optional();

/** `.dev.vars` and CI write an unset number as an empty text; as a number that would be 0. */
const number = (schema: z.ZodNumber, fallback: number) =>
  z
    .transform((value: unknown) => {
      if (typeof value !== 'string') return value;
      return value.trim() === '' ? undefined : Number(value);
    })
    .pipe(schema.default(fallback));

const settings = z.object({
  ENCRYPTION_KEYS: text,
  SERVICE_KEYS: text,
  AUTH_JWT_SECRET: z.string().optional(),
  AUTH_JWKS_URL: text,
  AUTH_ISSUER: text,
  AUTH_AUDIENCE: text,
  AUTH_ALGORITHMS: text,
  AUTH_CLOCK_TOLERANCE: number(z.number().int().gte(0).lte(3600), 30),
  USERS_MAY_CALL: z
    .string()
    .trim()
    .pipe(z.enum(['', '0', '1'], 'must be 1, or 0 or empty'))
    .optional(),
  IDLE_AFTER_HOURS: number(
    z
      .number()
      .gte(0)
      .lte(24 * 365),
    72,
  ),
  RUN_SUBREQUESTS: number(z.number().int().gte(10).lte(10_000), 45),
  CALLS_PER_MINUTE: number(z.number().int().gte(0).lte(1_000_000), 600),
  CALL_BODY_LIMIT: number(z.number().int().gte(0).lte(500_000_000), 100_000_000),
  MAX_INTEGRATIONS_PER_USER: number(z.number().int().gte(1).lte(10_000), 100),
  PUBLIC_URL: text,
  APP_ORIGINS: text,
  RETURN_TO: text,
  PROVIDERS: text,
  WEBHOOKS: text,
  BRAND_NAME: text,
  BRAND_LOGO: text,
  BRAND_ACCENT: text,
});

/** Besides the clients of providers (providers/registry.ts). */
export const settingNames = Object.keys(settings.shape);

/** @throws ConfigError that tells all faults */
export function readConfig(env: object): Config {
  const parsed = settings.safeParse(env);
  if (!parsed.success) {
    const { issues } = parsed.error;
    throw new ConfigError(
      ...issues.map(({ path, message }) => ({
        setting: path.join('.'),
        isMissing: false,
        text: message,
      })),
    );
  }
  const s = parsed.data;
  const faults: SettingFault[] = [];
  /** Undefined after a fault, and then there is no Config in the end. */
  const attempt = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(...error.faults);
      return undefined as T;
    }
  };
  const publicUrl = attempt(() => originOf(s.PUBLIC_URL, 'PUBLIC_URL'));
  // Other settings may name localhost where it does. As long as that is not known, they may.
  const ownUrl = publicUrl ?? 'http://localhost';
  if (!isLocal(new URL(ownUrl))) attempt(() => refusePublishedSecrets(s));
  const returnPages = attempt(() => list(s.APP_ORIGINS).map(returnPageOf));
  const returnTo = attempt(() => readReturnTo(s.RETURN_TO));
  const keyring = attempt(() => createKeyring(s.ENCRYPTION_KEYS));
  const providers = attempt(() => createRegistry({ ...env }, ownUrl));
  const serviceKeys = attempt(() => readServiceKeys(s.SERVICE_KEYS, providers));
  const userAuth = attempt(() => readUserAuth(s, ownUrl));
  const webhooks = attempt(() => readWebhooks(s.WEBHOOKS, { ...env }, ownUrl));
  const brand = attempt(() => readBrand(s));
  if (faults.length > 0) throw new ConfigError(...faults);
  return {
    publicUrl,
    appOrigins: new Set(returnPages.map(({ origin }) => origin)),
    returnPages,
    returnTo,
    serviceKeys,
    userAuth,
    usersMayCall: s.USERS_MAY_CALL === '1',
    idleAfterMs: s.IDLE_AFTER_HOURS * HOUR_MS,
    callsPerMinute: s.CALLS_PER_MINUTE,
    callBodyLimit: s.CALL_BODY_LIMIT,
    maxIntegrations: s.MAX_INTEGRATIONS_PER_USER,
    runSubrequests: s.RUN_SUBREQUESTS,
    keyring,
    providers,
    brand,
    webhooks,
  };
}

const list = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

function originOf(value: string | undefined, name: string): string {
  if (!value) throw missingSetting(name, 'for example https://mooring.example.com');
  const url = webUrl(value, name);
  if (url?.pathname !== '/') {
    throw wrongSetting(
      name,
      'only an origin is allowed, without a path, such as https://mooring.example.com; give Mooring a host of its own',
    );
  }
  return url.origin;
}

/** An entry of APP_ORIGINS: an origin, which may have a path. */
function returnPageOf(entry: string): URL {
  const url = webUrl(entry, 'APP_ORIGINS');
  // Servers differ on encoded slashes: one that decodes them would see another path.
  if (!url || /%2f|%5c/i.test(url.pathname)) {
    throw wrongSetting(
      'APP_ORIGINS',
      'an entry is an origin, such as https://app.example.com, or one with the path below which returnTo must lie, such as https://app.example.com/connected',
    );
  }
  return url;
}

/**
 * Schemes that belong to browsers or systems: a redirect to one would run something, open a file or
 * start another program.
 */
const takenSchemes = new Set(
  [
    ...['http', 'https', 'ws', 'wss', 'ftp', 'ftps', 'sftp', 'file', 'filesystem', 'smb', 'jar'],
    ...['javascript', 'vbscript', 'data', 'blob', 'about', 'view-source', 'urn', 'resource', 'res'],
    ...['chrome', 'chrome-extension', 'moz-extension', 'safari-web-extension', 'edge', 'opera'],
    ...['mailto', 'tel', 'sms', 'facetime', 'intent', 'android-app', 'content', 'market', 'itms'],
    ...[
      'itms-apps',
      'itms-services',
      'app-settings',
      'prefs',
      'shortcuts',
      'search-ms',
      'ms-settings',
    ],
    ...['ssh', 'telnet', 'ldap', 'magnet'],
  ].map((name) => `${name}:`),
);

/**
 * RETURN_TO. A wildcard stands for one label, below a host of three labels or more: below two there
 * may be anybody's names (`co.uk`, `vercel.app`).
 */
function readReturnTo(value: string | undefined): ReturnPlaces {
  const schemes = new Set<string>();
  const subdomainsOf: URL[] = [];
  for (const entry of list(value)) {
    const [, scheme] = /^([a-z][a-z0-9+.-]*:)\/\/$/i.exec(entry) ?? [];
    const url = entry.startsWith('https://*.')
      ? webUrl(entry.replace('*.', ''), 'RETURN_TO')
      : null;
    if (scheme !== undefined && !takenSchemes.has(scheme.toLowerCase())) {
      schemes.add(scheme.toLowerCase());
    } else if (url !== null && mayHaveSubdomains(url)) {
      subdomainsOf.push(url);
    } else {
      throw wrongSetting(
        'RETURN_TO',
        "an entry is an app's own scheme, such as myapp://, or https://*. and a host of three labels or more that only you give out names below, such as https://*.preview.example.com; an origin belongs to APP_ORIGINS",
      );
    }
  }
  return { schemes, subdomainsOf };
}

const mayHaveSubdomains = ({ hostname, port, pathname }: URL): boolean =>
  port === '' &&
  /^(?:[a-z0-9-]+\.){2,}[a-z][a-z0-9-]*$/.test(hostname) &&
  !/%2f|%5c/i.test(pathname);

/** Null where it is no address of a web page, or has more than an origin and a path. */
function webUrl(value: string, name: string): URL | null {
  const url = URL.parse(value);
  if (!url || url.origin === 'null' || url.href.includes('*')) return null;
  if (url.search || url.hash || url.username || url.password) return null;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal(url))) {
    throw wrongSetting(name, 'http is allowed only on localhost; use https');
  }
  return url;
}

/**
 * Secrets that stand, or stood, in this repository: everybody has them. The examples of version
 * 0.1, and those of the tests.
 */
const publishedSecrets = {
  ENCRYPTION_KEYS: [
    'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
    'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=',
  ],
  SERVICE_KEYS: [
    '791207901d3024fbf4d8fcace01198e66a6594fac3c4fcf2345554dc1e42d6e2',
    '5505d25fe2eb4005423d49129d98171536b7587754770a5e613159164d2406d9',
  ],
  AUTH_JWT_SECRET: [
    'dev-only-secret-of-at-least-32-bytes',
    'test-jwt-secret-0123456789abcdef0123456789',
  ],
  // Of Standard Webhooks' own documentation, and of the tests.
  WEBHOOKS: [
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    'bW9vcmluZy10ZXN0LXdlYmhvb2stc2VjcmV0LTAwMDE=',
  ],
};

/** @throws ConfigError. On localhost they do no harm. */
function refusePublishedSecrets(s: z.output<typeof settings>): void {
  for (const name of Object.keys(publishedSecrets) as (keyof typeof publishedSecrets)[]) {
    const value = s[name]?.toLowerCase() ?? '';
    if (publishedSecrets[name].some((secret) => value.includes(secret.toLowerCase()))) {
      throw wrongSetting(
        name,
        "holds an example of Mooring's repository, which everybody knows; make a secret of your own (openssl rand -base64 32)",
      );
    }
  }
}

/** `providers`: undefined where they could not be read; then no key names a wrong one. */
function readServiceKeys(value: string | undefined, providers: Registry | undefined): ServiceKey[] {
  const isKnown = (id: string): boolean =>
    providers === undefined || providers.get(id) !== undefined;
  const keys = list(value).map((entry, i) => parseServiceKey(entry, i + 1, isKnown));
  // The name is how a key is known in the logs.
  if (new Set(keys.map(({ name }) => name)).size < keys.length) {
    throw wrongSetting('SERVICE_KEYS', 'one name is there twice; give each key its own');
  }
  // It would be open which of both says what it may do.
  if (new Set(keys.map(({ sha256 }) => sha256)).size < keys.length) {
    throw wrongSetting('SERVICE_KEYS', 'one key is there twice, under two names');
  }
  if (keys.length === 0) {
    throw missingSetting(
      'SERVICE_KEYS',
      '"name:sha256 of the key in hex[:right+right...][@provider+provider...]", comma-separated (npm run key:new makes one)',
    );
  }
  return keys;
}

/**
 * RFC 7518 section 3.1 and RFC 9864, without what needs a shared secret: nobody can keep one in a
 * JWKS.
 */
const asymmetricAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

function readUserAuth(s: z.output<typeof settings>, publicUrl: string): UserAuth | null {
  if (s.AUTH_JWT_SECRET && s.AUTH_JWKS_URL) {
    throw wrongSetting('AUTH_JWKS_URL', 'set AUTH_JWT_SECRET or AUTH_JWKS_URL, not both');
  }
  const allowed = s.AUTH_JWT_SECRET ? ['HS256'] : asymmetricAlgorithms;
  const algorithms = s.AUTH_ALGORITHMS ? list(s.AUTH_ALGORITHMS) : allowed;
  if (algorithms.length === 0 || algorithms.some((name) => !allowed.includes(name))) {
    throw wrongSetting(
      'AUTH_ALGORITHMS',
      s.AUTH_JWT_SECRET
        ? 'with AUTH_JWT_SECRET only HS256 is allowed; leave it empty'
        : `must be one or more, comma-separated, of ${asymmetricAlgorithms.join(', ')}`,
    );
  }
  const checks = {
    algorithms,
    clockToleranceSeconds: s.AUTH_CLOCK_TOLERANCE,
    issuer: s.AUTH_ISSUER || null,
    audience: s.AUTH_AUDIENCE || null,
  };
  if (s.AUTH_JWT_SECRET) {
    const secret = Uint8Array.from(new TextEncoder().encode(s.AUTH_JWT_SECRET));
    if (secret.length < 32) {
      throw wrongSetting('AUTH_JWT_SECRET', 'is shorter than 32 bytes, the least for HS256');
    }
    return { kind: 'secret', secret, ...checks };
  }
  if (s.AUTH_JWKS_URL) {
    const wrong = checkEndpoint(s.AUTH_JWKS_URL, publicUrl);
    if (wrong !== null) throw wrongSetting('AUTH_JWKS_URL', wrong);
    return { kind: 'jwks', url: s.AUTH_JWKS_URL, ...checks };
  }
  return null;
}

/** Longer ones do not fit into a variable of a Worker either. */
const MAX_LOGO_LENGTH = 5_000;

/** Where no setting says otherwise. */
export const defaultBrand: Brand = { name: 'Mooring', logo: null, accent: '#2a5bd7' };

function readBrand(s: z.output<typeof settings>): Brand {
  const name = s.BRAND_NAME || defaultBrand.name;
  if (name.length > 60 || /\p{Cc}/u.test(name)) {
    throw wrongSetting('BRAND_NAME', 'at most 60 characters, and no control characters');
  }
  const logo = s.BRAND_LOGO || null;
  if (
    logo !== null &&
    !/^data:image\/(png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/]+=*$/.test(logo)
  ) {
    throw wrongSetting(
      'BRAND_LOGO',
      'must be the picture itself, "data:image/svg+xml;base64,..." (or png, jpeg, webp); the page loads nothing from other hosts',
    );
  }
  if (logo !== null && logo.length > MAX_LOGO_LENGTH) {
    throw wrongSetting(
      'BRAND_LOGO',
      `has more than ${MAX_LOGO_LENGTH} characters; use a smaller picture`,
    );
  }
  const accent = s.BRAND_ACCENT || defaultBrand.accent;
  if (!/^#[0-9a-f]{6}$/i.test(accent)) {
    throw wrongSetting('BRAND_ACCENT', 'must be a colour such as #2a5bd7');
  }
  return { name, logo, accent: accent.toLowerCase() };
}
