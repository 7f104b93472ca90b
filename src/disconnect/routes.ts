/** Ending an integration, and erasing a user. */
import * as z from 'zod';
import { consistencyToken } from '../http/consistency';
import { route } from '../http/route';
import { integrationParam, userParam } from '../http/validate';
import { disconnect, receipts } from './disconnect';
import { eraseUser } from './erase';

const headers = z.object({
  'Consistency-Token': consistencyToken('The version after this change.'),
});

const end = route(
  {
    id: 'disconnect',
    method: 'delete',
    path: '/v1/users/:userId/integrations/:provider/:accountId',
    tag: 'Integrations',
    summary: 'Disconnect an integration, and tell the provider',
    callers: ['service', 'user'],
    right: 'connect',
    provider: 'path',
    limit: 'disconnect',
    param: integrationParam,
    replies: {
      200: {
        description: 'It is gone. `revocation` says what becomes of the grant at the provider.',
        schema: z
          .object({
            revocation: z
              .enum(receipts)
              .describe(
                "queued: the provider is being told, until it answers. not_supported: it cannot be told; the user can end the grant in the provider's settings. kept_for_other_grants: telling it would end another integration.",
              ),
          })
          .meta({ id: 'Disconnected', examples: [{ revocation: 'queued' }] }),
        headers,
      },
    },
    errors: ['integration_not_found'],
  },
  async ({ param, deps, reply }) => {
    const { userId, provider, accountId } = param;
    const { revocation, version } = await disconnect(deps, userId, provider, accountId);
    return reply(200, { revocation }, { 'Consistency-Token': String(version) });
  },
);

const erase = route(
  {
    id: 'eraseUser',
    method: 'delete',
    path: '/v1/users/:userId',
    tag: 'Integrations',
    summary: 'Erase all that is kept about a user',
    callers: ['service'],
    right: 'operate',
    provider: 'none',
    param: userParam,
    replies: { 204: { description: 'Nothing is left; also where there was nothing.', headers } },
  },
  async ({ param, deps, reply }) => {
    const version = await eraseUser(deps, param.userId);
    return reply(204, null, { 'Consistency-Token': String(version) });
  },
);

export const disconnectRoutes = [end, erase];
