/**
 * Delivers what the outbox owes (src/db/owed-revocations): claims what is due, and forgets what is
 * done or given up. What a revocation is, and when it must not be sent, stands in revocation.ts.
 * Each is sent at least once: revoking twice does no harm (RFC 7009 section 2.2).
 */

import { and, eq, inArray, isNull, lte, max, not, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { PARALLEL_CALLS } from '../budget';
import { type Database, runBatch } from '../db/client';
import { hasRow, isJson } from '../db/conditions';
import { distinctValues, plus, rowNumber } from '../db/expressions';
import { type OutboxEntry, outbox } from '../db/schema';
import type { Deps } from '../deps';
import { eventStatements, type NewEvent } from '../events/event-log';
import type { EventData } from '../events/types';
import { type Backoff, backoffMs } from '../retry';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';
import { type RevocationResult, revoke } from './revocation';

/** A try must be over, its request included, before this ends. */
export const OUTBOX_LEASE_MS = MINUTE_MS;
export const OUTBOX_GIVES_UP_MS = 7 * DAY_MS;
/** Calls to D1 of one try that neither has to renew a token first nor gives up. */
const REVOCATION_CALLS = 4;
/** After a try that failed: from a minute to six hours, the upper half by lot. */
const backoff: Backoff = { firstMs: MINUTE_MS, factor: 2, longestMs: 6 * HOUR_MS, jitter: 0.5 };
/** Right after a change: what it left, and perhaps a little more, within `waitUntil`'s 30 s. */
const AT_ONCE = { entries: PARALLEL_CALLS, ms: 5 * SECOND_MS };

/**
 * Delivers what is due, five at a time. Any number of these may run side by side: an entry is
 * leased to one.
 *
 * @param entries how many at most
 * @param until no group is started after this, ms since the epoch
 * @returns how many were tried
 */
export async function deliverRevocations(
  deps: Deps,
  { entries: limit, until } = { entries: AT_ONCE.entries, until: deps.now() + AT_ONCE.ms },
): Promise<number> {
  let tried = 0;
  while (tried < limit && deps.now() < until) {
    const affordable = Math.floor((deps.budget.left - 1) / REVOCATION_CALLS);
    const wanted = Math.min(PARALLEL_CALLS, limit - tried, affordable);
    if (wanted < 1) break;
    const leaseId = deps.uuid();
    const now = deps.now();
    const entries = await Promise.resolve(claimRevocations(deps.db, leaseId, wanted, now)).catch(
      async (error) => {
        // One whose JSON is cut short fails the whole answer: the others come when their lease is
        // over.
        if (!(error instanceof SyntaxError)) throw error;
        await giveUpUnreadable(deps, leaseId, now);
        return claimRevocations(deps.db, deps.uuid(), wanted, now);
      },
    );
    await Promise.all(entries.map((entry) => deliverOne(deps, entry)));
    tried += entries.length;
    if (entries.length < wanted) break;
  }
  return tried;
}

/**
 * What is due, each provider's oldest: first one of each provider, beginning with the provider that
 * was tried least lately, then a second one, and so on. So an endpoint that is dead, whatever is
 * owed there, holds up no other: what a healthy one was told is gone, and it counts as never tried.
 *
 * A leased entry's due time is the end of its lease, so the due index alone finds what is free.
 * The lease is in the table before anybody looks whether the revocation may be sent: a connect of
 * the same subject waits while one is live (src/connect/commit).
 */
export function claimRevocations(db: Database, leaseId: string, limit: number, now: number) {
  const owed = distinctValues(db, 'owed_provider', outbox.provider);
  const isOwed = eq(outbox.provider, owed.value);
  const ofProvider = db
    .select({ id: outbox.id })
    .from(outbox)
    .where(and(isOwed, lte(outbox.dueAt, now)))
    .orderBy(outbox.dueAt)
    .limit(limit);
  const lastTried = db
    .select({ at: max(outbox.leaseUntil) })
    .from(outbox)
    .where(isOwed);
  const entry = alias(outbox, 'o');
  const first = db
    .with(owed)
    .select({ id: entry.id })
    .from(owed)
    .crossJoin(entry)
    .where(inArray(entry.id, ofProvider))
    .orderBy(rowNumber(owed.value, entry.dueAt), sql`${lastTried}`, entry.dueAt)
    .limit(limit);
  return db
    .update(outbox)
    .set({
      leaseId,
      leaseUntil: now + OUTBOX_LEASE_MS,
      dueAt: now + OUTBOX_LEASE_MS,
      attempts: plus(outbox.attempts, 1),
    })
    .where(inArray(outbox.id, first))
    .returning();
}

/** Entries of this claim that nobody can read would fail its group each time. */
async function giveUpUnreadable(deps: Deps, leaseId: string, now: number): Promise<void> {
  const { db, log } = deps;
  const readable = and(
    isJson(outbox.parameters, 'object'),
    or(isNull(outbox.scope), isJson(outbox.scope, 'array')),
  ) as SQL;
  const unreadable = and(
    eq(outbox.dueAt, now + OUTBOX_LEASE_MS),
    eq(outbox.leaseId, leaseId),
    not(readable),
  );
  const { id, provider, attempts } = outbox;
  const entries = await db.select({ id, provider, attempts }).from(outbox).where(unreadable);
  for (const entry of entries) {
    const mine = and(eq(id, entry.id), unreadable);
    await runBatch(db, [
      ...eventStatements(deps, gaveUp(entry, 'unreadable', now), hasRow(db, outbox, mine)),
      db.delete(outbox).where(mine),
    ]);
    log.warn('outbox.gave_up', { provider: entry.provider, attempt: entry.attempts });
  }
}

async function deliverOne(deps: Deps, entry: OutboxEntry): Promise<void> {
  const { db, log } = deps;
  const about = { provider: entry.provider, account: entry.accountId, attempt: entry.attempts };
  const mine = and(eq(outbox.id, entry.id), eq(outbox.leaseId, entry.leaseId ?? ''));
  let result: RevocationResult;
  try {
    result = await revoke(deps, entry);
  } catch (error) {
    log.error('outbox.delivery_failed', about, error);
    result = 'retry';
  }
  const now = deps.now();
  const tooOld = now - entry.createdAt >= OUTBOX_GIVES_UP_MS;
  const isDead = result === 'grant_refused' && entry.lastError === result;
  if (result === 'done' || isDead) {
    await db.delete(outbox).where(mine);
  } else if (result === 'gave_up' || result === 'account_unknown' || tooOld) {
    log.warn('outbox.gave_up', about);
    await runBatch(db, [
      ...eventStatements(deps, gaveUp(entry, reasonOf(result), now), hasRow(db, outbox, mine)),
      db.delete(outbox).where(mine),
    ]);
  } else {
    await db
      .update(outbox)
      .set({
        leaseId: null,
        leaseUntil: now,
        dueAt: now + retryDelay(entry.attempts, deps.random()),
        lastError: result,
      })
      .where(mine);
  }
}

type GaveUp = EventData<'revocation.gave_up'>;

const gaveUp = (
  { id, provider, attempts }: Pick<OutboxEntry, 'id' | 'provider' | 'attempts'>,
  reason: GaveUp['reason'],
  at: number,
): NewEvent => ({
  at,
  type: 'revocation.gave_up',
  data: { provider, attempts, reason },
  dedupeKey: `revocation.gave_up ${id}`,
});

/** Why nothing more is tried. */
function reasonOf(result: Exclude<RevocationResult, 'done'>): GaveUp['reason'] {
  if (result === 'gave_up') return 'refused';
  return result === 'account_unknown' ? result : 'too_old';
}

/** Before the next try, ms. Pure. */
export const retryDelay = (attempts: number, random: number): number =>
  backoffMs(backoff, attempts, random);
