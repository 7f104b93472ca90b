import { eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventLog, webhookDeliveries } from '../../src/db/schema';
import { deliverWebhooks } from '../../src/events/deliver';
import { apiWith } from '../support/api';
import type { TestDeps } from '../support/deps';
import { insertAccount } from '../support/fixtures';
import { findSecrets } from '../support/secrets';
import { anew, forgetEvents, receiving, secretOf } from './support/receiver';

const post = { method: 'POST' };
const tick = (deps: TestDeps) => deliverWebhooks(anew(deps), { until: deps.now() + 60_000 });
const status = (code: number) => () => new Response(null, { status: code });

/** As the app's backend sees it; what goes on after the reply is waited for. */
const callsOf =
  (deps: TestDeps) =>
  async (path: string, init: Parameters<ReturnType<typeof apiWith>>[1] = {}) => {
    const invocation = anew(deps);
    const reply = await apiWith(invocation)(path, init);
    await invocation.settle();
    return reply;
  };

beforeEach(async () => {
  await forgetEvents(receiving({}).deps);
});

describe('a change over the API', () => {
  it('is told when it is answered, with the version that the reply has', async () => {
    const { deps, received } = receiving({ app: {} });
    const { userId, providerAccountId } = await insertAccount(deps);
    const path = `/v1/users/${userId}/integrations/acme/${providerAccountId}`;
    const reply = await callsOf(deps)(path, { method: 'DELETE' });
    expect(received).toMatchObject([
      {
        body: {
          type: 'integration.disconnected',
          data: {
            userId,
            provider: 'acme',
            accountId: providerAccountId,
            version: Number(reply.headers.get('Consistency-Token')),
          },
        },
      },
    ]);
  });

  it('that is refused is not told', async () => {
    const { deps, received } = receiving({ app: {} });
    await callsOf(deps)('/v1/users/nobody/integrations/acme/none', { method: 'DELETE' });
    expect(received).toEqual([]);
  });
});

describe('GET /v1/webhooks', () => {
  it('shows each endpoint with its state, and those that were taken out; never a secret or a path', async () => {
    const secret = secretOf('app-secret');
    const first = receiving({
      app: { url: 'https://app.example/canary-path?code=canary-code', secrets: [secret] },
      gone: { events: ['integration.*', 'user.erased'] },
      former: {},
    });
    first.answer('gone', status(410));
    first.answer('former', status(500));
    await callsOf(first.deps)('/v1/users/u1', { method: 'DELETE' });
    const { deps } = receiving(
      {
        app: { url: 'https://app.example/canary-path?code=canary-code', secrets: [secret] },
        gone: { events: ['integration.*', 'user.erased'] },
      },
      { clock: first.deps.clock },
    );
    const reply = await callsOf(deps)('/v1/webhooks');
    const text = await reply.text();
    expect(JSON.parse(text)).toEqual({
      endpoints: [
        {
          name: 'app',
          state: 'enabled',
          host: 'app.example',
          events: ['*'],
          disabledAt: null,
          waiting: 0,
          deadLetters: 0,
        },
        {
          name: 'gone',
          state: 'disabled',
          host: 'gone.example',
          events: ['integration.*', 'user.erased'],
          disabledAt: new Date(deps.now()).toISOString(),
          waiting: 1,
          deadLetters: 0,
        },
        {
          name: 'former',
          state: 'not_configured',
          host: null,
          events: [],
          disabledAt: null,
          // Of the erasure, and of the endpoint that was disabled by it.
          waiting: 2,
          deadLetters: 0,
        },
      ],
    });
    expect(findSecrets({ secret, path: 'canary-path', code: 'canary-code' }, { text })).toEqual([]);
  });

  it('counts no more than a thousand', async () => {
    const { deps } = receiving({ app: {} });
    await deps.db.run(sql`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
      INSERT INTO webhook_deliveries (event_id, endpoint, dead_at) SELECT i, 'app', 1 FROM n`);
    const reply = await callsOf(deps)('/v1/webhooks');
    expect(await reply.json()).toMatchObject({ endpoints: [{ deadLetters: 1000, waiting: 0 }] });
  });
});

describe('POST /v1/webhooks/{endpoint}/test', () => {
  it('sends webhook.test to this endpoint only, also where it asks for other types', async () => {
    const { deps, received } = receiving({ app: { events: ['user.erased'] }, other: {} });
    const reply = await callsOf(deps)('/v1/webhooks/app/test', post);
    expect(reply.status).toBe(202);
    const { id } = await reply.json<{ id: string }>();
    expect(received).toMatchObject([
      {
        endpoint: 'app',
        id,
        body: { id, type: 'webhook.test', data: { endpoint: 'app', by: 'test' } },
      },
    ]);
  });

  it('sends it while the endpoint is disabled, and a success does not enable it', async () => {
    const { deps, received, answer } = receiving({ app: {} });
    const call = callsOf(deps);
    answer('app', status(410));
    await call('/v1/webhooks/app/test', post);
    answer('app', status(200));
    await call('/v1/webhooks/app/test', post);
    expect(received).toHaveLength(2);
    expect(await (await call('/v1/webhooks')).json()).toMatchObject({
      endpoints: [{ state: 'disabled', waiting: 1 }],
    });
  });

  it('404 where WEBHOOKS has no such endpoint', async () => {
    const { deps } = receiving({ app: {} });
    for (const what of ['test', 'enable']) {
      expect((await callsOf(deps)(`/v1/webhooks/none/${what}`, post)).status).toBe(404);
    }
  });
});

describe('POST /v1/webhooks/{endpoint}/enable', () => {
  it('has what waited delivered', async () => {
    // Not the event of its being enabled.
    const { deps, received, answer } = receiving({ app: { events: ['user.erased'] } });
    const call = callsOf(deps);
    answer('app', status(410));
    await call('/v1/users/u2', { method: 'DELETE' });
    await call('/v1/users/u3', { method: 'DELETE' });
    answer('app', status(200));
    deps.clock.advance(60_000);
    await tick(deps);
    expect(received).toHaveLength(1);
    const reply = await call('/v1/webhooks/app/enable', post);
    expect(await reply.json()).toMatchObject({ name: 'app', state: 'enabled', waiting: 2 });
    await tick(deps);
    expect(received.map(({ body }) => body.data.userId)).toEqual(['u2', 'u2', 'u3']);
  });

  it('is an event, which names who did it', async () => {
    const { deps, received } = receiving({ app: {} });
    await callsOf(deps)('/v1/webhooks/app/enable', post);
    await tick(deps);
    deps.clock.advance(60_000);
    await tick(deps);
    const { type, data } = received[0]?.body ?? {};
    expect(type).toBe('operator.webhook_enabled');
    expect(data).toEqual({ endpoint: 'app', by: 'test' });
  });

  it('of one that is not disabled changes nothing', async () => {
    const { deps } = receiving({ app: {} });
    const reply = await callsOf(deps)('/v1/webhooks/app/enable', post);
    expect(await reply.json()).toMatchObject({ state: 'enabled', disabledAt: null });
  });
});

describe('POST /v1/events/{id}/deliveries', () => {
  it('sends an event again: one that was delivered, and a dead letter', async () => {
    const { deps, received } = receiving({ app: {}, other: { events: ['provider.*'] } });
    const call = callsOf(deps);
    await call('/v1/users/u4', { method: 'DELETE' });
    const [{ id } = { id: '' }] = received;
    const reply = await call(`/v1/events/${id}/deliveries`, { ...post, json: {} });
    expect(reply.status).toBe(202);
    expect(await reply.json()).toMatchObject({
      deliveries: [{ endpoint: 'app', state: 'waiting', attempts: 0 }],
    });
    expect(received.map((one) => [one.endpoint, one.id])).toEqual([
      ['app', id],
      ['app', id],
    ]);
    await deps.db.update(webhookDeliveries).set({ deadAt: 1, attempts: 10 });
    await call(`/v1/events/${id}/deliveries`, { ...post, json: { endpoint: 'app' } });
    const rows = await deps.db.select().from(webhookDeliveries);
    expect(rows).toMatchObject([{ attempts: 1, deadAt: null, dueAt: null, lastStatus: 204 }]);
    expect(received).toHaveLength(3);
  });

  it('to an endpoint that did not ask for it', async () => {
    const { deps, received } = receiving({ app: {}, other: { events: ['provider.*'] } });
    const call = callsOf(deps);
    await call('/v1/users/u5', { method: 'DELETE' });
    const path = `/v1/events/${received[0]?.id}/deliveries`;
    const reply = await call(path, { ...post, json: { endpoint: 'other' } });
    expect(await reply.json()).toMatchObject({
      deliveries: [
        { endpoint: 'app', state: 'delivered' },
        { endpoint: 'other', state: 'waiting' },
      ],
    });
    expect(received.map(({ endpoint }) => endpoint)).toEqual(['app', 'other']);
  });

  it('leaves one alone that is being sent', async () => {
    const { deps, received, answer } = receiving({ app: {} });
    const call = callsOf(deps);
    let sentAgain: Promise<Response> | undefined;
    answer('app', async ({ id }) => {
      sentAgain ??= call(`/v1/events/${id}/deliveries`, { ...post, json: {} });
      await sentAgain;
      return new Response();
    });
    await call('/v1/users/u6', { method: 'DELETE' });
    expect(received).toHaveLength(1);
    const rows = await deps.db.select().from(webhookDeliveries);
    expect(rows).toMatchObject([{ dueAt: null, attempts: 1 }]);
  });

  it.each(['evt_1', 'evt_vvvvvvvvvv', 'evt_0', 'evt_', '7'])(
    'of an event that is not there: %s',
    async (id) => {
      const { deps } = receiving({ app: {} });
      const reply = await callsOf(deps)(`/v1/events/${id}/deliveries`, { ...post, json: {} });
      expect(reply.status).toBe(/^evt_[1-9a-v]/.test(id) ? 404 : 400);
    },
  );
});

describe('erasure', () => {
  it('leaves nothing of the user but user.erased and its delivery', async () => {
    const { deps, received, answer } = receiving({ app: {} });
    const call = callsOf(deps);
    answer('app', status(500));
    const { userId, providerAccountId } = await insertAccount(deps);
    await call(`/v1/users/${userId}/integrations/acme/${providerAccountId}`, { method: 'DELETE' });
    await call(`/v1/users/${userId}`, { method: 'DELETE' });
    const events = await deps.db.select().from(eventLog);
    const rows = await deps.db.select().from(webhookDeliveries);
    expect(events).toMatchObject([{ type: 'user.erased', userId }]);
    expect(rows).toMatchObject([{ eventId: events[0]?.id, attempts: 1 }]);
    expect(received.map(({ body }) => body.type)).toEqual([
      'integration.disconnected',
      'user.erased',
    ]);
    expect(received[1]?.body.data).toEqual({ userId });
  });

  it('takes the event of a delivery that is under way: nothing is noted, and nothing fails', async () => {
    const { deps, answer } = receiving({ app: { events: ['integration.*'] } });
    const call = callsOf(deps);
    const { userId, providerAccountId } = await insertAccount(deps);
    answer('app', async () => {
      await call(`/v1/users/${userId}`, { method: 'DELETE' });
      return new Response(null, { status: 500 });
    });
    await call(`/v1/users/${userId}/integrations/acme/${providerAccountId}`, { method: 'DELETE' });
    expect(await deps.db.select().from(webhookDeliveries)).toEqual([]);
    expect(deps.logLines.join()).not.toContain('"level":"error"');
  });
});

it('GET /v1/events/{id} tells how it stands at each endpoint', async () => {
  const { deps, received, answer } = receiving({ app: {}, other: {}, dead: {} });
  const call = callsOf(deps);
  answer('other', status(503));
  await call('/v1/users/u7', { method: 'DELETE' });
  await deps.db
    .update(webhookDeliveries)
    .set({ dueAt: null, deadAt: deps.now() })
    .where(eq(webhookDeliveries.endpoint, 'dead'));
  const reply = await call(`/v1/events/${received[0]?.id}`);
  expect(await reply.json()).toMatchObject({
    type: 'user.erased',
    deliveries: [
      { endpoint: 'app', state: 'delivered', attempts: 1, lastStatus: 204, nextAt: null },
      { endpoint: 'dead', state: 'dead', nextAt: null },
      {
        endpoint: 'other',
        state: 'waiting',
        attempts: 1,
        lastStatus: 503,
        nextAt: new Date(deps.now()).toISOString(),
      },
    ],
  });
});
