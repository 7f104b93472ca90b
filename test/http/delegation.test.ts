/** Delegations: what they allow, how they end, and what an attacker may try. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { routes } from '../../src/app';
import { Caches } from '../../src/caches';
import { readConfig } from '../../src/config';
import { endedDelegations } from '../../src/db/schema';
import type { Deps } from '../../src/deps';
import type { Access } from '../../src/http/caller';
import { hashOf } from '../../src/http/delegation';
import type { RouteSpec } from '../../src/http/route';
import { EVERY_HOUR, runJobs } from '../../src/jobs/cron';
import { DAY_MS as DAY } from '../../src/time';
import { createKeyring } from '../../src/vault/keyring';
import { d1Away } from '../status-cache/faults';
import { type ApiInit, apiWith, jwtSecret, serviceKey, userToken } from '../support/api';
import { type TestDeps, testClock, testDeps } from '../support/deps';
import { dumpDatabase, dumpKv } from '../support/dump';
import { insertAccount } from '../support/fixtures';
import { nameOf, pathOf } from '../support/requests';

const hash = (env.SERVICE_KEYS as string).split(':')[1] ?? '';
const otherHash = 'cd'.repeat(32);
const configWith = (SERVICE_KEYS = `test:${hash}`, more: Record<string, string> = {}) =>
  readConfig({ ...env, SERVICE_KEYS, ...more });

/** Another isolate, after a deploy with other settings perhaps: nothing is remembered. */
const isolate = (deps: TestDeps, config = deps.config): ReturnType<typeof apiWith> =>
  apiWith({ ...deps, config, caches: new Caches() });

const create = (
  deps: Deps,
  userId: string,
  json: Record<string, unknown> = {},
  init: ApiInit = {},
): Promise<Response> =>
  apiWith(deps)(`/v1/users/${encodeURIComponent(userId)}/delegations`, {
    method: 'POST',
    json: { rights: ['read'], ...json },
    ...init,
  });

async function tokenOf(...args: Parameters<typeof create>): Promise<string> {
  const reply = await create(...args);
  expect(reply.status, await reply.clone().text()).toBe(201);
  return (await reply.json<{ token: string }>()).token;
}

const list = (call: ReturnType<typeof apiWith>, userId: string, token: string) =>
  call(`/v1/users/${encodeURIComponent(userId)}/integrations`, { token });

async function codeOf(reply: Response): Promise<string | number> {
  const body = await reply.json<{ code?: string }>();
  return body.code ?? reply.status;
}

const codeFor = async (call: ReturnType<typeof apiWith>, userId: string, token: string) =>
  codeOf(await list(call, userId, token));

describe('a delegation', () => {
  it('reads its one user, by id or as me, and nobody else', async () => {
    const deps = testDeps();
    for (const userId of ['reader', 'auth0|jörg ✓', 'me', 'a"b\\c']) {
      const { providerAccountId } = await insertAccount(deps, { userId });
      const token = await tokenOf(deps, userId);
      expect(token).toMatch(/^mdel_[\w-]+\.[\w-]+\.[\w-]+$/);
      for (const path of [userId, 'me']) {
        const reply = await list(isolate(deps), path, token);
        expect(reply.status).toBe(200);
        expect(await reply.json()).toMatchObject({
          userId,
          integrations: [{ accountId: providerAccountId }],
        });
      }
      expect(await codeFor(isolate(deps), 'somebody-else', token)).toBe('forbidden');
    }
  });

  it('lives for an hour unless told, and to its last millisecond only', async () => {
    const deps = testDeps({ clock: testClock(Date.UTC(2026, 10, 22, 12, 0, 0, 250)) });
    for (const [expiresIn, seconds] of [
      [undefined, 3600],
      [60, 60],
      [86_400, 86_400],
    ] as const) {
      const start = deps.now();
      const reply = await create(deps, 'timed', expiresIn === undefined ? {} : { expiresIn });
      const { token, expiresAt } = await reply.json<{ token: string; expiresAt: string }>();
      const end = Math.floor(start / 1000) * 1000 + seconds * 1000;
      expect(Date.parse(expiresAt)).toBe(end);
      const call = isolate(deps);
      deps.clock.set(end - 1);
      expect(await codeFor(call, 'timed', token)).toBe(200);
      deps.clock.set(end);
      // Where it is remembered, and where it is not.
      expect(await codeFor(call, 'timed', token)).toBe('unauthenticated');
      expect(await codeFor(isolate(deps), 'timed', token)).toBe('unauthenticated');
    }
  });

  it.each<[string, Record<string, unknown>]>([
    ['no rights', { rights: [] }],
    ['a right that no delegation has', { rights: ['token'] }],
    ['all rights of a key', { rights: ['read', 'connect', 'token', 'call', 'operate'] }],
    ['rights as a text', { rights: 'read+call' }],
    ['less than a minute', { expiresIn: 59 }],
    ['more than a day', { expiresIn: 86_401 }],
    ['a part of a second', { expiresIn: 60.5 }],
    ['no provider', { providers: [] }],
    ['a provider that is not known', { providers: ['nowhere'] }],
    ['a name of every object as provider', { providers: ['constructor'] }],
    ['an unknown key', { scopes: ['read'] }],
  ])('%s is a 400', async (_, json) => {
    expect(await codeOf(await create(testDeps(), 'u', json))).toBe('invalid_request');
  });

  it('is made by service keys only', async () => {
    const deps = testDeps();
    const own = await tokenOf(deps, 'maker');
    for (const token of [own, await userToken('maker')]) {
      for (const method of ['POST', 'DELETE']) {
        const reply = await apiWith(deps)('/v1/users/maker/delegations', {
          method,
          token,
          ...(method === 'POST' ? { json: { rights: ['read'] } } : {}),
        });
        expect(await codeOf(reply)).toBe('forbidden');
      }
    }
  });

  it('tells neither the key nor its hash, and is stored nowhere', async () => {
    const deps = testDeps();
    const token = await tokenOf(deps, 'told', { providers: ['acme'] });
    const parts = token
      .slice('mdel_'.length)
      .split('.')
      .slice(0, 2)
      .map((part) => atob(part.replaceAll('-', '+').replaceAll('_', '/')));
    expect(parts.join()).not.toContain(hash.slice(0, 16));
    expect(parts.join()).not.toContain(serviceKey);
    await (await list(isolate(deps), 'told', token)).text();
    await apiWith(deps)('/v1/users/told/delegations', { method: 'DELETE' });
    await deps.settle();
    const everything = JSON.stringify([await dumpDatabase(), await dumpKv(), deps.logLines]);
    expect(everything).not.toContain(token.split('.')[2]);
    // A row that outlives the user knows no user.
    const rows = await deps.db.select().from(endedDelegations);
    expect(JSON.stringify(rows)).not.toContain('told');
  });
});

/** What a delegation has to have there: it asks for its own user. */
const rightAt = ({ right, rightForOneUser = right }: Access): string => rightForOneUser;

describe('a delegation never exceeds its key', () => {
  it.each<[string, Record<string, unknown>, string]>([
    [':connect', { rights: ['read'] }, '"read"'],
    [':connect+read', { rights: ['read', 'call'] }, '"call"'],
    [':connect+call', { rights: ['read', 'call'] }, '"read"'],
    [':read+call', { rights: ['read'] }, '"connect"'],
    ['@acme', { rights: ['read'], providers: ['acme', 'reddit'] }, 'that provider'],
    ['@acme', { rights: ['read'], providers: ['nowhere'] }, 'that provider'],
  ])('a key with %s gives no %j: 403', async (limits, json, says) => {
    const reply = await create(
      testDeps({ config: configWith(`test:${hash}${limits}`) }),
      'u',
      json,
    );
    expect(reply.status).toBe(403);
    expect((await reply.json<{ detail: string }>()).detail).toContain(says);
  });

  it('ends with its key: taken out, replaced under its name, under another name', async () => {
    const deps = testDeps();
    const token = await tokenOf(deps, 'keyless');
    const codeUnder = (keys: string) => codeFor(isolate(deps, configWith(keys)), 'keyless', token);
    expect(await codeUnder(`new:${otherHash},test:${hash}:read`)).toBe(200);
    expect(await codeUnder(`new:${otherHash}`)).toBe('unauthenticated');
    expect(await codeUnder(`test:${otherHash}`)).toBe('unauthenticated');
    // The one that is left is not the one that made it.
    expect(await codeUnder(`test:${otherHash},old:${hash}`)).toBe('unauthenticated');
  });

  it('is narrowed with its key, and not widened', async () => {
    const deps = testDeps({ config: configWith(`test:${hash}@acme+reddit`) });
    await insertAccount(deps, { userId: 'narrow', provider: 'acme' });
    await insertAccount(deps, { userId: 'narrow', provider: 'reddit' });
    await insertAccount(deps, { userId: 'narrow', provider: 'github' });
    const all = await tokenOf(deps, 'narrow');
    const one = await tokenOf(deps, 'narrow', { providers: ['reddit'] });
    const seen = async (limits: string, token: string) => {
      const reply = await list(isolate(deps, configWith(`test:${hash}${limits}`)), 'narrow', token);
      const { integrations, code } = await reply.json<{
        integrations?: { provider: string }[];
        code?: string;
      }>();
      return code ?? integrations?.map(({ provider }) => provider).toSorted();
    };
    expect(await seen('@acme+reddit', all)).toEqual(['acme', 'reddit']);
    expect(await seen('', all)).toEqual(['acme', 'reddit']);
    expect(await seen('@acme', all)).toEqual(['acme']);
    expect(await seen('@github', all)).toEqual([]);
    expect(await seen('', one)).toEqual(['reddit']);
    expect(await seen('@acme', one)).toEqual([]);
    expect(await seen(':connect+call', all)).toBe('forbidden');
    expect(await seen(':read', all)).toEqual(['acme', 'reddit']);
  });

  it('reads the catalog and single integrations of its providers only', async () => {
    const deps = testDeps();
    const acme = await insertAccount(deps, { userId: 'single', provider: 'acme' });
    const reddit = await insertAccount(deps, { userId: 'single', provider: 'reddit' });
    const token = await tokenOf(deps, 'single', { providers: ['acme'] });
    const call = isolate(deps);
    const path = (row: typeof acme) =>
      `/v1/users/single/integrations/${row.provider}/${row.providerAccountId}`;
    expect((await call(path(acme), { token })).status).toBe(200);
    expect(await codeOf(await call(path(reddit), { token }))).toBe('forbidden');
    const { providers } = await (await call('/v1/providers', { token })).json<{
      providers: { id: string }[];
    }>();
    expect(providers.map(({ id }) => id)).toEqual(['acme']);
  });

  const restricted = routes.filter(
    (spec): spec is (typeof routes)[number] & RouteSpec & Access => spec.callers !== 'anyone',
  );

  it.each(restricted.map((spec) => [nameOf(spec), spec] as const))(
    '%s takes it only where it says so, and with its right',
    async (_, spec) => {
      const deps = testDeps();
      for (const rights of [['read'], ['call'], ['read', 'call']]) {
        const token = await tokenOf(deps, 'victim', { rights });
        const reply = await isolate(deps)(pathOf(spec), {
          method: spec.method.toUpperCase(),
          token,
          ...(spec.json ? { json: {} } : {}),
        });
        const code = reply.status === 204 ? 204 : await codeOf(reply);
        const isTaken = spec.callers.includes('delegation') && rights.includes(rightAt(spec));
        expect([rights, code === 'forbidden']).toEqual([rights, !isTaken]);
      }
    },
  );

  it('is taken by routes of the rights read and call only', () => {
    const taking = restricted.filter(({ callers }) => callers.includes('delegation'));
    const others = taking.filter((spec) => !['read', 'call'].includes(rightAt(spec)));
    expect(others).toEqual([]);
    expect(taking.map(({ id }) => id)).toContain('listIntegrations');
  });
});

describe('an ending', () => {
  const end = (deps: Deps, userId: string) =>
    apiWith(deps)(`/v1/users/${userId}/delegations`, { method: 'DELETE' });

  it('ends all of the user’s, by whichever key, and nobody else’s; new ones work at once', async () => {
    const keys = `test:${hash},second:${otherHash}`;
    const deps = testDeps({ config: configWith(keys), clock: testClock() });
    const [first, other] = [await tokenOf(deps, 'ended'), await tokenOf(deps, 'other')];
    const reply = await end(deps, 'ended');
    expect(reply.status).toBe(204);
    // In the same millisecond: the clock stands still.
    const second = await tokenOf(deps, 'ended');
    for (const call of [apiWith(deps), isolate(deps)]) {
      expect(await codeFor(call, 'ended', first)).toBe('unauthenticated');
      expect(await codeFor(call, 'ended', second)).toBe(200);
      expect(await codeFor(call, 'other', other)).toBe(200);
    }
    await end(deps, 'ended');
    deps.clock.advance(1);
    const third = await tokenOf(deps, 'ended');
    expect(await codeFor(isolate(deps), 'ended', second)).toBe('unauthenticated');
    expect(await codeFor(isolate(deps), 'ended', third)).toBe(200);
  });

  it('is followed within 60 s by an isolate that has just looked, at once by its own', async () => {
    const deps = testDeps({ clock: testClock() });
    const token = await tokenOf(deps, 'late');
    const far = isolate(deps);
    expect(await codeFor(far, 'late', token)).toBe(200);
    deps.clock.advance(1);
    expect((await end(deps, 'late')).status).toBe(204);
    expect(await codeFor(apiWith(deps), 'late', token)).toBe('unauthenticated');
    deps.clock.advance(59_998);
    expect(await codeFor(far, 'late', token)).toBe(200);
    deps.clock.advance(1);
    expect(await codeFor(far, 'late', token)).toBe('unauthenticated');
  });

  it('follows from an erasure', async () => {
    const deps = testDeps({ clock: testClock(Date.now()) });
    await insertAccount(deps, { userId: 'erased' });
    const token = await tokenOf(deps, 'erased');
    deps.clock.advance(1);
    expect((await apiWith(deps)('/v1/users/erased', { method: 'DELETE' })).status).toBe(204);
    expect(await codeFor(apiWith(deps), 'erased', token)).toBe('unauthenticated');
    expect(await codeFor(isolate(deps), 'erased', token)).toBe('unauthenticated');
    await deps.settle();
  });

  it('is kept for as long as a delegation may live, then swept', async () => {
    const deps = testDeps({ clock: testClock() });
    const token = await tokenOf(deps, 'swept', { expiresIn: 86_400 });
    await end(deps, 'swept');
    deps.clock.advance(DAY - 1);
    await runJobs(deps, EVERY_HOUR);
    expect(await codeFor(isolate(deps), 'swept', token)).toBe('unauthenticated');
    deps.clock.advance(2);
    await runJobs(deps, EVERY_HOUR);
    const own = eq(endedDelegations.userHash, await hashOf('swept'));
    expect(await deps.db.$count(endedDelegations, own)).toBe(0);
    expect(await codeFor(isolate(deps), 'swept', token)).toBe('unauthenticated');
  });

  it('that cannot be looked up lets nobody in: 503', async () => {
    const deps = testDeps();
    const token = await tokenOf(deps, 'away');
    const call = apiWith({ ...deps, caches: new Caches(), db: d1Away() });
    expect(await codeFor(call, 'away', token)).toBe('unavailable');
  });

  it('costs one look at the database a minute, not one a read', async () => {
    const deps = testDeps({ clock: testClock(Date.now()) });
    const token = await tokenOf(deps, 'cheap');
    const call = isolate(deps);
    expect(await codeFor(call, 'cheap', token)).toBe(200);
    const away = apiWith({ ...deps, caches: new Caches(), db: d1Away() });
    expect(await codeFor(away, 'cheap', token)).toBe('unavailable');
    await deps.db.insert(endedDelegations).values({ userHash: 'somebody', endedAt: 1 });
    for (let i = 0; i < 20; i += 1) expect(await codeFor(call, 'cheap', token)).toBe(200);
  });
});

describe('an attacker', () => {
  const victim = 'victim-of-delegations';

  /** One with these parts, signed as the right one would be, unless another key is given. */
  async function signed(
    deps: TestDeps,
    header: Record<string, unknown>,
    claims: Record<string, unknown>,
    secret?: Uint8Array,
  ): Promise<string> {
    const token = (await tokenOf(deps, victim)).slice('mdel_'.length);
    const key =
      secret ??
      (await deps.config.keyring.openingKey('k1', `delegation/${hash}`)) ??
      new Uint8Array();
    const all: Record<string, unknown> = { ...decodeJwt(token), ...claims };
    const jwt = await new SignJWT(all)
      .setProtectedHeader({ alg: 'HS256', ...decodeProtectedHeader(token), ...header })
      .sign(key);
    return `mdel_${jwt}`;
  }
  const text = (value: string) => new TextEncoder().encode(value);

  it('is told from the right one by the signature: the control', async () => {
    const deps = testDeps();
    expect(await codeFor(isolate(deps), victim, await signed(deps, {}, {}))).toBe(200);
  });

  it.each<[string, (deps: TestDeps) => Promise<string>]>([
    [
      'no signature (alg none)',
      async (deps) => {
        const claims = decodeJwt((await tokenOf(deps, victim)).slice(5));
        return `mdel_${new UnsecuredJWT(claims).encode()}`;
      },
    ],
    ['HS384', (deps) => signed(deps, { alg: 'HS384' }, {})],
    ['another typ', (deps) => signed(deps, { typ: 'JWT' }, {})],
    ['no typ', (deps) => signed(deps, { typ: undefined }, {})],
    ['an unknown kid', (deps) => signed(deps, { kid: 'k9' }, {})],
    ['no kid', (deps) => signed(deps, { kid: undefined }, {})],
    ['a kid that is no text', (deps) => signed(deps, { kid: 1 as unknown as string }, {})],
    ['an unknown key name', (deps) => signed(deps, { key: 'nobody' }, {})],
    ['a key name of every object', (deps) => signed(deps, { key: 'constructor' }, {})],
    ['another audience', (deps) => signed(deps, {}, { aud: 'https://other.example#delegation' })],
    ['no audience', (deps) => signed(deps, {}, { aud: undefined })],
    ['no end', (deps) => signed(deps, {}, { exp: undefined })],
    ['no beginning', (deps) => signed(deps, {}, { iat: undefined })],
    ['no user', (deps) => signed(deps, {}, { sub: undefined })],
    ['a user that is no id', (deps) => signed(deps, {}, { sub: '..' })],
    ['rights that no delegation has', (deps) => signed(deps, {}, { rights: ['read', 'operate'] })],
    ['rights as a text', (deps) => signed(deps, {}, { rights: 'read' })],
    ['no word about providers', (deps) => signed(deps, {}, { providers: undefined })],
    ['an unknown crit', (deps) => signed(deps, { crit: ['exp'] }, {}).catch(() => 'mdel_a.b.c')],
    ['the users’ secret', (deps) => signed(deps, {}, {}, text(jwtSecret))],
    ['the service key', (deps) => signed(deps, {}, {}, text(serviceKey))],
    ['the hash of the service key', (deps) => signed(deps, {}, {}, text(hash))],
    [
      'the sub-key of another service key',
      async (deps) => {
        const key = await deps.config.keyring.openingKey('k1', `delegation/${otherHash}`);
        return signed(deps, {}, {}, key);
      },
    ],
    [
      'the sub-key of another purpose',
      async (deps) => {
        const key = await deps.config.keyring.openingKey('k1', 'connect_completion');
        return signed(deps, {}, {}, key);
      },
    ],
    [
      'the same name in another deployment',
      async (deps) => {
        const keyring = createKeyring(`k1:${btoa('y'.repeat(32))}`);
        return signed(deps, {}, {}, await keyring.openingKey('k1', `delegation/${hash}`));
      },
    ],
    [
      'another user in the payload',
      async (deps) => {
        const [header, , signature] = (await tokenOf(deps, 'attacker')).split('.');
        const claims = decodeJwt((await tokenOf(deps, victim)).slice(5));
        const payload = btoa(JSON.stringify(claims)).replaceAll('=', '');
        return `${header}.${payload}.${signature}`;
      },
    ],
    ['a user’s JWT behind the prefix', async () => `mdel_${await userToken(victim)}`],
    ['only the prefix', async () => 'mdel_'],
    ['the prefix and a key', async () => `mdel_${serviceKey}`],
    [
      'the prefix in capitals',
      async (deps) => (await tokenOf(deps, victim)).replace('mdel_', 'MDEL_'),
    ],
    ['the prefix twice', async (deps) => `mdel_${await tokenOf(deps, victim)}`],
  ])('with %s is not let in', async (_, make) => {
    const deps = testDeps();
    const token = await make(deps);
    const reply = await list(isolate(deps), victim, token);
    expect(await codeOf(reply)).toBe('unauthenticated');
    expect(reply.headers.get('WWW-Authenticate')).toContain('error="invalid_token"');
  });

  it('gets nowhere with a delegation in the place of a user’s JWT', async () => {
    const deps = testDeps();
    const token = (await tokenOf(deps, victim)).slice('mdel_'.length);
    expect(await codeFor(isolate(deps), victim, token)).toBe('unauthenticated');
    // Where users' JWTs name the same audience.
    const config = configWith(undefined, { AUTH_AUDIENCE: 'http://localhost:8787#delegation' });
    expect(await codeFor(isolate(deps, config), victim, token)).toBe('unauthenticated');
  });

  it('does not get past the limits of the user', async () => {
    const deps = testDeps();
    const token = await tokenOf(deps, victim);
    const asked: string[] = [];
    const RATE_LIMIT_STATUS = {
      limit: async ({ key }: { key: string }) => {
        asked.push(key);
        return { success: false };
      },
    };
    const call = apiWith({ ...deps, caches: new Caches() }, { ...env, RATE_LIMIT_STATUS } as never);
    deps.memory.clear(deps.now() + 1);
    expect(await codeFor(call, victim, token)).toBe('rate_limited');
    expect(asked).toEqual([victim]);
  });
});
