/** What the soak reads and turns in the database. */
import type { Mooring } from '../e2e/support/mooring.ts';

const SETTLED = `
  (state = 'needs_reconnect' AND refresh_due_at IS NULL)
  OR (state = 'active' AND last_refreshed_at > ? AND lost_lease_id IS NULL AND unknown_since IS NULL)`;

/** Rows not refreshed since, or waiting for what comes of an unknown outcome: ten at most. */
export const unsettled = ({ worker }: Mooring, since: number) =>
  worker.sql(
    `SELECT provider_account_id, state, last_error, refresh_failures, refresh_due_at, last_failed_at,
       unknown_since, last_refreshed_at, expires_at, lease_until, lost_lease_id
     FROM oauth_accounts WHERE NOT coalesce(${SETTLED}, 0) LIMIT 10`,
    since,
  );

/** The attempts whose lease ended without an outcome, as far as rows still tell. */
export async function lostAttempts({ worker }: Mooring): Promise<string[]> {
  const rows = await worker.sql<{ leases: string }>(
    'SELECT lost_lease_id AS leases FROM oauth_accounts WHERE lost_lease_id IS NOT NULL',
  );
  return rows.flatMap(({ leases }) => leases.split(' ').map((lease) => lease.replace(/@.*/, '')));
}

/** The attempts that began before this and still hold their lease. */
export async function heldSince({ worker }: Mooring, before: number): Promise<string[]> {
  const rows = await worker.sql<{ lease: string }>(
    'SELECT lease_id AS lease FROM oauth_accounts WHERE lease_until < ?',
    before + LEASE_MS,
  );
  return rows.map(({ lease }) => lease);
}

const LEASE_MS = 60_000;
/** Longer than a lease, and than the wait for its rescue record. */
const TURNED_MS = 200_000;

/**
 * As if that long had gone by for the attempts that a kill before `calmAt` cut off: their leases
 * end, their rescue records would have shown, and a first refusal is confirmed. Leases of attempts
 * that live stay as they are.
 */
export async function turnClock({ worker }: Mooring, calmAt: number): Promise<void> {
  const now = Date.now();
  await worker.sql(
    'UPDATE oauth_accounts SET lease_until = lease_until - ? WHERE lease_until < ?',
    TURNED_MS,
    calmAt + LEASE_MS,
  );
  const lost = await worker.sql<{ id: number; leases: string }>(
    'SELECT id, lost_lease_id AS leases FROM oauth_accounts WHERE lost_lease_id IS NOT NULL',
  );
  for (const { id, leases } of lost) {
    const turned = leases.replace(
      /@(\d+)/g,
      (_, at) => `@${Math.min(Number(at), now - TURNED_MS)}`,
    );
    await worker.sql(
      'UPDATE oauth_accounts SET lost_lease_id = ?, expires_at = min(expires_at, ?), refresh_due_at = ? WHERE id = ? AND lost_lease_id = ?',
      turned,
      now,
      now,
      id,
      leases,
    );
  }
  await worker.sql(
    "UPDATE oauth_accounts SET refresh_due_at = ? WHERE state = 'needs_reconnect' AND refresh_due_at > ?",
    now,
    now,
  );
}
