/** Tokens that work, and refreshes on request. */
import * as z from 'zod';
import { AppError } from '../errors';
import { consistencyToken } from '../http/consistency';
import { route } from '../http/route';
import { accountIdSchema, integrationParam, providerIdSchema } from '../http/validate';
import { integrationSchema, toIntegration } from '../integrations/serialization';
import { allows } from '../rights';
import { SECOND_MS, timeSchema, timestamp } from '../time';
import { checkIntegration } from './check';
import { countForced } from './forced-refresh-limit';
import { refreshOne } from './on-demand';
import { type AccountName, refreshMany } from './refresh-many';
import { listRuns } from './run-log';
import { type TokenAnswer, tokenFor } from './token';

const versionHeader = z.object({
  'Consistency-Token': consistencyToken('The version of this answer.'),
});

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
    examples: [
      {
        kind: 'oauth2',
        accessToken: 'an-access-token',
        tokenType: 'bearer',
        expiresAt: '2026-11-22T13:00:00.000Z',
        scope: ['identity', 'read'],
      },
    ],
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
    examples: [
      {
        kind: 'credentials',
        credentials: { key: 'an-api-key' },
        headers: { Authorization: 'Bearer an-api-key' },
      },
    ],
  });

const MAX_TTL_SECONDS = 999_999_999;
const minTtlDescription =
  'How many seconds it should live at least, 60 unless said. Half of its lifetime is the most that is promised.';

/** Of a JSON body. */
export const minTtlSchema = z.int().min(0).max(MAX_TTL_SECONDS).describe(minTtlDescription);

const tokenSchema = z
  .discriminatedUnion('kind', [accessTokenSchema, credentialsSchema])
  .meta({ id: 'Token' });

export const tokenReply = {
  description: 'The token, or the credentials where the provider has no OAuth.',
  schema: tokenSchema,
  headers: versionHeader,
};

/**
 * Body and headers of that reply.
 * @throws AppError token_bound
 */
export function toTokenReply(
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

/** Of what may have to ask the provider about one integration. */
const attemptErrors = [
  'integration_not_found',
  'provider_not_configured',
  'provider_error',
  'provider_unavailable',
  'refresh_in_progress',
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
    errors: [...attemptErrors, 'needs_reconnect', 'token_bound'],
  },
  async ({ param, query, deps, reply }) => {
    const answer = await tokenFor(deps, { ...param, minTtlSeconds: query.minTtl ?? null });
    return reply(200, ...toTokenReply(answer));
  },
);

/** What a caller forces of one integration. */
const forced = {
  method: 'post',
  tag: 'Refresh',
  callers: ['service', 'user'],
  right: 'connect',
  provider: 'path',
  limit: 'refresh',
  param: integrationParam,
} as const;

const refresh = route(
  {
    ...forced,
    id: 'refreshIntegration',
    path: '/v1/users/:userId/integrations/:provider/:accountId/refresh',
    summary: 'Refresh an integration now',
    replies: {
      200: {
        description: 'The integration with its new token.',
        schema: integrationSchema,
        headers: versionHeader,
      },
    },
    errors: [...attemptErrors, 'needs_reconnect'],
  },
  async ({ param, caller, deps, reply }) => {
    if (caller.kind === 'user') await countForced(deps, param.userId);
    const { facts, version } = await refreshOne(deps, param);
    return reply(200, toIntegration(facts, deps.now(), deps.config.providers), {
      'Consistency-Token': String(version),
    });
  },
);

const check = route(
  {
    ...forced,
    id: 'checkIntegration',
    path: '/v1/users/:userId/integrations/:provider/:accountId/check',
    summary: 'Try whether the provider still takes an integration',
    replies: {
      200: {
        description: 'The integration as it is after the check.',
        schema: integrationSchema,
        headers: z.object({
          ...versionHeader.shape,
          'Retry-After': z
            .string()
            .optional()
            .describe('Seconds until another check can tell more; none: nothing is open.'),
        }),
      },
    },
    errors: [...attemptErrors, 'check_not_supported'],
  },
  async ({ param, caller, deps, reply }) => {
    if (caller.kind === 'user') await countForced(deps, param.userId);
    const { facts, version, retryAfterMs } = await checkIntegration(deps, param);
    return reply(200, toIntegration(facts, deps.now(), deps.config.providers), {
      'Consistency-Token': String(version),
      ...(retryAfterMs === null
        ? {}
        : { 'Retry-After': String(Math.ceil(retryAfterMs / SECOND_MS)) }),
    });
  },
);

const accountName = { provider: providerIdSchema, accountId: accountIdSchema };

const many = route(
  {
    id: 'refreshMany',
    method: 'post',
    path: '/v1/refresh',
    tag: 'Refresh',
    summary: 'Refresh up to a hundred integrations, in groups of five',
    callers: ['service'],
    right: 'connect',
    provider: 'handler',
    json: z.strictObject({ accounts: z.array(z.strictObject(accountName)).min(1).max(100) }).meta({
      id: 'RefreshRequest',
      examples: [{ accounts: [{ provider: 'reddit', accountId: 't2_1w72' }] }],
    }),
    replies: {
      200: {
        description: 'What became of each.',
        schema: z
          .object({
            refreshed: z.array(integrationSchema),
            failed: z.array(
              z
                .object({ ...accountName, code: z.string(), message: z.string() })
                .meta({ id: 'FailedRefresh' }),
            ),
          })
          .meta({ id: 'Refreshed' }),
        headers: z.object({
          'Consistency-Token': consistencyToken(
            'The newest version of these users; good for each of them. None where none is known.',
          ).optional(),
        }),
      },
    },
  },
  async ({ json, caller, deps, request, reply }) => {
    const isReachable = ({ provider }: AccountName) => allows(caller.providers, provider);
    const reachable = json.accounts.filter(isReachable);
    const others = json.accounts.filter((account) => !isReachable(account));
    const { refreshed, failed, version } = await refreshMany(deps, reachable, request.signal);
    const now = deps.now();
    return reply(
      200,
      {
        refreshed: refreshed.map(({ facts }) => toIntegration(facts, now, deps.config.providers)),
        failed: [
          ...failed,
          ...others.map((account) => ({
            ...account,
            code: 'forbidden',
            message: 'this caller is not for that provider',
          })),
        ],
      },
      version > 0 ? { 'Consistency-Token': String(version) } : {},
    );
  },
);

const runs = route(
  {
    id: 'listRefreshRuns',
    method: 'get',
    path: '/v1/refresh/runs',
    tag: 'Refresh',
    summary: 'What the scheduled refreshes did, newest first',
    callers: ['service'],
    right: 'operate',
    provider: 'none',
    replies: {
      200: {
        description: 'The last hundred runs that had something to do.',
        schema: z
          .object({
            runs: z.array(
              z
                .object({
                  trigger: z.enum(['cron', 'queue', 'operator']),
                  started: timeSchema,
                  ended: timeSchema,
                  claimed: z.int().describe('Integrations that were due.'),
                  refreshed: z.int(),
                  refused: z.int().describe('The provider wants the user to connect again.'),
                  failed: z.int().describe('For any other cause; tried again.'),
                  left: z.boolean().describe('More was due than the run could do.'),
                })
                .meta({ id: 'RefreshRun' }),
            ),
          })
          .meta({ id: 'RefreshRuns' }),
      },
    },
    errors: ['unavailable'],
  },
  async ({ deps, reply }) => {
    const listed = await listRuns(deps.db);
    return reply(200, {
      runs: listed.map((run) => ({
        trigger: run.trigger,
        started: timestamp(run.startedAt),
        ended: timestamp(run.endedAt),
        claimed: run.claimed,
        refreshed: run.refreshed,
        refused: run.refused,
        failed: run.failed,
        left: run.left,
      })),
    });
  },
);

export const refreshRoutes = [token, refresh, check, many, runs];
