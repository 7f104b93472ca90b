/**
 * The audit trail: what happened to a user's integrations, for people. Never a token, and never
 * free text from outside. Rows go with the user, and after 90 days.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../db/client';
import { auditEvents } from '../db/schema';
import { valuesWhere } from '../db/values-where';

export interface AuditEvent {
  at: number;
  /** What happened, as a code: `connected`, `disconnected`, ... */
  type: string;
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
  happened: SQL = sql`true`,
): BatchItem<'sqlite'> {
  return db.insert(auditEvents).select(valuesWhere(auditEvents, event, happened));
}
