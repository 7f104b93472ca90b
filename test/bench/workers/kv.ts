/**
 * A JWT check, then the user's value from KV as it is. Without a check: the values of many users.
 */
import { Hono } from 'hono';
import { type BareEnv, verify } from './verify.ts';

const cacheTtl = 30;

export const app = new Hono<{ Bindings: BareEnv }>()
  .get('/v1/users/:userId/integrations', async (c) => {
    const userId = await verify(c.req.raw, c.env);
    const value = await c.env.STATUS_CACHE.get(`status/${userId}`, { type: 'text', cacheTtl });
    if (value === null) return c.notFound();
    return c.body(value, 200, { 'Content-Type': 'application/json' });
  })
  .post('/v1/status', async (c) => {
    const { userIds } = await c.req.json<{ userIds: string[] }>();
    const keys = userIds.map((userId) => `status/${userId}`);
    const values = await c.env.STATUS_CACHE.get(keys, { type: 'text', cacheTtl });
    return c.json(Object.fromEntries(values));
  });

export default app;
