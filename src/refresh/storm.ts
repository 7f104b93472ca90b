/**
 * A storm of refusals: where more than half of ten or more attempts at a provider within five
 * minutes are refused, the provider is at fault and not that many users at once. It opens the
 * circuit and marks nobody, until a success closes it.
 *
 * Counted in `provider_health` (circuit.ts), so that all runs and callers count together. Attempts
 * are counted only from a refusal on: a healthy provider costs no write, and no quiet refresh pays
 * for it.
 */
import { and, eq, isNotNull, lte, type SQL, sql } from 'drizzle-orm';
import { hasRow } from '../db/conditions';
import { oauthAccounts, type ProviderHealth, providerHealth } from '../db/schema';
import type { Deps } from '../deps';
import { retry } from '../retry';
import { changeVisibly } from '../status-cache/changes';
import type { Snapshot } from '../status-cache/snapshot';
import { MINUTE_MS } from '../time';
import { CONFIRM_AFTER_MS, unmarked } from './failure';

/** Why the circuit is open while refusals are not believed: a code, and its category. */
export const STORM = 'refusal_storm';

export const STORM_WINDOW_MS = 5 * MINUTE_MS;
export const STORM_ATTEMPTS = 10;

/** Whether attempts at this provider are being counted, because one was refused lately. */
export const isCounting = (health: ProviderHealth | undefined, now: number): boolean =>
  health !== undefined &&
  health.windowStartedAt !== null &&
  health.windowStartedAt > now - STORM_WINDOW_MS;

/** Whether a refusal that was counted into this row is part of a storm. */
export const isStorm = ({ reason, windowAttempts, windowRefusals }: ProviderHealth): boolean =>
  reason === STORM || (windowAttempts >= STORM_ATTEMPTS && windowRefusals * 2 > windowAttempts);

/** The window's columns after one more refusal, and whether it makes a storm. `one`: 1, or 0. */
export function stormWindow(
  one: number,
  now: number,
): { startedAt: SQL; attempts: SQL; refusals: SQL; isStorm: SQL } {
  const { windowStartedAt, windowAttempts, windowRefusals } = providerHealth;
  const over = sql`(${windowStartedAt} IS NULL OR ${windowStartedAt} <= ${now - STORM_WINDOW_MS})`;
  const attempts = sql`CASE WHEN ${over} THEN ${one} ELSE ${windowAttempts} + ${one} END`;
  const refusals = sql`CASE WHEN ${over} THEN ${one} ELSE ${windowRefusals} + ${one} END`;
  return {
    startedAt: sql`CASE WHEN ${over} THEN ${now} ELSE ${windowStartedAt} END`,
    attempts,
    refusals,
    isStorm: sql`(${attempts}) >= ${STORM_ATTEMPTS} AND (${refusals}) * 2 > (${attempts})`,
  };
}

/** More than this at once is left to the accounts' own next attempts. */
const UNMARK_LIMIT = 25;

/**
 * Takes back what was marked before a storm was known to be one: the unconfirmed refusals of this
 * provider. They are due within two minutes, so the due index finds them. `until`: ms.
 *
 * @throws what D1 throws
 */
export async function unmarkStorm(
  deps: Deps,
  provider: string,
  until: number,
): Promise<Snapshot[]> {
  const { db } = deps;
  const rows = await retry(deps, { until }, () =>
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
    const same = and(
      eq(oauthAccounts.id, row.id),
      eq(oauthAccounts.tokenVersion, row.tokenVersion),
    );
    const change = await retry(deps, { until }, () =>
      changeVisibly(
        deps,
        row.userId,
        [
          db
            .update(oauthAccounts)
            .set({
              ...unmarked(deps.now()),
              lastError: STORM,
              lastErrorCategory: STORM,
            })
            .where(
              and(
                same,
                eq(oauthAccounts.state, 'needs_reconnect'),
                isNotNull(oauthAccounts.refreshDueAt),
              ),
            ),
        ],
        hasRow(
          db,
          oauthAccounts,
          and(same, eq(oauthAccounts.state, 'active'), eq(oauthAccounts.lastError, STORM)),
        ),
      ),
    );
    if (change.changed) snapshots.push(change.snapshot);
  }
  return snapshots;
}
