/** An integration as clients see it: status instead of facts, dates instead of numbers. */

import * as z from 'zod';
import type { Provider } from '../providers/types';
import type { Facts } from '../status-cache/snapshot';
import { DAY_MS } from '../time';
import { statusAt } from './status';

const time = z.iso.datetime();

export const integrationSchema = z
  .object({
    provider: z.string(),
    accountId: z.string().describe("The provider's own id of the account."),
    displayName: z.string().nullable(),
    status: z
      .enum(['connected', 'expired', 'needs_reconnect', 'error'])
      .describe(
        'connected: usable, or renewed without anybody. expired: ran out, and nothing here can renew it. needs_reconnect: the provider refused for good. error: ran out, and refreshes fail for now; retried by itself.',
      ),
    isConnected: z.boolean(),
    reason: z
      .string()
      .optional()
      .describe('A code: why it needs reconnecting, or why refreshes fail.'),
    scopes: z.array(z.string()).describe('Granted.'),
    missingScopes: z.array(z.string()).describe('Asked for, but not granted.'),
    expiresAt: time.nullable().describe('End of the access token; null: unknown or never.'),
    reconnectBy: time
      .nullable()
      .describe('When the user has to connect again; null where no such end is known.'),
    retryAt: time.optional().describe('With status error: when the next refresh is tried.'),
    connectedAt: time,
    updatedAt: time.describe('Last change that a user could see.'),
    lastRefreshedAt: time.nullable(),
    metadata: z.record(z.string(), z.string().nullable()),
  })
  .meta({ id: 'Integration' });

export type Integration = z.output<typeof integrationSchema>;

const version = z.int().describe('Grows with every change that a user could see.');
const integrations = z.array(integrationSchema).describe('Newest connection first.');
const asOf = time.describe('When the database was read.');

export const integrationListSchema = z
  .object({
    userId: z.string(),
    version,
    asOf,
    freshUntil: time.describe('Until then nothing here changes without the version growing.'),
    integrations,
  })
  .meta({ id: 'IntegrationList' });

export type IntegrationList = z.output<typeof integrationListSchema>;

const statusOfUserSchema = z.object({ version, asOf, integrations });

export type StatusOfUser = z.output<typeof statusOfUserSchema>;

export const statusOfManySchema = z
  .object({
    users: z.record(z.string(), statusOfUserSchema).describe('By user id.'),
  })
  .meta({ id: 'StatusOfMany' });

export type StatusOfMany = z.output<typeof statusOfManySchema>;

/** What a reply needs of the registry: whether a provider's grants end at a fixed time. */
export interface ProviderLookup {
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
    missingScopes: facts.requestedScopes.filter((scope) => !facts.scopes.includes(scope)),
    expiresAt: dateOrNull(facts.expiresAt),
    reconnectBy: dateOrNull(reconnectBy),
    ...(retryAt === undefined ? {} : { retryAt: date(retryAt) }),
    connectedAt: date(facts.connectedAt),
    updatedAt: date(facts.updatedAt),
    lastRefreshedAt: dateOrNull(facts.lastRefreshedAt),
    metadata: facts.metadata,
  };
}

/** ECMA-262, time values. */
const MOST_MS = 8.64e15;
/** Day since the epoch -> `2026-11-22T`. */
const days = new Map<number, string>();
const DAYS_AT_MOST = 1_000;

/**
 * RFC 3339, UTC, as `toISOString` writes it, at a third of its cost: a reply about a hundred users has
 * thousands. Throws RangeError where there is no such date.
 */
export function date(ms: number): string {
  if (!Number.isInteger(ms) || Math.abs(ms) > MOST_MS) return new Date(ms).toISOString();
  const number = Math.floor(ms / DAY_MS);
  let day = days.get(number);
  if (day === undefined) {
    day = new Date(ms).toISOString().slice(0, -'00:00:00.000Z'.length);
    if (days.size === DAYS_AT_MOST) days.clear();
    days.set(number, day);
  }
  const ofDay = ms - number * DAY_MS;
  const seconds = Math.floor(ofDay / 1000);
  const minutes = Math.floor(seconds / 60);
  return `${day}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}.${three(ofDay % 1000)}Z`;
}

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`);
const three = (n: number): string => (n < 100 ? `0${two(n)}` : `${n}`);

const dateOrNull = (ms: number | null): string | null => (ms === null ? null : date(ms));
