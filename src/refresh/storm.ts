/**
 * A storm of refusals: where more than half of ten or more attempts at a provider within five
 * minutes are refused, the provider is at fault and not that many users at once. It opens the
 * circuit and marks nobody, until a success closes it. A user counts once, however many accounts
 * are refused: who ends ten grants of their own makes no storm.
 *
 * Counted in `provider_health` (circuit.ts), so that all runs and callers count together. Attempts
 * are counted only from a refusal on: a healthy provider costs no write, and no quiet refresh pays
 * for it.
 */
import { and, gt, gte, or, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { nullOrBefore } from '../db/conditions';
import { caseWhen, lengthOf, plus } from '../db/expressions';
import { type ProviderHealth, providerHealth } from '../db/schema';
import { MINUTE_MS } from '../time';

/** Why the circuit is open while refusals are not believed: a code, and its category. */
export const STORM = 'refusal_storm';

const STORM_WINDOW_MS = 5 * MINUTE_MS;
export const STORM_ATTEMPTS = 10;

/** Whether attempts at this provider are being counted, because one was refused lately. */
export const isCounting = (health: ProviderHealth | undefined, now: number): boolean =>
  health !== undefined &&
  health.windowStartedAt !== null &&
  health.windowStartedAt > now - STORM_WINDOW_MS;

/** Whether a refusal that was counted into this row is part of a storm. */
export const isStorm = ({ reason, windowAttempts, windowRefusals }: ProviderHealth): boolean =>
  reason === STORM || (windowAttempts >= STORM_ATTEMPTS && windowRefusals * 2 > windowAttempts);

/** A window knows no more users one by one; beyond them each refusal counts. */
const MOST_USERS = 100;

/** A JSON list of no users' hashes. */
export const NOBODY = sql`'[]'`;

const hasUser = (list: SQL, userHash: string): SQL =>
  sql`EXISTS (SELECT 1 FROM json_each(${list}) WHERE value = ${userHash})`;

/** A JSON list of users' hashes with one more, unless it is there or the list is that long. */
export const withUser = (list: SQL, userHash: string, longest: number): SQL =>
  caseWhen(
    or(gte(lengthOf(list), longest), hasUser(list, userHash)),
    list,
    sql`json_insert(${list}, '$[#]', ${userHash})`,
  );

/** The window's columns after one more refusal of this user (null: it does not count). */
export function stormWindow(userHash: string | null, now: number) {
  const { windowStartedAt, windowAttempts, windowRefusals, refusedUsers } = providerHealth;
  const isOver = nullOrBefore(windowStartedAt, now - STORM_WINDOW_MS);
  const before = caseWhen(isOver, NOBODY, refusedUsers);
  const added = userHash === null ? 0 : caseWhen(hasUser(before, userHash), 0, 1);
  const oneMore = (column: SQLiteColumn) => plus(caseWhen(isOver, 0, column), added);
  return {
    windowStartedAt: caseWhen(isOver, now, windowStartedAt),
    windowAttempts: oneMore(windowAttempts),
    windowRefusals: oneMore(windowRefusals),
    refusedUsers: userHash === null ? before : withUser(before, userHash, MOST_USERS),
    /** Of the row, once these are in it. */
    isStorm: and(
      gte(windowAttempts, STORM_ATTEMPTS),
      gt(sql`${windowRefusals} * 2`, windowAttempts),
    ),
  };
}
