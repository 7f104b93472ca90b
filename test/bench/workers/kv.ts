/** A JWT check, then the user's value from KV as it is. */
import { Hono } from 'hono';
import { type BareEnv, verify } from './verify.ts';

const app = new Hono<{ Bindings: BareEnv }>().get('/v1/users/:userId/integrations', async (c) => {
  const userId = await verify(c.req.raw, c.env);
  const value = await c.env.STATUS_CACHE.get(`status/${userId}`, { type: 'text', cacheTtl: 30 });
  if (value === null) return c.notFound();
  return c.body(value, 200, { 'Content-Type': 'application/json' });
});

export default app;
