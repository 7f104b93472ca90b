/** Up to a hundred refreshes that somebody forces at once. */
import { PARALLEL_CALLS, withBudget } from '../budget';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { LEAST_CALLS, type Refreshed, refreshOne } from './on-demand';
import { Publication } from './publication';

export interface AccountName {
  provider: string;
  accountId: string;
}

interface FailedRefresh extends AccountName {
  code: string;
  message: string;
}

interface ManyRefreshed {
  refreshed: Refreshed[];
  failed: FailedRefresh[];
  /** The newest version of all these users, failures included; 0 where none is known. */
  version: number;
}

/**
 * Five at a time, fewer when little is left of the budget; one failure stops nothing. Before each
 * group it looks whether the caller is still there and the budget allows it: what was not started
 * is `failed` with `not_started`.
 */
export async function refreshMany(
  unmetered: Deps,
  accounts: readonly AccountName[],
  signal: AbortSignal,
): Promise<ManyRefreshed> {
  const distinct = [
    ...new Map(
      accounts.map((account) => [JSON.stringify([account.provider, account.accountId]), account]),
    ).values(),
  ];
  const deps = withBudget(unmetered, unmetered.config.runSubrequests);
  const result: ManyRefreshed = { refreshed: [], failed: [], version: 0 };
  for (let i = 0; i < distinct.length; ) {
    const affordable = Math.floor(deps.budget.left / LEAST_CALLS);
    const group = distinct.slice(i, i + Math.min(affordable, PARALLEL_CALLS));
    if (signal.aborted || group.length === 0) {
      const message = signal.aborted ? 'the caller was gone' : 'the budget of requests was spent';
      for (const { provider, accountId } of distinct.slice(i)) {
        result.failed.push({ provider, accountId, code: 'not_started', message });
      }
      break;
    }
    const publication = new Publication(deps);
    const attempts = Promise.allSettled(
      group.map((account) => refreshOne(deps, { userId: null, ...account }, publication)),
    );
    const published = attempts.then(() => publication.flushAll());
    deps.waitUntil(published);
    const settled = await attempts;
    await published;
    for (const [at, { provider, accountId }] of group.entries()) {
      const outcome = settled[at];
      if (outcome?.status === 'fulfilled') result.refreshed.push(outcome.value);
      else result.failed.push({ provider, accountId, ...describe(deps, outcome?.reason) });
      result.version = Math.max(result.version, versionOf(outcome));
    }
    i += group.length;
  }
  return result;
}

function versionOf(outcome: PromiseSettledResult<Refreshed> | undefined): number {
  if (outcome?.status === 'fulfilled') return outcome.value.version;
  const { reason } = outcome ?? {};
  return reason instanceof AppError ? (reason.version ?? 0) : 0;
}

function describe(deps: Deps, reason: unknown): { code: string; message: string } {
  if (reason instanceof AppError) return { code: reason.code, message: reason.detail };
  deps.log.error('refresh.forced_failed', {}, reason);
  return { code: 'internal', message: 'the refresh failed' };
}
