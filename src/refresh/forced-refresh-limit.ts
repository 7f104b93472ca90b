/**
 * How often a user's own token may force refreshes and checks, and put credentials, in a day. Each
 * is a visible change, which costs a write to KV; the free plan has 1,000 of those a day for
 * everybody. The platform's limiter (http/rate-limit.ts) knows no longer time than a minute.
 */

import { and, eq, lt, or } from 'drizzle-orm';
import { d1Read, d1Write } from '../db/client';
import { nullOrBefore } from '../db/conditions';
import { caseWhen, plus } from '../db/expressions';
import { userVersions } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { DAY_MS, SECOND_MS } from '../time';

export const FORCED_A_DAY = 100;

/**
 * Counts one more. A user without a version has nothing to refresh, and is not counted. Where D1
 * does not answer, what follows will say so.
 *
 * @throws AppError rate_limited
 */
export async function countForced({ db, log, now: clock }: Deps, userId: string): Promise<void> {
  const now = clock();
  const { forced, forcedSince } = userVersions;
  const isOver = nullOrBefore(forcedSince, now - DAY_MS);
  try {
    const counted = await d1Write(
      db
        .update(userVersions)
        .set({
          forced: caseWhen(isOver, 1, plus(forced, 1)),
          forcedSince: caseWhen(isOver, now, forcedSince),
        })
        .where(and(eq(userVersions.userId, userId), or(isOver, lt(forced, FORCED_A_DAY))))
        .returning({ forced }),
    );
    if (counted.length > 0) return;
    const [user] = await d1Read(
      db.select({ forcedSince }).from(userVersions).where(eq(userVersions.userId, userId)),
    );
    if (!user) return;
    throw new AppError(
      'rate_limited',
      `a user may force ${FORCED_A_DAY} refreshes a day, checks and new credentials included; refreshes also come by themselves`,
      { retryAfter: Math.max(1, ((user.forcedSince ?? now) + DAY_MS - now) / SECOND_MS) },
    );
  } catch (error) {
    if (error instanceof AppError) throw error;
    log.warn('refresh.forced_not_counted', {}, error);
  }
}
