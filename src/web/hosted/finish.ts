/**
 * Connecting on Mooring's own page: the page session's user plays the part that otherwise the app
 * plays with its own session (step 4). So the connection is completed as soon as the browser is
 * back, and only for the user who started it.
 */

import { completeConnection } from '../../connect/complete';
import type { WayBack } from '../../connect/return-to';
import type { Deps } from '../../deps';
import { AppError } from '../../errors';
import type { Notice, PageSession } from './session';

/** Never throws: whatever happens is something to tell. `version` is what the page must show. */
export async function finishOnPage(
  deps: Deps,
  session: PageSession,
  { connection, provider, error, completion }: Extract<WayBack, { kind: 'page' }>,
): Promise<{ notice: Notice; version: number }> {
  const notice: Notice = {
    kind: 'not_connected',
    provider,
    accountId: null,
    name: null,
    code: error,
    retryAt: null,
  };
  if (error !== null) return { notice, version: 0 };
  try {
    const { facts, version } = await completeConnection(
      deps,
      session.userId,
      connection,
      completion ?? '',
    );
    return { notice: { ...notice, kind: 'connected', accountId: facts.accountId }, version };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) deps.log.error('connect.page_failed', { provider }, thrown);
    const code = thrown instanceof AppError ? thrown.code : 'internal';
    const kind = code === 'completion_in_progress' ? 'finishing' : 'not_connected';
    return { notice: { ...notice, kind, code }, version: 0 };
  }
}
