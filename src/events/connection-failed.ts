/** The event of a connection that came to nothing. */
import { and, eq } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { jsonObject } from '../db/expressions';
import { connectTransactions } from '../db/schema';
import type { Deps } from '../deps';
import { insertions } from './event-log';

/**
 * Statements behind the one that fails it; nothing where it has not failed.
 * @param id of the transaction
 */
export function connectionFailed(deps: Deps, id: string, at: number): BatchItem<'sqlite'>[] {
  const { userId, provider, state, error } = connectTransactions;
  const dedupeKey = `connection.failed ${id}`;
  return insertions(deps, [dedupeKey], {
    values: {
      at,
      type: 'connection.failed',
      userId,
      provider,
      detail: jsonObject({ connectionId: id, error }),
      dedupeKey,
    },
    from: connectTransactions,
    happened: and(eq(connectTransactions.id, id), eq(state, 'failed')),
  });
}
