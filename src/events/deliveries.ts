/**
 * The table of webhook deliveries. One is written in the batch of its event, under a lease of the
 * invocation that makes the change: so it is sent right after the commit, without a claim. What is
 * not delivered then is due when the lease ends, and claimed by a tick.
 */
import { and, eq, inArray, isNull, lte, not, or, type SQL, type SQLWrapper } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { alias } from 'drizzle-orm/sqlite-core';
import type { Database } from '../db/client';
import { hasRow, inJson } from '../db/conditions';
import {
  caseWhen,
  crossJoin,
  excluded,
  jsonRows,
  never,
  plus,
  rowidOf,
  rowNumber,
} from '../db/expressions';
import { eventLog, webhookDeliveries, webhookEndpoints } from '../db/schema';
import { valuesWhere } from '../db/values-where';
import type { Deps } from '../deps';
import { MINUTE_MS } from '../time';
import type { EventType } from './types';
import type { WebhookEndpoint } from './webhooks-setting';

/** A try must be over, and noted, before this ends. */
export const DELIVERY_LEASE_MS = MINUTE_MS;

/** Of those that `WEBHOOKS` names, with what SQL has to know of each. */
export function endpointRows(db: Database, endpoints: readonly WebhookEndpoint[]) {
  const { table, field } = jsonRows(
    'p',
    endpoints.map(({ name, target }) => ({ name, target })),
  );
  const isDisabled = hasRow(
    db,
    webhookEndpoints,
    and(eq(webhookEndpoints.name, field('name')), eq(webhookEndpoints.target, field('target'))),
  );
  return { table, name: field('name'), isDisabled };
}

/**
 * The deliveries of events of one type that the batch has just written, as statements to follow
 * them. None where nobody wants them. An endpoint that is disabled gets nothing but `user.erased`,
 * which waits.
 */
export function deliveriesOf(
  deps: Deps,
  type: EventType,
  dedupeKeys: readonly string[] | SQLWrapper,
): BatchItem<'sqlite'>[] {
  // An operator says where to.
  if (type === 'webhook.test') return [];
  const { dedupeKey } = eventLog;
  const isWritten = and(
    Array.isArray(dedupeKeys) ? inJson(dedupeKey, dedupeKeys) : inArray(dedupeKey, dedupeKeys),
    // Of one act there may have been another.
    eq(eventLog.type, type),
  );
  const endpoints = deps.config.webhooks.filter(({ types }) => types.has(type));
  if (endpoints.length === 0) return [];
  const rows = endpointRows(deps.db, endpoints);
  const [waits, wanted] =
    type === 'user.erased' ? [rows.isDisabled] : [never, not(rows.isDisabled)];
  return [insertion(deps, rows, and(isWritten, wanted), waits).onConflictDoNothing()];
}

/**
 * The delivery of an event to these endpoints, for the first time or once more, disabled or not.
 * One that is being sent stays as it is.
 */
export function deliveriesTo(deps: Deps, endpoints: readonly WebhookEndpoint[], isEvent: SQL) {
  const { leaseId, dueAt, eventId, endpoint } = webhookDeliveries;
  return insertion(deps, endpointRows(deps.db, endpoints), isEvent, never).onConflictDoUpdate({
    target: [eventId, endpoint],
    set: {
      attempts: 0,
      dueAt: excluded(dueAt),
      leaseId: excluded(leaseId),
      deadAt: null,
    },
    setWhere: or(isNull(leaseId), lte(dueAt, deps.now())) as SQL,
  });
}

/** Under a lease of this invocation; `waits`: of those under none, due at once. */
function insertion(
  deps: Deps,
  { table, name }: ReturnType<typeof endpointRows>,
  where: SQL | undefined,
  waits: SQL,
) {
  const { db, ownDeliveries } = deps;
  const now = deps.now();
  const leaseEnd = now + DELIVERY_LEASE_MS;
  ownDeliveries.leaseEnds.add(leaseEnd);
  const values = {
    eventId: eventLog.id,
    endpoint: name,
    dueAt: caseWhen(waits, now, leaseEnd),
    leaseId: caseWhen(waits, null, ownDeliveries.leaseId(deps)),
  };
  return db
    .insert(webhookDeliveries)
    .select(valuesWhere(webhookDeliveries, values, where, crossJoin(eventLog, table)));
}

/**
 * Takes the lease of what is due, first one of each endpoint, then a second one, and so on: as many
 * rows are read for each, whatever waits there.
 */
export function claimDeliveries(
  db: Database,
  endpoints: readonly WebhookEndpoint[],
  leaseId: string,
  limit: number,
  now: number,
) {
  const { endpoint, dueAt, attempts } = webhookDeliveries;
  const { table, name, isDisabled } = endpointRows(db, endpoints);
  const ofEndpoint = db
    .select({ rowid: rowidOf(webhookDeliveries) })
    .from(webhookDeliveries)
    .where(and(eq(endpoint, name), lte(dueAt, now)))
    .orderBy(dueAt)
    .limit(limit);
  const due = alias(webhookDeliveries, 'd');
  const first = db
    .select({ rowid: rowidOf(due) })
    .from(table)
    .crossJoin(due)
    .where(and(not(isDisabled), inArray(rowidOf(due), ofEndpoint)))
    .orderBy(rowNumber(name, due.dueAt), due.dueAt)
    .limit(limit);
  return db
    .update(webhookDeliveries)
    .set({ leaseId, dueAt: now + DELIVERY_LEASE_MS, attempts: plus(attempts, 1) })
    .where(inArray(rowidOf(webhookDeliveries), first));
}
