/** Delegations: making them, and ending all of a user's. */
import * as z from 'zod';
import { AppError } from '../errors';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, timeSchema, timestamp } from '../time';
import { MAX_TOKEN_LENGTH, refuseOtherProvider, refuseWithoutRight } from './caller';
import { createDelegation, delegationRights, endDelegations } from './delegation';
import { route } from './route';
import { providerIdSchema, userParam } from './validate';

const path = '/v1/users/:userId/delegations';

const create = route(
  {
    id: 'createDelegation',
    method: 'post',
    path,
    tag: 'Delegations',
    summary: 'Get a token for one user, with few rights',
    callers: ['service'],
    right: 'connect',
    provider: 'handler',
    param: userParam,
    json: z
      .strictObject({
        rights: z
          .array(z.enum(delegationRights))
          .min(1)
          .max(delegationRights.length)
          .describe('The key must have them itself.'),
        providers: z
          .array(providerIdSchema)
          .min(1)
          .max(100)
          .optional()
          .describe("For these only. All of the key's, unless said."),
        expiresIn: z
          .int()
          .min(MINUTE_MS / SECOND_MS)
          .max(DAY_MS / SECOND_MS)
          .default(HOUR_MS / SECOND_MS)
          .describe('Seconds.'),
      })
      .meta({ id: 'DelegationRequest' }),
    replies: {
      201: {
        description: 'The token.',
        schema: z.object({ token: z.string(), expiresAt: timeSchema }).meta({
          id: 'Delegation',
        }),
      },
    },
  },
  async ({ param, json, caller, deps, reply }) => {
    const { rights, providers, expiresIn: expiresInSeconds } = json;
    for (const right of rights) refuseWithoutRight(caller, right);
    const { config } = deps;
    for (const provider of providers ?? []) {
      refuseOtherProvider(caller, provider);
      if (!config.providers.get(provider)) {
        throw invalidProviders('names a provider that is not known here');
      }
    }
    const key = config.serviceKeys.find(({ name }) => name === caller.name);
    if (!key) throw new Error('a service caller has a key');
    const { token, expiresAt } = await createDelegation(deps, key, param.userId, {
      rights,
      providers: providers ?? (caller.providers && [...caller.providers]),
      expiresInSeconds,
    });
    if (token.length > MAX_TOKEN_LENGTH) throw invalidProviders('are too many for one token');
    return reply(201, { token, expiresAt: timestamp(expiresAt) });
  },
);

const end = route(
  {
    id: 'endDelegations',
    method: 'delete',
    path,
    tag: 'Delegations',
    summary: 'End all delegations of a user',
    callers: ['service'],
    right: 'connect',
    provider: 'none',
    param: userParam,
    replies: { 204: { description: 'None that was made before is taken any more.' } },
  },
  async ({ param, deps, reply }) => {
    await endDelegations(deps, param.userId);
    return reply(204, null);
  },
);

export const delegationRoutes = [create, end];

const invalidProviders = (message: string): AppError =>
  new AppError('invalid_request', `providers ${message}`, {
    errors: [{ path: 'body.providers', message }],
  });
