/**
 * A receiver of webhooks behind `fetch`, which verifies what it gets with the reference library.
 */
import { Webhook } from 'standardwebhooks';
import { eventLog, webhookDeliveries, webhookEndpoints } from '../../../src/db/schema';
import { OwnDeliveries } from '../../../src/events/own-deliveries';
import { configWith } from '../../support/config';
import { type TestDeps, testClock, testDeps } from '../../support/deps';

export const secretOf = (seed: string): string => `whsec_${btoa(seed.padEnd(32, '.'))}`;

export interface Received {
  endpoint: string;
  id: string;
  at: number;
  body: { id: string; type: string; timestamp: string; data: Record<string, unknown> };
  headers: Headers;
}

type Reply = (received: Received) => Response | Promise<Response>;

export interface EndpointSetting {
  secrets?: string[];
  events?: string[];
  url?: string;
}

/** Deps with these endpoints, each on a host of its own, `https://<name>.example/hooks`. */
export function receiving(
  endpoints: Record<string, EndpointSetting>,
  overrides: Parameters<typeof testDeps>[0] = {},
): { deps: TestDeps; received: Received[]; answer(endpoint: string, reply: Reply): void } {
  const setting = Object.fromEntries(
    Object.entries(endpoints).map(([name, endpoint]) => [
      name,
      {
        url: `https://${name}.example/hooks`,
        secrets: [secretOf(name)],
        events: ['*'],
        ...endpoint,
      },
    ]),
  );
  const received: Received[] = [];
  const replies = new Map<string, Reply>();
  const clock = overrides.clock ?? testClock(Date.now());
  const fetch: typeof globalThis.fetch = async (input) => {
    const request = input as Request;
    const endpoint = new URL(request.url).hostname.split('.')[0] ?? '';
    const text = await request.text();
    const id = request.headers.get('webhook-id') ?? '';
    received.push({
      endpoint,
      id,
      at: clock.now(),
      body: JSON.parse(text),
      headers: request.headers,
    });
    const last = received.at(-1) as Received;
    for (const secret of setting[endpoint]?.secrets ?? []) verify(secret, request.headers, text);
    return (await replies.get(endpoint)?.(last)) ?? new Response(null, { status: 204 });
  };
  const deps = testDeps({
    clock,
    config: configWith({}, { WEBHOOKS: JSON.stringify(setting) }),
    fetch,
    ...overrides,
  });
  return { deps, received, answer: (endpoint, reply) => void replies.set(endpoint, reply) };
}

/** @throws WebhookVerificationError */
export const verify = (secret: string, headers: Headers, body: string): unknown =>
  new Webhook(secret).verify(body, Object.fromEntries(headers));

/** The next invocation of the same isolate. */
export const anew = (deps: TestDeps): TestDeps => ({ ...deps, ownDeliveries: new OwnDeliveries() });

/** Nothing has happened, and nobody was told. */
export const forgetEvents = ({ db }: TestDeps) =>
  db.batch([db.delete(webhookDeliveries), db.delete(webhookEndpoints), db.delete(eventLog)]);
