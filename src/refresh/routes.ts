/** Tokens that work, and refreshes on request. */
import { Hono } from 'hono';
import * as z from 'zod';
import { setConsistencyToken } from '../http/consistency';
import { type AppEnv, declare, document, endpoint } from '../http/endpoint';
import { accountIdSchema, integrationParam, providerIdSchema } from '../http/validate';
import { date, integrationSchema, toIntegration } from '../integrations/wire';
import { refreshMany, refreshOne } from './on-demand';
import { listRuns } from './run-log';
import { tokenFor } from './token';

const versionHeader = {
  'Consistency-Token': 'The version of this answer.',
};

const time = z.iso.datetime();

const token = declare({
  method: 'get',
  path: '/v1/users/:userId/integrations/:provider/:accountId/token',
  id: 'getToken',
  callers: ['service'],
  param: integrationParam,
  query: z.object({
    minTtl: z
      .string()
      .regex(/^\d{1,9}$/, 'a whole number of seconds')
      .transform(Number)
      .optional()
      .describe(
        'How many seconds it should live at least, 60 unless said. Half of its lifetime is the most that is promised.',
      ),
  }),
});

/* @__PURE__ */ document(token, () => ({
  tag: 'Tokens',
  summary: 'An access token that works',
  description:
    'What is there where it lives long enough, else a fresh one. Not to be kept: ask each time.',
  replies: {
    200: {
      description: 'The token, or the credentials where the provider has no OAuth.',
      schema: z.union([
        z.object({
          accessToken: z.string(),
          tokenType: z.string().nullable(),
          expiresAt: time.nullable().describe('Null: unknown or never.'),
          scope: z.array(z.string()).describe('Granted.'),
        }),
        z.object({
          credentials: z.record(z.string(), z.string()),
          headers: z
            .record(z.string(), z.string())
            .describe('In which to send them, where the record knows; secret as they are.'),
        }),
      ]),
      headers: versionHeader,
    },
  },
  errors: [
    'integration_not_found',
    'needs_reconnect',
    'provider_not_configured',
    'provider_error',
    'provider_unavailable',
    'refresh_in_progress',
    'unavailable',
  ],
}));

const refresh = declare({
  method: 'post',
  path: '/v1/users/:userId/integrations/:provider/:accountId/refresh',
  id: 'refreshIntegration',
  callers: ['service', 'user'],
  limit: 'refresh',
  param: integrationParam,
});

/* @__PURE__ */ document(refresh, () => ({
  tag: 'Refresh',
  summary: 'Refreshes an integration now',
  replies: {
    200: {
      description: 'The integration with its new token.',
      schema: integrationSchema,
      headers: versionHeader,
    },
  },
  errors: [
    'integration_not_found',
    'needs_reconnect',
    'provider_not_configured',
    'rate_limited',
    'provider_error',
    'provider_unavailable',
    'refresh_in_progress',
    'unavailable',
  ],
}));

const accountName = { provider: providerIdSchema, accountId: accountIdSchema };

const many = declare({
  method: 'post',
  path: '/v1/refresh',
  id: 'refreshMany',
  callers: ['service'],
  json: z.object({ accounts: z.array(z.object(accountName)).min(1).max(100) }),
});

/* @__PURE__ */ document(many, () => ({
  tag: 'Refresh',
  summary: 'Refreshes up to a hundred integrations, in groups of five',
  description: 'Goes on after single failures. What was not started fails with `not_started`.',
  replies: {
    200: {
      description: 'What became of each.',
      schema: z.object({
        refreshed: z.array(integrationSchema),
        failed: z.array(z.object({ ...accountName, code: z.string(), message: z.string() })),
      }),
      headers: { 'Consistency-Token': 'The newest version of these users; good for each of them.' },
    },
  },
}));

const runs = declare({
  method: 'get',
  path: '/v1/refresh/runs',
  id: 'listRefreshRuns',
  callers: ['service'],
});

/* @__PURE__ */ document(runs, () => ({
  tag: 'Refresh',
  summary: 'What the scheduled refreshes did, newest first',
  replies: {
    200: {
      description: 'The last hundred runs that had something to do.',
      schema: z.object({
        runs: z.array(
          z.object({
            trigger: z.enum(['cron', 'queue', 'operator']),
            started: time,
            ended: time,
            claimed: z.int().describe('Integrations that were due.'),
            refreshed: z.int(),
            refused: z.int().describe('The provider wants the user to connect again.'),
            failed: z.int().describe('For any other cause; tried again.'),
            left: z.boolean().describe('More was due than the run could do.'),
          }),
        ),
      }),
    },
  },
  errors: ['unavailable'],
}));

export const refreshRoutes = new Hono<AppEnv>()
  .get(token.path, endpoint(token), async (c) => {
    const { minTtl } = c.req.valid('query');
    const answer = await tokenFor(c.get('deps'), {
      ...c.req.valid('param'),
      minTtlSeconds: minTtl ?? null,
    });
    c.header('Cache-Control', 'no-store');
    setConsistencyToken(c, answer.version);
    if (answer.kind === 'credentials') {
      const { credentials, headers } = answer;
      return c.json({ credentials, headers });
    }
    const { accessToken, tokenType, expiresAt, scope } = answer;
    return c.json({
      accessToken,
      tokenType,
      expiresAt: expiresAt === null ? null : date(expiresAt),
      scope,
    });
  })
  .post(refresh.path, endpoint(refresh), async (c) => {
    const deps = c.get('deps');
    const { facts, version } = await refreshOne(deps, c.req.valid('param'));
    setConsistencyToken(c, version);
    return c.json(toIntegration(facts, deps.now(), deps.config.providers));
  })
  .post(many.path, endpoint(many), async (c) => {
    const deps = c.get('deps');
    const { accounts } = c.req.valid('json');
    const { refreshed, failed, version } = await refreshMany(deps, accounts, c.req.raw.signal);
    if (version > 0) setConsistencyToken(c, version);
    const now = deps.now();
    return c.json({
      refreshed: refreshed.map(({ facts }) => toIntegration(facts, now, deps.config.providers)),
      failed,
    });
  })
  .get(runs.path, endpoint(runs), async (c) => {
    const listed = await listRuns(c.get('deps').db);
    return c.json({
      runs: listed.map((run) => ({
        trigger: run.trigger,
        started: date(run.startedAt),
        ended: date(run.endedAt),
        claimed: run.claimed,
        refreshed: run.refreshed,
        refused: run.refused,
        failed: run.failed,
        left: run.left,
      })),
    });
  });
