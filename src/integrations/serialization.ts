/** An integration as clients see it: status instead of facts, dates instead of numbers. */

import * as z from 'zod';
import { missingScopes } from '../oauth/scopes';
import type { Provider } from '../providers/types';
import type { Facts } from '../status-cache/snapshot';
import { timeSchema, timestamp } from '../time';
import { statusAt, statuses } from './status';

export const statusSchema = z.enum(statuses);

export const integrationSchema = z
  .object({
    provider: z.string(),
    accountId: z.string().describe("The provider's own id of the account."),
    displayName: z.string().nullable(),
    status: statusSchema.describe(
      'connected: usable, or renewed without anybody. expired: ran out, and nothing here can renew it. needs_reconnect: the provider refused for good. error: ran out, and refreshes fail for now; retried by itself.',
    ),
    isConnected: z.boolean(),
    reason: z
      .string()
      .optional()
      .describe('A code: why it needs reconnecting, or why refreshes fail.'),
    scopes: z.array(z.string()).describe('Granted.'),
    missingScopes: z.array(z.string()).describe('Asked for, but not granted.'),
    expiresAt: timeSchema.nullable().describe('End of the access token; null: unknown or never.'),
    reconnectBy: timeSchema
      .nullable()
      .describe('When the user has to connect again; null where no such end is known.'),
    retryAt: timeSchema.optional().describe('With status error: when the next refresh is tried.'),
    verified: z
      .boolean()
      .optional()
      .describe(
        'Of credentials that can be tried at the provider: whether it took them. False: it has not said so yet.',
      ),
    connectedAt: timeSchema,
    updatedAt: timeSchema.describe('Last change that a user could see.'),
    lastRefreshedAt: timeSchema.nullable(),
    metadata: z.record(z.string(), z.string().nullable()),
  })
  .meta({ id: 'Integration' });

export type Integration = z.output<typeof integrationSchema>;

/** One of many users'. */
export const integrationOfUserSchema = integrationSchema
  .extend({
    userId: z.string(),
    version: z.int().describe("The user's, which grows with every change that a user could see."),
  })
  .meta({ id: 'IntegrationOfUser' });

export type IntegrationOfUser = z.output<typeof integrationOfUserSchema>;

const version = z.int().describe('Grows with every change that a user could see.');
const integrations = z.array(integrationSchema).describe('Newest connection first.');
const asOf = timeSchema.describe('When the database was read.');

export const integrationListSchema = z
  .object({
    userId: z.string(),
    version,
    asOf,
    freshUntil: timeSchema.describe('Until then nothing here changes without the version growing.'),
    integrations,
  })
  .meta({ id: 'IntegrationList' });

export type IntegrationList = z.output<typeof integrationListSchema>;

const statusOfUserSchema = z.object({ version, asOf, integrations }).meta({ id: 'StatusOfUser' });

export const statusOfManySchema = z
  .object({
    users: z.record(z.string(), statusOfUserSchema).describe('By user id.'),
  })
  .meta({ id: 'StatusOfMany' });

export type StatusOfMany = z.output<typeof statusOfManySchema>;

/** What a reply needs of the registry: whether a provider's grants end at a fixed time. */
interface ProviderLookup {
  get(id: string): Provider | undefined;
}

/** `now` in ms; `providers` is the registry, `deps.config.providers`. */
export function toIntegration(facts: Facts, now: number, providers: ProviderLookup): Integration {
  const provider = providers.get(facts.provider);
  const { status, isConnected, reason, retryAt, reconnectBy } = statusAt(
    facts,
    now,
    provider?.kind === 'oauth2' && provider.refreshDeadline === 'absolute',
  );
  return {
    provider: facts.provider,
    accountId: facts.accountId,
    displayName: facts.displayName,
    status,
    isConnected,
    ...(reason === undefined ? {} : { reason }),
    scopes: facts.scopes,
    missingScopes: missingScopes(provider, facts.requestedScopes, facts.scopes),
    expiresAt: timestampOrNull(facts.expiresAt),
    reconnectBy: timestampOrNull(reconnectBy),
    ...(retryAt === undefined ? {} : { retryAt: timestamp(retryAt) }),
    ...(provider?.kind === 'credentials' && provider.check !== undefined
      ? { verified: facts.verified }
      : {}),
    connectedAt: timestamp(facts.connectedAt),
    updatedAt: timestamp(facts.updatedAt),
    lastRefreshedAt: timestampOrNull(facts.lastRefreshedAt),
    metadata: facts.metadata,
  };
}

const timestampOrNull = (ms: number | null): string | null => (ms === null ? null : timestamp(ms));
