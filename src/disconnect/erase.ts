/**
 * Erases a user: integrations, transactions, page sessions, events and their deliveries, version,
 * all in one batch, which ends the user's delegations as well. The one event that tells of it, with
 * the user's id, goes later. What is being completed at that moment finds its transaction gone and
 * commits nothing. Revocations still owed stay on the outbox, which knows no user.
 */
import { and, eq, inArray, not } from 'drizzle-orm';
import { inJson } from '../db/conditions';
import { owedRevocationOf } from '../db/owed-revocations';
import {
  connectTransactions,
  eventLog,
  oauthAccounts,
  pageSessions,
  userVersions,
  webhookDeliveries,
} from '../db/schema';
import type { Deps } from '../deps';
import { eventStatements } from '../events/event-log';
import { endingOf, hashOf, noteEnding } from '../http/delegation';
import { withDeadline } from '../retry';
import { forget } from '../status-cache/publish';
import { SECOND_MS } from '../time';
import { deliverRevocations } from './outbox';
import { mayRevoke } from './reach';

const BATCH_MS = 20 * SECOND_MS;

/**
 * Also good for a user of whom there is nothing. Throws what D1 throws; then nothing is erased.
 * @returns a version above all that the user had: with it, no cache's older answer is taken
 */
export async function eraseUser(deps: Deps, userId: string): Promise<number> {
  const { db, config } = deps;
  const now = deps.now();
  const userHash = await hashOf(userId);
  // Who may not be told is named, not who may: a provider that is unknown by now is kept owed.
  const never = config.providers
    .all()
    .filter((provider) => !mayRevoke(provider))
    .map(({ id }) => id);
  const [owed, versions, ending] = await withDeadline(
    db.batch([
      owedRevocationOf(
        db,
        and(eq(oauthAccounts.userId, userId), not(inJson(oauthAccounts.provider, never))),
        now,
      ),
      db.delete(userVersions).where(eq(userVersions.userId, userId)).returning(),
      endingOf(db, userHash, now),
      db.delete(oauthAccounts).where(eq(oauthAccounts.userId, userId)),
      db.delete(connectTransactions).where(eq(connectTransactions.userId, userId)),
      db.delete(pageSessions).where(eq(pageSessions.userId, userId)),
      db
        .delete(webhookDeliveries)
        .where(
          inArray(
            webhookDeliveries.eventId,
            db.select({ id: eventLog.id }).from(eventLog).where(eq(eventLog.userId, userId)),
          ),
        ),
      db.delete(eventLog).where(eq(eventLog.userId, userId)),
      ...eventStatements(deps, {
        at: now,
        type: 'user.erased',
        data: { userId },
        dedupeKey: `user.erased ${deps.uuid()}`,
      }),
    ]),
    BATCH_MS,
    'd1_erase',
  ).catch(async (error) => {
    // It may have happened unheard.
    await forget(deps, userId);
    throw error;
  });
  noteEnding(deps, userId, ending);
  await forget(deps, userId);
  if (owed.length > 0) deps.waitUntil(deliverRevocations(deps));
  deps.log.info('erase.done', { revocations: owed.length });
  return Math.max((versions[0]?.version ?? 0) + 1, now);
}
