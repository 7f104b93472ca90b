/**
 * The operator's way back from verdicts by comparison or time, all of a provider: the provider was
 * wrong after all, or its record. Codes for a dead grant are not touched.
 */
import { and, eq, gt } from 'drizzle-orm';
import { hasRow } from '../db/conditions';
import { maybeUnwell, oauthAccounts } from '../db/schema';
import type { Deps } from '../deps';
import { accountEventStatements } from '../events/event-log';
import { withDeadline } from '../retry';
import { changeVisibly } from '../status-cache/changes';
import { publish } from '../status-cache/publish';
import { HOUR_MS, SECOND_MS } from '../time';
import { recovered, unmarked } from './failure';
import { REFUSED_REPEATEDLY } from './verdict';

const CALL_MS = 5 * SECOND_MS;
const GROUP = 25;
/** Calls that one account takes: the change, the put into KV, its verification. */
const CALLS_EACH = 3;

const isMarkedAt = (provider: string) =>
  and(
    eq(oauthAccounts.provider, provider),
    eq(oauthAccounts.state, 'needs_reconnect'),
    maybeUnwell,
    eq(oauthAccounts.stateReason, REFUSED_REPEATEDLY),
  );

/** How many `takeBackVerdicts` would take back. @throws what D1 throws */
export const countVerdicts = ({ db }: Deps, provider: string): Promise<number> =>
  withDeadline(db.$count(oauthAccounts, isMarkedAt(provider)), CALL_MS, 'd1_read');

export interface TakenBack {
  taken: number;
  /** The time or the budget ended before all were taken back. */
  left: boolean;
}

/**
 * Each account is active again, tried within the hour, and its user's status shows it. No account
 * is begun after `until`, ms.
 *
 * @throws what D1 throws; what was taken back stays so
 */
export async function takeBackVerdicts(
  deps: Deps,
  provider: string,
  until: number,
): Promise<TakenBack> {
  const { db, config } = deps;
  const most = Math.max(1, Math.floor(config.runSubrequests / CALLS_EACH));
  let taken = 0;
  for (let after = 0; ; ) {
    const rows = await withDeadline(
      db
        .select({
          id: oauthAccounts.id,
          userId: oauthAccounts.userId,
          provider: oauthAccounts.provider,
          providerAccountId: oauthAccounts.providerAccountId,
          grantId: oauthAccounts.grantId,
          tokenVersion: oauthAccounts.tokenVersion,
          stateConfirmedAt: oauthAccounts.stateConfirmedAt,
        })
        .from(oauthAccounts)
        .where(and(isMarkedAt(provider), gt(oauthAccounts.id, after)))
        .orderBy(oauthAccounts.id)
        .limit(GROUP),
      CALL_MS,
      'd1_read',
    );
    for (const found of rows) {
      const { id, userId, tokenVersion } = found;
      if (taken >= most || deps.now() >= until) return { taken, left: true };
      const now = deps.now();
      const row = and(eq(oauthAccounts.id, id), eq(oauthAccounts.tokenVersion, tokenVersion));
      const columns = {
        ...unmarked(now),
        refreshDueAt: now + 1 + Math.floor(deps.random() * HOUR_MS),
      };
      const happened = hasRow(
        db,
        oauthAccounts,
        and(row, eq(oauthAccounts.state, 'active'), eq(oauthAccounts.updatedAt, now)),
      );
      const event = recovered(found, deps.uuid(), now);
      const change = changeVisibly(
        deps,
        userId,
        [
          db
            .update(oauthAccounts)
            .set(columns)
            .where(and(row, isMarkedAt(provider))),
        ],
        happened,
        event ? accountEventStatements(deps, found, event, happened) : [],
      );
      const { changed, snapshot } = await withDeadline(change, CALL_MS, 'd1_write');
      after = id;
      if (!changed) continue;
      taken += 1;
      await publish(deps, snapshot);
    }
    if (rows.length < GROUP) return { taken, left: false };
  }
}
