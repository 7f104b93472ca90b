import { describe, expect, it } from 'vitest';
import { json, testServer } from './server.ts';

const event = (id: string) => ({ id, type: 'user.erased', timestamp: '', data: { userId: 'u1' } });

async function all<T extends object>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('events', () => {
  it('go on over pages that hold none, until nothing more has happened', async () => {
    const server = testServer();
    server.answers(
      json({ events: [event('evt_1')], next: 'evt_1' }),
      json({ events: [], next: 'evt_7' }),
      json({ events: [event('evt_8')], next: 'evt_8' }),
      json({ events: [], next: 'evt_8' }),
    );
    const events = await all(server.mooring.operator.events({ type: 'user.erased', pageSize: 5 }));
    expect(events.map(({ id }) => id)).toEqual(['evt_1', 'evt_8']);
    expect(server.asked.map(({ path }) => path)).toEqual([
      '/v1/events?type=user.erased&limit=5',
      '/v1/events?after=evt_1&type=user.erased&limit=5',
      '/v1/events?after=evt_7&type=user.erased&limit=5',
      '/v1/events?after=evt_8&type=user.erased&limit=5',
    ]);
  });

  it('are none where nothing has ever happened', async () => {
    const server = testServer();
    server.answers(json({ events: [], next: null }));
    expect(await all(server.mooring.operator.events())).toEqual([]);
    expect(server.asked.map(({ path }) => path)).toEqual(['/v1/events']);
  });

  it('of a user are asked for by its id, and no further page than is read', async () => {
    const server = testServer();
    server.answers(json({ events: [event('evt_1'), event('evt_2')], next: 'evt_2' }));
    for await (const { id } of server.mooring.user('u1').events({ after: 'evt_0' })) {
      expect(id).toBe('evt_1');
      break;
    }
    expect(server.asked.map(({ path }) => path)).toEqual(['/v1/events?after=evt_0&userId=u1']);
  });
});

describe('integrations of all users', () => {
  it('end where the cursor is null', async () => {
    const server = testServer();
    server.answers(
      json({ integrations: [{ userId: 'u1' }], next: 'int_1' }),
      json({ integrations: [], next: 'int_2' }),
      json({ integrations: [{ userId: 'u2' }], next: null }),
    );
    const list = await all(server.mooring.operator.integrations({ status: 'error' }));
    expect(list.map(({ userId }) => userId)).toEqual(['u1', 'u2']);
    expect(server.asked.map(({ path }) => path)).toEqual([
      '/v1/integrations?status=error',
      '/v1/integrations?after=int_1&status=error',
      '/v1/integrations?after=int_2&status=error',
    ]);
  });
});

describe('webhooks', () => {
  it('are listed, tried, enabled and sent again', async () => {
    const { mooring, asked, answers } = testServer();
    answers(
      json({ endpoints: [] }),
      json({ id: 'evt_2' }, {}, 202),
      json({ name: 'app', state: 'enabled' }),
      json({ deliveries: [] }, {}, 202),
      json({ deliveries: [] }, {}, 202),
    );
    const { operator } = mooring;
    expect(await operator.webhooks()).toEqual([]);
    expect(await operator.testWebhook('app')).toEqual({ id: 'evt_2' });
    expect(await operator.enableWebhook('app')).toMatchObject({ state: 'enabled' });
    expect(await operator.redeliver('evt_1')).toEqual([]);
    expect(await operator.redeliver('evt_1', { endpoint: 'app' })).toEqual([]);
    expect(asked.map(({ method, path, body }) => `${method} ${path} ${body}`)).toEqual([
      'GET /v1/webhooks ',
      'POST /v1/webhooks/app/test ',
      'POST /v1/webhooks/app/enable ',
      'POST /v1/events/evt_1/deliveries {}',
      'POST /v1/events/evt_1/deliveries {"endpoint":"app"}',
    ]);
  });
});
