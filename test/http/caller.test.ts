import { env } from 'cloudflare:workers';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config';
import { AppError } from '../../src/errors';
import { authenticate, type Caller, callers } from '../../src/http/caller';
import { lastUsesOf } from '../../src/http/service-key';
import { rights } from '../../src/rights';
import { d1Away } from '../status-cache/faults';
import { apiWith, jwtSecret, serviceKey, userToken } from '../support/api';
import { type TestDeps, testClock, testDeps } from '../support/deps';

const sha256 = async (text: string) =>
  Array.from(
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))),
    (byte) => byte.toString(16).padStart(2, '0'),
  ).join('');

const bearer = (token: string) => new Headers({ Authorization: `Bearer ${token}` });

async function refusal(headers: Headers, deps = testDeps()): Promise<AppError> {
  const error = await authenticate(headers, deps).then(
    (caller: Caller) => new Error(`let in: ${JSON.stringify(caller)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw error;
  return error;
}

/** One without rights of its own: it may do everything. */
const service = (name: string) => ({
  kind: 'service',
  name,
  rights: new Set(rights),
  providers: null,
});

describe('a service key', () => {
  it('is known by its name, each of several', async () => {
    const config = readConfig({
      ...env,
      SERVICE_KEYS: `new:${await sha256('new-key')},old:${await sha256('old-key')}`,
    });
    const deps = testDeps({ config });
    expect(await authenticate(bearer('new-key'), deps)).toEqual(service('new'));
    expect(await authenticate(bearer('old-key'), deps)).toEqual(service('old'));
  });

  it('may have the shape of a JWT: any text can be a key', async () => {
    const key = 'my.dotted.key';
    const config = readConfig({ ...env, SERVICE_KEYS: `dotted:${await sha256(key)}` });
    const deps = testDeps({ config });
    expect(await authenticate(bearer(key), deps)).toEqual(service('dotted'));
    expect((await refusal(bearer('my.other.key'), deps)).detail).toBe('the token is not valid');
  });

  it('is told from one whose hash is the same in half of its characters', async () => {
    const hash = await sha256('a-key');
    const change = (text: string) => text.replace(/./g, (digit) => (digit === '0' ? '1' : '0'));
    const others = [
      hash.slice(0, 32) + change(hash.slice(32)),
      change(hash.slice(0, 32)) + hash.slice(32),
      hash.slice(0, 63) + change(hash.slice(63)),
      change(hash.slice(0, 1)) + hash.slice(1),
    ];
    for (const other of others) {
      const deps = testDeps({ config: readConfig({ ...env, SERVICE_KEYS: `other:${other}` }) });
      expect((await refusal(bearer('a-key'), deps)).code).toBe('unauthenticated');
    }
  });

  it('the scheme is not case-sensitive (RFC 9110 section 11.1)', async () => {
    const headers = new Headers({ Authorization: `bearer ${serviceKey}` });
    expect((await authenticate(headers, testDeps())).kind).toBe('service');
  });

  it.each([
    ['nothing', ''],
    ['a prefix of the key', `Bearer ${serviceKey.slice(0, -1)}`],
    ['the key and more', `Bearer ${serviceKey}x`],
    ['the key in capitals', `Bearer ${serviceKey.toUpperCase()}`],
    ['the hash instead of the key', `Bearer ${'ab'.repeat(32)}`],
    ['an empty token', 'Bearer '],
    ['another scheme', `Basic ${btoa(`user:${serviceKey}`)}`],
    ['the key without a scheme', serviceKey],
    ['two credentials', `Bearer wrong, Bearer ${serviceKey}`],
    ['two parts', 'Bearer a.b'],
    ['a very long one', `Bearer ${'x'.repeat(20_000)}`],
    ['one with control characters', 'Bearer a\tb'],
  ])('%s is refused, with WWW-Authenticate and without an echo', async (_, header) => {
    const error = await refusal(new Headers(header ? { Authorization: header } : {}));
    expect(error.code).toBe('unauthenticated');
    expect(error.headers['WWW-Authenticate']).toMatch(/^Bearer realm="mooring"/);
    expect(JSON.stringify(error)).not.toContain(serviceKey);
  });

  it('the stored hash does not work as a key', async () => {
    expect((await refusal(bearer(await sha256(serviceKey)))).code).toBe('unauthenticated');
  });
});

describe('the use of a service key', () => {
  const DAY = 86_400_000;
  const read = async (deps: TestDeps, path = '/v1/providers', token = serviceKey) => {
    const reply = await apiWith(deps)(path, { token });
    await reply.text();
    await deps.settle();
  };
  const lastUse = async (deps: TestDeps) => (await lastUsesOf(deps.db, ['test'])).get('test');

  it('is noted once a day, whichever isolate it comes to, also where the answer is a problem', async () => {
    const clock = testClock(Date.now());
    const isolates = [testDeps({ clock }), testDeps({ clock })] as const;
    const start = clock.now();
    await read(isolates[0], '/v1/users/u/integrations/acme/nobody');
    expect(await lastUse(isolates[0])).toBe(start);
    clock.advance(DAY - 1);
    for (const deps of isolates) await read(deps);
    expect(await lastUse(isolates[0])).toBe(start);
    clock.advance(1);
    await read(isolates[1]);
    expect(await lastUse(isolates[0])).toBe(start);
    // The second isolate has looked a millisecond ago; the first one notes it.
    await read(isolates[0]);
    expect(await lastUse(isolates[0])).toBe(start + DAY);
  });

  it('costs the answer nothing where the database is away, and is logged', async () => {
    const deps = testDeps({ db: d1Away() });
    const reply = await apiWith(deps)('/v1/providers');
    expect(reply.status).toBe(200);
    await deps.settle();
    expect(deps.logLines.join()).toContain('service_key.use_not_recorded');
  });

  it('is noted of nobody else', async () => {
    const deps = testDeps({ clock: testClock(Date.now() + 10 * DAY) });
    const before = await lastUse(deps);
    await read(deps, '/v1/providers', await userToken('u', { exp: 9_999_999_999 }));
    await read(deps, '/v1/providers', 'not-the-key');
    await read(deps, '/health', serviceKey);
    expect(await lastUse(deps)).toBe(before);
  });

  it('takes one hash an isolate, however often it comes and however many users do', async () => {
    const deps = testDeps();
    await authenticate(bearer(serviceKey), deps);
    // As many as would drive it out of one cache that all share.
    const remembered = deps.caches.of(callers);
    for (let i = 0; i < 20_000; i += 1) {
      remembered.set(`Bearer ${i}`.padEnd(1_000, '.'), {
        ...service('x'),
        kind: 'user',
        userId: 'u',
      } as Caller);
    }
    const digest = vi.spyOn(crypto.subtle, 'digest');
    for (let i = 0; i < 100; i += 1) await authenticate(bearer(serviceKey), deps);
    expect(digest).not.toHaveBeenCalled();
    digest.mockRestore();
  });
});

describe('a user token with a shared secret', () => {
  const seconds = Math.floor(Date.now() / 1000);
  const key = new TextEncoder().encode(jwtSecret);
  const sign = (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256', ...header }).sign(key);

  it('names its user by sub', async () => {
    for (const sub of ['u1', 'auth0|1234', '42', 'jörg@例え.jp', 'me', 'a/b?c#d%2f']) {
      expect(await authenticate(bearer(await userToken(sub)), testDeps())).toMatchObject({
        kind: 'user',
        userId: sub,
      });
    }
  });

  it.each<[string, () => Promise<string> | string]>([
    ['signed with another secret', () => userToken('u1', {}, 'x'.repeat(40))],
    ['run out', () => userToken('u1', { exp: seconds - 1 })],
    ['without exp', () => sign({ sub: 'u1' })],
    ['with an exp that is no number', () => sign({ sub: 'u1', exp: 'tomorrow' })],
    ['not valid yet', () => userToken('u1', { nbf: seconds + 600 })],
    ['issued in the future', () => userToken('u1', { iat: seconds + 600 })],
    ['with an iat that is no number', () => sign({ sub: 'u1', exp: seconds + 60, iat: 'now' })],
    ['without sub', () => sign({ exp: seconds + 60 })],
    ['with an empty sub', () => userToken('')],
    ['with a number as sub', () => sign({ sub: 42, exp: seconds + 60 })],
    ['with a sub that is no user id', () => userToken('..')],
    ['with a sub of control characters', () => userToken('a\r\nb')],
    ['with a sub that is too long', () => userToken('x'.repeat(256))],
    ['alg none', () => new UnsecuredJWT({ sub: 'u1', exp: seconds + 60 }).encode()],
    ['alg none in capitals', () => `${btoa('{"alg":"NONE"}')}.${btoa('{"sub":"u1"}')}.`],
    [
      'HS512 with the right secret',
      () =>
        new SignJWT({ sub: 'u1', exp: seconds + 60 })
          .setProtectedHeader({ alg: 'HS512' })
          .sign(key),
    ],
    ['an unknown crit', () => forged({ alg: 'HS256', crit: ['x-own'], 'x-own': 1 })],
    ['unencoded payload (b64: false)', () => forged({ alg: 'HS256', crit: ['b64'], b64: false })],
    ['three parts of nonsense', () => 'a.b.c'],
    ['three empty parts', () => '..'],
  ])('%s is refused', async (_, make) => {
    const error = await refusal(bearer(await make()));
    expect(error.code).toBe('unauthenticated');
    expect(error.headers['WWW-Authenticate']).toContain('error="invalid_token"');
    expect(error.detail).not.toContain('u1');
  });

  it.each(['jku', 'x5u', 'jwk'])('%s in the header is not looked at: no request', async (name) => {
    const token = await sign({ sub: 'u1', exp: seconds + 60 }, { [name]: 'https://evil.example' });
    expect(await authenticate(bearer(token), testDeps())).toMatchObject({ userId: 'u1' });
  });

  it('a signature that was changed is refused, also after the right one was let in', async () => {
    const deps = testDeps();
    const token = await userToken('u1');
    await authenticate(bearer(token), deps);
    const [header, , signature] = token.split('.');
    const payload = btoa(JSON.stringify({ sub: 'u2', exp: seconds + 60 })).replaceAll('=', '');
    expect((await refusal(bearer(`${header}.${payload}.${signature}`), deps)).code).toBe(
      'unauthenticated',
    );
  });

  it('a remembered token is let in no longer than its exp', async () => {
    const clock = testClock(seconds * 1000);
    const deps = testDeps({ clock });
    const token = await userToken('u1', { exp: seconds + 30 });
    await authenticate(bearer(token), deps);
    clock.advance(29_999);
    expect((await authenticate(bearer(token), deps)).kind).toBe('user');
    clock.advance(1);
    expect((await refusal(bearer(token), deps)).code).toBe('unauthenticated');
  });

  it.each(['nbf', 'iat'])(
    '%s may be 30 s ahead: the issuer may have another clock',
    async (name) => {
      const deps = testDeps({ clock: testClock(seconds * 1000) });
      const token = await userToken('u1', { [name]: seconds + 30 });
      expect((await authenticate(bearer(token), deps)).kind).toBe('user');
      const ahead = await userToken('u1', { [name]: seconds + 31 });
      expect((await refusal(bearer(ahead), deps)).detail).toBe(
        `the token's "${name}" does not fit`,
      );
    },
  );

  it('AUTH_CLOCK_TOLERANCE is for nbf and iat alone, exp is held to the letter', async () => {
    const config = readConfig({ ...env, AUTH_CLOCK_TOLERANCE: '2' });
    const deps = testDeps({ config, clock: testClock(seconds * 1000) });
    for (const name of ['nbf', 'iat']) {
      const token = await userToken('u1', { [name]: seconds + 2 });
      expect((await authenticate(bearer(token), deps)).kind).toBe('user');
      const ahead = await userToken('u1', { [name]: seconds + 3 });
      expect((await refusal(bearer(ahead), deps)).code).toBe('unauthenticated');
    }
    const expired = await userToken('u1', { exp: seconds });
    expect((await refusal(bearer(expired), deps)).detail).toBe('the token has run out');
    const none = testDeps({
      config: readConfig({ ...env, AUTH_CLOCK_TOLERANCE: '0' }),
      clock: testClock(seconds * 1000),
    });
    const ahead = await userToken('u1', { nbf: seconds + 1 });
    expect((await refusal(bearer(ahead), none)).code).toBe('unauthenticated');
  });

  it('a refusal is not remembered: a token of the near future works once its time has come', async () => {
    const clock = testClock(seconds * 1000);
    const deps = testDeps({ clock });
    const token = await userToken('u1', { nbf: seconds + 60 });
    await refusal(bearer(token), deps);
    clock.advance(60_000);
    expect((await authenticate(bearer(token), deps)).kind).toBe('user');
  });

  it('issuer and audience are checked when set, and only then', async () => {
    const token = await userToken('u1', { iss: 'https://id.example', aud: ['other', 'mooring'] });
    const withSettings = (settings: Record<string, string>) =>
      testDeps({ config: readConfig({ ...env, ...settings }) });
    const good = { AUTH_ISSUER: 'https://id.example', AUTH_AUDIENCE: 'mooring' };
    expect((await authenticate(bearer(token), withSettings(good))).kind).toBe('user');
    expect((await authenticate(bearer(token), withSettings({}))).kind).toBe('user');
    for (const settings of [
      { ...good, AUTH_ISSUER: 'https://id.example/' },
      { ...good, AUTH_AUDIENCE: 'another' },
    ]) {
      expect((await refusal(bearer(token), withSettings(settings))).code).toBe('unauthenticated');
    }
    const bare = await userToken('u1');
    expect((await refusal(bearer(bare), withSettings(good))).detail).toMatch(/"(iss|aud)"/);
  });

  it('without a configured way, user tokens are refused and service keys work', async () => {
    const deps = testDeps({ config: readConfig({ ...env, AUTH_JWT_SECRET: undefined }) });
    expect((await refusal(bearer(await userToken('u1')), deps)).detail).toContain('not accepted');
    expect((await authenticate(bearer(serviceKey), deps)).kind).toBe('service');
  });

  /** A header that jose would not make, properly signed. */
  async function forged(header: object): Promise<string> {
    const encode = (value: object) =>
      btoa(JSON.stringify(value)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_');
    const input = `${encode(header)}.${encode({ sub: 'u1', exp: seconds + 60 })}`;
    const hmac = await crypto.subtle.importKey(
      'raw',
      key,
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    );
    const bytes = await crypto.subtle.sign('HMAC', hmac, new TextEncoder().encode(input));
    const signature = btoa(String.fromCharCode(...new Uint8Array(bytes)));
    return `${input}.${signature.replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')}`;
  }
});
