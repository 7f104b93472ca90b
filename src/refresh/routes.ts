/** Refreshes and checks on request, and what the scheduled ones did. */
import * as z from 'zod';
import { consistencyToken, versionHeader } from '../http/consistency';
import { route } from '../http/route';
import { accountIdSchema, integrationParam, providerIdSchema } from '../http/validate';
import { integrationSchema, toIntegration } from '../integrations/serialization';
import { allows } from '../rights';
import { SECOND_MS, timeSchema, timestamp } from '../time';
import { checkIntegration } from './check';
import { countForced } from './forced-refresh-limit';
import { refreshOne } from './on-demand';
import { type AccountName, refreshMany } from './refresh-many';
import { listRuns, triggers } from './run-log';

/** Of what may have to ask the provider about one integration. */
const attemptErrors = [
  'integration_not_found',
  'provider_not_configured',
  'provider_error',
  'provider_unavailable',
  'refresh_in_progress',
  'unavailable',
] as const;

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
                  trigger: z.enum(triggers),
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

export const refreshRoutes = [refresh, check, many, runs];
