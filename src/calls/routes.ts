/**
 * What a user's credential is for: the provider's API, called with it, and the credential itself.
 */
import * as z from 'zod';
import { consentFields } from '../connect/routes';
import { AppError } from '../errors';
import { versionHeader } from '../http/consistency';
import { type Route, route } from '../http/route';
import {
  accountIdSchema,
  integrationParam,
  providerIdSchema,
  userIdSchema,
  userParam,
} from '../http/validate';
import { ONLY_ACCOUNT } from '../ids';
import { type TokenAnswer, tokenFor } from '../refresh/token';
import { timeSchema, timestamp } from '../time';
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

const accessTokenSchema = z
  .object({
    kind: z.literal('oauth2'),
    accessToken: z.string(),
    tokenType: z.string().nullable(),
    expiresAt: timeSchema.nullable().describe('Null: unknown or never.'),
    scope: z.array(z.string()).describe('Granted.'),
  })
  .meta({
    id: 'AccessToken',
  });

const credentialsSchema = z
  .object({
    kind: z.literal('credentials'),
    credentials: z.record(z.string(), z.string()),
    headers: z
      .record(z.string(), z.string())
      .describe('In which to send them, where the record knows; secret as they are.'),
  })
  .meta({
    id: 'Credentials',
  });

const MAX_TTL_SECONDS = 999_999_999;
const minTtlDescription =
  'How many seconds it should live at least, 60 unless said. Half of its lifetime is the most that is promised.';

const tokenSchema = z
  .discriminatedUnion('kind', [accessTokenSchema, credentialsSchema])
  .meta({ id: 'Token' });

const tokenReply = {
  description: 'The token, or the credentials where the provider has no OAuth.',
  schema: tokenSchema,
  headers: versionHeader,
};

/**
 * Body and headers of that reply.
 * @throws AppError token_bound
 */
function toTokenReply(
  answer: TokenAnswer,
): [z.output<typeof tokenSchema>, z.output<typeof versionHeader>] {
  const headers = { 'Consistency-Token': String(answer.version) };
  if (answer.kind === 'credentials') {
    const { credentials, headers: sentIn } = answer;
    return [{ kind: 'credentials', credentials, headers: sentIn }, headers];
  }
  const { accessToken, tokenType, expiresAt, scope, dpopKey } = answer;
  if (dpopKey !== null) {
    throw new AppError(
      'token_bound',
      "the token is good only beside proofs of a key that is kept here; call the provider's API through the proxy",
    );
  }
  const until = expiresAt === null ? null : timestamp(expiresAt);
  return [{ kind: 'oauth2', accessToken, tokenType, expiresAt: until, scope }, headers];
}

/** Of what may have to ask the provider for a token. */
const tokenErrors = [
  'integration_not_found',
  'provider_not_configured',
  'provider_error',
  'provider_unavailable',
  'refresh_in_progress',
  'token_bound',
  'unavailable',
] as const;

const token = route(
  {
    id: 'getToken',
    method: 'get',
    path: '/v1/users/:userId/integrations/:provider/:accountId/token',
    tag: 'Tokens',
    summary: 'An access token that works',
    callers: ['service'],
    right: 'token',
    provider: 'path',
    param: integrationParam,
    query: z.object({
      minTtl: z
        .string()
        .regex(/^\d{1,9}$/, 'a whole number of seconds')
        .transform(Number)
        .optional()
        .meta({
          description: minTtlDescription,
          override: ({ jsonSchema }) => {
            Object.assign(jsonSchema, { type: 'integer', minimum: 0, maximum: MAX_TTL_SECONDS });
            delete jsonSchema.pattern;
          },
        }),
    }),
    replies: { 200: tokenReply },
    errors: [...tokenErrors, 'needs_reconnect'],
  },
  async ({ param, query, deps, reply }) => {
    const answer = await tokenFor(deps, { ...param, minTtlSeconds: query.minTtl ?? null });
    return reply(200, ...toTokenReply(answer));
  },
);

const tokenOrLink = route(
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
          .refine((id) => id !== ONLY_ACCOUNT, `must not be "${ONLY_ACCOUNT}"`)
          .optional()
          .describe('The account; left out: the only one that the user has there.'),
        scopes: consentFields.scopes
          .optional()
          .describe('That the token must have. A consent asks for them besides what it has.'),
        minTtl: z.int().min(0).max(MAX_TTL_SECONDS).describe(minTtlDescription).optional(),
        returnTo: consentFields.returnTo.optional(),
        parameters: consentFields.parameters.optional(),
      })
      .meta({
        id: 'TokenRequest',
      }),
    replies: { 200: tokenReply },
    errors: [
      ...tokenErrors,
      'authorization_required',
      'several_accounts',
      'provider_not_found',
      'too_many_connections',
      'too_many_integrations',
    ],
  },
  async ({ param, json, caller, deps, reply }) => {
    const answer = await tokenOrConsent(deps, { ...json, userId: param.userId, caller });
    return reply(200, ...toTokenReply(answer));
  },
);

/** A list of its own for its place in the document: among the routes of an integration. */
export const tokenRoutes = [token];

export const callRoutes = [...calls, tokenOrLink];
