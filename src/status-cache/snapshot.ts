/**
 * A snapshot: all integrations of one user as facts. It is what the tiers hold, so it never
 * contains a token. What a person calls status depends on the time and is derived when served
 * (src/integrations/status.ts).
 */
import * as z from 'zod';
import { failureCategories } from '../db/schema';

/** The last moment that a Date can be (ECMA-262 21.4.1.1), ms. */
const LAST_MS = 8.64e15;
/** ms */
const time = () => z.number().gte(-LAST_MS).lte(LAST_MS);

const factsSchema = z.object({
  provider: z.string(),
  accountId: z.string(),
  displayName: z.string().nullable(),
  state: z.enum(['active', 'needs_reconnect']),
  stateReason: z.string().nullable(),
  scopes: z.array(z.string()),
  requestedScopes: z.array(z.string()),
  metadata: z.record(z.string(), z.string().nullable()),
  /** End of the access token. */
  expiresAt: time().nullable(),
  /** End of what can renew it: the refresh token, or the token itself where it is extended. */
  refreshExpiresAt: time().nullable(),
  /** There is a refresh token, or the token itself can be extended. */
  renewable: z.boolean(),
  refreshDueAt: time().nullable(),
  refreshFailures: z.number(),
  lastError: z.string().nullable(),
  /** What kind of failure that is; null where a Worker before this field wrote the snapshot. */
  lastErrorCategory: z.enum(failureCategories).nullable().catch(null),
  /**
   * A check found the credential good. False where a Worker before this field wrote the snapshot.
   */
  verified: z.boolean().catch(false),
  connectedAt: time(),
  updatedAt: time(),
  lastRefreshedAt: time().nullable(),
});

export const snapshotSchema = z.object({
  /** Format of this value. Older formats are misses. */
  v: z.literal(1),
  userId: z.string(),
  version: z.number(),
  takenAt: time(),
  freshUntil: time(),
  /** Newest connection first. */
  integrations: z.array(factsSchema),
});

export type Facts = z.output<typeof factsSchema>;
export type Snapshot = z.output<typeof snapshotSchema>;

/** Of one account; undefined where the user has none such. */
export const factsIn = (
  { integrations }: Snapshot,
  { provider, accountId }: { provider: string; accountId: string | null },
): Facts | undefined =>
  integrations.find((one) => one.provider === provider && one.accountId === accountId);
