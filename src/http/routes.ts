/** The service about itself: whether it works, and what it can do. */
import { Hono } from 'hono';
import { AppError } from '../errors';
import * as z from '../zod';
import { type AppEnv, declare, endpoint } from './endpoint';
import { troubles } from './health';
import document from './openapi.json';

const health = declare({
  method: 'get',
  path: '/health',
  id: 'getHealth',
  tag: 'Service',
  summary: 'Whether D1 and KV answer',
  callers: 'anyone',
  replies: {
    200: { description: 'Both answer.', schema: z.object({ status: z.literal('ok') }) },
  },
  errors: ['unavailable'],
});

const openapi = declare({
  method: 'get',
  path: '/openapi.json',
  id: 'getOpenapi',
  tag: 'Service',
  summary: 'This document',
  callers: 'anyone',
  replies: { 200: { description: 'An OpenAPI 3.1 document.', schema: z.looseObject({}) } },
});

const text = JSON.stringify(document);

export const serviceRoutes = new Hono<AppEnv>()
  .get(health.path, endpoint(health), async (c) => {
    const found = await troubles(c.get('deps'));
    if (found.length > 0) {
      throw new AppError('unavailable', found.join('; '), { retryAfter: 5 });
    }
    return c.json({ status: 'ok' as const });
  })
  .get(openapi.path, endpoint(openapi), (c) => {
    c.header('Cache-Control', 'public, max-age=300');
    return c.body(text, 200, { 'Content-Type': 'application/json' });
  });
