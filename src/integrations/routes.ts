/** Which integrations has a user, and in what state? Answered from the edge. */
import * as z from 'zod';
import type { Bindings } from '../config';
import type { Caller } from '../http/caller';
import { consistencyHeader, consistencyToken } from '../http/consistency';
import { DEFAULT_PAGE, limitSchema } from '../http/pagination';
import { checkRateLimit } from '../http/rate-limit';
import { route } from '../http/route';
import { integrationParam, providerIdSchema, userIdSchema, userParam } from '../http/validate';
import { countReads } from '../status-cache/analytics';
import { readAllIntegrations } from './all';
import { matchesEtag } from './etag';
import { type ListOptions, listIntegrations, oneIntegration, statusOfMany } from './list';
import {
  integrationListSchema,
  integrationOfUserSchema,
  integrationSchema,
  statusOfManySchema,
  statusSchema,
} from './serialization';

/** What the page of an app asks for, again and again. */
const conditionalRead = {
  method: 'get',
  tag: 'Integrations',
  callers: ['service', 'user', 'delegation'],
  right: 'read',
  logFailuresOnly: true,
  header: consistencyHeader.extend({
    ifNoneMatch: z.string().optional().describe('The ETag of an answer that is there already.'),
  }),
} as const;

const readHeaders = z.object({
  'Cache-Status': z
    .string()
    .describe('Which cache answered, and for how long it could (RFC 9211).'),
  'Consistency-Token': consistencyToken('The version of this answer.'),
  ETag: z.string().describe('Of the answer without its times of reading.'),
  'Server-Timing': z.string().describe('What KV and D1 took, where they were asked.'),
});

const notModified = {
  description: 'The answer with this ETag still holds.',
  headers: readHeaders,
} as const;

const list = route(
  {
    ...conditionalRead,
    id: 'listIntegrations',
    provider: 'handler',
    path: '/v1/users/:userId/integrations',
    summary: 'The integrations of a user, with their status',
    param: userParam,
    replies: {
      200: {
        description: 'All of them; a user who never had any has an empty list.',
        schema: integrationListSchema,
        headers: readHeaders,
      },
      304: notModified,
    },
    errors: ['rate_limited', 'unavailable'],
  },
  async ({ param, header, deps, env, caller, reply }) => {
    const { body, headers } = await listIntegrations(
      deps,
      param.userId,
      header.consistencyToken ?? 0,
      readOptions('listIntegrations', env, caller),
    );
    return matchesEtag(header.ifNoneMatch, headers.ETag)
      ? reply(304, null, headers)
      : reply(200, body, headers);
  },
);

const one = route(
  {
    ...conditionalRead,
    id: 'getIntegration',
    provider: 'path',
    path: '/v1/users/:userId/integrations/:provider/:accountId',
    summary: 'One integration',
    param: integrationParam,
    replies: {
      200: { description: 'This one.', schema: integrationSchema, headers: readHeaders },
      304: notModified,
    },
    errors: ['integration_not_found', 'rate_limited', 'unavailable'],
  },
  async ({ param, header, deps, env, caller, reply }) => {
    const { body, headers } = await oneIntegration(
      deps,
      param,
      header.consistencyToken ?? 0,
      readOptions('getIntegration', env, caller),
    );
    return matchesEtag(header.ifNoneMatch, headers.ETag)
      ? reply(304, null, headers)
      : reply(200, body, headers);
  },
);

const many = route(
  {
    id: 'getStatusOfMany',
    method: 'post',
    path: '/v1/status',
    tag: 'Integrations',
    summary: 'The integrations of up to a hundred users',
    callers: ['service'],
    right: 'read',
    provider: 'handler',
    logFailuresOnly: true,
    header: consistencyHeader,
    json: z
      .strictObject({ userIds: z.array(userIdSchema).min(1).max(100) })
      .meta({ id: 'StatusRequest' }),
    replies: { 200: { description: 'Each user who was asked for.', schema: statusOfManySchema } },
    errors: ['unavailable'],
  },
  async ({ header, json, deps, env, caller, reply }) => {
    const body = await statusOfMany(deps, json.userIds, header.consistencyToken ?? 0, {
      providers: caller.providers,
      onServed: (served) => countReads(env, 'getStatusOfMany', served),
    });
    return reply(200, body, { 'Cache-Control': 'private, no-cache' });
  },
);

/** A row's id, as `eventIdOf` writes them. */
const cursorPattern = /^int_[1-9a-v][0-9a-v]{0,9}$/;
const cursorOf = (rowId: number): string => `int_${rowId.toString(32)}`;
const rowIdOf = (cursor: string): number => Number.parseInt(cursor.slice('int_'.length), 32);

const all = route(
  {
    id: 'listAllIntegrations',
    method: 'get',
    path: '/v1/integrations',
    tag: 'Integrations',
    summary: "All users' integrations, oldest row first",
    callers: ['service'],
    right: 'operate',
    provider: 'none',
    query: z.strictObject({
      after: z
        .string()
        .regex(
          cursorPattern,
          'is no cursor: send "next" of the answer before, or nothing to begin with the first',
        )
        .optional()
        .meta({ description: '`next` of the answer before; without it, from the first.' }),
      limit: limitSchema,
      provider: providerIdSchema.optional().meta({ description: 'Only at this provider.' }),
      status: statusSchema.optional().meta({ description: 'As it is now.' }),
    }),
    replies: {
      200: {
        description: 'Up to `limit` integrations, and where to go on.',
        schema: z
          .object({
            integrations: z.array(integrationOfUserSchema),
            next: z.string().nullable().describe('The cursor to go on from; null: that was all.'),
          })
          .meta({ id: 'IntegrationPage' }),
      },
    },
  },
  async ({ query, deps, reply }) => {
    const { after, limit = DEFAULT_PAGE, provider, status } = query;
    const { integrations, next } = await readAllIntegrations(deps, {
      after: after === undefined ? 0 : rowIdOf(after),
      limit,
      provider,
      status,
    });
    return reply(200, { integrations, next: next === null ? null : cursorOf(next) });
  },
);

export const integrationsRoutes = [list, one, many, all];

const readOptions = (operation: string, env: Bindings, caller: Caller): ListOptions => ({
  // Counted only past the memory tier: the limiter costs more than a hit.
  beyondMemory: () => checkRateLimit(env, 'status', caller),
  onServed: (served) => countReads(env, operation, served),
  providers: caller.providers,
});
