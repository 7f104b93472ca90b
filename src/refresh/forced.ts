/** Refreshes that somebody forces: one, or up to a hundred in groups of five. */
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { factsOf } from '../status-cache/origin';
import type { Facts } from '../status-cache/snapshot';
import { GROUP_SIZE } from './claim';
import { type IntegrationKey, type Known, look } from './look';
import { refreshOnDemand } from './on-demand';
import { Publication } from './publication';

export interface Refreshed {
  facts: Facts;
  /** The user's version that shows it. */
  version: number;
}

/**
 * Refreshes now, whatever the integration's own backoff says; the outcome is visible at once. A
 * refresh by somebody else that ends meanwhile counts as this one.
 *
 * @throws AppError, as refreshOnDemand does
 */
export async function refreshOne(
  deps: Deps,
  key: IntegrationKey,
  publication?: Publication,
): Promise<Refreshed> {
  const first = await look(deps, key);
  const provider = deps.config.providers.get(first.row.provider);
  if (provider?.kind !== 'oauth2') {
    throw new AppError('invalid_request', 'credentials are not refreshed; give new ones');
  }
  const youngest = first.row.tokenVersion + (provider.minTokenAgeSeconds ?? 0) * 1000;
  // A token that the provider would not extend yet is as fresh as can be.
  const tooYoung =
    provider.minTokenAgeSeconds !== undefined &&
    deps.now() < youngest &&
    first.row.state === 'active';
  if (tooYoung) return shown(first);
  await refreshOnDemand(deps, key, {
    forced: true,
    satisfied: ({ row }) => row.tokenVersion > first.row.tokenVersion && row.state === 'active',
    ...(publication ? { publication } : {}),
  });
  return shown(await look(deps, key));
}

const shown = ({ row, version }: Known): Refreshed => ({ facts: factsOf(row), version });

export interface AccountName {
  provider: string;
  accountId: string;
}

export interface FailedRefresh extends AccountName {
  code: string;
  message: string;
}

export interface ManyRefreshed {
  refreshed: Refreshed[];
  failed: FailedRefresh[];
  /** The newest version of all these users, failures included; 0 where none is known. */
  version: number;
}

/**
 * Five at a time; one failure stops nothing. Before each group it looks whether the caller is still
 * there and the budget of requests allows it: what was not started is `failed` with `not_started`.
 */
export async function refreshMany(
  deps: Deps,
  accounts: readonly AccountName[],
  signal: AbortSignal,
): Promise<ManyRefreshed> {
  const distinct = [
    ...new Map(
      accounts.map((account) => [JSON.stringify([account.provider, account.accountId]), account]),
    ).values(),
  ];
  const result: ManyRefreshed = { refreshed: [], failed: [], version: 0 };
  for (let i = 0; i < distinct.length; i += GROUP_SIZE) {
    const group = distinct.slice(i, i + GROUP_SIZE);
    if (signal.aborted || i + group.length > deps.config.runSubrequests) {
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
  }
  return result;
}

function versionOf(outcome: PromiseSettledResult<Refreshed> | undefined): number {
  if (outcome?.status === 'fulfilled') return outcome.value.version;
  const { reason } = outcome ?? {};
  return reason instanceof AppError ? Number(reason.headers['Consistency-Token'] ?? 0) : 0;
}

function describe(deps: Deps, reason: unknown): { code: string; message: string } {
  if (reason instanceof AppError) return { code: reason.code, message: reason.detail };
  deps.log.error('refresh_failed', {}, reason);
  return { code: 'internal', message: 'the refresh failed' };
}
