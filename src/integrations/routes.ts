/** Which integrations has a user, and in what state? Answered from the edge. */
import { type Context, Hono, type TypedResponse } from 'hono';
import * as z from 'zod';
import { answerReply } from '../http/answer';
import { consistencyHeader } from '../http/consistency';
import { type AppEnv, declare, document, endpoint } from '../http/endpoint';
import { checkRateLimit } from '../http/rate-limit';
import { integrationParam, userIdSchema, userParam } from '../http/validate';
import { countReads } from '../status-cache/analytics';
import {
  type Answer,
  type ListOptions,
  listIntegrations,
  oneIntegration,
  statusOfMany,
} from './list';
import {
  type Integration,
  type IntegrationList,
  integrationListSchema,
  integrationSchema,
  type StatusOfMany,
  statusOfManySchema,
} from './wire';

const header = consistencyHeader.extend({
  'if-none-match': z.string().optional().describe('The ETag of an answer that is there already.'),
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
  callers: ['service', 'user'],
  logFailuresOnly: true,
  param: userParam,
  header,
});

/* @__PURE__ */ document(list, () => ({
  tag: 'Integrations',
  summary: 'The integrations of a user, with their status',
  replies: {
    200: {
      description: 'All of them; a user who never had any has an empty list.',
      schema: integrationListSchema,
      headers: replyHeaders,
    },
    304: notModified,
  },
  errors: ['rate_limited', 'unavailable'],
}));

const one = declare({
  method: 'get',
  path: '/v1/users/:userId/integrations/:provider/:accountId',
  id: 'getIntegration',
  callers: ['service', 'user'],
  logFailuresOnly: true,
  param: integrationParam,
  header,
});

/* @__PURE__ */ document(one, () => ({
  tag: 'Integrations',
  summary: 'One integration',
  replies: {
    200: { description: 'This one.', schema: integrationSchema, headers: replyHeaders },
    304: notModified,
  },
  errors: ['integration_not_found', 'rate_limited', 'unavailable'],
}));

const many = declare({
  method: 'post',
  path: '/v1/status',
  id: 'getStatusOfMany',
  callers: ['service'],
  logFailuresOnly: true,
  json: z.object({ userIds: z.array(userIdSchema).min(1).max(100) }),
});

/* @__PURE__ */ document(many, () => ({
  tag: 'Integrations',
  summary: 'The integrations of up to a hundred users',
  replies: { 200: { description: 'Each user who was asked for.', schema: statusOfManySchema } },
  errors: ['unavailable'],
}));

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
    return replyTo<IntegrationList>(c, answer);
  })
  .get(one.path, endpoint(one), async (c) => {
    const headers = c.req.valid('header');
    const answer = await oneIntegration(
      c.get('deps'),
      c.req.valid('param'),
      headers['consistency-token'] ?? 0,
      readOptions(c, one.id),
    );
    return replyTo<Integration>(c, answer);
  })
  .post(many.path, endpoint(many), async (c) => {
    const body = await statusOfMany(c.get('deps'), c.req.valid('json').userIds, {
      onServed: (served) => countReads(c.env, many.id, served),
    });
    return replyTo<StatusOfMany>(c, { body, headers: { 'Cache-Control': 'private, no-cache' } });
  });

const readOptions = (c: Context<AppEnv>, operation: string): ListOptions => ({
  // Counted only past the memory tier: the limiter costs more than a hit.
  beyondMemory: () => checkRateLimit(c.env, 'status', c.get('caller')),
  onServed: (served) => countReads(c.env, operation, served),
});

/** The body is text already; the type tells the client what it holds. */
const replyTo = <T>(c: Context<AppEnv>, answer: Answer) =>
  answerReply(c.req.raw, answer, c.get('requestId')) as Response & TypedResponse<T, 200, 'json'>;
