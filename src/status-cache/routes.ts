/** The cache, for operators: look, clear, invalidate. */
import { Hono } from 'hono';
import * as z from 'zod';
import { AppError } from '../errors';
import { type AppEnv, declare, endpoint } from '../http/endpoint';
import { userParam } from '../http/validate';
import { clearCache } from './clear';
import { forget } from './publish';
import { cacheStats } from './statistics';

const count = z.number().int();

const stats = declare({
  method: 'get',
  path: '/v1/cache/stats',
  id: 'getCacheStats',
  tag: 'Cache',
  summary: 'What the tiers hold',
  description: 'Memory, hits and misses are those of the isolate that happens to answer.',
  callers: ['service'],
  replies: {
    200: {
      description: 'As counted just now.',
      schema: z.object({
        memory: z.object({
          size: count,
          active: count,
          expired: count,
          hits: count,
          misses: count,
        }),
        kv: z.object({
          size: count.nullable().describe('Keys that were counted; null when KV is away.'),
          truncated: z.boolean().describe('There are more.'),
          hits: count,
          misses: count,
          putsPaused: z.boolean().describe('KV refused a put within the last five minutes.'),
        }),
      }),
    },
  },
});

const clear = declare({
  method: 'delete',
  path: '/v1/cache',
  id: 'clearCache',
  tag: 'Cache',
  summary: 'Empty the cache',
  description: 'Deletes as many keys as one request can; the rest ends within 300 s.',
  callers: ['service'],
  replies: {
    202: {
      description: 'How far it came.',
      schema: z.object({ deleted: count, truncated: z.boolean() }),
    },
  },
  errors: ['unavailable'],
});

const invalidate = declare({
  method: 'delete',
  path: '/v1/cache/users/:userId',
  id: 'invalidateUser',
  tag: 'Cache',
  summary: 'Drop what the cache holds of one user',
  description: 'Other locations may see the old entry for KV’s delay, about a minute.',
  callers: ['service'],
  param: userParam,
  replies: { 204: { description: 'Gone, or was not there.' } },
  errors: ['unavailable'],
});

export const cacheRoutes = new Hono<AppEnv>()
  .get(stats.path, endpoint(stats), async (c) => c.json(await cacheStats(c.get('deps'))))
  .delete(clear.path, endpoint(clear), async (c) => c.json(await clearCache(c.get('deps')), 202))
  .delete(invalidate.path, endpoint(invalidate), async (c) => {
    if (!(await forget(c.get('deps'), c.req.valid('param').userId))) {
      throw new AppError('unavailable', 'KV did not take the delete', { retryAfter: 2 });
    }
    return c.body(null, 204);
  });
