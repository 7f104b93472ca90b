/**
 * Warnings that an integration will end and nothing here can put that off: an
 * `integration.expiring` event 14, 7 and 1 days before. `notice_due_at` is the next one; whoever
 * moves it on writes the event in the same batch, so that doubled and overlapping ticks warn once.
 *
 * Not promised: all three. After days without a tick, the one that fits is given.
 */

import { and, asc, eq, isNotNull, lte, sql } from 'drizzle-orm';
import { alias, type SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { d1Read, d1Write, runBatch } from '../db/client';
import { crossJoin, jsonObject, jsonRows } from '../db/expressions';
import { isAccountOf } from '../db/grants';
import { oauthAccounts } from '../db/schema';
import type { Deps } from '../deps';
import { insertions } from '../events/event-log';
import type { Provider } from '../providers/types';
import { DAY_MS } from '../time';
import { endOf, FIRST_NOTICE_MS, nextNotice } from './schedule';

/** In one tick; the next one goes on. */
const NOTICES = 100;
/** What a tick takes: a read, and a batch. */
const CALLS = 2;

/** Returns how many rows were due. With none it writes nothing. @throws what D1 throws */
export async function giveNotices(deps: Deps): Promise<number> {
  const { db } = deps;
  if (deps.budget.left < CALLS) return 0;
  const now = deps.now();
  const rows = await d1Read(dueNotices(deps, now));
  if (rows.length === 0) return 0;
  const notices = rows.map((row) => noticeOf(row, deps.config.providers.get(row.provider), now));
  const { table, field } = jsonRows('n', notices);
  const { userId, provider, providerAccountId: accountId } = oauthAccounts;
  const isSeen = (row: Record<'id' | 'noticeDueAt', SQLiteColumn>) =>
    and(eq(row.id, field('id')), eq(row.noticeDueAt, field('seen')));
  // Each account of a grant is told, which one row holds.
  const holder = alias(oauthAccounts, 'holder');
  const from = crossJoin(crossJoin(table, sql`${oauthAccounts} AS ${holder}`), oauthAccounts);
  const told = and(isSeen(holder), isNotNull(field('days')), isAccountOf(oauthAccounts, holder));
  const dedupeKey = sql`${field('dedupeKey')} || coalesce(' ' || nullif(${accountId}, ${holder.providerAccountId}), '')`;
  await d1Write(
    runBatch(db, [
      ...insertions(deps, sql`(select ${dedupeKey} from ${from} where ${told})`, {
        values: {
          at: now,
          type: 'integration.expiring',
          userId,
          provider,
          accountId,
          detail: jsonObject({ reconnectBy: field('end'), days: field('days') }),
          dedupeKey,
        },
        from,
        happened: told,
      }),
      db
        .update(oauthAccounts)
        .set({ noticeDueAt: field('next') })
        .from(table)
        .where(isSeen(oauthAccounts)),
    ]),
  );
  return rows.length;
}

const dueNotices = ({ db }: Deps, now: number) =>
  db
    .select({
      id: oauthAccounts.id,
      provider: oauthAccounts.provider,
      state: oauthAccounts.state,
      expiresAt: oauthAccounts.expiresAt,
      refreshExpiresAt: oauthAccounts.refreshExpiresAt,
      refreshDueAt: oauthAccounts.refreshDueAt,
      noticeDueAt: oauthAccounts.noticeDueAt,
      hasRefreshToken: isNotNull(oauthAccounts.refreshToken).mapWith(Boolean),
    })
    .from(oauthAccounts)
    .where(lte(oauthAccounts.noticeDueAt, now))
    .orderBy(asc(oauthAccounts.noticeDueAt))
    .limit(NOTICES);

type DueNotice = Awaited<ReturnType<typeof dueNotices>>[number];

interface Notice {
  id: number;
  /** `notice_due_at` as it was read: who finds another has been overtaken. */
  seen: number | null;
  end: number | null;
  /** How many days are left, rounded up; null: nobody is to be warned. */
  days: number | null;
  next: number | null;
  /** An end is told once at each distance. */
  dedupeKey: string;
}

/** Pure. The row may have got another end since its notice was set, or need a reconnect already. */
function noticeOf(row: DueNotice, provider: Provider | undefined, now: number): Notice {
  const { id, noticeDueAt: seen } = row;
  // Its record may be gone for a while: what is left to tell is told once it is back.
  if (provider === undefined) {
    return { id, seen, end: null, days: null, dedupeKey: '', next: now + DAY_MS };
  }
  const end = endOf(provider, row);
  const left = end === null ? null : end - now;
  const warns = row.state === 'active' && left !== null && left > 0 && left <= FIRST_NOTICE_MS;
  const extended = provider.kind === 'oauth2' && provider.refreshModel === 'extend';
  const days = warns ? Math.ceil(left / DAY_MS) : null;
  return {
    id,
    seen,
    end,
    days,
    dedupeKey: `integration.expiring ${row.id} ${end} ${days}`,
    next: nextNotice(end, extended ? Math.max(now, row.refreshDueAt ?? now) : now),
  };
}
