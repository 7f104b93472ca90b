/**
 * `lost_lease_id`: the attempts whose lease ended without an outcome, of an integration or of what
 * is owed for it.
 */
import { type SQL, sql } from 'drizzle-orm';
import { coalesce, type Value } from './expressions';
import { oauthAccounts } from './schema';

/**
 * What the row of an integration holds once its present lease is lost too. Only where it has one.
 */
export const withPresentLease = (now: Value): SQL =>
  sql`${coalesce(sql`${oauthAccounts.lostLeaseId} || ' '`, '')} || ${oauthAccounts.leaseId} || '@' || CAST(${now} AS INTEGER)`;

/** Whether such a column names this attempt. */
export const namesLease = (column: Value, leaseId: string): SQL =>
  sql`instr(' ' || ${column}, ${` ${leaseId}@`}) > 0`;

interface LostLease {
  id: string;
  /** When a claim found that it had ended. */
  foundAt: number;
}

/** Reads the column. An entry that was cut in half names a record that does not exist. */
export function lostLeases(value: string | null): LostLease[] {
  if (value === null) return [];
  return value.split(' ').flatMap((entry) => {
    const at = entry.lastIndexOf('@');
    const foundAt = Number(entry.slice(at + 1));
    return at > 0 && Number.isFinite(foundAt) ? [{ id: entry.slice(0, at), foundAt }] : [];
  });
}
