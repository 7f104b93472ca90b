/**
 * Visible changes: whatever a user could see, or a cached snapshot promised not to happen. The
 * change, the growth of the user's version and the new snapshot are one transaction on the primary.
 *
 * Nothing is published here: the caller hands `snapshot` to `publish` (publish.ts) once it is done,
 * so that several changes of one user make one KV write.
 */

import type { SQL } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { type Database, runBatch } from '../db/client';
import { excluded, greatest, plus } from '../db/expressions';
import { userVersions } from '../db/schema';
import { valuesWhere } from '../db/values-where';
import type { Deps } from '../deps';
import { snapshotFrom, snapshotQuery } from './origin';
import type { Snapshot } from './snapshot';

export interface VisibleChange {
  /** What the statements gave, in their order. */
  results: unknown[];
  /** Whether `happened` held, and so the version grew. */
  changed: boolean;
  /**
   * The user's integrations as they are now; to be published when `changed`, and after a try whose
   * answer got lost in any case: that one may have changed them.
   */
  snapshot: Snapshot;
}

/**
 * `max(previous + 1, now)`, where `happened` holds; RETURNING gives the version, or no row.
 *
 * `happened` is evaluated after the statements before it in the batch, and true exactly when the
 * change hit: `EXISTS (SELECT 1 FROM oauth_accounts WHERE ... lease_id = <ours>)`, say. The WHERE
 * also tells SQLite's parser that ON CONFLICT is no join's ON.
 */
export const versionGrowth = (db: Database, userId: string, now: number, happened: SQL) =>
  db
    .insert(userVersions)
    .select(valuesWhere(userVersions, { userId, version: now }, happened))
    .onConflictDoUpdate({
      target: userVersions.userId,
      set: { version: greatest(plus(userVersions.version, 1), excluded(userVersions.version)) },
    })
    .returning({ version: userVersions.version });

/**
 * Runs `statements`, then the version's growth where `happened` holds, then `after`, then reads the
 * snapshot: one batch on the primary, all or nothing. What must not happen without the change,
 * above all its event, which tells the version, comes after, and carries the same condition itself.
 *
 * Throws whatever D1 throws, with no time limit of its own: a batch that was given up on may still
 * be committed, so the caller decides how long to wait and how to find out.
 */
export async function changeVisibly(
  deps: Deps,
  userId: string,
  statements: readonly BatchItem<'sqlite'>[],
  happened: SQL,
  after: readonly BatchItem<'sqlite'>[] = [],
): Promise<VisibleChange> {
  const takenAt = deps.now();
  const growth = versionGrowth(deps.db, userId, takenAt, happened);
  const query = snapshotQuery(deps.db, [userId]);
  const answers = await runBatch(deps.db, [...statements, growth, ...after, query]);
  // A batch answers in its order; its type cannot say so after a list of any length.
  const grown = answers[statements.length] as Awaited<typeof growth>;
  const rows = answers.at(-1) as Awaited<typeof query>;
  return {
    results: answers.slice(0, statements.length),
    changed: grown.length > 0,
    snapshot: snapshotFrom(userId, rows, takenAt),
  };
}
