/**
 * Reads of the event log, from the primary: what a reader has seen up to its cursor stays behind
 * it, since ids grow in the order of commits.
 */

import { and, asc, eq, getTableName, gt, max, type SQL } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import * as z from 'zod';
import { d1Read } from '../db/client';
import { inJson } from '../db/conditions';
import { eventLog, webhookDeliveries } from '../db/schema';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { ProviderFilter } from '../rights';
import { timeSchema, timestamp } from '../time';
import { eventOf, storedNames } from './event-log';
import { type Event, type EventType, eventIdOf, eventRowIdOf, userEventTypes } from './types';

/** Rows that one read looks at, however few of them fit. */
const SCANNED = 5_000;

/** SQLite's own: the greatest AUTOINCREMENT id that each table has given. */
const sqliteSequence = sqliteTable('sqlite_sequence', {
  name: text().notNull(),
  seq: integer().notNull(),
});

interface EventsWanted {
  /** A cursor; `latest` leads behind the newest event; absent: from the oldest that is kept. */
  after?: string | undefined;
  limit: number;
  type?: EventType | undefined;
  userId?: string | undefined;
  providers: ProviderFilter;
  /** The operator's events too. */
  all: boolean;
}

interface EventPage {
  /** Oldest first. */
  events: Event[];
  /** Where to go on, now or later; null: nothing has ever happened. */
  next: string | null;
}

/** @throws AppError invalid_request for a cursor that this log did not give; what D1 throws */
export async function readEvents({ db }: Deps, wanted: EventsWanted): Promise<EventPage> {
  const { limit, userId, providers, all } = wanted;
  const after = wanted.after === undefined ? 0 : (eventRowIdOf(wanted.after) ?? 'latest');
  const { id } = eventLog;
  const scanned = () =>
    db
      .select()
      .from(eventLog)
      .where(
        and(
          gt(id, after === 'latest' ? Number.MAX_SAFE_INTEGER : after),
          userId === undefined ? undefined : eq(eventLog.userId, userId),
        ),
      )
      .orderBy(asc(id))
      .limit(SCANNED)
      .as('scanned');
  const rows = scanned();
  const seen = scanned();
  const types = typesOf(wanted.type, all);
  const fitting: (SQL | undefined)[] = [
    types === null ? undefined : inJson(rows.type, storedNames(types)),
    providers === null ? undefined : inJson(rows.provider, [...providers]),
  ];
  const [found, [last], [sequence]] = await d1Read(
    db.batch([
      db
        .select()
        .from(rows)
        .where(and(...fitting))
        .orderBy(asc(rows.id))
        .limit(limit),
      db.select({ id: max(seen.id) }).from(seen),
      // Also where the newest were swept, or erased.
      db
        .select({ newest: sqliteSequence.seq })
        .from(sqliteSequence)
        .where(eq(sqliteSequence.name, getTableName(eventLog))),
    ]),
  );
  const newest = sequence?.newest ?? 0;
  if (after !== 'latest' && after > newest) throw unknownCursor();
  const reached =
    after === 'latest'
      ? newest
      : found.length === limit
        ? (found.at(-1)?.id ?? after)
        : (last?.id ?? after);
  return {
    events: found.map(eventOf).filter((event) => event !== null),
    next: reached === 0 ? null : eventIdOf(reached),
  };
}

/** Null: all. */
function typesOf(type: EventType | undefined, all: boolean): readonly EventType[] | null {
  if (all) return type === undefined ? null : [type];
  return type === undefined ? userEventTypes : userEventTypes.filter((one) => one === type);
}

const unknownCursor = (): AppError => {
  const message =
    'is later than anything that has happened here: it is of another database, or of one that was restored; read all integrations anew (GET /v1/integrations), and go on from "latest"';
  return new AppError('invalid_request', 'the cursor is not of this log; see "errors"', {
    errors: [{ path: 'query.after', message }],
  });
};

/** @throws AppError event_not_found; what D1 throws */
export async function readEvent({ db }: Deps, eventId: string): Promise<Event> {
  const rowId = eventRowIdOf(eventId) ?? 0;
  const found = db.select().from(eventLog).where(eq(eventLog.id, rowId));
  const [row] = await d1Read(found);
  const event = row === undefined ? null : eventOf(row);
  if (event === null) throw new AppError('event_not_found', 'there is no such event, or no more');
  return event;
}

/** How an event stands at one endpoint. */
export const deliverySchema = z
  .object({
    endpoint: z.string().describe('Its name in WEBHOOKS.'),
    state: z.enum(['waiting', 'delivered', 'dead']),
    attempts: z.int(),
    lastStatus: z.int().nullable().describe('Null: it did not answer, or was not asked yet.'),
    nextAt: timeSchema.nullable().describe('When it is tried again; null: never.'),
  })
  .meta({ id: 'Delivery' });
type Delivery = z.output<typeof deliverySchema>;

/** Of one event, in the order of the endpoints' names. @throws what D1 throws */
export async function readDeliveries({ db }: Deps, eventId: string): Promise<Delivery[]> {
  const found = db
    .select()
    .from(webhookDeliveries)
    .where(eq(webhookDeliveries.eventId, eventRowIdOf(eventId) ?? 0))
    .orderBy(asc(webhookDeliveries.endpoint));
  const rows = await d1Read(found);
  return rows.map(({ endpoint, attempts, lastStatus, dueAt, deadAt }) => ({
    endpoint,
    state: dueAt !== null ? 'waiting' : deadAt !== null ? 'dead' : 'delivered',
    attempts,
    lastStatus,
    nextAt: dueAt === null ? null : timestamp(dueAt),
  }));
}
