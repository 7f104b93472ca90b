/** Connecting: what the app's backend calls. */
import * as z from 'zod';
import { refuseOtherProvider } from '../http/caller';
import { consistencyToken } from '../http/consistency';
import { route } from '../http/route';
import { accountIdSchema, providerIdSchema, userIdSchema, userParam } from '../http/validate';
import { integrationSchema, toIntegration } from '../integrations/serialization';
import { countForced } from '../refresh/forced-refresh-limit';
import { timeSchema, timestamp } from '../time';
import { beginConnection } from './begin';
import { completeConnection } from './complete';
import { putCredentials } from './credentials';
import { connectionOf, connectionStates } from './transactions';

const headers = z.object({
  'Consistency-Token': consistencyToken(
    'The version after this change; send it back to read your own write.',
  ),
});

/** A parameter's value, in a URL that browsers and servers have to take. */
const authorizationParam = z
  .string()
  .min(1)
  .max(512)
  .regex(/^\P{Cc}*$/u, 'must not hold control characters')
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');

/** What a connection asks for. Both routes that begin one take these. */
export const consentFields = {
  returnTo: z
    .string()
    .max(2048)
    .describe(
      'Where the browser comes back to: a page of one of APP_ORIGINS, below its path if it has one, or a place that RETURN_TO allows (the scheme of an app, a preview).',
    ),
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/, 'is not a scope')).max(100),
  parameters: z
    .record(z.string().max(32), z.string().max(255))
    .describe("Values for the placeholders in the provider's URLs, headers and parameters."),
};

const begin = route(
  {
    method: 'post',
    path: '/v1/users/:userId/connections',
    id: 'beginConnection',
    tag: 'Connect',
    summary: 'Get a link to send the user to',
    callers: ['service', 'user'],
    right: 'connect',
    provider: 'body',
    limit: 'connect',
    param: userParam,
    json: z
      .strictObject({
        provider: providerIdSchema,
        returnTo: consentFields.returnTo,
        scopes: consentFields.scopes
          .optional()
          .describe(
            "Instead of the record's `scopes`. Its `requiredScopes` are asked for besides them.",
          ),
        accountId: accountIdSchema
          .optional()
          .describe("On a reconnect: the account that must come back, one of the user's own."),
        parameters: consentFields.parameters.optional(),
        loginHint: authorizationParam
          .optional()
          .describe(
            'Who is expected to sign in, as the provider knows them: an e-mail address, a name. A hint only: `accountId` is what makes sure. Refused where the provider takes none.',
          ),
        authorizationParams: z
          .record(z.string().max(64), authorizationParam)
          .optional()
          .describe(
            'Further parameters of the authorization request: those that the record lists under `allowedAuthorizationParams`.',
          ),
      })
      .meta({
        id: 'ConnectionRequest',
      }),
    replies: {
      201: {
        description: 'The connection is started.',
        schema: z.object({ id: z.string(), connectUrl: z.url(), expiresAt: timeSchema }).meta({
          id: 'StartedConnection',
        }),
      },
    },
    errors: [
      'provider_not_found',
      'provider_not_configured',
      'integration_not_found',
      'too_many_integrations',
      'too_many_connections',
    ],
  },
  async ({ param, json, caller, deps, reply }) => {
    const { id, connectUrl, expiresAt } = await beginConnection(deps, param.userId, {
      ...json,
      allowedProviders: caller.providers,
    });
    return reply(201, { id, connectUrl, expiresAt: timestamp(expiresAt) });
  },
);

const connectionParam = z.object({
  userId: userIdSchema,
  id: z
    .string()
    .max(128)
    .meta({ description: 'Of a connection, as it was begun.', examples: ['con_1'] }),
});

const read = route(
  {
    method: 'get',
    path: '/v1/users/:userId/connections/:id',
    id: 'getConnection',
    tag: 'Connect',
    summary: 'How a connection stands',
    callers: ['service', 'user', 'delegation'],
    right: 'read',
    provider: 'handler',
    param: connectionParam,
    replies: {
      200: {
        description: 'The connection.',
        schema: z
          .object({
            id: z.string(),
            provider: z.string(),
            state: z.enum(connectionStates),
            error: z.string().optional().describe('Why it failed, as a code.'),
            choices: z
              .array(z.object({ id: z.string(), label: z.string() }))
              .optional()
              .describe('Of `needs_choice`: what `complete` takes one of.'),
          })
          .meta({
            id: 'Connection',
          }),
        headers: z.object({
          'Consistency-Token': consistencyToken(
            'Once it is completed: send it back to read what it made.',
          ).optional(),
        }),
      },
    },
    errors: ['connection_not_found'],
  },
  async ({ param, caller, deps, reply }) => {
    const { connection, version } = await connectionOf(deps, param.userId, param.id);
    refuseOtherProvider(caller, connection.provider);
    return reply(
      200,
      connection,
      version === undefined ? {} : { 'Consistency-Token': String(version) },
    );
  },
);

const complete = route(
  {
    method: 'post',
    path: '/v1/users/:userId/connections/:id/complete',
    id: 'completeConnection',
    tag: 'Connect',
    summary: 'Finish a connection for the user who is there',
    callers: ['service', 'user'],
    right: 'connect',
    provider: 'handler',
    limit: 'connect',
    param: connectionParam,
    json: z
      .strictObject({
        completion: z
          .string()
          .default('')
          .describe(
            'The secret that the browser brought to `returnTo`. Without it, or with another one: 403 `wrong_completion`, and nothing changes.',
          ),
        choice: z
          .string()
          .min(1)
          .max(255)
          .optional()
          .describe(
            'After a 409 `choice_required`: the `id` of one of its `choices`, such as a site. Not needed where there is only one.',
          ),
      })
      .meta({ id: 'CompletionRequest' })
      // Apps of the time before the secret send no body: they are to be told of it, not of a media
      // type.
      .prefault({}),
    replies: {
      200: {
        description: 'It was completed before.',
        schema: integrationSchema,
        headers,
      },
      201: { description: 'Connected.', schema: integrationSchema, headers },
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
      'choice_required',
      'account_linked_to_another_user',
      'too_many_integrations',
      'account_mismatch',
      'provider_error',
      'provider_unavailable',
      'unavailable',
    ],
  },
  async ({ param, json, caller, deps, reply }) => {
    const { created, facts, version } = await completeConnection(
      deps,
      param.userId,
      param.id,
      json.completion,
      { caller, choice: json.choice },
    );
    return reply(created ? 201 : 200, toIntegration(facts, deps.now(), deps.config.providers), {
      'Consistency-Token': String(version),
    });
  },
);

const credentials = route(
  {
    method: 'put',
    path: '/v1/users/:userId/integrations/:provider',
    id: 'putCredentials',
    tag: 'Connect',
    summary: 'Connect with a key, a password or a session cookie',
    callers: ['service', 'user'],
    right: 'connect',
    provider: 'path',
    limit: 'connect',
    param: z.object({ userId: userIdSchema, provider: providerIdSchema }),
    json: z
      .strictObject({
        credentials: z.record(z.string().max(40), z.string().max(16_384)),
        accountId: accountIdSchema.optional().describe('Service callers only.'),
        displayName: z
          .string()
          .min(1)
          .max(200)
          .regex(/^\P{Cc}*$/u, 'must not hold control characters')
          .optional(),
      })
      .meta({
        id: 'CredentialsRequest',
      }),
    replies: {
      201: {
        description: 'Stored, or put in the place of what was stored for this account.',
        schema: integrationSchema,
        headers,
      },
    },
    errors: [
      'provider_not_found',
      'provider_not_configured',
      'forbidden',
      'credentials_refused',
      'account_linked_to_another_user',
      'too_many_integrations',
      'account_mismatch',
      'provider_error',
      'provider_unavailable',
    ],
  },
  async ({ param, json, caller, deps, reply }) => {
    if (caller.kind === 'user') await countForced(deps, param.userId);
    const { facts, version } = await putCredentials(deps, param.userId, {
      ...json,
      provider: param.provider,
      mayNameAccount: caller.kind === 'service',
    });
    return reply(201, toIntegration(facts, deps.now(), deps.config.providers), {
      'Consistency-Token': String(version),
    });
  },
);

export const connectRoutes = [begin, read, complete, credentials];
