/**
 * What a user's credential is for: the provider's API, called with it, and the credential itself.
 */
import * as z from 'zod';
import { consentFields } from '../connect/routes';
import { type Route, route } from '../http/route';
import { accountIdSchema, providerIdSchema, userIdSchema, userParam } from '../http/validate';
import { minTtlSchema, tokenReply, toTokenReply } from '../refresh/routes';
import { callApi } from './proxy';
import { tokenOrConsent } from './token';

/** Whether a path is one of a call, whoever answers it. */
export const isCallPath = (path: string): boolean => /^\/v1\/users\/[^/]+\/proxy\//.test(path);

const account = {
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
};

const path = z.string().meta({
  description: "What follows the address of the provider's API, with its own slashes.",
  examples: ['api/v1/me'],
});

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
const base = '/v1/users/:userId/proxy/:provider/:accountId';

/** Two for each method: what follows may be nothing. HEAD goes with GET. */
const places = [
  {
    name: 'Proxied',
    path: `${base}/:path{[^]+}`,
    what: "of a provider's API",
    param: z.object({ ...account, path }),
  },
  {
    name: 'ProxiedRoot',
    path: base,
    mayEndWithSlash: true,
    what: "of the address of a provider's API itself",
    param: z.object(account),
  },
] as const;

const calls: readonly Route[] = places.flatMap(({ name, what, ...place }) =>
  methods.map((method) =>
    route(
      {
        ...place,
        id: `${method}${name}`,
        method,
        tag: 'Calls',
        summary: `${method.toUpperCase()} ${what}`,
        callers: ['service', 'user', 'delegation'],
        right: 'call',
        provider: 'path',
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
  ),
);

const token = route(
  {
    id: 'getTokenOrConsent',
    method: 'post',
    path: '/v1/users/:userId/token',
    tag: 'Tokens',
    summary: 'An access token that works, or the link where the user consents',
    callers: ['service'],
    right: 'token',
    provider: 'body',
    param: userParam,
    json: z
      .strictObject({
        provider: providerIdSchema,
        accountId: accountIdSchema
          .optional()
          .describe('The account; left out: the only one that the user has there.'),
        scopes: consentFields.scopes
          .optional()
          .describe('That the token must have. A consent asks for them besides what it has.'),
        minTtl: minTtlSchema.optional(),
        returnTo: consentFields.returnTo.optional(),
        parameters: consentFields.parameters.optional(),
      })
      .meta({
        id: 'TokenRequest',
        examples: [
          {
            provider: 'reddit',
            scopes: ['identity', 'read'],
            returnTo: 'https://app.example.com/connected',
          },
        ],
      }),
    replies: { 200: tokenReply },
    errors: [
      'authorization_required',
      'several_accounts',
      'provider_not_found',
      'provider_not_configured',
      'too_many_connections',
      'too_many_integrations',
      'integration_not_found',
      'provider_error',
      'provider_unavailable',
      'refresh_in_progress',
      'token_bound',
      'unavailable',
    ],
  },
  async ({ param, json, caller, deps, reply }) => {
    const answer = await tokenOrConsent(deps, { ...json, userId: param.userId, caller });
    return reply(200, ...toTokenReply(answer));
  },
);

export const callRoutes = [...calls, token];
