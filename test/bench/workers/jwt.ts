/** The constant, for whoever shows a valid JWT. */
import { Hono } from 'hono';
import { answer } from './answer.ts';
import { type BareEnv, verify } from './verify.ts';

const app = new Hono<{ Bindings: BareEnv }>().get('/v1/users/:userId/integrations', async (c) => {
  await verify(c.req.raw, c.env);
  return c.json(answer);
});

export default app;
