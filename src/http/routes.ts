/** The service about itself: whether it works, and what it can do. */
import * as z from 'zod';
import { AppError } from '../errors';
import { readAsset } from './assets';
import { troubles } from './health';
import { type JsonText, route } from './route';

/**
 * Stands in assets/openapi.json for the address of the deployment, which is known when it is
 * served.
 */
export const SERVER_PLACEHOLDER = 'https://mooring.example';

const health = route(
  {
    id: 'getHealth',
    method: 'get',
    path: '/health',
    tag: 'Service',
    summary: 'Whether D1 and KV answer',
    callers: 'anyone',
    replies: {
      200: {
        description: 'Both answer.',
        schema: z.object({ status: z.literal('ok') }).meta({ id: 'Health' }),
      },
    },
    errors: ['unavailable'],
  },
  async ({ deps, reply }) => {
    const found = await troubles(deps);
    if (found.length > 0) {
      throw new AppError('unavailable', found.join('; '), { retryAfter: 5 });
    }
    return reply(200, { status: 'ok' });
  },
);

const openapi = route(
  {
    id: 'getOpenapi',
    method: 'get',
    path: '/openapi.json',
    tag: 'Service',
    summary: 'This document',
    callers: 'anyone',
    replies: { 200: { description: 'An OpenAPI 3.1 document.', schema: z.looseObject({}) } },
    errors: ['unavailable'],
  },
  async ({ deps, reply }) => {
    const document = await readAsset(deps, 'openapi.json');
    if (document === null) throw new AppError('unavailable', 'the document cannot be had');
    const here = document.replace(`"${SERVER_PLACEHOLDER}"`, JSON.stringify(deps.config.publicUrl));
    return reply(200, here as JsonText<Record<string, unknown>>, {
      'Cache-Control': 'public, max-age=300',
    });
  },
);

export const serviceRoutes = [health, openapi];
