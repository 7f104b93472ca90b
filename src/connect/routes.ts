/** Connecting: what the app's backend calls. */
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { setConsistencyToken } from '../http/consistency';
import { type AppEnv, declare, document, endpoint } from '../http/endpoint';
import { accountIdSchema, providerIdSchema, userIdSchema, userParam } from '../http/validate';
import { date, integrationSchema, toIntegration } from '../integrations/wire';
import { beginConnection } from './begin';
import { completeConnection } from './complete';
import { putCredentials } from './credentials';
import { connectionOf } from './transactions';

const consistencyToken = {
  'Consistency-Token': 'The version after this change; send it back to read your own write.',
};

const begin = declare({
  method: 'post',
  path: '/v1/users/:userId/connections',
  id: 'beginConnection',
  callers: ['service', 'user'],
  limit: 'connect',
  param: userParam,
  json: z.object({
    provider: providerIdSchema,
    returnTo: z
      .string()
      .max(2048)
      .describe(
        'Where the browser comes back to: a page of one of APP_ORIGINS, below its path if it has one.',
      ),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/, 'is not a scope'))
      .max(100)
      .optional()
      .describe('Instead of those in the record.'),
    accountId: accountIdSchema
      .optional()
      .describe("On a reconnect: the account that must come back, one of the user's own."),
    parameters: z
      .record(z.string().max(32), z.string().max(255))
      .optional()
      .describe("Values for the placeholders in the provider's URLs."),
  }),
});

/* @__PURE__ */ document(begin, () => ({
  tag: 'Connect',
  summary: 'Get a link to send the user to',
  description:
    "For providers of kind `oauth2`. The user's browser opens `connectUrl`, goes to the provider and comes back to `returnTo` with `connection=<id>` and `completion=<secret>` added; the app then completes the connection with that secret, for the user it knows by its own session.",
  replies: {
    201: {
      description: 'The connection is started.',
      schema: z.object({ id: z.string(), connectUrl: z.url(), expiresAt: z.iso.datetime() }),
    },
  },
  errors: ['provider_not_found', 'provider_not_configured', 'integration_not_found'],
}));

const connectionParam = z.object({ userId: userIdSchema, id: z.string().max(128) });

const read = declare({
  method: 'get',
  path: '/v1/users/:userId/connections/:id',
  id: 'getConnection',
  callers: ['service', 'user'],
  param: connectionParam,
});

/* @__PURE__ */ document(read, () => ({
  tag: 'Connect',
  summary: 'How a connection stands',
  replies: {
    200: {
      description: 'The connection.',
      schema: z.object({
        id: z.string(),
        provider: z.string(),
        state: z.enum(['started', 'authorized', 'completed', 'failed', 'expired']),
        error: z.string().optional().describe('Why it failed, as a code.'),
      }),
    },
  },
  errors: ['connection_not_found'],
}));

const complete = declare({
  method: 'post',
  path: '/v1/users/:userId/connections/:id/complete',
  id: 'completeConnection',
  callers: ['service', 'user'],
  limit: 'connect',
  param: connectionParam,
  json: z
    .object({
      completion: z
        .string()
        .default('')
        .describe(
          'The secret that the browser brought to `returnTo`. Without it, or with another one: 403 `wrong_completion`, and nothing changes.',
        ),
    })
    // Apps of the time before the secret send no body: they are to be told of it, not of a media type.
    .prefault({}),
});

/* @__PURE__ */ document(complete, () => ({
  tag: 'Connect',
  summary: 'Finish a connection for the user who is there',
  description:
    'Call it when the browser is back, with the user that your own session knows and the `completion` that stands in the address that the browser came back to. The secret shows that this is the browser in which the user consented: whoever only started the connection cannot finish it. It goes on to its end even when the caller hangs up; repeat it to learn the outcome.',
  replies: {
    200: {
      description: 'It was completed before.',
      schema: integrationSchema,
      headers: consistencyToken,
    },
    201: { description: 'Connected.', schema: integrationSchema, headers: consistencyToken },
  },
  errors: [
    'connection_not_found',
    'integration_not_found',
    'wrong_completion',
    'wrong_user',
    'connection_failed',
    'connection_expired',
    'provider_not_configured',
    'completion_in_progress',
    'account_linked_to_another_user',
    'account_mismatch',
    'provider_error',
    'provider_unavailable',
    'unavailable',
  ],
}));

const credentials = declare({
  method: 'put',
  path: '/v1/users/:userId/integrations/:provider',
  id: 'putCredentials',
  callers: ['service', 'user'],
  limit: 'connect',
  param: z.object({ userId: userIdSchema, provider: providerIdSchema }),
  json: z.object({
    credentials: z.record(z.string().max(40), z.string().max(16_384)),
    accountId: accountIdSchema.optional().describe('Service callers only.'),
    displayName: z
      .string()
      .min(1)
      .max(200)
      .regex(/^\P{Cc}*$/u, 'must not hold control characters')
      .optional(),
  }),
});

/* @__PURE__ */ document(credentials, () => ({
  tag: 'Connect',
  summary: 'Connect with a key, a password or a session cookie',
  description:
    'For providers of kind `credentials`. The account is named by the service, or by the field that the record names for it. For a user caller, whose word is no proof, the account id is bound to the user; the public id then stands in `metadata`.',
  replies: {
    201: {
      description: 'Stored, or put in the place of what was stored for this account.',
      schema: integrationSchema,
      headers: consistencyToken,
    },
  },
  errors: ['provider_not_found', 'forbidden', 'account_linked_to_another_user'],
}));

const noStore = (c: Context): void => c.header('Cache-Control', 'no-store');

export const connectRoutes = new Hono<AppEnv>()
  .post(begin.path, endpoint(begin), async (c) => {
    const { id, connectUrl, expiresAt } = await beginConnection(
      c.get('deps'),
      c.req.valid('param').userId,
      c.req.valid('json'),
    );
    noStore(c);
    return c.json({ id, connectUrl, expiresAt: date(expiresAt) }, 201);
  })
  .get(read.path, endpoint(read), async (c) => {
    const { userId, id } = c.req.valid('param');
    noStore(c);
    return c.json(await connectionOf(c.get('deps'), userId, id));
  })
  .post(complete.path, endpoint(complete), async (c) => {
    const deps = c.get('deps');
    const { userId, id } = c.req.valid('param');
    const { completion } = c.req.valid('json');
    const { created, facts, version } = await completeConnection(deps, userId, id, completion);
    noStore(c);
    setConsistencyToken(c, version);
    return c.json(toIntegration(facts, deps.now(), deps.config.providers), created ? 201 : 200);
  })
  .put(credentials.path, endpoint(credentials), async (c) => {
    const deps = c.get('deps');
    const { userId, provider } = c.req.valid('param');
    const { facts, version } = await putCredentials(deps, userId, {
      ...c.req.valid('json'),
      provider,
      mayNameAccount: c.get('caller').kind === 'service',
    });
    noStore(c);
    setConsistencyToken(c, version);
    return c.json(toIntegration(facts, deps.now(), deps.config.providers), 201);
  });
