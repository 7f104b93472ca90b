/** The provider's API, called with a user's credential. */
import * as z from 'zod';
import { type Route, route } from '../http/route';
import { accountIdSchema, userIdSchema } from '../http/validate';
import { callApi } from './proxy';

/** Whether a path is one of a call, whoever answers it. */
export const isCallPath = (path: string): boolean => /^\/v1\/users\/[^/]+\/proxy\//.test(path);

const param = z.object({
  userId: userIdSchema,
  provider: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_-]{0,63}(?::[a-z0-9][a-z0-9_-]{0,31})?$/,
      'a provider id, or one with the name of one of its APIs: "dropbox:content"',
    )
    .meta({
      description:
        'A provider, by its id in the catalog; `id:name` is another API of the same provider.',
      examples: ['reddit'],
    }),
  accountId: accountIdSchema.meta({
    description: "The provider's own id of the account; `-`: the only one that the user has there.",
  }),
  path: z.string().meta({
    description: "What follows the address of the provider's API, with its own slashes.",
    examples: ['api/v1/me'],
  }),
});

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** HEAD goes with GET. */
export const callRoutes: readonly Route[] = methods.map((method) =>
  route(
    {
      id: `${method}Proxied`,
      method,
      path: '/v1/users/:userId/proxy/:provider/:accountId/:path{[^]+}',
      tag: 'Calls',
      summary: `${method.toUpperCase()} of a provider's API`,
      description:
        "Sent to the provider with the account's credential. What comes back is the provider's: status, headers, body, streamed. `Mooring-Answered-By` tells the provider's answers from Mooring's own. Redirects are not followed. Nothing is tried again but once after a 401, where the token could be renewed.",
      callers: ['service', 'user', 'delegation'],
      right: 'call',
      param,
      replies: {},
      passesOn: "The provider's reply, with `Mooring-Answered-By: provider`.",
      errors: [
        'authorization_required',
        'call_not_supported',
        'not_found',
        'not_implemented',
        'provider_error',
        'provider_not_configured',
        'provider_not_found',
        'provider_unavailable',
        'rate_limited',
        'refresh_in_progress',
        'several_accounts',
        'too_large',
        'integration_not_found',
      ],
    },
    async ({ param: { userId, accountId, ...given }, caller, deps, env, request, c, pass }) => {
      const [provider = '', api = ''] = given.provider.split(':');
      c.set('provider', provider);
      const { CALL_ANALYTICS: analytics } = env;
      return pass(
        await callApi(deps, { userId, provider, api, accountId, caller, request, analytics }),
      );
    },
  ),
);
