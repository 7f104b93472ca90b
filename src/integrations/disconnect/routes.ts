/** Ending an integration, and erasing a user. */
import { Hono } from 'hono';
import * as z from 'zod';
import { setConsistencyToken } from '../../http/consistency';
import { type AppEnv, declare, document, endpoint } from '../../http/endpoint';
import { integrationParam, userParam } from '../../http/validate';
import { disconnect, receipts } from './disconnect';
import { eraseUser } from './erase';

const end = declare({
  method: 'delete',
  path: '/v1/users/:userId/integrations/:provider/:accountId',
  id: 'disconnect',
  callers: ['service', 'user'],
  limit: 'disconnect',
  param: integrationParam,
});

/* @__PURE__ */ document(end, () => ({
  tag: 'Integrations',
  summary: 'Disconnect an integration, and tell the provider',
  replies: {
    200: {
      description: 'It is gone. `revocation` says what becomes of the grant at the provider.',
      schema: z.object({
        revocation: z
          .enum(receipts)
          .describe(
            "queued: the provider is being told, until it answers. not_supported: it cannot be told; the user can end the grant in the provider's settings. kept_for_other_grants: telling it would end another integration.",
          ),
      }),
      headers: { 'Consistency-Token': 'The version after this change.' },
    },
  },
  errors: ['integration_not_found'],
}));

const erase = declare({
  method: 'delete',
  path: '/v1/users/:userId',
  id: 'eraseUser',
  callers: ['service'],
  param: userParam,
});

/* @__PURE__ */ document(erase, () => ({
  tag: 'Integrations',
  summary: 'Erase all that is kept about a user',
  description:
    "Rows, connections and audit events are gone with the reply, cached entries within KV's delay. Revocations still owed are kept without the user's id.",
  replies: {
    204: {
      description: 'Nothing is left; also where there was nothing.',
      headers: { 'Consistency-Token': 'The version after this change.' },
    },
  },
}));

export const disconnectRoutes = new Hono<AppEnv>()
  .delete(end.path, endpoint(end), async (c) => {
    const { userId, provider, accountId } = c.req.valid('param');
    const { revocation, version } = await disconnect(c.get('deps'), userId, provider, accountId);
    c.header('Cache-Control', 'no-store');
    setConsistencyToken(c, version);
    return c.json({ revocation });
  })
  .delete(erase.path, endpoint(erase), async (c) => {
    const version = await eraseUser(c.get('deps'), c.req.valid('param').userId);
    setConsistencyToken(c, version);
    return c.body(null, 204);
  });
