/**
 * Every declared route against every kind of bad input (I12): the right problem, and nothing
 * changed in the database. Routes that come later are tried without a line more here.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../src/app';
import type { RouteSpec } from '../../src/http/route';
import { type ApiInit, api, userToken } from '../support/api';
import { testDeps } from '../support/deps';
import { dumpDatabase } from '../support/dump';
import { insertAccount } from '../support/fixtures';
import { fieldsOf, nameOf, paramsOf, pathOf } from '../support/requests';

const all = routes.map((spec) => [nameOf(spec), spec] as const);
const some = (fits: (spec: RouteSpec) => boolean) => all.filter(([, spec]) => fits(spec));
const restricted = some((spec) => spec.callers !== 'anyone');
const withBody = some((spec) => spec.json !== undefined);
const withUser = some((spec) => spec.callers !== 'anyone' && spec.path.includes(':userId'));

let before: string;

/** All but when a key was last used, which is noted of refused requests too. */
async function stored(): Promise<string> {
  const { service_keys: _, ...tables } = await dumpDatabase();
  return JSON.stringify(tables);
}

beforeAll(async () => {
  const deps = testDeps();
  await insertAccount(deps, { userId: 'victim', providerAccountId: 'victim-account' });
  await insertAccount(deps, { userId: 'other', providerAccountId: 'other-account' });
  before = await stored();
});

interface Problem {
  status: number;
  code: string;
  detail: string;
  errors?: { path: string; message: string }[];
}

/** Sends it, and holds what is true of every refusal. */
async function refused(spec: RouteSpec, init: ApiInit, path = pathOf(spec)): Promise<Problem> {
  const reply = await api(path, { method: spec.method.toUpperCase(), ...init });
  const where = `${nameOf(spec)} as ${path}`;
  expect([where, reply.headers.get('Content-Type')]).toEqual([where, 'application/problem+json']);
  const problem = await reply.json<Problem & { requestId: string }>();
  expect(problem.status).toBe(reply.status);
  expect(problem.requestId).toBe(reply.headers.get('X-Request-Id'));
  expect(JSON.stringify(problem)).not.toMatch(/\bat .+\.[jt]s:\d+|SQLITE|D1_ERROR|zod/i);
  expect(await stored()).toBe(before);
  return problem;
}

const aBody = (spec: RouteSpec): ApiInit => (spec.json ? { json: {} } : {});

describe('who may call', () => {
  describe.each(restricted)('%s', (_, spec) => {
    it.each([
      ['no proof', null],
      ['an unknown key', 'not-the-key'],
      ['a JWT of somebody else', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ2aWN0aW0ifQ.AAAA'],
    ])('%s: 401', async (_, token) => {
      expect((await refused(spec, { token, ...aBody(spec) })).code).toBe('unauthenticated');
    });

    it('401 comes before any word about the input', async () => {
      const init = spec.json ? { body: '{', headers: { 'Content-Type': 'text/plain' } } : {};
      expect((await refused(spec, { token: null, ...init })).code).toBe('unauthenticated');
    });
  });

  it.each(some((spec) => spec.callers !== 'anyone' && !spec.callers.includes('user')))(
    '%s: 403 for a user, even about itself',
    async (_, spec) => {
      const token = await userToken('victim');
      expect((await refused(spec, { token, ...aBody(spec) })).code).toBe('forbidden');
    },
  );

  it.each(withUser)('%s: 403 for another user, whatever the input', async (name, spec) => {
    const token = await userToken(`intruder of ${name}`);
    expect((await refused(spec, { token, ...aBody(spec) })).code).toBe('forbidden');
    for (const userId of ['VICTIM', 'victim%20', 'Me', 'vic%74im']) {
      const problem = await refused(spec, { token, ...aBody(spec) }, pathOf(spec, { userId }));
      expect(problem.code).toBe('forbidden');
    }
  });
});

describe('bodies', () => {
  describe.each(withBody)('%s', (_, spec) => {
    const json = { 'Content-Type': 'application/json' };

    it.each<[string, ApiInit, string]>([
      ['no content type', { body: new Uint8Array([0x7b, 0x7d]) }, 'unsupported_media_type'],
      ['a form', { body: new URLSearchParams({ provider: 'acme' }) }, 'unsupported_media_type'],
      ['plain text', { body: '{}' }, 'unsupported_media_type'],
      ['over 64 KiB', { body: `{"a":"${'x'.repeat(66_000)}"}`, headers: json }, 'too_large'],
      ['half of JSON', { body: '{"a":', headers: json }, 'invalid_request'],
      [
        'invalid UTF-8',
        { body: new Uint8Array([0x22, 0xff, 0x22]), headers: json },
        'invalid_request',
      ],
      [
        'a key twice',
        { body: '{"provider":"acme","provider":"x"}', headers: json },
        'invalid_request',
      ],
      [
        '__proto__',
        { body: '{"__proto__":{"provider":"acme"}}', headers: json },
        'invalid_request',
      ],
      ['10,000 deep', { body: '['.repeat(10_000), headers: json }, 'invalid_request'],
      ['null', { json: null }, 'invalid_request'],
      ['an array', { json: [] }, 'invalid_request'],
      ['a text', { json: 'acme' }, 'invalid_request'],
    ])('%s', async (_, init, code) => {
      expect((await refused(spec, init)).code).toBe(code);
    });

    it('nothing: refused, unless the body may be left out', async () => {
      const { code } = await refused(spec, { body: '', headers: json });
      const mayBeLeftOut = spec.json?.safeParse(undefined).success ?? false;
      expect(code === 'invalid_request').toBe(!mayBeLeftOut);
    });

    it('an unknown key is refused by its name, and its value is not quoted', async () => {
      const problem = await refused(spec, { json: { clientId: 'c4n4ry', ['k'.repeat(999)]: 1 } });
      expect(problem.errors).toContainEqual({
        path: 'body.clientId',
        message: 'is not known here',
      });
      expect(JSON.stringify(problem).length).toBeLessThan(2_000);
      expect(JSON.stringify(problem)).not.toContain('c4n4ry');
    });

    it('a wrong type says which field, and does not quote the value', async () => {
      const wrong = Object.fromEntries(
        fieldsOf(spec.json).map((field) => [field, { canary: 'c4n4ry' }]),
      );
      const problem = await refused(spec, { json: wrong });
      expect(problem.code).toBe('invalid_request');
      expect(problem.errors?.length).toBeGreaterThan(0);
      for (const { path } of problem.errors ?? []) expect(path).toMatch(/^body\./);
      expect(JSON.stringify(problem)).not.toContain('c4n4ry');
    });
  });
});

describe('a body without a field that must be there', () => {
  it.each(withBody.filter(([, spec]) => !spec.json?.safeParse({}).success))(
    '%s: 400',
    async (_, spec) => {
      expect((await refused(spec, { json: {} })).code).toBe('invalid_request');
    },
  );
});

/** A URL takes its ".." out by itself. */
const leadsElsewhere = (path: string): boolean =>
  new URL(path, 'http://localhost').pathname === '/v1/integrations';

describe('paths', () => {
  const long = 'x'.repeat(256);
  const wrong: Record<string, string[]> = {
    userId: ['%00', 'a%0d%0aX-Evil:1', long, 'a%7f', '%c2%85', '%FF', '%ED%A0%80', '%2e%2e', '%'],
    accountId: ['%00', 'a%0d%0aX-Evil:1', long, '%FF', '%2e%2e', '%'],
    provider: [
      ...['..%2f', '..%2f..%2fhealth', '%2e%2e%2f', '__proto__', 'constructor', 'prototype'],
      ...['hasOwnProperty', 'tostring', 'ACME', 'acme%00', 'acme%0d%0aX-Evil:1', 'acme%20', long],
      ...['acme%2f', 'acm%D0%B5', "acme'--", '%25', '%FF', '*', 'unknown'],
    ],
    id: ['%00', 'a%0d%0aX-Evil:1', 'x'.repeat(5000), '..%2f', '__proto__', "x'--", '%FF'],
    endpoint: [
      '%00',
      'a%0d%0aX-Evil:1',
      '..%2f',
      '__proto__',
      'APP',
      '%20',
      '%FF',
      long,
      'unknown',
    ],
    path: ['a%00', 'a%0d%0aX-Evil:1', '..%2fx', 'x%5c..', 'x/..;/y', '%FF', 'auth.revoke'],
    eventId: ['%00', 'a%0d%0aX-Evil:1', 'x'.repeat(5000), '__proto__', '%FF', '1', 'EVT_1', 'evt_'],
    ticket: ['%00', 'a%0d%0aX-Evil:1', 'x'.repeat(5000), '..%2f', '__proto__', '%FF'],
  };
  const cases = all.flatMap(([name, spec]) =>
    paramsOf(spec).map((param) => [name, param, spec] as const),
  );

  it.each(cases)('%s with a bad {%s}', async (_, param, spec) => {
    for (const value of wrong[param] ?? []) {
      const path = pathOf(spec, { [param]: value });
      if (leadsElsewhere(path)) continue;
      const problem = await refused(spec, aBody(spec), path);
      expect([path, problem.status >= 400 && problem.status < 500]).toEqual([path, true]);
      // Tickets and ids of connections are only compared: what is not one is not found.
      if (/%0d%0a/.test(value) && !['id', 'ticket'].includes(param)) {
        expect(problem.code).toBe('invalid_request');
      }
    }
  });

  it('".." for a user is out of the URL before it is sent: all integrations, for an operator', async () => {
    const token = await userToken('victim');
    expect((await api('/v1/users/%2e%2e/integrations', { token })).status).toBe(403);
  });

  it('every parameter that routes have is tried', () => {
    for (const [, param] of cases) expect(wrong).toHaveProperty(param);
  });
});

describe('queries and headers', () => {
  it.each(some((spec) => spec.query !== undefined))(
    '%s: a parameter that is there twice is a 400',
    async (_, spec) => {
      for (const field of fieldsOf(spec.query)) {
        const path = `${pathOf(spec)}?${field}=1&${field}=2`;
        const problem = await refused(spec, aBody(spec), path);
        expect(problem.code).toBe('invalid_request');
        expect(problem.errors?.[0]?.path).toBe(`query.${field}`);
      }
    },
  );

  it.each(some((spec) => fieldsOf(spec.header).includes('consistency-token')))(
    '%s: a Consistency-Token that is not a number is a 400 that says so',
    async (_, spec) => {
      for (const token of ['x', '-1', '1.5', '1e3', '0x10', ' ', '1, 2', 'NaN', '١']) {
        const encoded = /^[\x20-\x7e]*$/.test(token) ? token : encodeURIComponent(token);
        if (encoded.trim() === '') continue;
        const problem = await refused(spec, { headers: { 'Consistency-Token': encoded } });
        expect(problem.code).toBe('invalid_request');
        expect(problem.errors?.[0]?.path).toBe('header.consistency-token');
      }
    },
  );

  it('a token in the query proves nothing', async () => {
    for (const [, spec] of restricted) {
      const token = await userToken('victim');
      const path = `${pathOf(spec)}?access_token=${token}`;
      expect((await refused(spec, { token: null, ...aBody(spec) }, path)).code).toBe(
        'unauthenticated',
      );
    }
  });
});

describe('methods', () => {
  it('what a path does not take is a 405 with Allow', async () => {
    for (const [, spec] of all) {
      const known = routes.filter((one) => one.path === spec.path).map((one) => one.method);
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND'] as const) {
        if (known.includes(method.toLowerCase() as RouteSpec['method'])) continue;
        const reply = await api(pathOf(spec), { method });
        expect([nameOf(spec), method, reply.status]).toEqual([nameOf(spec), method, 405]);
        expect(reply.headers.get('Allow')).toContain(spec.method.toUpperCase());
      }
    }
    expect(await stored()).toBe(before);
  });
});

describe('a forged Host', () => {
  it('changes nothing in what is answered', async () => {
    const headers = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'gopher',
      Forwarded: 'host=evil.example',
    };
    for (const [, spec] of all) {
      const reply = await api(new URL(pathOf(spec), 'https://evil.example').href, {
        method: spec.method.toUpperCase(),
        headers,
        token: null,
        ...aBody(spec),
      });
      const text = `${await reply.text()} ${[...reply.headers].join()}`;
      expect(text).not.toContain('evil.example');
    }
  });
});
