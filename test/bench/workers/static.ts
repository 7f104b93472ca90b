/** The bare minimum: one Hono route that answers a constant, and asks nobody who he is. */
import { Hono } from 'hono';
import { answer } from './answer.ts';

const app = new Hono().get('/v1/users/:userId/integrations', (c) => c.json(answer));

export default app;
