/**
 * The table of webhook deliveries. One is written in the batch of its event, under a lease of the
 * invocation that makes the change: so it is sent right after the commit, without a claim. What is not
 * delivered then is due when the lease ends, and claimed by a tick.
 */
import { and, eq, getTableColumns, isNull, lte, not, or, type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../db/client';
import { hasRow, inJson } from '../db/conditions';
import { auditEvents, webhookDeliveries, webhookEndpoints } from '../db/schema';
import type { Deps } from '../deps';
import { MINUTE_MS } from '../time';
import type { EventType } from './types';
import type { WebhookEndpoint } from './webhooks-setting';

/** A try must be over, and noted, before this ends. */
export const DELIVERY_LEASE_MS = MINUTE_MS;

type Row = typeof webhookDeliveries.$inferSelect;

/** What whoever writes events must have. */
export type EventWriter = Pick<Deps, 'db' | 'config' | 'ownDeliveries' | 'now' | 'uuid'>;

/** Of those that `WEBHOOKS` names, with what SQL has to know of each. */
export const asJson = (endpoints: readonly WebhookEndpoint[]): SQL =>
  sql`json_each(${JSON.stringify(endpoints.map(({ name, target }) => ({ name, target })))}) AS p`;
export const isDisabled = (db: Database): SQL =>
  hasRow(
    db,
    webhookEndpoints,
    and(
      eq(webhookEndpoints.name, sql`p.value->>'name'`),
      eq(webhookEndpoints.target, sql`p.value->>'target'`),
    ),
  );

/**
 * The deliveries of events of one type that the batch has just written, as statements to follow them.
 * None where nobody wants them. An endpoint that is disabled gets nothing but `user.erased`, which waits.
 */
export function deliveriesOf(
  deps: EventWriter,
  type: EventType,
  dedupeKeys: readonly string[],
): BatchItem<'sqlite'>[] {
  // An operator says where to.
  if (type === 'webhook.test') return [];
  const isWritten = inJson(auditEvents.dedupeKey, dedupeKeys);
  const endpoints = deps.config.webhooks.filter(({ types }) => types.has(type));
  if (endpoints.length === 0) return [];
  const disabled = isDisabled(deps.db);
  const waits = type === 'user.erased' ? disabled : sql`false`;
  const wanted = type === 'user.erased' ? undefined : not(disabled);
  return [insertion(deps, endpoints, and(isWritten, wanted), waits).onConflictDoNothing()];
}

/**
 * The delivery of an event to these endpoints, for the first time or once more, disabled or not. One that
 * is being sent stays as it is.
 */
export function deliveriesTo(
  deps: EventWriter,
  endpoints: readonly WebhookEndpoint[],
  isEvent: SQL,
) {
  const { leaseId, dueAt, eventId, endpoint } = webhookDeliveries;
  return insertion(deps, endpoints, isEvent, sql`false`).onConflictDoUpdate({
    target: [eventId, endpoint],
    set: {
      attempts: 0,
      dueAt: sql`excluded.due_at`,
      leaseId: sql`excluded.lease_id`,
      deadAt: null,
    },
    setWhere: or(isNull(leaseId), lte(dueAt, deps.now())) as SQL,
  });
}

/** Under a lease of this invocation; `waits`: of those under none, due at once. */
function insertion(
  deps: EventWriter,
  endpoints: readonly WebhookEndpoint[],
  where: SQL | undefined,
  waits: SQL,
) {
  const { db, ownDeliveries } = deps;
  const now = deps.now();
  const leaseEnd = now + DELIVERY_LEASE_MS;
  ownDeliveries.leaseEnds.add(leaseEnd);
  const columns: Record<keyof Row, unknown> = {
    eventId: auditEvents.id,
    endpoint: sql`p.value->>'name'`,
    attempts: 0,
    dueAt: sql`CASE WHEN ${waits} THEN ${now} ELSE ${leaseEnd} END`,
    leaseId: sql`CASE WHEN ${waits} THEN NULL ELSE ${ownDeliveries.leaseId(deps)} END`,
    lastStatus: null,
    deadAt: null,
  };
  const selected = Object.keys(getTableColumns(webhookDeliveries)).map(
    (column) => sql`${columns[column as keyof Row]}`,
  );
  return db
    .insert(webhookDeliveries)
    .select(
      sql`SELECT ${sql.join(selected, sql`, `)} FROM ${auditEvents} CROSS JOIN ${asJson(endpoints)} WHERE ${where}`,
    );
}

/**
 * Takes the lease of what is due, first one of each endpoint, then a second one, and so on: as many rows
 * are read for each, whatever waits there.
 */
export const claimDue = (
  db: Database,
  endpoints: readonly WebhookEndpoint[],
  leaseId: string,
  limit: number,
  now: number,
) =>
  db
    .update(webhookDeliveries)
    .set({
      leaseId,
      dueAt: now + DELIVERY_LEASE_MS,
      attempts: sql`${webhookDeliveries.attempts} + 1`,
    })
    .where(
      sql`rowid IN (
        SELECT d.rowid FROM ${asJson(endpoints)} CROSS JOIN webhook_deliveries AS d
        WHERE NOT ${isDisabled(db)} AND d.rowid IN (
          SELECT rowid FROM webhook_deliveries
          WHERE endpoint = p.value->>'name' AND due_at <= ${now} ORDER BY due_at LIMIT ${limit})
        ORDER BY row_number() OVER (PARTITION BY p.key ORDER BY d.due_at), d.due_at
        LIMIT ${limit})`,
    );

/**
 * Common table expressions of the names of endpoints that have such rows, by one look-up each: SELECT
 * DISTINCT would read every row.
 */
export const namesWith = (found: Readonly<Record<string, 'due_at' | 'dead_at'>>): SQL => {
  const parts = Object.entries(found).map(([name, column]) => {
    const rows = `webhook_deliveries WHERE ${column} IS NOT NULL`;
    return `${name}(endpoint) AS (SELECT min(endpoint) FROM ${rows} UNION ALL
      SELECT (SELECT min(endpoint) FROM ${rows} AND endpoint > ${name}.endpoint)
      FROM ${name} WHERE ${name}.endpoint IS NOT NULL)`;
  });
  return sql.raw(`WITH RECURSIVE ${parts.join(', ')}`);
};
