/**
 * Webhooks, for operators: how endpoints stand, a test, enabling one, and sending an event again.
 */
import { eq } from 'drizzle-orm';
import * as z from 'zod';
import { eventLog } from '../db/schema';
import { AppError } from '../errors';
import { route } from '../http/route';
import { deliveriesTo } from './deliveries';
import { deliverySchema, readDeliveries } from './read';
import { eventIdSchema, eventRowIdOf } from './types';
import {
  enableEndpoint,
  endpointOf,
  endpointSchema,
  listEndpoints,
  testEndpoint,
} from './webhook-endpoints';
import { endpointName } from './webhooks-setting';

const endpointParam = z.object({
  endpoint: z
    .string()
    .regex(endpointName, 'a name is a-z, 0-9, "-" and "_", at most 32')
    .meta({ description: 'Its name in WEBHOOKS.', examples: ['app'] }),
});

const list = route(
  {
    id: 'listWebhooks',
    method: 'get',
    path: '/v1/webhooks',
    tag: 'Webhooks',
    summary: 'How the endpoints of webhooks stand',
    callers: ['service'],
    right: 'operate',
    provider: 'none',
    replies: {
      200: {
        description: 'All of them.',
        schema: z.object({ endpoints: z.array(endpointSchema) }).meta({ id: 'WebhookEndpoints' }),
      },
    },
    errors: ['unavailable'],
  },
  async ({ deps, reply }) => reply(200, { endpoints: await listEndpoints(deps) }),
);

const test = route(
  {
    id: 'testWebhook',
    method: 'post',
    path: '/v1/webhooks/:endpoint/test',
    tag: 'Webhooks',
    summary: 'Send webhook.test to an endpoint',
    callers: ['service'],
    right: 'operate',
    provider: 'none',
    param: endpointParam,
    replies: {
      202: {
        description: 'It is being sent.',
        schema: z.object({ id: eventIdSchema }).meta({ id: 'WebhookTest' }),
      },
    },
    errors: ['not_found', 'unavailable'],
  },
  async ({ deps, param, caller, reply }) => {
    const id = await testEndpoint(deps, endpointOf(deps, param.endpoint), caller.name);
    return reply(202, { id });
  },
);

const enable = route(
  {
    id: 'enableWebhook',
    method: 'post',
    path: '/v1/webhooks/:endpoint/enable',
    tag: 'Webhooks',
    summary: 'Enable an endpoint that answered 410',
    callers: ['service'],
    right: 'operate',
    provider: 'none',
    param: endpointParam,
    replies: { 200: { description: 'It is enabled.', schema: endpointSchema } },
    errors: ['not_found', 'unavailable'],
  },
  async ({ deps, param, caller, reply }) => {
    const { name } = endpointOf(deps, param.endpoint);
    await enableEndpoint(deps, name, caller.name);
    const endpoints = await listEndpoints(deps);
    const enabled = endpoints.find((one) => one.name === name);
    if (!enabled) throw new AppError('not_found', 'WEBHOOKS has no such endpoint');
    return reply(200, enabled);
  },
);

const again = route(
  {
    id: 'redeliverEvent',
    method: 'post',
    path: '/v1/events/:eventId/deliveries',
    tag: 'Webhooks',
    summary: 'Send an event again',
    callers: ['service'],
    right: 'operate',
    provider: 'none',
    param: z.object({ eventId: eventIdSchema }),
    json: z
      .strictObject({ endpoint: endpointParam.shape.endpoint.optional() })
      .prefault({})
      .meta({ id: 'RedeliverRequest' }),
    replies: {
      202: {
        description:
          'It is being sent. How its deliveries stand, those that are not sent again too.',
        schema: z.object({ deliveries: z.array(deliverySchema) }).meta({ id: 'Deliveries' }),
      },
    },
    errors: ['not_found', 'event_not_found', 'unavailable'],
  },
  async ({ deps, param, json, reply }) => {
    const { db, config } = deps;
    const id = eventRowIdOf(param.eventId) ?? 0;
    const [event] = await db
      .select({ type: eventLog.type })
      .from(eventLog)
      .where(eq(eventLog.id, id));
    const named = json.endpoint === undefined ? null : [endpointOf(deps, json.endpoint)];
    if (!event) throw new AppError('event_not_found', 'there is no such event, or no more');
    const endpoints = named ?? config.webhooks.filter(({ types }) => types.has(event.type));
    if (endpoints.length > 0) await deliveriesTo(deps, endpoints, eq(eventLog.id, id));
    return reply(202, { deliveries: await readDeliveries(deps, param.eventId) });
  },
);

export const webhookRoutes = [list, test, enable, again];
