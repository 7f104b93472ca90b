/**
 * A storm of refusals: where more than half of ten or more attempts at a provider within five
 * minutes are refused, the provider is at fault and not that many users at once. It opens the
 * circuit and marks nobody, until a success closes it.
 *
 * Counted in `provider_health`, so that all runs and callers count together. Attempts are counted
 * only from a refusal on: a healthy provider costs no write, and no quiet refresh pays for it.
 */

import { and, eq, isNotNull, lte, sql } from 'drizzle-orm';
import type { Database } from '../db/client';
import { oauthAccounts, providerHealth } from '../db/schema';
import { changeVisibly } from '../status-cache/changes';
import type { Snapshot } from '../status-cache/snapshot';
import { MINUTE_MS } from '../time';
import {
  type Admission,
  announcement,
  type CircuitDeps,
  type CircuitKey,
  type Health,
  isCircuit,
  opening,
  STORM,
  WRITE_MS,
} from './circuit';
import { CONFIRM_AFTER_MS, type FailureDeps, unmarked } from './failure';
import { persistently } from './persistently';

export const STORM_WINDOW_MS = 5 * MINUTE_MS;
export const STORM_ATTEMPTS = 10;

/** Whether attempts at this provider are being counted, because one was refused lately. */
export const isCounting = (health: Health | undefined, now: number): boolean =>
  health !== undefined &&
  health.windowStartedAt !== null &&
  health.windowStartedAt > now - STORM_WINDOW_MS;

/** Attempts that were not refused, while refusals are being counted. */
export const countAttempts = (db: Database, key: CircuitKey, attempts: number) =>
  db
    .update(providerHealth)
    .set({ windowAttempts: sql`window_attempts + ${attempts}` })
    .where(and(isCircuit(key), sql`window_started_at IS NOT NULL`));

/**
 * Counts a refusal; true: it is part of a storm, and says nothing about the user. One that only
 * confirms an earlier one (`again`) is not counted: ten accounts make a storm, not five twice.
 */
export async function countRefusal(
  deps: CircuitDeps,
  key: CircuitKey,
  admission: Admission,
  again: boolean,
): Promise<boolean> {
  const one = again ? 0 : 1;
  const [, [after]] = await persistently(deps, deps.now() + WRITE_MS, () => {
    const now = deps.now();
    const over = sql`(window_started_at IS NULL OR window_started_at <= ${now - STORM_WINDOW_MS})`;
    const attempts = sql`CASE WHEN ${over} THEN ${one} ELSE window_attempts + ${one} END`;
    const refusals = sql`CASE WHEN ${over} THEN ${one} ELSE window_refusals + ${one} END`;
    const opens = sql`(open_until IS NULL AND (${attempts}) >= ${STORM_ATTEMPTS} AND (${refusals}) * 2 > (${attempts}))`;
    const event = { key, type: 'provider.refusal_storm', code: STORM, now };
    return deps.db.batch([
      announcement(deps, event, opens, false),
      deps.db
        .insert(providerHealth)
        .values({
          ...key,
          failedIds: [],
          windowStartedAt: now,
          windowAttempts: one,
          windowRefusals: one,
          updatedAt: now,
        })
        .onConflictDoUpdate({
          target: [providerHealth.provider, providerHealth.host],
          set: {
            windowStartedAt: sql`CASE WHEN ${over} THEN ${now} ELSE window_started_at END`,
            windowAttempts: attempts,
            windowRefusals: refusals,
            reason: sql`CASE WHEN ${opens} THEN ${STORM} ELSE reason END`,
            ...opening(now, opens, admission),
            updatedAt: now,
          },
        })
        .returning(),
    ]);
  });
  return (
    after !== undefined &&
    (after.reason === STORM ||
      (after.windowAttempts >= STORM_ATTEMPTS && after.windowRefusals * 2 > after.windowAttempts))
  );
}

/** More than this at once is left to the accounts' own next attempts. */
const UNMARK_LIMIT = 25;

/**
 * Takes back what was marked before a storm was known to be one: the unconfirmed refusals of this
 * provider. They are due within two minutes, so the due index finds them.
 */
export async function unmarkStorm(
  deps: FailureDeps,
  provider: string,
  until: number,
): Promise<Snapshot[]> {
  const { db } = deps;
  const rows = await persistently(deps, until, () =>
    db
      .select({
        id: oauthAccounts.id,
        userId: oauthAccounts.userId,
        tokenVersion: oauthAccounts.tokenVersion,
      })
      .from(oauthAccounts)
      .where(
        and(
          eq(oauthAccounts.provider, provider),
          lte(oauthAccounts.refreshDueAt, deps.now() + CONFIRM_AFTER_MS),
          eq(oauthAccounts.state, 'needs_reconnect'),
        ),
      )
      .limit(UNMARK_LIMIT),
  );
  const snapshots: Snapshot[] = [];
  for (const row of rows) {
    const change = await persistently(deps, until, () => {
      const marked = and(
        eq(oauthAccounts.id, row.id),
        eq(oauthAccounts.tokenVersion, row.tokenVersion),
        eq(oauthAccounts.state, 'needs_reconnect'),
        isNotNull(oauthAccounts.refreshDueAt),
      );
      const columns = { ...unmarked(deps.now()), lastError: STORM };
      return changeVisibly(
        deps,
        row.userId,
        [db.update(oauthAccounts).set(columns).where(marked)],
        sql`EXISTS (SELECT 1 FROM oauth_accounts WHERE id = ${row.id} AND token_version = ${row.tokenVersion}
          AND state = 'active' AND last_error = ${STORM})`,
      );
    });
    if (change.changed) snapshots.push(change.snapshot);
  }
  return snapshots;
}
