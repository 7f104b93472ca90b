/** The cache, for operators: count, look, clear, invalidate. */
import { Hono } from 'hono';
import * as z from 'zod';
import { AppError } from '../errors';
import { type AppEnv, declare, document, endpoint } from '../http/endpoint';
import { userParam } from '../http/validate';
import { clearCache } from './clear';
import { type Entry, inspect } from './inspect';
import { forget } from './publish';
import { cacheStats } from './statistics';

const count = z.int();

const stats = declare({
  method: 'get',
  path: '/v1/cache/stats',
  id: 'getCacheStats',
  callers: ['service'],
});

/* @__PURE__ */ document(stats, () => ({
  tag: 'Cache',
  summary: 'What the tiers hold',
  description: 'Memory, hits and misses are those of the isolate that happens to answer.',
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
}));

const clear = declare({
  method: 'delete',
  path: '/v1/cache',
  id: 'clearCache',
  callers: ['service'],
});

/* @__PURE__ */ document(clear, () => ({
  tag: 'Cache',
  summary: 'Empty the cache',
  description: 'Deletes as many keys as one request can; the rest ends within 300 s.',
  replies: {
    202: {
      description: 'How far it came.',
      schema: z.object({ deleted: count, truncated: z.boolean() }),
    },
  },
  errors: ['unavailable'],
}));

const invalidate = declare({
  method: 'delete',
  path: '/v1/cache/users/:userId',
  id: 'invalidateUser',
  callers: ['service'],
  param: userParam,
});

/* @__PURE__ */ document(invalidate, () => ({
  tag: 'Cache',
  summary: 'Drop what the cache holds of one user',
  description: 'Other locations may see the old entry for KV’s delay, about a minute.',
  replies: { 204: { description: 'Gone, or was not there.' } },
  errors: ['unavailable'],
}));

const entrySchema = z
  .object({
    version: count,
    asOf: z.iso.datetime().describe('When the database was read.'),
    freshUntil: z.iso.datetime(),
    ttl: count.describe('Seconds for which it may still be served; 0: expired.'),
  })
  .nullable();

const look = declare({
  method: 'get',
  path: '/v1/cache/users/:userId',
  id: 'inspectUser',
  callers: ['service'],
  param: userParam,
});

/* @__PURE__ */ document(look, () => ({
  tag: 'Cache',
  summary: 'What the cache holds of one user',
  description:
    'Memory of the isolate that happens to answer, and KV as its location sees it. Reads no database, fills nothing and counts as no hit.',
  replies: {
    200: {
      description: 'null: nothing is held.',
      schema: z.object({ memory: entrySchema, kv: entrySchema }),
    },
  },
  errors: ['unavailable'],
}));

export const cacheRoutes = new Hono<AppEnv>()
  .get(stats.path, endpoint(stats), async (c) => c.json(await cacheStats(c.get('deps'))))
  .delete(clear.path, endpoint(clear), async (c) => c.json(await clearCache(c.get('deps')), 202))
  .get(look.path, endpoint(look), async (c) => {
    const { memory, kv, kvAway } = await inspect(c.get('deps'), c.req.valid('param').userId);
    if (kvAway) throw new AppError('unavailable', 'KV does not answer', { retryAfter: 2 });
    return c.json({ memory: entryOf(memory), kv: entryOf(kv) });
  })
  .delete(invalidate.path, endpoint(invalidate), async (c) => {
    if (!(await forget(c.get('deps'), c.req.valid('param').userId))) {
      throw new AppError('unavailable', 'KV did not take the delete', { retryAfter: 2 });
    }
    return c.body(null, 204);
  });

const entryOf = (entry: Entry | null) =>
  entry && {
    version: entry.snapshot.version,
    asOf: new Date(entry.snapshot.takenAt).toISOString(),
    freshUntil: new Date(entry.snapshot.freshUntil).toISOString(),
    ttl: Math.floor(entry.ttlMs / 1_000),
  };
