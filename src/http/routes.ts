/** The service about itself: whether it works, and what it can do. */
import { Hono } from 'hono';
import * as z from 'zod';
import { AppError } from '../errors';
import { readAsset } from './assets';
import { type AppEnv, declare, document, endpoint } from './endpoint';
import { troubles } from './health';

const health = declare({
  method: 'get',
  path: '/health',
  id: 'getHealth',
  callers: 'anyone',
});

/* @__PURE__ */ document(health, () => ({
  tag: 'Service',
  summary: 'Whether D1 and KV answer',
  replies: {
    200: { description: 'Both answer.', schema: z.object({ status: z.literal('ok') }) },
  },
  errors: ['unavailable'],
}));

const openapi = declare({
  method: 'get',
  path: '/openapi.json',
  id: 'getOpenapi',
  callers: 'anyone',
});

/* @__PURE__ */ document(openapi, () => ({
  tag: 'Service',
  summary: 'This document',
  replies: { 200: { description: 'An OpenAPI 3.1 document.', schema: z.looseObject({}) } },
}));

export const serviceRoutes = new Hono<AppEnv>()
  .get(health.path, endpoint(health), async (c) => {
    const found = await troubles(c.get('deps'));
    if (found.length > 0) {
      throw new AppError('unavailable', found.join('; '), { retryAfter: 5 });
    }
    return c.json({ status: 'ok' as const });
  })
  .get(openapi.path, endpoint(openapi), async (c) => {
    const document = await readAsset(c.get('deps'), 'openapi.json');
    if (document === null) throw new AppError('unavailable', 'the document cannot be had');
    c.header('Cache-Control', 'public, max-age=300');
    return c.body(document, 200, { 'Content-Type': 'application/json' });
  });
