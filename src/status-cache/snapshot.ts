/**
 * A snapshot: all integrations of one user as facts. It is what the tiers hold, so it never
 * contains a token. What a person calls status depends on the time and is derived when served
 * (src/integrations/status.ts).
 */
import * as z from 'zod';

/** ms */
const time = () => z.number();

export const factsSchema = z.lazy(() =>
  z.object({
    provider: z.string(),
    accountId: z.string(),
    displayName: z.nullable(z.string()),
    state: z.enum(['active', 'needs_reconnect']),
    stateReason: z.nullable(z.string()),
    scopes: z.array(z.string()),
    requestedScopes: z.array(z.string()),
    metadata: z.record(z.string(), z.nullable(z.string())),
    /** End of the access token. */
    expiresAt: z.nullable(time()),
    /** End of what can renew it: the refresh token, or the token itself where it is extended. */
    refreshExpiresAt: z.nullable(time()),
    /** There is a refresh token, or the token itself can be extended. */
    renewable: z.boolean(),
    refreshDueAt: z.nullable(time()),
    refreshFailures: z.number(),
    lastError: z.nullable(z.string()),
    connectedAt: time(),
    updatedAt: time(),
    lastRefreshedAt: z.nullable(time()),
  }),
);

export const snapshotSchema = z.lazy(() =>
  z.object({
    /** Format of this value. Older formats are misses. */
    v: z.literal(1),
    userId: z.string(),
    version: z.number(),
    takenAt: time(),
    freshUntil: time(),
    /** Newest connection first. */
    integrations: z.array(factsSchema),
  }),
);

export type Facts = z.output<typeof factsSchema>;
export type Snapshot = z.output<typeof snapshotSchema>;
