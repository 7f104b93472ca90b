/**
 * The audit trail: what happened to a user's integrations, for people. Never a token, and never
 * free text from outside. Rows go with the user, and after 90 days.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../db/client';
import { auditEvents } from '../db/schema';
import { valuesWhere } from '../db/values-where';

/** Of a user's integrations, and of the operator. docs/operations.md explains each. */
export const eventTypes = [
  'integration.connected',
  'integration.reconnected',
  'integration.disconnected',
  'integration.needs_reconnect',
  'integration.expiring',
  'user.erased',
  'provider.circuit_opened',
  'provider.circuit_closed',
  'provider.operator_fault',
  'provider.refusal_storm',
  'provider.odd_reply',
  'provider.wrong_subject',
  'revocation.gave_up',
  'integration.set_aside',
  'rescue.dead_letter',
  'rescue.set_aside',
  'operator.signed_in',
  'operator.refresh_run',
  'operator.user_invalidated',
  'operator.verdicts_taken_back',
] as const;
export type EventType = (typeof eventTypes)[number];

/** What the releases before these names wrote, and still write while they run beside this one. */
const formerNames = {
  connected: 'integration.connected',
  reconnected: 'integration.reconnected',
  disconnected: 'integration.disconnected',
  needs_reconnect: 'integration.needs_reconnect',
  expiring: 'integration.expiring',
  user_erased: 'user.erased',
  'provider.open': 'provider.circuit_opened',
  'operator.circuit_closed': 'provider.circuit_closed',
  revocation_gave_up: 'revocation.gave_up',
} as const satisfies Record<string, EventType>;

/** The type of a stored event; null: a later release wrote it, which was rolled back. */
export const eventTypeOf = (stored: string): EventType | null =>
  eventTypes.find((type) => type === stored) ??
  Object.entries(formerNames).find(([former]) => former === stored)?.[1] ??
  null;

export interface AuditEvent {
  at: number;
  type: EventType;
  /** Absent where the event is the operator's, not a user's. */
  userId?: string;
  provider?: string;
  accountId?: string;
  detail?: Record<string, string | number | boolean | null>;
}

/**
 * The insert, as a statement for a batch. With `happened`, an SQL condition, it leaves an event
 * only if the change that it tells of did hit.
 */
export function auditEvent(
  db: Database,
  event: AuditEvent,
  happened: SQL | undefined = sql`true`,
): BatchItem<'sqlite'> {
  return db.insert(auditEvents).select(valuesWhere(auditEvents, event, happened));
}
