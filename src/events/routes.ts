/** What happened, for whoever was not told, or wants to look again. */
import * as z from 'zod';
import { DEFAULT_PAGE, limitSchema } from '../http/pagination';
import { route } from '../http/route';
import { userIdSchema } from '../http/validate';
import { deliverySchema, readDeliveries, readEvent, readEvents } from './read';
import { type EventType, eventIdPattern, eventIdSchema, eventSchema, eventTypes } from './types';

const cursor = z
  .string()
  .refine((text) => text === 'latest' || eventIdPattern.test(text), {
    error:
      'is no cursor: send "next" of the answer before, "latest", or nothing to begin with the oldest',
  })
  .optional()
  .meta({
    description:
      '`next` of the answer before: what came after it. `latest`: nothing, and a `next` from which to go on. Without it, from the oldest that is kept.',
    examples: ['evt_5k'],
  });

const list = route(
  {
    id: 'listEvents',
    method: 'get',
    path: '/v1/events',
    tag: 'Events',
    summary: 'What happened, oldest first',
    callers: ['service', 'user', 'delegation'],
    right: 'operate',
    rightForOneUser: 'read',
    provider: 'handler',
    limit: 'status',
    query: z.strictObject({
      after: cursor,
      limit: limitSchema,
      type: z
        .enum(eventTypes as [EventType, ...EventType[]])
        .optional()
        .meta({ description: 'Only of this type.' }),
      userId: userIdSchema.optional().meta({ description: 'Only of this user.' }),
    }),
    replies: {
      200: {
        description: 'Up to `limit` events, and where to go on.',
        schema: z
          .object({
            events: z.array(eventSchema),
            next: z
              .string()
              .nullable()
              .describe(
                'The cursor to go on from, now or later. Null: nothing has ever happened; ask without one.',
              ),
          })
          .meta({ id: 'EventPage' }),
      },
    },
  },
  async ({ query, caller, deps, reply }) => {
    const page = await readEvents(deps, {
      after: query.after,
      limit: query.limit ?? DEFAULT_PAGE,
      type: query.type,
      userId: query.userId,
      providers: caller.providers,
      all: caller.kind === 'service' && caller.rights.has('operate'),
    });
    return reply(200, page);
  },
);

const one = route(
  {
    id: 'getEvent',
    method: 'get',
    path: '/v1/events/:eventId',
    tag: 'Events',
    summary: 'One event, and who was told',
    callers: ['service'],
    right: 'operate',
    provider: 'none',
    param: z.object({ eventId: eventIdSchema }),
    replies: {
      200: {
        description: 'This one.',
        schema: z
          .intersection(eventSchema, z.object({ deliveries: z.array(deliverySchema) }))
          .meta({ id: 'EventWithDeliveries' }),
      },
    },
    errors: ['event_not_found'],
  },
  async ({ param, deps, reply }) => {
    const event = await readEvent(deps, param.eventId);
    return reply(200, { ...event, deliveries: await readDeliveries(deps, param.eventId) });
  },
);

export const eventRoutes = [list, one];
