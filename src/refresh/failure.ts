/**
 * What an attempt without a grant writes into its row: when to try again, why it failed, and, only
 * where the provider refused, that the user must reconnect. Every outcome moves `refresh_due_at`,
 * so that no row heads the queue for ever, and releases the lease in the same statement.
 *
 * Unlike a grant, a failure counts only under its own lease: whoever lost the lease has nothing to
 * say any more. And only of the row as it was claimed: what was taken back meanwhile stays so.
 */
import { and, eq, isNull } from 'drizzle-orm';
import type { Database } from '../db/client';
import { equalOrBothNull, hasRow } from '../db/conditions';
import { type AccountRow, oauthAccounts } from '../db/schema';
import type { Deps } from '../deps';
import { accountEventStatements } from '../events/event-log';
import { needsReconnectEvent } from '../events/reconnect';
import type { OAuth2Provider } from '../providers/types';
import { retry } from '../retry';
import { changeVisibly } from '../status-cache/changes';
import { dueBeyondFreshness, mayWriteQuietly } from '../status-cache/freshness';
import type { Snapshot } from '../status-cache/snapshot';
import { MINUTE_MS } from '../time';
import { release } from './claim';
import type { FailedOutcome, Outcome } from './outcome';
import { DAILY_AFTER, failureDelayMs } from './schedule';
import { graceEnds, isSingleUse } from './single-use';
import { isMarked, noRefusal, type RefusalRun, type Refused } from './verdict';

/** A refused token is sent once more after this long; some providers take a refusal back. */
export const CONFIRM_AFTER_MS = 2 * MINUTE_MS;

export type Failed =
  | Exclude<Outcome, { kind: 'granted' | 'refused' }>
  | Refused
  /** Refused in a storm of refusals: the provider's trouble. */
  | ({ kind: 'storm' } & FailedOutcome)
  /** Not sent, and nothing is counted: an unknown outcome's waiting time, or an open circuit. */
  | { kind: 'waiting'; code: string; until: number };

export interface FailureContext {
  provider: OAuth2Provider;
  /** Since when the token may have been used up; absent: it was not sent. */
  sentAt?: number;
  /** It was sent twice, and the outcome speaks of the second time only. */
  unanswered?: boolean;
  /** The rescue records of lost leases were looked for, and there were none. */
  lookedForRescue?: boolean;
  /** The same refusals in a row, this one included; absent: it was no clear refusal. */
  run?: RefusalRun;
  /** Whatever the due time would allow. */
  visible?: boolean;
  /** No try is begun after this, ms. */
  until: number;
}

interface FailureWritten {
  /** False: the lease was lost or the row has changed; this try wrote nothing. */
  hit: boolean;
  /** When it is tried again; null: never. */
  dueAt: number | null;
  /**
   * To be published, hit or not: an earlier try may have hit, whose answer got lost. Null: quiet.
   */
  snapshot: Snapshot | null;
}

/** @throws what D1 throws when it cannot be reached in time */
export async function writeFailure(
  deps: Deps,
  row: AccountRow,
  failed: Failed,
  context: FailureContext,
): Promise<FailureWritten> {
  const { db } = deps;
  const random = deps.random();
  return retry(deps, { until: context.until }, async () => {
    const now = deps.now();
    const columns = failureColumns(row, failed, context, now, random);
    const dueAt = columns.refreshDueAt;
    const held = and(
      eq(oauthAccounts.id, row.id),
      eq(oauthAccounts.provider, row.provider),
      eq(oauthAccounts.providerAccountId, row.providerAccountId),
      eq(oauthAccounts.tokenVersion, row.tokenVersion),
      eq(oauthAccounts.leaseId, row.leaseId ?? ''),
    );
    const released = release([row.leaseId ?? '']);
    const update = db
      .update(oauthAccounts)
      .set({ ...columns, ...released })
      .where(
        and(
          held,
          eq(oauthAccounts.state, row.state),
          equalOrBothNull(oauthAccounts.refreshDueAt, row.refreshDueAt),
        ),
      )
      .returning({ id: oauthAccounts.id });
    // Taken back meanwhile: what is known of the token holds all the same, and the lease is over.
    const letGo = () => {
      const { unknownSince: since = row.unknownSince } = columns;
      return db
        .update(oauthAccounts)
        .set({ ...released, unknownSince: since })
        .where(held);
    };
    if (!context.visible && isQuiet(row, failed, columns, now)) {
      const hit = (await update).length > 0;
      if (!hit) await letGo();
      return { hit, dueAt, snapshot: null };
    }
    const happened = written(db, row, columns);
    const event = eventOf(row, failed, columns, now);
    const change = await changeVisibly(
      deps,
      row.userId,
      [update],
      happened,
      event ? accountEventStatements(deps, row, event, happened) : [],
    );
    if (!change.changed) await letGo();
    return { hit: change.changed, dueAt, snapshot: change.snapshot };
  });
}

type FailureColumns = Partial<typeof oauthAccounts.$inferInsert> & { refreshDueAt: number | null };

/** Pure. */
function failureColumns(
  row: AccountRow,
  failed: Failed,
  context: FailureContext,
  now: number,
  random: number,
): FailureColumns {
  if (failed.kind === 'waiting') return { refreshDueAt: Math.max(failed.until, now + 1) };
  const counted = {
    refreshFailures: row.refreshFailures + 1,
    lastError: failed.code,
    lastErrorCategory: failed.category,
    lastFailedAt: now,
    unknownSince: unknownSince(row, failed, context, now),
    ...context.run,
    // The token was sent again: an older attempt's record could not be used any more.
    ...(context.lookedForRescue && context.sentAt !== undefined ? { lostLeaseId: null } : {}),
  };
  const backoff = (retryAfterMs: number | null) =>
    now +
    failureDelayMs(row.refreshFailures, retryAfterMs, random, dailyAfter(failed, context.run));
  switch (failed.kind) {
    case 'transient':
      return { ...counted, refreshDueAt: backoff(failed.retryAfterMs) };
    case 'odd':
    case 'operator':
      return { ...counted, refreshDueAt: backoff(null) };
    case 'unknown':
      return {
        ...counted,
        refreshDueAt: unknownDue(row, failed.retryAfterMs, context, backoff, now),
      };
    case 'storm':
      return {
        ...counted,
        refreshDueAt: backoff(null),
        // Marked before it was known to be a storm.
        ...(row.state === 'active' || row.stateConfirmedAt !== null ? {} : unmarked(now)),
      };
    case 'refused': {
      const state = { state: 'needs_reconnect', stateReason: failed.reason } as const;
      if (failed.by === 'repetition') {
        // Inferred, so it is tried on, and any success takes it back.
        const marks = isMarked(row) ? {} : { ...state, stateConfirmedAt: now, updatedAt: now };
        return { ...counted, ...marks, refreshDueAt: backoff(null) };
      }
      if (row.state === 'active') {
        const refreshDueAt = now + CONFIRM_AFTER_MS;
        return { ...counted, ...state, updatedAt: now, refreshDueAt };
      }
      // A second refusal of the same kind confirms, and not one that somebody forced before it was
      // due.
      const since = context.run?.refusedSince ?? now;
      const isDue = row.refreshDueAt === null || row.refreshDueAt <= now;
      if (isDue && since < now) {
        return { ...counted, ...state, stateConfirmedAt: now, refreshDueAt: null };
      }
      return { ...counted, refreshDueAt: Math.max(since + CONFIRM_AFTER_MS, now + 1) };
    }
    default:
      return failed satisfies never;
  }
}

export const unmarked = (now: number) =>
  ({ state: 'active', stateReason: null, updatedAt: now, ...noRefusal }) as const;

/**
 * After how many failures another try a day is enough, because it will most likely hear the same.
 */
function dailyAfter(failed: Exclude<Failed, { kind: 'waiting' }>, run?: RefusalRun): number {
  if (run !== undefined) return DAILY_AFTER.refusals;
  const says = ['unexpected', 'unreadable'].includes(failed.category);
  return says ? DAILY_AFTER.unreadable : Number.POSITIVE_INFINITY;
}

/**
 * A refusal is certain, whatever an earlier request did. Any other answer (a 429, a 4xx) leaves
 * open what an earlier, unanswered one did.
 */
function unknownSince(
  row: AccountRow,
  failed: Failed,
  context: FailureContext,
  now: number,
): number | null {
  const certain = failed.kind === 'storm' || (failed.kind === 'refused' && failed.by === 'code');
  if (certain || !isSingleUse(context.provider)) return null;
  const unknown = failed.kind === 'unknown' || context.unanswered;
  return row.unknownSince ?? (unknown ? (context.sentAt ?? now) : null);
}

/** By the provider's rule for a token that is used again. */
function unknownDue(
  row: AccountRow,
  retryAfterMs: number | null,
  { provider, sentAt }: FailureContext,
  backoff: (retryAfterMs: number | null) => number,
  now: number,
): number {
  const later = backoff(retryAfterMs);
  if (provider.reuse === 'grace') {
    const until = graceEnds(provider, row.unknownSince ?? sentAt ?? now);
    // Seconds of grace leave no time for a backoff; the second time there is one all the same.
    const soon = row.unknownSince === null && retryAfterMs === null ? now : later;
    if (soon <= until) return soon;
  }
  // The access token is what the request can cost: let it expire first.
  const expired = row.expiresAt !== null && row.expiresAt > now ? row.expiresAt : later;
  return Math.max(expired, now + (retryAfterMs ?? 0));
}

function isQuiet(row: AccountRow, failed: Failed, columns: FailureColumns, now: number): boolean {
  if (columns.state !== undefined) return false;
  if (failed.kind === 'refused' && failed.by !== 'repetition') return false;
  if (mayWriteQuietly(row.refreshDueAt, now)) return true;
  // A release that only moves the due time shows nothing to anybody.
  return failed.kind === 'waiting' && dueBeyondFreshness(columns.refreshDueAt, now);
}

const written = (db: Database, row: AccountRow, columns: FailureColumns) =>
  hasRow(
    db,
    oauthAccounts,
    and(
      eq(oauthAccounts.id, row.id),
      eq(oauthAccounts.tokenVersion, row.tokenVersion),
      isNull(oauthAccounts.leaseId),
      equalOrBothNull(oauthAccounts.refreshDueAt, columns.refreshDueAt),
      equalOrBothNull(oauthAccounts.lastFailedAt, columns.lastFailedAt ?? row.lastFailedAt),
    ),
  );

/** Only what is certain becomes a user's event, and once. */
function eventOf(row: AccountRow, failed: Failed, columns: FailureColumns, at: number) {
  const isNew = row.stateConfirmedAt === null && typeof columns.stateConfirmedAt === 'number';
  if (failed.kind !== 'refused' || !isNew) return null;
  return needsReconnectEvent(row, failed.reason, at);
}
