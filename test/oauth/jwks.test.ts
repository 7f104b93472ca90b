import { env } from 'cloudflare:workers';
import { createHash } from 'node:crypto';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config';
import { AppError } from '../../src/errors';
import { authenticate } from '../../src/http/caller';
import { verifyWithKeys } from '../../src/oauth/jwks';
import { jwtSecret } from '../support/api';
import { testClock, testDeps } from '../support/deps';

const algorithms = ['RS256', 'ES256', 'EdDSA'] as const;
/** The others that AUTH_ALGORITHMS holds by default. */
const siblings = [
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES384',
  'ES512',
  'Ed25519',
] as const;
type Algorithm = (typeof algorithms)[number] | (typeof siblings)[number];
interface Pair {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  jwk: JWK;
}
const pairs = new Map<string, Pair>();

async function newPair(alg: Algorithm): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: alg, alg, use: 'sig' };
  return { privateKey, publicKey, jwk };
}

beforeAll(async () => {
  for (const alg of [...algorithms, ...siblings]) pairs.set(alg, await newPair(alg));
});

const pair = (alg: Algorithm): Pair => {
  const found = pairs.get(alg);
  if (!found) throw new Error(`no key for ${alg}`);
  return found;
};

/** A JWKS server of its own URL, a clock, and the deps that use them. */
let serial = 0;
function issuer(
  keys: () => unknown = () => ({ keys: algorithms.map((alg) => pair(alg).jwk) }),
  settings: Record<string, string> = {},
) {
  const url = `https://id${++serial}.example.com/jwks.json`;
  const clock = testClock();
  const server = { requests: 0, answer: async () => new Response(JSON.stringify(keys())) };
  const deps = testDeps({
    clock,
    // To wait for another request's keys takes no time that a test counts.
    sleep: (ms) => scheduler.wait(ms),
    config: readConfig({ ...env, AUTH_JWT_SECRET: undefined, AUTH_JWKS_URL: url, ...settings }),
    fetch: async (input) => {
      const requested = input instanceof Request ? input.url : String(input);
      if (requested !== url) throw new Error(`a request to ${requested}`);
      server.requests += 1;
      return server.answer();
    },
  });
  const token = (
    alg: Algorithm = 'ES256',
    { kid = alg }: { kid?: string | null } = {},
    { privateKey } = pair(alg),
  ) =>
    new SignJWT({ sub: `u${Math.random()}`, exp: Math.floor(clock.now() / 1000) + 3600 })
      .setProtectedHeader(kid === null ? { alg } : { alg, kid })
      .sign(privateKey);
  const call = async (jwt: string | Promise<string>): Promise<string> => {
    const headers = new Headers({ Authorization: `Bearer ${await jwt}` });
    return authenticate(headers, deps).then(
      (caller) => caller.kind,
      (error: unknown) => {
        if (error instanceof AppError) return error.code;
        throw error;
      },
    );
  };
  return { server, clock, deps, token, call };
}

describe('a user token under a JWKS', () => {
  it.each(algorithms)('%s is let in', async (alg) => {
    const { call, token } = issuer();
    expect(await call(token(alg))).toBe('user');
  });

  it.each(siblings)('%s is let in', async (alg) => {
    const { call, token } = issuer(() => ({ keys: [pair(alg).jwk] }));
    expect(await call(token(alg))).toBe('user');
  });

  it('only the algorithms of AUTH_ALGORITHMS are let in', async () => {
    const { call, token } = issuer(undefined, { AUTH_ALGORITHMS: 'ES256, RS256' });
    expect(await call(token('ES256'))).toBe('user');
    expect(await call(token('RS256'))).toBe('user');
    expect(await call(token('EdDSA'))).toBe('unauthenticated');
  });

  it('the sets of some servers are kept, not of all that there ever were', async () => {
    const asked: string[] = [];
    const deps = testDeps({
      fetch: async (input) => {
        asked.push(new URL(input instanceof Request ? input.url : String(input)).host);
        return Response.json({ keys: [pair('ES256').jwk] });
      },
    });
    const at = (n: number) =>
      verifyWithKeys(`https://keys${n}.example/jwks`, deps, async (keys) =>
        keys({ alg: 'ES256', kid: 'ES256' }, { payload: '', signature: '' }),
      );
    for (let n = 0; n < 200; n += 1) await at(n);
    for (const n of [199, 0]) await at(n);
    expect(asked).toHaveLength(201);
    expect(asked.at(-1)).toBe('keys0.example');
  });

  it('keys are fetched once for many tokens', async () => {
    const { call, token, server } = issuer();
    for (let i = 0; i < 5; i++) expect(await call(token())).toBe('user');
    expect(server.requests).toBe(1);
  });

  it('an HS256 token signed with the public key as its secret is refused', async () => {
    const { call, clock } = issuer();
    for (const secret of [
      await exportSPKI(pair('RS256').publicKey),
      JSON.stringify(pair('RS256').jwk),
      jwtSecret,
    ]) {
      const jwt = await new SignJWT({ sub: 'u1', exp: Math.floor(clock.now() / 1000) + 60 })
        .setProtectedHeader({ alg: 'HS256', kid: 'RS256' })
        .sign(new TextEncoder().encode(secret));
      expect(await call(jwt)).toBe('unauthenticated');
    }
  });

  it('a token that brings its own key, or says where it is, is refused without a request there', async () => {
    const { call, clock, server } = issuer();
    const own = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(own.publicKey);
    for (const header of [
      { jwk },
      { jku: 'https://evil.example/jwks' },
      { x5u: 'https://evil.example' },
    ]) {
      const jwt = await new SignJWT({ sub: 'u1', exp: Math.floor(clock.now() / 1000) + 60 })
        .setProtectedHeader({ alg: 'ES256', kid: 'ES256', ...header })
        .sign(own.privateKey);
      expect(await call(jwt)).toBe('unauthenticated');
    }
    expect(server.requests).toBe(1);
  });

  it('a key of another algorithm is not used, whatever kid the token names', async () => {
    const { call, token } = issuer();
    expect(await call(token('ES256', { kid: 'RS256' }))).toBe('unauthenticated');
  });
});

describe('several keys fit a token', () => {
  it.each(['ES256', 'RS256'] as const)('%s without kid: whichever signed', async (alg) => {
    const [first, second] = [await newPair(alg), await newPair(alg)];
    const keys = [
      { ...first.jwk, kid: 'first' },
      { ...second.jwk, kid: 'second' },
    ];
    const { call, token } = issuer(() => ({ keys }));
    expect(await call(token(alg, { kid: null }, first))).toBe('user');
    expect(await call(token(alg, { kid: null }, second))).toBe('user');
    expect(await call(token(alg, { kid: null }, await newPair(alg)))).toBe('unauthenticated');
  });

  it('under one kid: the same key twice, and two keys', async () => {
    const other = await newPair('ES256');
    const { call, token } = issuer(() => ({
      keys: [pair('ES256').jwk, pair('ES256').jwk, other.jwk],
    }));
    expect(await call(token())).toBe('user');
    expect(await call(token('ES256', {}, other))).toBe('user');
    expect(await call(token('ES256', {}, await newPair('ES256')))).toBe('unauthenticated');
  });

  it('the claims of a token are still checked, and the reason is told', async () => {
    const other = await newPair('ES256');
    const { deps, clock } = issuer(() => ({ keys: [other.jwk, pair('ES256').jwk] }));
    const jwt = await new SignJWT({ sub: 'u1', exp: Math.floor(clock.now() / 1000) - 60 })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(pair('ES256').privateKey);
    const headers = new Headers({ Authorization: `Bearer ${jwt}` });
    await expect(authenticate(headers, deps)).rejects.toThrow('the token has run out');
  });

  it('five are tried at most', async () => {
    const keys = await Promise.all(Array.from({ length: 6 }, () => newPair('ES256')));
    const { call, token } = issuer(() => ({ keys: keys.map(({ jwk }) => jwk) }));
    expect(await call(token('ES256', {}, keys[4]))).toBe('user');
    expect(await call(token('ES256', {}, keys[5]))).toBe('unauthenticated');
  });
});

describe('a key that cannot be used', () => {
  const unusable: [string, () => unknown][] = [
    ['no object', () => 'key'],
    ['null', () => null],
    ['without kty', () => ({ kid: 'ES256' })],
    ['with a number as kty', () => ({ kty: 1, kid: 'ES256' })],
    ['of an unknown curve', () => ({ ...pair('ES256').jwk, crv: 'secp256k1' })],
    ['of the curve Ed448', () => ({ kty: 'OKP', crv: 'Ed448', x: 'AAAA', kid: 'ES256' })],
    ['whose point is not on the curve', () => ({ ...pair('ES256').jwk, x: pair('ES256').jwk.y })],
    ['whose numbers are no base64url', () => ({ ...pair('ES256').jwk, x: '!' })],
    ['whose numbers are missing', () => ({ kty: 'EC', crv: 'P-256', kid: 'ES256' })],
    ['with a number that is an object', () => ({ ...pair('ES256').jwk, y: {} })],
    ['with a private part', () => ({ ...pair('ES256').jwk, d: pair('ES256').jwk.x })],
    ['that is symmetric', () => ({ kty: 'oct', k: 'AAAA', kid: 'ES256' })],
  ];

  it.each(unusable)('%s is passed over', async (_, key) => {
    for (const first of [true, false]) {
      const { jwk } = pair('ES256');
      const { call, token } = issuer(() => ({ keys: first ? [key(), jwk] : [jwk, key()] }));
      expect(await call(token())).toBe('user');
      expect(await call(token('ES256', { kid: null }))).toBe('user');
    }
  });

  it.each(unusable)('%s is no error of ours where the token names it', async (_, key) => {
    const { call, token } = issuer(() => ({ keys: [key(), pair('RS256').jwk] }));
    expect(await call(token())).toBe('unauthenticated');
    expect(await call(token('RS256'))).toBe('user');
  });

  it('RSA of fewer than 2048 bits (RFC 7518 section 3.3)', async () => {
    const weak = await crypto.subtle.generateKey(
      {
        name: 'RSASSA-PKCS1-v1_5',
        hash: 'SHA-256',
        modulusLength: 1024,
        publicExponent: new Uint8Array([1, 0, 1]),
      },
      true,
      ['sign', 'verify'],
    );
    if (!('publicKey' in weak)) throw new Error('a pair was expected');
    const jwk = { ...(await exportJWK(weak.publicKey)), kid: 'RS256', alg: 'RS256' };
    const alone = issuer(() => ({ keys: [jwk] }));
    expect(await alone.call(alone.token('RS256'))).toBe('unauthenticated');
    const both = issuer(() => ({ keys: [jwk, pair('RS256').jwk] }));
    expect(await both.call(both.token('RS256'))).toBe('user');
  });
});

describe('a flood of unknown kids', () => {
  it('asks the server once in 30 s', async () => {
    const { call, token, server, clock } = issuer();
    await call(token());
    clock.advance(30_000);
    const floods = Array.from({ length: 50 }, (_, i) => call(token('ES256', { kid: `no-${i}` })));
    expect(new Set(await Promise.all(floods))).toEqual(new Set(['unauthenticated']));
    expect(server.requests).toBe(2);
    clock.advance(29_999);
    await call(token('ES256', { kid: 'no' }));
    expect(server.requests).toBe(2);
    clock.advance(1);
    await call(token('ES256', { kid: 'no' }));
    expect(server.requests).toBe(3);
  });

  it('asks the server once when nothing is known yet', async () => {
    const { call, token, server } = issuer();
    const floods = Array.from({ length: 50 }, (_, i) => call(token('ES256', { kid: `no-${i}` })));
    await Promise.all(floods);
    expect(server.requests).toBe(1);
  });
});

describe('when keys change at the server', () => {
  it('a new key works at once, if the last look was 30 s ago', async () => {
    let keys = [pair('RS256').jwk];
    const { call, token, clock } = issuer(() => ({ keys }));
    expect(await call(token('RS256'))).toBe('user');
    keys = [pair('ES256').jwk];
    clock.advance(30_000);
    expect(await call(token('ES256'))).toBe('user');
  });

  it('they are loaded from the eighth minute on, and no request waits for that', async () => {
    let keys = [pair('RS256').jwk];
    const { call, token, clock, server, deps } = issuer(() => ({ keys }));
    expect(await call(token('RS256'))).toBe('user');
    keys = [pair('ES256').jwk];
    clock.advance(479_000);
    await call(token('RS256'));
    expect(server.requests).toBe(1);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    server.answer = async () => {
      await answered;
      return new Response(JSON.stringify({ keys }));
    };
    clock.advance(1_000);
    expect(await call(token('RS256'))).toBe('user');
    expect(server.requests).toBe(2);
    answer();
    await deps.settle();
    expect(await call(token('RS256'))).toBe('unauthenticated');
    expect(await call(token('ES256'))).toBe('user');
  });

  it('a key that was taken away works for ten minutes at most', async () => {
    let keys = [pair('RS256').jwk, pair('ES256').jwk];
    const { call, token, clock } = issuer(() => ({ keys }));
    expect(await call(token('RS256'))).toBe('user');
    keys = [pair('ES256').jwk];
    clock.advance(600_000);
    expect(await call(token('RS256'))).toBe('unauthenticated');
  });

  it('a token whose key was taken away works for twelve minutes at most', async () => {
    let keys = [pair('RS256').jwk];
    const { call, token, clock, server, deps } = issuer(() => ({ keys }));
    expect(await call(token('RS256'))).toBe('user');
    keys = [pair('ES256').jwk];
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    server.answer = async () => {
      await answered;
      return new Response(JSON.stringify({ keys }));
    };
    clock.advance(599_999);
    const jwt = await token('RS256');
    expect(await call(jwt)).toBe('user');
    answer();
    await deps.settle();
    clock.advance(119_999);
    expect(await call(jwt)).toBe('user');
    clock.advance(1);
    expect(await call(jwt)).toBe('unauthenticated');
  });
});

describe('when the JWKS is down', () => {
  const outages: [string, () => Promise<Response>][] = [
    ['refuses connections', () => Promise.reject(new TypeError('connection refused'))],
    ['answers 500', async () => new Response('oops', { status: 500 })],
    ['answers with a page', async () => new Response('<html>')],
    ['answers without keys', async () => new Response('{"keys":[]}')],
    [
      'redirects',
      async () =>
        new Response(null, { status: 302, headers: { Location: 'https://evil.example' } }),
    ],
  ];

  it.each(outages)('%s: 503, and no second request within 5 s', async (_, outage) => {
    const { call, token, server, clock } = issuer();
    server.answer = outage;
    expect(await call(token())).toBe('unavailable');
    expect(await call(token())).toBe('unavailable');
    expect(server.requests).toBe(1);
    clock.advance(5000);
    await call(token());
    expect(server.requests).toBe(2);
  });

  it('a service key that looks like a JWT is let in, and nothing is fetched', async () => {
    const key = await issuer().token();
    const hash = createHash('sha256').update(key).digest('hex');
    const { call, token, server } = issuer(undefined, { SERVICE_KEYS: `jwt:${hash}` });
    server.answer = async () => new Response('oops', { status: 500 });
    expect(await call(key)).toBe('service');
    expect(server.requests).toBe(0);
    expect(await call(token())).toBe('unavailable');
  });

  it('known keys go on, for a day', async () => {
    const { call, token, server, clock } = issuer();
    await call(token());
    server.answer = async () => new Response('oops', { status: 500 });
    clock.advance(86_399_000);
    expect(await call(token())).toBe('user');
    clock.advance(1000);
    expect(await call(token())).toBe('unavailable');
  });

  it('no request waits for it once it is known to be down', async () => {
    const { call, token, server, clock, deps } = issuer();
    await call(token());
    server.answer = async () => new Response('oops', { status: 500 });
    clock.advance(600_000);
    for (let i = 0; i < 5; i++) expect(await call(token())).toBe('user');
    expect(server.requests).toBe(2);
    clock.advance(5_000);
    let answer = () => {};
    server.answer = () =>
      new Promise((resolve) => {
        answer = () => resolve(new Response('oops', { status: 500 }));
      });
    for (let i = 0; i < 5; i++) expect(await call(token())).toBe('user');
    expect(server.requests).toBe(3);
    answer();
    await deps.settle();
  });

  it('an unknown key is not called wrong: it may be a new one', async () => {
    const { call, token, server, clock } = issuer(() => ({ keys: [pair('RS256').jwk] }));
    await call(token('RS256'));
    server.answer = async () => new Response('oops', { status: 500 });
    clock.advance(30_000);
    expect(await call(token('ES256'))).toBe('unavailable');
    expect(await call(token('ES256'))).toBe('unavailable');
    expect(await call(token('RS256'))).toBe('user');
    expect(server.requests).toBe(2);
  });
});
