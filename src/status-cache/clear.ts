/**
 * Empties the tiers: this isolate's memory at once, of KV as many keys as one request can delete.
 * The rest of KV ends by its expirationTtl within 300 s, other isolates' memory within 5 s.
 */

import { eq } from 'drizzle-orm';
import * as z from 'zod';
import { PARALLEL_CALLS } from '../budget';
import { hasRow } from '../db/conditions';
import { userVersions } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { recordAct } from '../events/event-log';
import { withDeadline } from '../retry';
import { SECOND_MS } from '../time';
import { listKv } from './kv';
import { forget } from './publish';

/** The free plan allows 1,000 requests to KV and D1 in one invocation. */
const KEYS_AT_MOST = 500;
const GROUP_MS = 3 * SECOND_MS;
const TOTAL_MS = 10 * SECOND_MS;
const RETRY_AFTER_SECONDS = 5;

export const clearedSchema = z
  .object({
    deleted: z.int().describe('Keys of KV.'),
    truncated: z
      .boolean()
      .describe('Some are left: more than one request can delete, or KV refused.'),
  })
  .meta({ id: 'ClearedCache' });

/**
 * What an operator does where a user's statuses look wrong.
 *
 * @param by name of the service key
 * @returns whether KV took the delete
 */
export async function invalidateUser(deps: Deps, userId: string, by: string): Promise<boolean> {
  const done = await forget(deps, userId);
  // An id that nothing is kept of, such as that of a user who was erased, is not written down.
  const isKnown = hasRow(deps.db, userVersions, eq(userVersions.userId, userId));
  recordAct(deps, { type: 'operator.user_invalidated', data: { userId, by } }, isKnown);
  return done;
}

/** @throws AppError unavailable, when KV does not list its keys */
export async function clearCache(deps: Deps): Promise<z.output<typeof clearedSchema>> {
  const startedAt = deps.now();
  deps.memory.clear(startedAt);
  const listed = await listKv(deps, KEYS_AT_MOST);
  if (!listed) {
    throw new AppError('unavailable', 'KV does not answer', { retryAfter: RETRY_AFTER_SECONDS });
  }
  const { keys } = listed;
  let deleted = 0;
  for (let i = 0; i < keys.length && deps.now() - startedAt < TOTAL_MS; i += PARALLEL_CALLS) {
    const outcomes = await Promise.allSettled(
      keys
        .slice(i, i + PARALLEL_CALLS)
        .map((key) => withDeadline(deps.kv.delete(key), GROUP_MS, 'kv_delete')),
    );
    deleted += outcomes.filter(({ status }) => status === 'fulfilled').length;
  }
  return { deleted, truncated: listed.truncated || deleted < keys.length };
}
