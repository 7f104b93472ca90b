/** The cache, for operators: count, look, clear, invalidate. */
import * as z from 'zod';
import { AppError } from '../errors';
import { route } from '../http/route';
import { userParam } from '../http/validate';
import { SECOND_MS, timeSchema, timestamp } from '../time';
import { clearCache, clearedSchema, invalidateUser } from './clear';
import { type Entry, inspect } from './inspect';
import { cacheStats, cacheStatsSchema } from './statistics';

const stats = route(
  {
    id: 'getCacheStats',
    method: 'get',
    path: '/v1/cache/stats',
    tag: 'Cache',
    summary: 'What the tiers hold',
    callers: ['service'],
    right: 'operate',
    provider: 'none',
    replies: { 200: { description: 'As counted just now.', schema: cacheStatsSchema } },
  },
  async ({ deps, reply }) => reply(200, await cacheStats(deps)),
);

const clear = route(
  {
    id: 'clearCache',
    method: 'delete',
    path: '/v1/cache',
    tag: 'Cache',
    summary: 'Empty the cache',
    callers: ['service'],
    right: 'operate',
    provider: 'none',
    replies: { 202: { description: 'How far it came.', schema: clearedSchema } },
    errors: ['unavailable'],
  },
  async ({ deps, reply }) => reply(202, await clearCache(deps)),
);

const invalidate = route(
  {
    id: 'invalidateUser',
    method: 'delete',
    path: '/v1/cache/users/:userId',
    tag: 'Cache',
    summary: 'Drop what the cache holds of one user',
    callers: ['service'],
    right: 'operate',
    provider: 'none',
    param: userParam,
    replies: { 204: { description: 'Gone, or was not there.' } },
    errors: ['unavailable'],
  },
  async ({ param, deps, caller, reply }) => {
    if (!(await invalidateUser(deps, param.userId, caller.name))) {
      throw new AppError('unavailable', 'KV did not take the delete', { retryAfter: 2 });
    }
    return reply(204, null);
  },
);

const entrySchema = z
  .object({
    version: z.int(),
    asOf: timeSchema.describe('When the database was read.'),
    freshUntil: timeSchema,
    ttl: z.int().describe('Seconds for which it may still be served; 0: expired.'),
  })
  .meta({ id: 'CacheEntry' })
  .nullable();

const show = route(
  {
    id: 'inspectUser',
    method: 'get',
    path: '/v1/cache/users/:userId',
    tag: 'Cache',
    summary: 'What the cache holds of one user',
    callers: ['service'],
    right: 'operate',
    provider: 'none',
    param: userParam,
    replies: {
      200: {
        description: 'null: nothing is held.',
        schema: z.object({ memory: entrySchema, kv: entrySchema }).meta({ id: 'CachedUser' }),
      },
    },
    errors: ['unavailable'],
  },
  async ({ param, deps, reply }) => {
    const { memory, kv, kvAway } = await inspect(deps, param.userId);
    if (kvAway) throw new AppError('unavailable', 'KV does not answer', { retryAfter: 2 });
    return reply(200, { memory: entryOf(memory), kv: entryOf(kv) });
  },
);

export const cacheRoutes = [stats, clear, show, invalidate];

const entryOf = (entry: Entry | null): z.output<typeof entrySchema> =>
  entry && {
    version: entry.snapshot.version,
    asOf: timestamp(entry.snapshot.takenAt),
    freshUntil: timestamp(entry.snapshot.freshUntil),
    ttl: Math.floor(entry.ttlMs / SECOND_MS),
  };
