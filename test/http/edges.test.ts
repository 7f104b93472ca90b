/** What holds for every route: problems, methods, CORS, headers, ids, logs. */

import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createApp, routes } from '../../src/app';
import type { Bindings } from '../../src/config';
import { AppError, missingSetting } from '../../src/errors';
import { api, apiOf, apiWith, serviceKey, userToken } from '../support/api';
import { testDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';

const app = 'https://app.example.com';

async function problemOf(reply: Response) {
  expect(reply.headers.get('Content-Type')).toBe('application/problem+json');
  const problem = await reply.json<Record<string, unknown>>();
  expect(problem).toMatchObject({
    type: `urn:mooring:problem:${problem.code}`,
    status: reply.status,
    requestId: reply.headers.get('X-Request-Id'),
    title: expect.any(String),
    detail: expect.any(String),
  });
  return problem;
}

describe('an error', () => {
  it('of an unknown route is a 404 problem', async () => {
    for (const path of [
      '/v1',
      '/v1/nothing',
      '/V1/providers',
      '/health/',
      'http://localhost:8787//health',
    ]) {
      const reply = await api(path);
      expect([path, reply.status]).toEqual([path, 404]);
      expect((await problemOf(reply)).code).toBe('not_found');
    }
  });

  it('of an unknown method is a 405 problem that lists the known ones', async () => {
    for (const method of ['POST', 'PATCH', 'PROPFIND', 'DELETE']) {
      const reply = await api('/health', { method });
      expect(reply.status).toBe(405);
      expect(reply.headers.get('Allow')).toBe('GET, HEAD');
      expect((await problemOf(reply)).code).toBe('method_not_allowed');
    }
  });

  it('a method override is not listened to', async () => {
    const headers = { 'X-HTTP-Method-Override': 'DELETE', 'X-HTTP-Method': 'DELETE' };
    expect((await api('/health?_method=DELETE', { headers })).status).toBe(200);
  });

  it('nobody expected is a 500 that says nothing of it, and is logged without its text', async () => {
    const deps = testDeps();
    for (const thrown of [
      new Error('secret-canary'),
      'secret-canary',
      { secret: 'canary' },
      null,
    ]) {
      const broken = createApp(
        () => {
          throw thrown;
        },
        () => deps.log,
      );
      const reply = await apiOf(broken)('/health');
      expect(reply.status).toBe(500);
      expect(JSON.stringify(await problemOf(reply))).not.toContain('canary');
    }
    expect(deps.logLines.filter((line) => line.includes('"request.defect"'))).toHaveLength(4);
    expect(deps.logLines.join()).not.toContain('canary');
  });

  it('of a database that is away is a 503 to try again, and nobody is told its text', async () => {
    const texts = [
      'D1_ERROR: Network connection lost.',
      'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
      'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
    ];
    for (const text of texts) {
      const deps = testDeps();
      const broken = createApp(
        () => {
          // As drizzle wraps it.
          throw new Error(`Failed query: select canary`, { cause: new Error(text) });
        },
        () => deps.log,
      );
      const reply = await apiOf(broken)('/v1/providers');
      expect(reply.status).toBe(503);
      expect(reply.headers.get('Retry-After')).toBe('2');
      const said = JSON.stringify(await problemOf(reply)) + deps.logLines.join();
      expect(said).toContain('request.storage_unavailable');
      expect(said).not.toContain('canary');
      expect(said).not.toContain('D1_ERROR');
    }
  });

  it('of the configuration names the setting, in the reply and in the log', async () => {
    const deps = testDeps();
    const broken = createApp(
      () => {
        throw missingSetting('SERVICE_KEYS', 'npm run key:new makes one');
      },
      () => deps.log,
    );
    const reply = await apiOf(broken)('/v1/providers');
    expect(reply.status).toBe(500);
    expect((await problemOf(reply)).detail).toContain('SERVICE_KEYS is missing');
    expect(deps.logLines.join()).toContain('SERVICE_KEYS is missing');
  });

  it.each(['/v1/users/%FF/integrations', '/v1/users/%/integrations', '/v1/users/a%2/integrations'])(
    '%s: a path that does not decode is a 400',
    async (path) => {
      const reply = await api(path);
      expect(reply.status).toBe(400);
      expect((await problemOf(reply)).code).toBe('invalid_request');
    },
  );
});

describe('HEAD', () => {
  it('is GET without the body', async () => {
    const reply = await api('/health', { method: 'HEAD' });
    expect(reply.status).toBe(200);
    expect(await reply.text()).toBe('');
    expect((await api('/nothing', { method: 'HEAD' })).status).toBe(404);
  });
});

describe('CORS', () => {
  const preflight = (origin: string, path = '/v1/users/me/integrations') =>
    api(path, {
      method: 'OPTIONS',
      token: null,
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'authorization,consistency-token,if-none-match',
      },
    });

  it('lets the origins of APP_ORIGINS send what the contract needs and read what it gives', async () => {
    const reply = await preflight(app);
    expect(reply.status).toBe(204);
    expect(reply.headers.get('Access-Control-Allow-Origin')).toBe(app);
    const allowed = reply.headers.get('Access-Control-Allow-Headers')?.toLowerCase();
    for (const name of ['authorization', 'consistency-token', 'content-type', 'if-none-match']) {
      expect(allowed).toContain(name);
    }
    expect(reply.headers.get('Access-Control-Allow-Credentials')).toBeNull();
    const exposed = (await api('/v1/nothing', { headers: { Origin: app } })).headers;
    for (const name of [
      'Consistency-Token',
      'ETag',
      'Cache-Status',
      'X-Request-Id',
      'Retry-After',
    ]) {
      expect(exposed.get('Access-Control-Expose-Headers')).toContain(name);
    }
  });

  it('an error can be read by the app as well', async () => {
    const reply = await api('/v1/users/me/integrations', { token: null, headers: { Origin: app } });
    expect(reply.status).toBe(401);
    expect(reply.headers.get('Access-Control-Allow-Origin')).toBe(app);
    expect(reply.headers.get('Vary')).toContain('Origin');
  });

  it('an answer varies by Origin, and says so once', async () => {
    for (const path of ['/v1/providers', '/v1/users/u1/integrations', '/v1/nothing']) {
      for (const headers of [{}, { Origin: app }, { Origin: 'https://evil.example' }]) {
        expect((await api(path, { headers })).headers.get('Vary')).toBe('Origin');
      }
    }
  });

  it.each([
    'null',
    'https://evil.example',
    'https://app.example.com.evil.example',
    'http://app.example.com',
    'https://APP.example.com:444',
    'https://app.example.com/',
    '*',
  ])('no other origin: %s', async (origin) => {
    for (const reply of [
      await preflight(origin),
      await api('/v1/nothing', { headers: { Origin: origin } }),
    ]) {
      expect(reply.headers.get('Access-Control-Allow-Origin')).toBeNull();
    }
  });

  it('the document may be read by every origin', async () => {
    const reply = await api('/openapi.json', {
      token: null,
      headers: { Origin: 'https://a.example' },
    });
    expect(reply.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(reply.headers.get('Vary')).toBe('Origin');
  });

  it('nothing else but /v1 is for other origins', async () => {
    const reply = await api('/health', { headers: { Origin: app } });
    expect(reply.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });
});

describe('every reply', () => {
  it.each([
    ['a good one', '/health', 200],
    ['the document', '/openapi.json', 200],
    ['an unknown route', '/nothing', 404],
    ['a malformed path', '/v1/users/%FF/integrations', 400],
  ])('has headers that keep browsers careful: %s', async (_, path, status) => {
    const reply = await api(path);
    expect(reply.status).toBe(status);
    expect(reply.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(reply.headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
    expect(reply.headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(reply.headers.get('Cache-Control')).toBeTruthy();
    expect(reply.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('errors are never stored', async () => {
    expect((await api('/nothing')).headers.get('Cache-Control')).toBe('no-store');
  });

  it('takes over a request id of the caller only if it is a UUID', async () => {
    const id = '0b2c6b3e-7c1f-4d7e-9a3b-1f2e3d4c5b6a';
    const idFor = async (given: string) =>
      (await api('/health', { headers: { 'X-Request-Id': given } })).headers.get('X-Request-Id');
    expect(await idFor(id)).toBe(id);
    expect(await idFor(id.toUpperCase())).toBe(id);
    for (const given of ['', 'x', serviceKey, `${id}x`, '{"a":1}', `${id}, ${id}`]) {
      expect(await idFor(given)).not.toBe(given);
    }
  });
});

describe('the access log', () => {
  it('has one line per request: what was asked for and how it went, never the URL', async () => {
    const deps = testDeps();
    const call = apiWith(deps);
    await call('/v1/users/canary-user/integrations?canary=query', { token: 'canary-key' });
    await call('/canary-path/canary?canary=query');
    const lines = deps.logLines
      .map((line) => JSON.parse(line))
      .filter((l) => l.event === 'request.answered');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      level: 'info',
      method: 'GET',
      status: 401,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ms: expect.any(Number),
    });
    expect(lines[1]).toMatchObject({ route: '(none)', status: 404 });
    expect(deps.logLines.join()).not.toContain('canary');
  });
});

describe('the access log of status reads', () => {
  it('has their failures only: successes are counted, and would double the cost of a hit', async () => {
    const deps = testDeps();
    const call = apiWith(deps);
    const { userId, provider, providerAccountId } = await insertAccount(deps);
    const list = `/v1/users/${userId}/integrations`;
    const replies = [
      await call(list),
      await call(`${list}/${provider}/${providerAccountId}`),
      await call('/v1/status', { method: 'POST', json: { userIds: [userId] } }),
      await call(`${list}/${provider}/nobody`),
      await call(list, { headers: { 'Consistency-Token': 'x' } }),
      await call('/v1/providers'),
    ];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 404, 400, 200]);
    const lines = deps.logLines.map((line) => JSON.parse(line));
    expect(
      lines.filter(({ event }) => event === 'request.answered').map(({ status }) => status),
    ).toEqual([404, 400, 200]);
  });
});

describe('rate limits', () => {
  const limited = routes.find((spec) => spec.limit === 'connect');
  const always = (success: boolean) => {
    const keys: string[] = [];
    const limiter: RateLimit = {
      limit: async ({ key }) => {
        keys.push(key);
        return { success };
      },
    };
    return { keys, limiter };
  };
  const call = (token: string, bindings: Bindings) => {
    const path = (limited?.path ?? '').replace(':userId', 'me');
    return apiWith(testDeps(), bindings)(path, { method: 'POST', token, json: {} });
  };
  const { RATE_LIMIT_CONNECT: _, ...without } = env as Bindings;

  it('answer 429 with Retry-After, counted by user', async () => {
    const { keys, limiter } = always(false);
    const reply = await call(await userToken('limited-user'), {
      ...without,
      RATE_LIMIT_CONNECT: limiter,
    });
    expect(reply.status).toBe(429);
    expect(reply.headers.get('Retry-After')).toBe('60');
    expect((await problemOf(reply)).code).toBe('rate_limited');
    expect(keys).toEqual(['limited-user']);
  });

  it('do not hold for a service key', async () => {
    const { keys, limiter } = always(false);
    expect((await call(serviceKey, { ...without, RATE_LIMIT_CONNECT: limiter })).status).not.toBe(
      429,
    );
    expect(keys).toEqual([]);
  });

  it('that fail, or are not bound, limit nobody', async () => {
    const token = await userToken('u1');
    const broken: RateLimit = { limit: () => Promise.reject(new AppError('internal', 'x')) };
    expect((await call(token, { ...without, RATE_LIMIT_CONNECT: broken })).status).toBe(400);
    expect((await call(token, without)).status).toBe(400);
  });
});

describe('/openapi.json', () => {
  it('tells of every declared route that a client calls, to anyone', async () => {
    const reply = await api('/openapi.json', { token: null });
    expect(reply.headers.get('Content-Type')).toContain('application/json');
    const document = await reply.json<{
      openapi: string;
      servers: { url: string }[];
      paths: Record<string, object>;
    }>();
    expect(document.openapi).toMatch(/^3\.1/);
    expect(document.servers).toMatchObject([{ url: 'http://localhost:8787' }]);
    for (const spec of routes.filter(({ tag }) => tag !== 'Browser')) {
      const path = spec.path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, '{$1}');
      expect(document.paths[path]).toHaveProperty(spec.method);
    }
  });
});
