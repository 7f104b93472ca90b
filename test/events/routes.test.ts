/** GET /v1/events: by cursor, bounded, from the primary; who sees what. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config';
import { runBatch } from '../../src/db/client';
import { eventLog } from '../../src/db/schema';
import { eventStatements, type NewEvent } from '../../src/events/event-log';
import { eventIdOf } from '../../src/events/types';
import { type ApiInit, api, apiWith, userToken } from '../support/api';
import { testDeps } from '../support/deps';
import { recordedDatabase } from '../support/plans';

const deps = testDeps();

interface Page {
  events: { id: string; type: string; data: Record<string, unknown> }[];
  next: string | null;
}

async function read(query = '', init: ApiInit = {}, call = api): Promise<Page> {
  const reply = await call(`/v1/events${query}`, init);
  expect([reply.status, reply.headers.get('Cache-Control')]).toEqual([200, 'no-store']);
  return reply.json<Page>();
}

let keys = 0;
const write = async (...events: Omit<NewEvent, 'dedupeKey' | 'at'>[]) => {
  const statements = events.flatMap((event) => {
    keys += 1;
    return eventStatements(deps, { ...event, at: keys, dedupeKey: `k${keys}` } as NewEvent);
  });
  await runBatch(deps.db, statements);
};
const connected = (userId: string, provider = 'acme') =>
  ({ type: 'integration.connected', data: { userId, provider, accountId: 'a' } }) as const;
const ran = { type: 'operator.refresh_run', data: { by: 'ops' } } as const;

beforeEach(async () => {
  await env.DB.prepare('DELETE FROM audit_events').run();
});

/** Straight into the table, ids and all. */
const bulk = (count: number, from: number, values: string) =>
  env.DB.prepare(
    `INSERT INTO audit_events (id, at, type, user_id, provider, account_id)
     WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})
     SELECT ${from} + i, i, ${values} FROM n`,
  ).run();

describe('pages', () => {
  test('lead through all events, oldest first, each once', async () => {
    for (let i = 0; i < 7; i += 1) await write(connected(`u${i}`));
    const seen: unknown[] = [];
    let after: string | null = null;
    for (;;) {
      const page = await read(`?limit=3${after === null ? '' : `&after=${after}`}`);
      if (page.next === after) break;
      seen.push(...page.events.map(({ data }) => data.userId));
      after = page.next;
    }
    expect(seen).toEqual(['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6']);
    // The cursor holds: what happens later comes after it.
    expect(await read(`?after=${after}`)).toEqual({ events: [], next: after });
    await write(connected('later'));
    expect((await read(`?after=${after}`)).events).toMatchObject([{ data: { userId: 'later' } }]);
  });

  test('"latest" is behind the newest, also where that was erased since', async () => {
    await write(connected('u'), connected('gone'));
    const { events, next } = await read('?after=latest');
    expect(events).toEqual([]);
    await deps.db.delete(eventLog);
    expect(await read('?after=latest')).toEqual({ events: [], next });
    await write(connected('new'));
    expect((await read(`?after=${next}`)).events).toHaveLength(1);
  });

  test('of one type, also as a release before wrote it', async () => {
    await write(connected('u'), ran);
    await deps.db
      .insert(eventLog)
      .values({ at: 1, type: 'connected', userId: 'old', provider: 'acme', accountId: 'a' });
    const { events } = await read('?type=integration.connected');
    expect(events.map(({ data }) => data.userId)).toEqual(['u', 'old']);
    expect((await read('?type=integration.expiring')).events).toEqual([]);
  });

  test('leave out what another release wrote and this one does not know, and lead past it', async () => {
    await deps.db.insert(eventLog).values({ at: 1, type: 'integration.sold', userId: 'u' });
    await write(ran);
    const { events, next } = await read('?limit=1');
    expect(events).toEqual([]);
    expect((await read(`?limit=1&after=${next}`)).events).toMatchObject([{ type: ran.type }]);
  });

  test('look at 5,000 events at most, and tell how far they came', async () => {
    await bulk(5_002, 200_001, "'operator.signed_in', NULL, NULL, NULL");
    await write(connected('behind them'));
    const first = await read('?type=integration.connected');
    expect(first).toEqual({ events: [], next: eventIdOf(205_000) });
    const second = await read(`?type=integration.connected&after=${first.next}`);
    expect(second.events).toMatchObject([{ data: { userId: 'behind them' } }]);
    // Those of others are not looked at.
    expect((await read('?userId=behind them')).events).toHaveLength(1);
  });
});

describe('who sees what', () => {
  beforeEach(async () => {
    await write(connected('ann'), connected('bob'), connected('ann', 'reddit'), ran, {
      type: 'operator.user_invalidated',
      data: { userId: 'ann', by: 'ops' },
    });
  });
  const shown = ({ events }: Page) => events.map(({ type, data }) => [type, data.provider]);
  const anns = [
    ['integration.connected', 'acme'],
    ['integration.connected', 'reddit'],
  ];

  test('an operator: all, or all of one user', async () => {
    expect((await read()).events).toHaveLength(5);
    expect((await read('?userId=ann')).events).toHaveLength(3);
  });

  test('a user: what happened to it, and nothing of the operator’s', async () => {
    const token = await userToken('ann');
    expect(shown(await read('', { token }))).toEqual(anns);
    expect(shown(await read('?userId=me', { token }))).toEqual(anns);
    expect(shown(await read('?type=operator.user_invalidated', { token }))).toEqual([]);
  });

  test('a delegation, and a key: of one user, and of their providers', async () => {
    const limited = (limits: string) => {
      const [, hash] = (env.SERVICE_KEYS as string).split(':');
      return apiWith(
        testDeps({ config: readConfig({ ...env, SERVICE_KEYS: `k:${hash}${limits}` }) }),
      );
    };
    expect(shown(await read('?userId=ann', {}, limited(':read')))).toEqual(anns);
    const call = limited('@acme');
    expect(shown(await read('?userId=ann', {}, call))).toEqual([anns[0]]);
    const made = await call('/v1/users/ann/delegations', {
      method: 'POST',
      json: { rights: ['read'] },
    });
    const { token } = await made.json<{ token: string }>();
    expect(shown(await read('', { token }, call))).toEqual([anns[0]]);
    expect((await call('/v1/events?userId=bob', { token })).status).toBe(403);
  });
});

describe('a query that is not good', () => {
  test.each([
    ['?after=5', 'query.after', 'send "next"'],
    ['?after=evt_0', 'query.after', 'send "next"'],
    ['?after=int_5', 'query.after', 'send "next"'],
    ['?after=evt_vvvvvvvvvv', 'query.after', 'GET /v1/integrations'],
    ['?limit=0', 'query.limit', '1 to 1000'],
    ['?limit=1001', 'query.limit', '1 to 1000'],
    ['?limit=ten', 'query.limit', '1 to 1000'],
    ['?type=integration.sold', 'query.type', ''],
    ['?userID=ann', 'query.userID', 'is not known here'],
  ])('%s says what to do', async (query, path, words) => {
    const reply = await api(`/v1/events${query}`);
    const { code, errors } = await reply.json<{ code: string; errors: object[] }>();
    expect([reply.status, code]).toEqual([400, 'invalid_request']);
    expect(errors).toEqual([{ path, message: expect.stringContaining(words) }]);
  });
});

describe('one event', () => {
  test('is told with its deliveries', async () => {
    await write(connected('u'));
    const [event] = (await read()).events;
    const reply = await api(`/v1/events/${event?.id}`);
    expect(await reply.json()).toEqual({ ...event, deliveries: [] });
  });

  test.each(['evt_vvvvvvvvvv', 'evt_1'])('that is not there: 404 (%s)', async (id) => {
    const reply = await api(`/v1/events/${id}`);
    expect([reply.status, (await reply.json<{ code: string }>()).code]).toEqual([
      404,
      'event_not_found',
    ]);
  });
});

test('no read of events scans the table, but up to a limit in the order of ids', async () => {
  const recorded = recordedDatabase();
  const call = apiWith(testDeps({ db: recorded.db, session: () => recorded.db }));
  for (const query of ['', '?after=latest', '?after=evt_1', '?userId=u&type=user.erased']) {
    await call(`/v1/events${query}`);
  }
  await call('/v1/events/evt_1');
  const found = await recorded.plans();
  const plans = found.flatMap(({ plan }) => plan);
  const scan = /SCAN (?!scanned$|sqlite_sequence$|json_each\b)|TEMP B-TREE/;
  expect(plans.filter((line) => scan.test(line))).toEqual([]);
  const ofOne = found.filter(({ text }) => text.includes('"user_id" = ?'));
  expect(ofOne.length).toBeGreaterThan(0);
  for (const { plan } of ofOne) {
    expect(plan.join()).toContain('audit_events_of_user (user_id=? AND rowid>?)');
  }
});
