/** Webhooks of the built Worker to a receiver behind real sockets, which does what receivers do. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findLeaks } from './support/leaks.ts';
import { type Mooring, startMooring } from './support/mooring.ts';
import { eventually } from './support/time.ts';

const secretOf = (name: string): string =>
  `whsec_${Buffer.from(`e2e-secret-of-${name}`.padEnd(32, '.')).toString('base64')}`;

interface Arrived {
  endpoint: string;
  url: string;
  /** As the reference library read it; an error's message where it did not. */
  verified: unknown;
  headers: IncomingMessage['headers'];
}

const MEGABYTE = Buffer.alloc(1024 * 1024, 'x');
/** Bytes of the endless body that the socket took. */
let taken = 0;
let isCut = false;

const behaviours: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  ok: (_, response) => void response.end('ok'),
  accepted: (_, response) => void response.writeHead(202).end(),
  moved: (_, response) => void response.writeHead(301, { Location: '/elsewhere' }).end(),
  bad: (_, response) => void response.writeHead(400).end('no'),
  gone: (_, response) => void response.writeHead(410).end(),
  busy: (_, response) => void response.writeHead(429, { 'Retry-After': '600' }).end(),
  broken: (_, response) => void response.writeHead(500).end('<html>'),
  hanging: () => {},
  reset: (request) => void request.socket.resetAndDestroy(),
  huge: (_, response) => {
    response.writeHead(200);
    response.on('close', () => {
      isCut = !response.writableFinished;
    });
    const write = (left: number): void => {
      if (left === 0) return void response.end();
      if (response.destroyed) return;
      taken += MEGABYTE.length;
      if (response.write(MEGABYTE)) setImmediate(write, left - 1);
      else response.once('drain', () => write(left - 1));
    };
    write(100);
  },
};

const arrived: Arrived[] = [];
const receiver = createServer((request, response) => {
  const endpoint = /^\/hooks\/(\w+)/.exec(request.url ?? '')?.[1] ?? '';
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    let verified: unknown;
    try {
      verified = new Webhook(secretOf(endpoint)).verify(
        Buffer.concat(chunks),
        request.headers as Record<string, string>,
      );
    } catch (error) {
      verified = String(error);
    }
    arrived.push({ endpoint, url: request.url ?? '', verified, headers: request.headers });
    behaviours[endpoint]?.(request, response);
  });
});

interface Delivery {
  endpoint: string;
  state: string;
  attempts: number;
  lastStatus: number | null;
  nextAt: string | null;
}
interface EventReply {
  id: string;
  deliveries: Delivery[];
}

let mooring: Mooring;
const sentTo = (endpoint: string) => arrived.filter((one) => one.endpoint === endpoint);

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const names = Object.keys(behaviours);
  mooring = await startMooring({
    vars: {
      WEBHOOKS: JSON.stringify(
        Object.fromEntries(
          names.map((name) => [
            name,
            {
              url: `${origin}/hooks/${name}?canary-query`,
              secrets: [secretOf('unused'), secretOf(name)],
              events: ['integration.*', 'user.erased'],
            },
          ]),
        ),
      ),
    },
  });
});

afterAll(async () => {
  await mooring?.stop();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

/** Sends webhook.test, and gives the delivery once it was tried. */
async function tried(endpoint: string): Promise<{ id: string; delivery: Delivery; ms: number }> {
  const startedAt = Date.now();
  const { status, body } = await mooring.call<{ id: string }>(
    'POST',
    `/v1/webhooks/${endpoint}/test`,
  );
  expect(status).toBe(202);
  let delivery: Delivery | undefined;
  await eventually(async () => {
    const event = await mooring.call<EventReply>('GET', `/v1/events/${body.id}`);
    [delivery] = event.body.deliveries;
    expect(delivery?.attempts).toBe(1);
  });
  return { id: body.id, delivery: delivery as Delivery, ms: Date.now() - startedAt };
}

describe('a receiver that answers', () => {
  it.each([
    ['ok', 200, 'delivered'],
    ['accepted', 202, 'delivered'],
    ['moved', 301, 'waiting'],
    ['bad', 400, 'waiting'],
    ['gone', 410, 'waiting'],
    ['busy', 429, 'waiting'],
    ['broken', 500, 'waiting'],
  ])('%s, %i: the delivery is %s', async (name, lastStatus, state) => {
    const { id, delivery } = await tried(name);
    expect(delivery).toMatchObject({ endpoint: name, state, lastStatus });
    expect(sentTo(name)).toMatchObject([
      {
        verified: { id, type: 'webhook.test', data: { endpoint: name, by: 'e2e' } },
        headers: { 'webhook-id': id, 'content-type': 'application/json' },
      },
    ]);
  });

  it('with a redirect is not followed', () => {
    expect(arrived.filter(({ url }) => url.includes('elsewhere'))).toEqual([]);
  });

  it('with Retry-After is left alone for so long', async () => {
    const { delivery } = await tried('busy');
    const wait = Date.parse(delivery.nextAt ?? '') - Date.now();
    expect(wait).toBeGreaterThan(590_000);
    expect(wait).toBeLessThanOrEqual(600_000);
  });

  it('with 410 is disabled, and enabled again by an operator', async () => {
    const state = async () =>
      (
        await mooring.call<{ endpoints: { name: string; state: string }[] }>('GET', '/v1/webhooks')
      ).body.endpoints.find(({ name }) => name === 'gone')?.state;
    expect(await state()).toBe('disabled');
    const enabled = await mooring.call<{ state: string }>('POST', '/v1/webhooks/gone/enable');
    expect(enabled.body.state).toBe('enabled');
    expect(await state()).toBe('enabled');
  });

  it('with 100 MB is cut off: nothing of it is read but what was on its way', async () => {
    const { delivery } = await tried('huge');
    expect(delivery).toMatchObject({ state: 'delivered', lastStatus: 200 });
    await eventually(() => expect(isCut).toBe(true));
    expect(taken).toBeLessThan(20 * MEGABYTE.length);
  });
});

describe('a receiver that does not answer', () => {
  it('and breaks the connection: it is tried again', async () => {
    const { delivery } = await tried('reset');
    expect(delivery).toMatchObject({ state: 'waiting', lastStatus: null });
  });

  it('and hangs is given up on after 15 s, and tried again', async () => {
    const { delivery, ms } = await tried('hanging');
    expect(delivery).toMatchObject({ state: 'waiting', lastStatus: null });
    expect(ms).toBeGreaterThan(14_500);
    expect(ms).toBeLessThan(20_000);
  });
});

describe('a tick', () => {
  it('brings what failed again, with the same id', async () => {
    const before = sentTo('broken').length;
    behaviours.broken = (_, response) => void response.writeHead(204).end();
    await mooring.worker.cron();
    const again = sentTo('broken').slice(before);
    expect(again.map(({ headers }) => headers['webhook-id'])).toEqual(
      sentTo('broken')
        .slice(0, before)
        .map(({ headers }) => headers['webhook-id']),
    );
  });
});

it('an erasure is told after the reply, and leaves the user’s id in its event only', async () => {
  const before = arrived.length;
  expect((await mooring.call('DELETE', '/v1/users/e2e-erased-user')).status).toBe(204);
  await eventually(() => expect(arrived.length).toBeGreaterThan(before));
  expect(arrived[before]?.verified).toMatchObject({
    type: 'user.erased',
    data: { userId: 'e2e-erased-user' },
  });
  const tables = await mooring.worker.sql<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  );
  for (const { name } of tables) {
    const rows = await mooring.worker.sql(`SELECT * FROM "${name}"`);
    const holds = JSON.stringify(rows).includes('e2e-erased-user');
    expect([name, holds]).toEqual([name, name === 'audit_events']);
  }
});

it('no secret and no address is in a log line, a reply or the database', async () => {
  const places = new Map<string, string | Buffer>([
    ['logs', mooring.worker.output.join('\n')],
    ['replies', mooring.replies.join('\n')],
    ['storage', await mooring.worker.storageFiles()],
  ]);
  const secrets = new Map([
    ...Object.keys(behaviours).map((name) => [name, secretOf(name).slice(6)] as const),
    ['query', 'canary-query'],
  ]);
  expect(findLeaks(places, secrets)).toEqual([]);
});
