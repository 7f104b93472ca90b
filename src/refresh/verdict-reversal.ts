/**
 * Accounts that were marked, and should not have been: before a storm of refusals was known to be
 * one; or by comparison or time, which the operator takes back for a whole provider because it was
 * wrong after all, or its record. Codes for a dead grant that were confirmed are not touched.
 */

import { and, eq, gt, isNotNull, isNull, lte, type SQL } from 'drizzle-orm';
import { d1Read, d1Write } from '../db/client';
import { hasRow } from '../db/conditions';
import { maybeUnwell, oauthAccounts } from '../db/schema';
import type { Deps } from '../deps';
import { accountEventStatements } from '../events/event-log';
import { recoveredEvent } from '../events/reconnect';
import { retry } from '../retry';
import { changeVisibly, type VisibleChange } from '../status-cache/changes';
import { publish } from '../status-cache/publish';
import type { Snapshot } from '../status-cache/snapshot';
import { HOUR_MS } from '../time';
import { CONFIRM_AFTER_MS, unmarked } from './failure';
import { STORM } from './storm';
import { REFUSED_REPEATEDLY } from './verdict';

/** Of a storm, more than this at once is left to the accounts' own next attempts. */
const STORM_ROWS = 25;
const TAKEN_AT_ONCE = 25;
/** Calls that one account takes: the change, the put into KV, its verification. */
const CALLS_EACH = 3;

const { id, userId, provider, providerAccountId, grantId, tokenVersion } = oauthAccounts;
const { state, stateReason, stateConfirmedAt, refreshDueAt, updatedAt } = oauthAccounts;

const selected = {
  id,
  userId,
  provider,
  providerAccountId,
  grantId,
  tokenVersion,
  stateConfirmedAt,
};
type MarkedRow = { [K in keyof typeof selected]: (typeof oauthAccounts.$inferSelect)[K] };

/**
 * Makes an account active again, and tells its user where the mark was told. Unchanged where it has
 * another token meanwhile, or is not `marked` any more. The change may be repeated with the same
 * `now`, the event may not: it is told of a mark that was confirmed.
 */
function unmark(
  deps: Deps,
  row: MarkedRow,
  marked: SQL | undefined,
  columns: Partial<typeof oauthAccounts.$inferInsert>,
  now: number,
): Promise<VisibleChange> {
  const { db } = deps;
  const isRow = and(eq(id, row.id), eq(tokenVersion, row.tokenVersion));
  const happened = hasRow(db, oauthAccounts, and(isRow, eq(state, 'active'), eq(updatedAt, now)));
  const event = recoveredEvent(row, deps.uuid(), now);
  return changeVisibly(
    deps,
    row.userId,
    [
      db
        .update(oauthAccounts)
        .set({ ...unmarked(now), ...columns })
        .where(and(isRow, marked)),
    ],
    happened,
    event ? accountEventStatements(deps, row, event, happened) : [],
  );
}

/**
 * Takes back what was marked before a storm was known to be one: the unconfirmed refusals of this
 * provider. They are due within two minutes, so the due index finds them. `until`: ms.
 *
 * @throws what D1 throws
 */
export async function unmarkStorm(
  deps: Deps,
  ofProvider: string,
  until: number,
): Promise<Snapshot[]> {
  const unconfirmed = and(eq(state, 'needs_reconnect'), isNull(stateConfirmedAt));
  const rows = await retry(deps, { until }, () =>
    deps.db
      .select(selected)
      .from(oauthAccounts)
      .where(
        and(
          eq(provider, ofProvider),
          lte(refreshDueAt, deps.now() + CONFIRM_AFTER_MS),
          unconfirmed,
        ),
      )
      .limit(STORM_ROWS),
  );
  const snapshots: Snapshot[] = [];
  for (const row of rows) {
    // Each is a change, and the verification of KV; the others come back by their own next
    // attempts.
    if (deps.budget.left < 2 * (snapshots.length + 1)) break;
    const now = deps.now();
    const columns = { lastError: STORM, lastErrorCategory: STORM } as const;
    const marked = and(unconfirmed, isNotNull(refreshDueAt));
    const change = await retry(deps, { until }, () => unmark(deps, row, marked, columns, now));
    if (change.changed) snapshots.push(change.snapshot);
  }
  return snapshots;
}

const isMarkedAt = (ofProvider: string) =>
  and(
    eq(provider, ofProvider),
    eq(state, 'needs_reconnect'),
    maybeUnwell,
    eq(stateReason, REFUSED_REPEATEDLY),
  );

/** How many `takeBackVerdicts` would take back. @throws what D1 throws */
export const countVerdicts = ({ db }: Deps, ofProvider: string): Promise<number> =>
  d1Read(db.$count(oauthAccounts, isMarkedAt(ofProvider)));

interface TakenBack {
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
  ofProvider: string,
  until: number,
): Promise<TakenBack> {
  const { db, config } = deps;
  const most = Math.max(1, Math.floor(config.runSubrequests / CALLS_EACH));
  let taken = 0;
  for (let after = 0; ; ) {
    const rows = await d1Read(
      db
        .select(selected)
        .from(oauthAccounts)
        .where(and(isMarkedAt(ofProvider), gt(id, after)))
        .orderBy(id)
        .limit(TAKEN_AT_ONCE),
    );
    for (const row of rows) {
      if (taken >= most || deps.now() >= until) return { taken, left: true };
      const now = deps.now();
      const columns = { refreshDueAt: now + 1 + Math.floor(deps.random() * HOUR_MS) };
      const change = unmark(deps, row, isMarkedAt(ofProvider), columns, now);
      const { changed, snapshot } = await d1Write(change);
      after = row.id;
      if (!changed) continue;
      taken += 1;
      await publish(deps, snapshot);
    }
    if (rows.length < TAKEN_AT_ONCE) return { taken, left: false };
  }
}
