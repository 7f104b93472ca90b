/** Which integrations has a user, and in what state? Answered from the edge. */
import { type Context, Hono, type TypedResponse } from 'hono';
import { consistencyHeader } from '../http/consistency';
import { type AppEnv, declare, endpoint } from '../http/endpoint';
import { checkRateLimit } from '../http/rate-limit';
import { integrationParam, userIdSchema, userParam } from '../http/validate';
import { countReads } from '../status-cache/analytics';
import * as z from '../zod';
import {
  type Answer,
  type ListOptions,
  listIntegrations,
  matchesEtag,
  oneIntegration,
  statusOfMany,
} from './list';
import {
  type Integration,
  type IntegrationList,
  integrationListSchema,
  integrationSchema,
  statusOfManySchema,
} from './wire';

const header = z.extend(consistencyHeader, {
  'if-none-match': z
    .optional(z.string())
    .check(z.describe('The ETag of an answer that is there already.')),
});

const replyHeaders = {
  'Cache-Status': 'Which cache answered, and for how long it could (RFC 9211).',
  'Consistency-Token': 'The version of this answer.',
  ETag: 'Of the answer without its times of reading.',
  'Server-Timing': 'What KV and D1 took, where they were asked.',
};

const notModified = { description: 'The answer with this ETag still holds.' };

const list = declare({
  method: 'get',
  path: '/v1/users/:userId/integrations',
  id: 'listIntegrations',
  tag: 'Integrations',
  summary: 'The integrations of a user, with their status',
  callers: ['service', 'user'],
  param: userParam,
  header,
  replies: {
    200: {
      description: 'All of them; a user who never had any has an empty list.',
      schema: integrationListSchema,
      headers: replyHeaders,
    },
    304: notModified,
  },
  errors: ['rate_limited', 'unavailable'],
});

const one = declare({
  method: 'get',
  path: '/v1/users/:userId/integrations/:provider/:accountId',
  id: 'getIntegration',
  tag: 'Integrations',
  summary: 'One integration',
  callers: ['service', 'user'],
  param: integrationParam,
  header,
  replies: {
    200: { description: 'This one.', schema: integrationSchema, headers: replyHeaders },
    304: notModified,
  },
  errors: ['integration_not_found', 'rate_limited', 'unavailable'],
});

const many = declare({
  method: 'post',
  path: '/v1/status',
  id: 'getStatusOfMany',
  tag: 'Integrations',
  summary: 'The integrations of up to a hundred users',
  callers: ['service'],
  json: z.object({ userIds: z.array(userIdSchema).check(z.minLength(1), z.maxLength(100)) }),
  replies: { 200: { description: 'Each user who was asked for.', schema: statusOfManySchema } },
  errors: ['unavailable'],
});

export const integrationsRoutes = new Hono<AppEnv>()
  .get(list.path, endpoint(list), async (c) => {
    const { userId } = c.req.valid('param');
    const headers = c.req.valid('header');
    const answer = await listIntegrations(
      c.get('deps'),
      userId,
      headers['consistency-token'] ?? 0,
      readOptions(c, list.id),
    );
    return matchesEtag(headers['if-none-match'], answer.headers.ETag)
      ? c.body(null, 304, answer.headers)
      : json<IntegrationList>(c, answer);
  })
  .get(one.path, endpoint(one), async (c) => {
    const headers = c.req.valid('header');
    const answer = await oneIntegration(
      c.get('deps'),
      c.req.valid('param'),
      headers['consistency-token'] ?? 0,
      readOptions(c, one.id),
    );
    return matchesEtag(headers['if-none-match'], answer.headers.ETag)
      ? c.body(null, 304, answer.headers)
      : json<Integration>(c, answer);
  })
  .post(many.path, endpoint(many), async (c) => {
    const users = await statusOfMany(c.get('deps'), c.req.valid('json').userIds, {
      onServed: (served) => countReads(c.env, many.id, served),
    });
    c.header('Cache-Control', 'private, no-cache');
    return c.json({ users: Object.fromEntries(users) });
  });

const readOptions = (c: Context<AppEnv>, operation: string): ListOptions => ({
  // Counted only past the memory tier: the limiter costs more than a hit.
  beyondMemory: () => checkRateLimit(c.env, 'status', c.get('caller')),
  onServed: (served) => countReads(c.env, operation, served),
});

/** The body is text already; the type tells the client what it holds. */
const json = <T>(c: Context, { body, headers }: Answer) =>
  c.newResponse(body, 200, { ...headers, 'Content-Type': 'application/json' }) as Response &
    TypedResponse<T, 200, 'json'>;
