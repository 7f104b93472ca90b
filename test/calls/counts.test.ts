/** What an operator sees of the calls. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app';
import { answerClassOf, callsSince, countAnswer } from '../../src/calls/counts';
import type { Bindings } from '../../src/config';
import { callCounts } from '../../src/db/schema';
import type { Deps } from '../../src/deps';
import { HOUR_MS as HOUR } from '../../src/time';
import { d1Away } from '../status-cache/faults';
import { apiOf } from '../support/api';
import { testClock, testDeps } from '../support/deps';
import { type AccountOverrides, insertAccount } from '../support/fixtures';
import { json } from '../support/provider';

beforeEach(async () => {
  await env.DB.prepare('DELETE FROM call_counts').run();
});

/** The API answers with the status that the path names; `lost` is no answer. */
async function setup(
  overrides: Partial<Deps> = {},
  { bindings = {} as Partial<Bindings>, account = {} as AccountOverrides } = {},
) {
  const deps = testDeps({
    clock: testClock(),
    fetch: async (input) => {
      const status = new URL(new Request(input).url).pathname.split('/').at(-1);
      if (status === 'lost') throw new TypeError('connection lost');
      return json({}, Number(status));
    },
    ...overrides,
  });
  const row = await insertAccount(deps, account);
  const app = createApp(
    () => deps,
    () => deps.log,
  );
  const api = apiOf(app, { ...(env as Bindings), ...bindings });
  const call = async (status: number | string, method = 'GET'): Promise<number> =>
    (await api(`/v1/users/${row.userId}/proxy/acme/-/secret-path/${status}`, { method })).status;
  return { deps, row, api, call };
}

describe('an answer is counted under its class', () => {
  it.each([
    [200, '2xx'],
    [299, '2xx'],
    [300, '3xx'],
    [399, '3xx'],
    [400, '4xx'],
    [401, '401'],
    [402, '4xx'],
    [428, '4xx'],
    [429, '429'],
    [430, '4xx'],
    [499, '4xx'],
    [500, '5xx'],
    [599, '5xx'],
    [null, 'none'],
  ])('%s: %s', (status, expected) => {
    expect(answerClassOf(status)).toBe(expected);
  });
});

describe('calls are counted', () => {
  it('by provider, hour and answer, and what is counted later is added', async () => {
    const { deps, call } = await setup();
    for (const status of [200, 201, 302, 404, 401, 429, 503, 'lost']) await call(status);
    await deps.settle();
    await call(200);
    await deps.settle();
    const hour = Date.UTC(2026, 10, 22, 12);
    const rows = await deps.db.select().from(callCounts);
    expect(rows.every((row) => row.provider === 'acme' && row.hour === hour)).toBe(true);
    expect(Object.fromEntries(rows.map(({ answer, calls }) => [answer, calls]))).toEqual({
      '2xx': 3,
      '3xx': 1,
      '4xx': 1,
      '401': 1,
      '429': 1,
      '5xx': 1,
      none: 1,
    });
    expect(await callsSince(deps.db, hour)).toMatchObject([{ provider: 'acme', total: 9 }]);
    expect(await callsSince(deps.db, hour + HOUR)).toEqual([]);
  });

  it('once each, also where the call was sent again after a 401', async () => {
    const fetch: Deps['fetch'] = async (input) => {
      const request = new Request(input);
      if (request.url.endsWith('/token')) {
        return json({ access_token: 'fresh', refresh_token: 'next', expires_in: 3600 });
      }
      return json({}, request.headers.get('Authorization') === 'Bearer fresh' ? 200 : 401);
    };
    const account = { tokenVersion: testClock().now() - HOUR };
    const { deps, api, row } = await setup({ fetch }, { account });
    const reply = await api(`/v1/users/${row.userId}/proxy/acme/-/x`);
    expect([reply.status, reply.headers.get('Mooring-Token')]).toEqual([200, 'refreshed']);
    await deps.settle();
    expect(await deps.db.select().from(callCounts)).toMatchObject([{ answer: '2xx', calls: 1 }]);
  });

  it('and what Mooring answers by itself is not', async () => {
    const { deps, api, row } = await setup();
    for (const path of [
      `/v1/users/nobody/proxy/acme/-/x`,
      `/v1/users/${row.userId}/proxy/onlyfans/-/x`,
      `/v1/users/${row.userId}/proxy/acme/-/auth.revoke`,
    ]) {
      expect((await api(path)).status).toBeGreaterThanOrEqual(400);
    }
    await deps.settle();
    expect(await deps.db.select().from(callCounts)).toEqual([]);
  });

  it('in one write for however many come within 20 s, of more providers than a statement takes', async () => {
    const { deps } = await setup();
    let batches = 0;
    const db = new Proxy(deps.db, {
      get(target, name) {
        if (name === 'batch') batches += 1;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const counting = { ...deps, db };
    for (let i = 0; i < 60; i += 1) {
      countAnswer(counting, undefined, {
        provider: `p-${i % 30}`,
        method: 'GET',
        status: i < 30 ? 200 : 500,
        ms: 1,
      });
    }
    await deps.settle();
    expect(batches).toBe(1);
    const rows = await deps.db.select().from(callCounts);
    expect([rows.length, rows.every(({ calls }) => calls === 1)]).toEqual([60, true]);
  });

  it('also when an invocation ended before it had written', async () => {
    const kept: Promise<unknown>[] = [];
    let isCut = true;
    const { deps, call } = await setup({
      sleep: async () => {},
      waitUntil: (work) => {
        if (!isCut) kept.push(work);
      },
    });
    // The first one's sleep never ends.
    deps.sleep = () => new Promise(() => {});
    await call(200);
    isCut = false;
    deps.sleep = async () => {};
    await call(200);
    await Promise.all(kept);
    expect(await deps.db.select().from(callCounts)).toEqual([]);
    deps.clock.advance(26_000);
    await call(200);
    await Promise.all(kept);
    expect(await deps.db.select().from(callCounts)).toMatchObject([{ answer: '2xx', calls: 3 }]);
  });

  it('and where they cannot be written, the call is answered, and a line says so', async () => {
    const gathered = Promise.withResolvers<void>();
    const { deps, call } = await setup({ sleep: () => gathered.promise });
    expect(await call(200)).toBe(200);
    deps.db = d1Away();
    gathered.resolve();
    await deps.settle();
    expect(deps.logLines.join()).toContain('calls.counts_not_written');
  });
});

describe('a point goes to Analytics Engine', () => {
  it('for each call, and says nothing of the user, the account or the path', async () => {
    const points: unknown[] = [];
    const CALL_ANALYTICS = { writeDataPoint: (point?: unknown) => void points.push(point) };
    const { deps, call, row } = await setup({}, { bindings: { CALL_ANALYTICS } });
    await call(200, 'POST');
    await call('lost');
    expect(points).toEqual([
      { indexes: ['acme'], blobs: ['acme', '2xx', 'POST'], doubles: [200, 0] },
      { indexes: ['acme'], blobs: ['acme', 'none', 'GET'], doubles: [0, 0] },
    ]);
    const text = JSON.stringify(points) + deps.logLines.join();
    for (const secret of [row.userId, row.providerAccountId, 'secret-path']) {
      expect(text).not.toContain(secret);
    }
    await deps.settle();
  });

  it('and one that cannot be written costs nobody an answer', async () => {
    const CALL_ANALYTICS = {
      writeDataPoint: () => {
        throw new Error('over the limit');
      },
    };
    const { deps, call } = await setup({}, { bindings: { CALL_ANALYTICS } });
    expect(await call(200)).toBe(200);
    await deps.settle();
    expect(await deps.db.select().from(callCounts)).toHaveLength(1);
  });
});
