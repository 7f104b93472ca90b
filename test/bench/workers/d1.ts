/** A JWT check, then the user's rows from D1 as they are. */
import { Hono } from 'hono';
import { type BareEnv, verify } from './verify.ts';

/** The columns that a status needs. */
const SELECT = `SELECT user_id, provider, provider_account_id, display_name, state, state_reason,
  scope, requested_scope, metadata, expires_at, refresh_expires_at,
  refresh_token IS NOT NULL AS has_refresh_token, refresh_due_at, refresh_failures, last_error,
  created_at, updated_at, last_refreshed_at
  FROM oauth_accounts WHERE user_id = ? ORDER BY created_at DESC, id DESC`;

const app = new Hono<{ Bindings: BareEnv }>().get('/v1/users/:userId/integrations', async (c) => {
  const userId = await verify(c.req.raw, c.env);
  const { results } = await c.env.DB.prepare(SELECT).bind(userId).all();
  return c.json(results);
});

export default app;
