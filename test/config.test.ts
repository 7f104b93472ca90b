import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { type Bindings, readConfig } from '../src/config';
import { ConfigError, sentenceOf } from '../src/errors';
import { rights } from '../src/rights';
import { jwtSecret } from './support/keys';

const hash = 'ab'.repeat(32);
/** Those of the tests are accepted on localhost only. */
const ownSecrets = {
  ENCRYPTION_KEYS: `own:${btoa(`${'x'.repeat(31)}y`)}`,
  SERVICE_KEYS: `own:${hash}`,
  AUTH_JWT_SECRET: 'x'.repeat(40),
};
const settings = (changes: Record<string, unknown> = {}) => ({ ...env, ...ownSecrets, ...changes });
/** Part of every wrong value below: it must never be quoted. */
const canary = 'c4n4ry';

function errorOf(changes: Record<string, unknown>): ConfigError {
  try {
    readConfig(settings(changes));
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('what is missing', () => {
  it('is told all at once', () => {
    const { faults } = errorOf({ PUBLIC_URL: '', ENCRYPTION_KEYS: '', SERVICE_KEYS: undefined });
    expect(faults.map(({ setting, isMissing }) => isMissing && setting)).toEqual([
      'PUBLIC_URL',
      'ENCRYPTION_KEYS',
      'SERVICE_KEYS',
    ]);
  });

  it('brings no fault of what depends on it', () => {
    const own = { own: { name: 'Own', extends: 'api-key' } };
    const settings = { AUTH_JWT_SECRET: '', AUTH_JWKS_URL: 'http://localhost:4001/jwks' };
    const { faults } = errorOf({ ...settings, PUBLIC_URL: '', PROVIDERS: JSON.stringify(own) });
    expect(faults.map(sentenceOf)).toEqual([expect.stringContaining('PUBLIC_URL is missing')]);
    const broken = errorOf({ PROVIDERS: '{', SERVICE_KEYS: `app:${hash}:read@own` });
    expect(broken.faults.map(({ setting }) => setting)).toEqual(['PROVIDERS']);
  });
});

describe('a wrong setting is one clear error that names it and never quotes the value', () => {
  const provider = (change: object) =>
    JSON.stringify({
      own: {
        name: 'Own',
        kind: 'oauth2',
        authorizationUrl: 'https://id.example.com/authorize',
        tokenUrl: 'https://id.example.com/token',
        profileUrl: 'https://id.example.com/me',
        accountId: 'sub',
        refreshModel: 'rotating',
        ...change,
      },
    });

  it.each<[name: string, value: unknown, named?: string]>([
    ['BRAND_NAME', canary.repeat(20)],
    ['BRAND_LOGO', `https://${canary}.example/logo.png`],
    ['BRAND_LOGO', `/logo-${canary}.png`],
    ['BRAND_LOGO', `data:text/html;base64,${canary}`],
    ['BRAND_LOGO', `data:image/svg+xml,<svg ${canary}>`],
    ['BRAND_LOGO', `data:image/png;base64,${canary.repeat(1000)}`],
    ['BRAND_ACCENT', `red ${canary}`],
    ['BRAND_ACCENT', '#fff'],
    ['BRAND_ACCENT', '#12345g'],
    ['PUBLIC_URL', undefined],
    ['PUBLIC_URL', ''],
    ['PUBLIC_URL', canary],
    ['PUBLIC_URL', `https://example.com/${canary}`],
    ['PUBLIC_URL', `https://example.com/?${canary}`],
    ['PUBLIC_URL', `http://${canary}.example.com`],
    ['PUBLIC_URL', `https://:${canary}@example.com`],
    ['PUBLIC_URL', `ftp://${canary}.example.com`],
    ['PUBLIC_URL', `javascript:${canary}`],
    ['APP_ORIGINS', `https://app.example.com,${canary}`],
    ['APP_ORIGINS', `https://app.example.com/?${canary}`],
    ['APP_ORIGINS', `https://app.example.com/a%2f${canary}`],
    ['APP_ORIGINS', `https://app.example.com/${canary}/*`],
    ['APP_ORIGINS', `http://${canary}.example.com`],
    ['APP_ORIGINS', 'null'],
    ['APP_ORIGINS', '*'],
    ['APP_ORIGINS', `https://*.${canary}.example.com`],
    ['APP_ORIGINS', `https://user:${canary}@app.example.com`],
    ['PUBLIC_URL', `https://example.com/${canary}`],
    ...[
      ...['https://*', 'https://*.com', 'https://*.co.uk', 'https://*.vercel.app', 'https://*.'],
      ...[
        'https://*.10.0.0.1',
        'https://*.[::1]',
        'https://*.a.b.example.com.',
        '*',
        '*://',
        'https',
      ],
      ...[
        'https://a*.preview.example.com',
        'https://a.*.preview.example.com',
        'http://*.a.b.example',
      ],
      ...[
        'https://*.*.preview.example.com',
        'https://*.preview.example.com:8443',
        'https://*.localhost',
      ],
      ...[
        'https://*.preview.example.com/?a',
        'https://u@*.preview.example.com',
        'https://*.a_.b.example',
      ],
      ...[
        'https://*.x@preview.example.com',
        'https://app.example.com',
        'myapp:',
        'myapp:/',
        'myapp',
      ],
      ...['http://', 'https://', 'file://', 'javascript://', 'JavaScript://', 'data://', 'blob://'],
      ...['about://', 'intent://', 'view-source://', 'ws://', 'mailto://', '1app://', 'my app://'],
      ...['myapp://done', '://', '//', `https://*.${canary}`],
    ].map((value): [string, string] => ['RETURN_TO', value]),
    ['ENCRYPTION_KEYS', undefined],
    ['ENCRYPTION_KEYS', `k1:${canary}`],
    ['SERVICE_KEYS', undefined],
    ['SERVICE_KEYS', ''],
    ['SERVICE_KEYS', canary],
    ['SERVICE_KEYS', `app:${canary}`],
    ['SERVICE_KEYS', `app:${hash}:${canary}`],
    ['SERVICE_KEYS', `:${hash}`],
    ['SERVICE_KEYS', `app:${hash},app:${'cd'.repeat(32)}`],
    ['AUTH_JWT_SECRET', canary],
    ['AUTH_JWT_SECRET', `${canary}`.padEnd(31, 'x')],
    ['IDLE_AFTER_HOURS', canary],
    ['IDLE_AFTER_HOURS', '-1'],
    ['IDLE_AFTER_HOURS', 'Infinity'],
    ['AUTH_CLOCK_TOLERANCE', canary],
    ['AUTH_CLOCK_TOLERANCE', '-1'],
    ['AUTH_CLOCK_TOLERANCE', '1.5'],
    ['AUTH_CLOCK_TOLERANCE', '3601'],
    ['AUTH_ALGORITHMS', canary],
    ['AUTH_ALGORITHMS', 'RS256'],
    ['AUTH_ALGORITHMS', 'HS512'],
    ['RUN_SUBREQUESTS', canary],
    ['MAX_INTEGRATIONS_PER_USER', '0'],
    ['MAX_INTEGRATIONS_PER_USER', '1e9'],
    ['RUN_SUBREQUESTS', '9'],
    ['RUN_SUBREQUESTS', '12.5'],
    ['PROVIDERS', canary],
    ['PROVIDERS', `["${canary}"]`],
    ['PROVIDERS', `{"own":"${canary}"}`],
    ['PROVIDERS', provider({ tokenUrl: `http://${canary}.example.com` }), 'PROVIDERS.own.tokenUrl'],
    ['PROVIDERS', provider({ clientAuth: canary }), 'PROVIDERS.own.clientAuth'],
    ['PROVIDERS', provider({ authorizationUrl: undefined }), 'PROVIDERS.own.authorizationUrl'],
  ])('%s = %j', (name, value, named = name) => {
    const { message } = errorOf({ [name]: value });
    expect(message).toContain(named);
    expect(message).not.toContain(canary);
    expect(message).not.toContain('\n');
  });

  it.each([`http://${canary}.example.com/jwks`, canary, 'file:///etc/passwd'])(
    'AUTH_JWKS_URL = %s',
    (url) => {
      const { message } = errorOf({ AUTH_JWT_SECRET: undefined, AUTH_JWKS_URL: url });
      expect(message).toContain('AUTH_JWKS_URL');
      expect(message).not.toContain(canary);
    },
  );

  it.each([
    'http://localhost:4000/jwks',
    'https://localhost:4000/jwks',
    'https://169.254.169.254/jwks',
    'https://[::ffff:10.0.0.1]/jwks',
    'https://id.internal/jwks',
    'https://user@id.example.com/jwks',
  ])('AUTH_JWKS_URL = %s, where PUBLIC_URL is public', (url) => {
    const { message } = errorOf({
      PUBLIC_URL: 'https://mooring.example.com',
      AUTH_JWT_SECRET: undefined,
      AUTH_JWKS_URL: url,
    });
    expect(message).toContain('AUTH_JWKS_URL');
  });

  it.each(['HS256', 'RS256,HS256', 'none', 'rs256', 'RS256 ES256', 'ES256K', canary, ','])(
    'AUTH_ALGORITHMS = %s, of a JWKS',
    (value) => {
      const { message } = errorOf({
        AUTH_JWT_SECRET: undefined,
        AUTH_JWKS_URL: 'https://id.example.com/jwks',
        AUTH_ALGORITHMS: value,
      });
      expect(message).toMatch(/^AUTH_ALGORITHMS: .*RS256.*Ed25519/);
      expect(message).not.toContain(canary);
    },
  );

  it('a secret and a JWKS at once: which one holds would be a guess', () => {
    const { message } = errorOf({ AUTH_JWKS_URL: 'https://id.example.com/jwks' });
    expect(message).toContain('AUTH_JWT_SECRET');
    expect(message).toContain('AUTH_JWKS_URL');
  });
});

describe('secrets of the repository', () => {
  const own = { ...ownSecrets, PUBLIC_URL: 'https://mooring.example.com' };
  const published = {
    ENCRYPTION_KEYS: [
      (env as Bindings).ENCRYPTION_KEYS,
      `old:${btoa('01234567890123456789012345678901')}`,
    ],
    SERVICE_KEYS: [
      (env as Bindings).SERVICE_KEYS,
      'x:791207901D3024FBF4D8FCACE01198E66A6594FAC3C4FCF2345554DC1E42D6E2',
    ],
    AUTH_JWT_SECRET: [jwtSecret, 'dev-only-secret-of-at-least-32-bytes'],
  };

  it.each(
    Object.entries(published).flatMap(([name, values]) => values.map((value) => [name, value])),
  )('%s: an example is refused, but on localhost', (name = '', value = '') => {
    expect(() => readConfig(settings(own))).not.toThrow();
    const error = errorOf({ ...own, [name]: value });
    expect(error.message).toContain(name);
    expect(error.message).toContain('everybody knows');
    expect(error.message).not.toContain(value);
    for (const PUBLIC_URL of ['http://localhost:8787', 'http://127.0.0.1:8787']) {
      expect(() => readConfig(settings({ ...own, PUBLIC_URL, [name]: value }))).not.toThrow();
    }
  });

  it('a second key that is an example is refused too', () => {
    const keys = `${own.ENCRYPTION_KEYS},${(env as Bindings).ENCRYPTION_KEYS}`;
    expect(errorOf({ ...own, ENCRYPTION_KEYS: keys }).message).toContain('ENCRYPTION_KEYS');
  });

  it('the hash of an empty key is refused everywhere', () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const error = errorOf({ SERVICE_KEYS: `app:${hash},op:${empty.toUpperCase()}` });
    expect(error.message).toContain('entry 2');
    expect(error.message).toContain('empty key');
  });
});

describe('what is not set', () => {
  it('no user authentication: users are refused, services work', () => {
    expect(readConfig(settings({ AUTH_JWT_SECRET: undefined })).userAuth).toBeNull();
    expect(readConfig(settings({ AUTH_JWT_SECRET: '' })).userAuth).toBeNull();
  });

  it('the algorithms of user JWTs: all asymmetric ones of a JWKS, HS256 of a secret', () => {
    const jwks = {
      AUTH_JWT_SECRET: undefined,
      AUTH_JWKS_URL: 'https://id.example.com/jwks',
    };
    for (const value of [undefined, '', '  ']) {
      expect(readConfig(settings({ ...jwks, AUTH_ALGORITHMS: value })).userAuth).toMatchObject({
        algorithms: 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(
          ' ',
        ),
        clockToleranceSeconds: 30,
      });
      expect(readConfig(settings({ AUTH_ALGORITHMS: value })).userAuth).toMatchObject({
        algorithms: ['HS256'],
      });
    }
    const some = settings({ ...jwks, AUTH_ALGORITHMS: ' ES256, PS384 ' });
    expect(readConfig(some).userAuth).toMatchObject({ algorithms: ['ES256', 'PS384'] });
    const secret = settings({ AUTH_ALGORITHMS: 'HS256' });
    expect(readConfig(secret).userAuth).toMatchObject({ algorithms: ['HS256'] });
  });

  it('no APP_ORIGINS: no origin is allowed', () => {
    expect(readConfig(settings({ APP_ORIGINS: undefined })).appOrigins.size).toBe(0);
  });

  // `.dev.vars` and CI write an unset variable as an empty one.
  it.each([undefined, '', '  '])('numbers take their defaults: %j', (value) => {
    const config = readConfig(
      settings({ IDLE_AFTER_HOURS: value, RUN_SUBREQUESTS: value, AUTH_CLOCK_TOLERANCE: value }),
    );
    expect(config.idleAfterMs).toBe(72 * 3_600_000);
    expect(config.runSubrequests).toBe(45);
    expect(config.userAuth?.clockToleranceSeconds).toBe(30);
  });

  it('IDLE_AFTER_HOURS=0 keeps all integrations warm', () => {
    expect(readConfig(settings({ IDLE_AFTER_HOURS: '0' })).idleAfterMs).toBe(0);
  });
});

describe('what is set', () => {
  it('origins lose their slash, their default port and their capitals', () => {
    const config = readConfig(
      settings({
        PUBLIC_URL: 'https://Mooring.Example.com:443/',
        APP_ORIGINS: ' https://APP.example.com/ , http://127.0.0.1:4000',
      }),
    );
    expect(config.publicUrl).toBe('https://mooring.example.com');
    expect([...config.appOrigins]).toEqual(['https://app.example.com', 'http://127.0.0.1:4000']);
  });

  it('RETURN_TO allows no origin to CORS and page sessions, and no page to them', () => {
    const config = readConfig(settings({ RETURN_TO: 'myapp://,https://*.preview.example.com' }));
    const without = readConfig(settings());
    expect(config.appOrigins).toEqual(without.appOrigins);
    expect(config.returnPages).toEqual(without.returnPages);
    expect([...config.returnTo.schemes]).toEqual(['myapp:']);
    expect(config.returnTo.subdomainsOf.map(({ href }) => href)).toEqual([
      'https://preview.example.com/',
    ]);
  });

  it('an entry of APP_ORIGINS with a path allows its origin, and pages below the path', () => {
    const config = readConfig(
      settings({ APP_ORIGINS: 'https://app.example.com/connected,https://app.example.com/x' }),
    );
    expect([...config.appOrigins]).toEqual(['https://app.example.com']);
    expect(config.returnPages.map(({ href }) => href)).toEqual([
      'https://app.example.com/connected',
      'https://app.example.com/x',
    ]);
  });

  it('several service keys at once, so that keys can be changed without a break', () => {
    const keys = `new:${hash.toUpperCase()}, old:${'cd'.repeat(32)}`;
    expect(readConfig(settings({ SERVICE_KEYS: keys })).serviceKeys).toEqual([
      { name: 'new', sha256: hash, rights: new Set(rights), providers: null },
      { name: 'old', sha256: 'cd'.repeat(32), rights: new Set(rights), providers: null },
    ]);
  });
});

describe('an entry of SERVICE_KEYS', () => {
  const keyOf = (entry: string) => readConfig(settings({ SERVICE_KEYS: entry })).serviceKeys[0];
  const withoutOperate = new Set(['read', 'connect', 'token', 'call']);

  it.each<[entry: string, expected: object]>([
    [`app:${hash}`, { rights: new Set(rights), providers: null }],
    [`app:${hash}:read`, { rights: new Set(['read']), providers: null }],
    [`app:${hash}:call+read`, { rights: new Set(['read', 'call']), providers: null }],
    [`app:${hash}:operate`, { rights: new Set(['operate']), providers: null }],
    [`app:${hash}@reddit`, { rights: withoutOperate, providers: new Set(['reddit']) }],
    [
      `app:${hash}:read+token@reddit+slack-user`,
      { rights: new Set(['read', 'token']), providers: new Set(['reddit', 'slack-user']) },
    ],
    [`ci.job_2-b:${hash}`, { name: 'ci.job_2-b' }],
  ])('%s', (entry, expected) => {
    expect(keyOf(entry)).toMatchObject({ sha256: hash, ...expected });
  });

  it.each<[what: string, entry: string, says?: string]>([
    ['no right after the colon', `app:${hash}:`, 'empty part'],
    ['no right before the providers', `app:${hash}:@reddit`, 'empty part'],
    ['no provider after the @', `app:${hash}@`, 'empty part'],
    ['an empty part at the end', `app:${hash}:read+`, 'empty part'],
    ['an empty part in between', `app:${hash}:read++call`, 'empty part'],
    ['an empty provider', `app:${hash}@reddit+`, 'empty part'],
    ['an unknown right', `app:${hash}:read+fly`, 'not known'],
    ['a right in capitals', `app:${hash}:READ`, 'not known'],
    ['a right with a blank', `app:${hash}:read + call`, 'not known'],
    ['a right twice', `app:${hash}:read+call+read`, 'twice'],
    ['a provider twice', `app:${hash}@reddit+reddit`, 'twice'],
    ['a provider that is not known here', `app:${hash}@redit`, 'not known'],
    ['a name of every object as provider', `app:${hash}@constructor`, 'not known'],
    ['operate and providers', `app:${hash}:read+operate@reddit`, 'operate'],
    ['providers before rights', `app:${hash}@reddit:read`],
    ['providers twice', `app:${hash}@reddit@github`],
    ['rights twice', `app:${hash}:read:call`],
    ['a hash that is too long', `app:${hash}0`],
    ['a hash that is too short', `app:${hash.slice(1)}`],
    ['a blank in the name', `an app:${hash}`],
    ['an @ in the name', `app@x:${hash}`],
    ['a name that is too long', `${'a'.repeat(65)}:${hash}`],
    ['a hash as name', `${hash}:${hash}`],
  ])('with %s fails the start, and the error names the entry, not the hash', (_, entry, says) => {
    const { message } = errorOf({ SERVICE_KEYS: `first:${'cd'.repeat(32)},${entry}` });
    expect(message).toContain('SERVICE_KEYS: entry 2');
    if (says !== undefined) expect(message).toContain('("app")');
    expect(message).toContain(says ?? 'is not "name:sha256');
    expect(message).not.toContain(hash.slice(1, 60));
  });

  it('must be the only one of its name, and of its key', () => {
    const twice = (...keys: string[]) => errorOf({ SERVICE_KEYS: keys.join() }).message;
    expect(twice(`app:${hash}:read`, `app:${'cd'.repeat(32)}:call`)).toContain(
      'name is there twice',
    );
    expect(twice(`app:${hash}:read`, `other:${hash.toUpperCase()}`)).toContain(
      'key is there twice',
    );
  });

  it('users may call with USERS_MAY_CALL=1 only', () => {
    const mayCall = (USERS_MAY_CALL?: string) =>
      readConfig(settings({ USERS_MAY_CALL })).usersMayCall;
    expect([mayCall(), mayCall(''), mayCall('0'), mayCall(' 1 ')]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    for (const value of ['true', 'yes', '2', canary]) {
      const { message } = errorOf({ USERS_MAY_CALL: value });
      expect(message).toContain('USERS_MAY_CALL');
      expect(message).not.toContain(canary);
    }
  });
});
