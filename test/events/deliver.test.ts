import { eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { counts } from '../../scripts/cost/counts';
import { withBudget } from '../../src/budget';
import { runBatch } from '../../src/db/client';
import { eventLog, webhookDeliveries } from '../../src/db/schema';
import {
  deliverAfterBackgroundWork,
  deliverOwn,
  deliverWebhooks,
  pauseAfter,
} from '../../src/events/deliver';
import { claimDeliveries, DELIVERY_LEASE_MS } from '../../src/events/deliveries';
import { eventStatements } from '../../src/events/event-log';
import { sweepDeliveries } from '../../src/jobs/sweep';
import { DAY_MS as DAY, HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../src/time';
import { hookedDb } from '../refresh/support/faults';
import { configWith } from '../support/config';
import type { TestDeps } from '../support/deps';
import { growVersion } from '../support/fixtures';
import { recordedDatabase } from '../support/plans';
import {
  anew,
  type EndpointSetting,
  forgetEvents,
  receiving,
  secretOf,
  verify,
} from './support/receiver';

let serial = 0;

const data = { provider: 'acme', accountId: 'a' };

/** As a change writes it, in its batch. Returns the event's number. */
async function write(
  deps: TestDeps,
  type:
    | 'integration.connected'
    | 'integration.disconnected'
    | 'user.erased' = 'integration.connected',
): Promise<number> {
  serial += 1;
  const userId = `user-${serial}`;
  const dedupeKey = `test ${userId}`;
  const event = { at: deps.now(), dedupeKey };
  await growVersion(deps, userId);
  await runBatch(
    deps.db,
    eventStatements(
      deps,
      type === 'user.erased'
        ? { ...event, type, data: { userId } }
        : { ...event, type, data: { ...data, userId } },
    ),
  );
  const [row] = await deps.db.select().from(eventLog).where(eq(eventLog.dedupeKey, dedupeKey));
  return row?.id ?? 0;
}

/** An event, and its delivery at once. */
async function tell(deps: TestDeps, type?: Parameters<typeof write>[1]): Promise<number> {
  const invocation = anew(deps);
  const id = await write(invocation, type);
  await deliverOwn(invocation);
  return id;
}

const tick = (deps: TestDeps) => deliverWebhooks(anew(deps), { until: deps.now() + MINUTE });

const rows = ({ db }: TestDeps, endpoint: string) =>
  db.select().from(webhookDeliveries).where(eq(webhookDeliveries.endpoint, endpoint));

const withEndpoints = (endpoints: Record<string, EndpointSetting>) =>
  configWith(
    {},
    {
      WEBHOOKS: JSON.stringify(
        Object.fromEntries(
          Object.entries(endpoints).map(([name, endpoint]) => [
            name,
            {
              url: `https://${name}.example/hooks`,
              secrets: [secretOf(name)],
              events: ['*'],
              ...endpoint,
            },
          ]),
        ),
      ),
    },
  );

const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new Response(null, { status: code, headers });

beforeEach(async () => {
  await forgetEvents(receiving({}).deps);
});

describe('a delivery', () => {
  it('is sent right after the change, signed, and noted', async () => {
    const { deps, received } = receiving({ app: {} });
    const id = await tell(deps);
    expect(received).toMatchObject([{ endpoint: 'app', body: { type: 'integration.connected' } }]);
    const [{ headers, id: sent, body } = { headers: new Headers() }] = received;
    expect(sent).toBe(body?.id);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'mooring',
      'webhook-timestamp': String(Math.floor(deps.now() / 1000)),
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    });
    expect(await rows(deps, 'app')).toEqual([
      {
        eventId: id,
        endpoint: 'app',
        attempts: 1,
        dueAt: null,
        leaseId: null,
        lastStatus: 204,
        deadAt: null,
      },
    ]);
    expect(await tick(deps)).toBe(0);
  });

  it('carries one signature for each secret: a receiver knows one of them', async () => {
    const secrets = [secretOf('former'), secretOf('newer')];
    const { deps, received } = receiving({ app: { secrets } });
    await tell(deps);
    const [{ headers, body } = { headers: new Headers(), body: {} }] = received;
    expect(headers.get('webhook-signature')?.split(' ')).toHaveLength(2);
    const text = JSON.stringify(body);
    for (const secret of secrets) expect(verify(secret, headers, text)).toEqual(body);
    expect(() => verify(secretOf('other'), headers, text)).toThrow();
    expect(() => verify(secrets[0] ?? '', headers, `${text} `)).toThrow();
  });

  it('is signed with the secrets of today, each time it is tried', async () => {
    const before = receiving({ app: {} });
    before.answer('app', status(500));
    await tell(before.deps);
    const after = receiving({ app: { secrets: [secretOf('new')] } }, { clock: before.deps.clock });
    await tick(after.deps);
    // The receiver verifies.
    expect(after.received.map(({ id }) => id)).toEqual(before.received.map(({ id }) => id));
    expect((await rows(after.deps, 'app'))[0]?.dueAt).toBeNull();
  });

  it('goes to the endpoints that want its type, and to no other', async () => {
    const { deps, received } = receiving({
      all: {},
      area: { events: ['integration.*'] },
      one: { events: ['user.erased'] },
      other: { events: ['provider.*'] },
    });
    await tell(deps, 'integration.disconnected');
    expect(received.map(({ endpoint }) => endpoint).sort()).toEqual(['all', 'area']);
    await tell(deps, 'user.erased');
    expect(
      received
        .map(({ endpoint }) => endpoint)
        .slice(2)
        .sort(),
    ).toEqual(['all', 'one']);
  });

  it.each([200, 201, 202, 204, 299])('is done with a %i', async (code) => {
    const { deps, received, answer } = receiving({ app: {} });
    answer('app', status(code));
    await tell(deps);
    deps.clock.advance(2 * DAY);
    expect(await tick(deps)).toBe(0);
    expect(received).toHaveLength(1);
  });

  it.each([301, 302, 304, 400, 401, 404, 429, 500, 503])(
    'is tried again after a %i, at the next tick and with the same id; no redirect is followed',
    async (code) => {
      const { deps, received, answer } = receiving({ app: {} });
      answer('app', status(code, { Location: 'https://elsewhere.example/' }));
      await tell(deps);
      expect(received).toHaveLength(1);
      expect(await rows(deps, 'app')).toMatchObject([
        { attempts: 1, lastStatus: code, dueAt: deps.now(), leaseId: null },
      ]);
      answer('app', status(200));
      expect(await tick(deps)).toBe(1);
      expect(new Set(received.map(({ id }) => id)).size).toBe(1);
      expect(await rows(deps, 'app')).toMatchObject([
        { attempts: 2, lastStatus: 200, dueAt: null },
      ]);
    },
  );

  it('that gets no answer is tried again', async () => {
    const { deps, answer } = receiving({ app: {} });
    answer('app', () => {
      throw new TypeError('canary-text-of-the-network');
    });
    await tell(deps);
    expect(await rows(deps, 'app')).toMatchObject([{ lastStatus: null, dueAt: deps.now() }]);
    expect(deps.logLines.map((line) => JSON.parse(line))).toMatchObject([
      {
        event: 'webhook.not_delivered',
        endpoint: 'app',
        type: 'integration.connected',
        status: null,
        reason: 'network',
      },
    ]);
    expect(deps.logLines.join()).not.toContain('canary-text');
  });

  it('comes at the next tick, after 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, then is a dead letter', async () => {
    const { deps, received, answer } = receiving({ app: {} }, { random: () => 0 });
    answer('app', status(500));
    await tell(deps);
    for (let n = 0; n < 6_000; n += 1) {
      const [row] = await rows(deps, 'app');
      if (row?.dueAt == null) break;
      deps.clock.set(row.dueAt);
      await tick(deps);
    }
    const pauses = received.map(({ at }, i) => (at - (received[i - 1]?.at ?? at)) / MINUTE);
    expect(pauses).toEqual([0, 0, 5, 30, 120, 300, 600, 840, 1200, 1440]);
    expect(await rows(deps, 'app')).toMatchObject([
      { attempts: 10, dueAt: null, deadAt: deps.now() },
    ]);
    expect(deps.logLines.join()).toContain('webhook.dead_letter');
    deps.clock.advance(3 * DAY);
    expect(await tick(deps)).toBe(0);
  });

  it.each<[number, number, number | null, number | null]>([
    [1, 0.5, null, 0],
    [2, 0, null, 5 * MINUTE],
    [2, 1, null, 5.5 * MINUTE],
    [9, 0.5, null, 25.2 * HOUR],
    [10, 0, null, null],
    [1, 0, 90_000, 90_000],
    [3, 0, 90_000, 30 * MINUTE],
    [10, 0, 90_000, null],
  ])(
    'the pause after try %i, at random %f and Retry-After %j, is %j ms',
    (n, random, after, ms) => {
      expect(pauseAfter(n, random, after)).toBe(ms);
    },
  );

  it.each([
    ['120', 2 * MINUTE],
    ['999999', HOUR],
    ['soon', 0],
  ])('honours Retry-After: %s, as far as an hour', async (value, ms) => {
    const { deps, answer } = receiving({ app: {} });
    answer('app', status(429, { 'Retry-After': value }));
    await tell(deps);
    expect((await rows(deps, 'app'))[0]?.dueAt).toBe(deps.now() + ms);
  });

  it('reads nothing of a body, however long', async () => {
    const { deps, answer } = receiving({ app: {} });
    let pulled = 0;
    let cancelled = false;
    const body = new ReadableStream({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    answer('app', () => new Response(body));
    await tell(deps);
    expect((await rows(deps, 'app'))[0]?.lastStatus).toBe(200);
    expect(cancelled).toBe(true);
    expect(pulled).toBeLessThan(5);
  });

  it('goes to a Worker of the same account by its binding', async () => {
    const seen: Request[] = [];
    const config = configWith(
      {},
      {
        WEBHOOKS: JSON.stringify({
          app: { binding: 'APP', secrets: [secretOf('app')], events: ['*'] },
        }),
        APP: {
          fetch: async (request: Request) => {
            verify(secretOf('app'), request.headers, await request.clone().text());
            seen.push(request);
            return new Response();
          },
        } as never,
      },
    );
    const { deps, received } = receiving({}, { config });
    await tell(deps);
    expect(received).toEqual([]);
    expect(seen.map(({ url, method }) => [method, url])).toEqual([
      ['POST', 'https://mooring.internal/webhooks'],
    ]);
    expect((await rows(deps, 'app'))[0]?.lastStatus).toBe(200);
  });
});

describe('the calls of an invocation', () => {
  it('that are counted: deliveries are among them, and wait for a tick where none is left', async () => {
    const { deps, received } = receiving({ app: {} });
    const invocation = anew(deps);
    await write(withBudget(invocation, 2));
    await deliverOwn(invocation);
    expect(received).toEqual([]);
    deps.clock.advance(DELIVERY_LEASE_MS);
    expect(await tick(deps)).toBe(1);
  });

  it('that are counted are not spent before its end', async () => {
    const { deps, received } = receiving({ app: {} });
    const invocation = anew(deps);
    await write(withBudget(invocation, 45));
    await deliverAfterBackgroundWork(invocation);
    expect(received).toEqual([]);
    await deliverOwn(invocation);
    expect(received).toHaveLength(1);
  });

  it('that are not counted: ten in all, however often something is delivered', async () => {
    const { deps, received } = receiving({ app: {} });
    const invocation = anew(deps);
    for (let i = 0; i < 3; i += 1) {
      for (let event = 0; event < 5; event += 1) await write(invocation);
      await deliverAfterBackgroundWork(invocation);
    }
    expect(received).toHaveLength(10);
  });
});

describe('the lease', () => {
  it('of who died before the answer: the next tick after its end sends the same', async () => {
    const { deps, received } = receiving({ app: {} });
    await write(anew(deps));
    expect(await tick(deps)).toBe(0);
    deps.clock.advance(DELIVERY_LEASE_MS - 1);
    expect(await tick(deps)).toBe(0);
    deps.clock.advance(1);
    expect(await tick(deps)).toBe(1);
    expect(received).toHaveLength(1);
  });

  it('gives each delivery to one of many ticks', async () => {
    const { deps, received } = receiving({ app: {}, other: {} });
    for (let i = 0; i < 12; i += 1) await write(anew(deps));
    deps.clock.advance(DELIVERY_LEASE_MS);
    await Promise.all([1, 2, 3].map(() => tick(deps)));
    expect(received).toHaveLength(24);
    expect(new Set(received.map(({ endpoint, id }) => endpoint + id)).size).toBe(24);
  });

  it('that was lost: a holder who was paused undoes nothing of its successor', async () => {
    const { deps, answer } = receiving({ app: {} });
    answer('app', async () => {
      // Meanwhile somebody else has claimed it.
      deps.clock.advance(DELIVERY_LEASE_MS);
      await claimDeliveries(deps.db, deps.config.webhooks, deps.uuid(), 5, deps.now());
      return new Response(null, { status: 500 });
    });
    await tell(deps);
    expect(await rows(deps, 'app')).toMatchObject([
      { dueAt: deps.now() + DELIVERY_LEASE_MS, lastStatus: null },
    ]);
  });

  it('is not used by who comes to it too late', async () => {
    const { deps, received } = receiving({ app: {} });
    const invocation = anew(deps);
    await write(invocation);
    deps.clock.advance(DELIVERY_LEASE_MS - 10_000);
    await deliverOwn(invocation);
    expect(received).toEqual([]);
  });

  it('five at a time', async () => {
    const { deps, answer } = receiving({ app: {} });
    for (let i = 0; i < 12; i += 1) await write(anew(deps));
    deps.clock.advance(DELIVERY_LEASE_MS);
    let inFlight = 0;
    let most = 0;
    answer('app', async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await scheduler.wait(1);
      inFlight -= 1;
      return new Response();
    });
    expect(await tick(deps)).toBe(12);
    expect(most).toBe(5);
  });
});

/** Waiting since a minute, without having been tried. */
const waitMany = async (deps: TestDeps, endpoint: string, count: number) => {
  const id = await write({ ...deps, config: withEndpoints({}) });
  await deps.db.run(sql`
    INSERT INTO audit_events (at, type, user_id, provider, account_id)
    SELECT e.at, e.type, e.user_id, e.provider, e.account_id FROM audit_events AS e,
      json_each(${JSON.stringify(Array.from({ length: count }, (_, i) => i))})
    WHERE e.id = ${id}`);
  await deps.db.run(sql`
    INSERT INTO webhook_deliveries (event_id, endpoint, due_at)
    SELECT id, ${endpoint}, ${deps.now() - MINUTE} FROM audit_events WHERE id > ${id}`);
};

describe('an endpoint that is dead', () => {
  it('keeps no other waiting, and is asked by one group of a run', async () => {
    const { deps, received, answer } = receiving({ dead: {}, well: {} });
    await waitMany(deps, 'dead', 1_000);
    answer('dead', () => {
      throw new TypeError('no route');
    });
    const told = [await write(anew(deps)), await write(anew(deps))];
    deps.clock.advance(DELIVERY_LEASE_MS);
    await tick(deps);
    const to = (name: string) => received.filter(({ endpoint }) => endpoint === name);
    expect(to('well')).toHaveLength(told.length);
    expect(to('dead').length).toBeLessThanOrEqual(5);
  });

  it('is not made to wait for a well one either: each has its part of a group', async () => {
    const { deps, received } = receiving({ busy: {}, quiet: {} });
    await waitMany(deps, 'busy', 50);
    await write(anew(deps));
    deps.clock.advance(DELIVERY_LEASE_MS);
    await tick(deps);
    expect(received.slice(0, 5).map(({ endpoint }) => endpoint)).toContain('quiet');
  });
});

describe('a 410', () => {
  it('disables the endpoint: only user.erased is written for it, and waits; others are told', async () => {
    const { deps, received, answer } = receiving({ gone: {}, other: {} });
    answer('gone', status(410));
    await tell(deps);
    const events = await deps.db
      .select()
      .from(eventLog)
      .where(eq(eventLog.type, 'webhook.disabled'));
    expect(events).toMatchObject([{ detail: { endpoint: 'gone' } }]);
    deps.clock.advance(DELIVERY_LEASE_MS);
    await tick(deps);
    expect(received.map(({ endpoint, body }) => `${endpoint} ${body.type}`)).toEqual([
      'gone integration.connected',
      'other integration.connected',
      'other webhook.disabled',
    ]);
    await tell(deps);
    await tell(deps, 'user.erased');
    deps.clock.advance(DAY);
    await tick(deps);
    expect(received.filter(({ endpoint }) => endpoint === 'gone')).toHaveLength(1);
    // The one that was refused, and the erasure.
    expect(await rows(deps, 'gone')).toHaveLength(2);
  });

  it('twice at once is told once', async () => {
    const { deps, answer } = receiving({ gone: {} });
    answer('gone', status(410));
    await Promise.all([tell(deps), tell(deps), tell(deps)]);
    const told = await deps.db.$count(eventLog, eq(eventLog.type, 'webhook.disabled'));
    expect(told).toBe(1);
  });

  it('of a former URL says nothing of a new one', async () => {
    const { deps, answer } = receiving({ app: {} });
    answer('app', status(410));
    await tell(deps);
    const moved = receiving({ app: { url: 'https://app.example/v2' } }, { clock: deps.clock });
    deps.clock.advance(MINUTE);
    await tell(moved.deps);
    await tick(moved.deps);
    expect(moved.received).toHaveLength(2);
  });
});

describe('an endpoint that is not configured any more', () => {
  it('keeps its deliveries for four days, then they are dead letters, for 30 days', async () => {
    const { deps, received, answer } = receiving({ app: {}, other: {} });
    answer('app', status(500));
    answer('other', status(500));
    await tell(deps);
    const renamed = receiving({ renamed: {}, other: {} }, { clock: deps.clock });
    deps.clock.advance(4 * DAY);
    await sweepDeliveries(renamed.deps);
    expect((await rows(deps, 'app'))[0]?.deadAt).toBeNull();
    deps.clock.advance(1);
    await sweepDeliveries(renamed.deps);
    expect(await rows(deps, 'app')).toMatchObject([{ deadAt: deps.now(), dueAt: null }]);
    // One that is configured is late, and is still tried.
    expect(await rows(deps, 'other')).toMatchObject([{ deadAt: null }]);
    await tick(renamed.deps);
    expect(renamed.received.map(({ endpoint }) => endpoint)).toEqual(['other']);
    deps.clock.advance(30 * DAY + 1);
    await sweepDeliveries(renamed.deps);
    expect(await rows(deps, 'app')).toEqual([]);
    expect(received).toHaveLength(2);
  });

  it('is served again when it is back in time', async () => {
    const { deps, answer } = receiving({ app: {} });
    answer('app', status(500));
    await tell(deps);
    const without = receiving({}, { clock: deps.clock });
    deps.clock.advance(DAY);
    expect(await tick(without.deps)).toBe(0);
    await sweepDeliveries(without.deps);
    const back = receiving({ app: {} }, { clock: deps.clock });
    expect(await tick(back.deps)).toBe(1);
  });
});

describe('the sweep', () => {
  it('takes deliveries whose event is gone, and no other', async () => {
    const { deps } = receiving({ app: {} });
    await tell(deps);
    const kept = await tell(deps);
    await deps.db.delete(eventLog).where(sql`id < ${kept}`);
    await sweepDeliveries(deps);
    expect((await rows(deps, 'app')).map(({ eventId }) => eventId)).toEqual([kept]);
  });
});

it('a delivery whose event is gone is not sent, and goes', async () => {
  const { deps, received } = receiving({ app: {} });
  const id = await write(anew(deps));
  await deps.db.delete(eventLog).where(eq(eventLog.id, id));
  deps.clock.advance(DELIVERY_LEASE_MS);
  await tick(deps);
  expect(received).toEqual([]);
  expect(await rows(deps, 'app')).toEqual([]);
});

it('an event and its deliveries cost what docs/cost.md says', async () => {
  const { db, meter } = hookedDb();
  const { deps, answer } = receiving({ app: {} }, { db });
  const rowsOf = async (work: () => Promise<unknown>) => {
    meter.rowsWritten = 0;
    await work();
    return meter.rowsWritten;
  };
  // A new user's version: the row, and its key.
  const version = 2;
  const { event, delivery, deliveryAgain } = counts;
  expect(await rowsOf(() => tell({ ...deps, config: withEndpoints({}) }))).toBe(
    version + event.rowsWritten,
  );
  const all = version + event.rowsWritten + delivery.rowsWritten;
  expect(await rowsOf(() => tell(deps))).toBe(all);
  answer('app', status(500));
  await tell(deps);
  answer('app', status(200));
  expect(await rowsOf(() => tick(deps))).toBeLessThanOrEqual(deliveryAgain.rowsWritten);
});

it('no statement scans a table', async () => {
  const recorded = recordedDatabase();
  const { deps, answer } = receiving({ app: {}, gone: {} }, { db: recorded.db });
  answer('gone', status(410));
  await tell(deps);
  await tell(deps, 'user.erased');
  await write(anew(deps));
  deps.clock.advance(DELIVERY_LEASE_MS);
  await tick(deps);
  await sweepDeliveries(deps);
  expect(recorded.sent().length).toBeGreaterThan(8);
  expect(await recorded.scans()).toEqual([]);
});
