/**
 * Answers about a user's integrations: the cached facts as of now, with the headers that say how
 * old they are, where they came from, and whether the client has this very answer already.
 */
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { type JsonText, jsonText } from '../http/route';
import {
  type ReadDeps,
  type ReadOptions,
  readSnapshot,
  readSnapshots,
  type Served,
} from '../status-cache/cache';
import { etagOf } from './etag';
import { renderList, renderStatus } from './rendering';
import { type Integration, type IntegrationList, type StatusOfMany, toIntegration } from './wire';

type ListDeps = ReadDeps & Pick<Deps, 'config'>;

export interface ListOptions extends ReadOptions {
  /** Told what was read, also where the answer then is that there is no such integration. */
  onServed?: (served: readonly Served[]) => void;
}

export interface Answer<T> {
  body: JsonText<T>;
  headers: ReadHeaders & { ETag: string };
}

interface ReadHeaders {
  'Cache-Control': string;
  'Cache-Status': string;
  'Consistency-Token': string;
  'Server-Timing': string;
}

/** @throws AppError unavailable; whatever `options.beyondMemory` throws */
export async function listIntegrations(
  deps: ListDeps,
  userId: string,
  atLeast: number,
  options: ListOptions = {},
): Promise<Answer<IntegrationList>> {
  const startedAt = deps.now();
  const served = await readSnapshot(deps, userId, atLeast, options);
  options.onServed?.([served]);
  return listOf(deps, served, startedAt);
}

function listOf(
  { config, now }: Pick<ListDeps, 'config' | 'now'>,
  served: Served,
  startedAt: number,
): Answer<IntegrationList> {
  const { body, etag } = renderList(served.snapshot, now(), config.providers);
  return { body, headers: { ...headersOf(served, now() - startedAt), ETag: etag } };
}

/** @throws AppError integration_not_found, unavailable; whatever `options.beyondMemory` throws */
export async function oneIntegration(
  deps: ListDeps,
  wanted: { userId: string; provider: string; accountId: string },
  atLeast: number,
  options: ListOptions = {},
): Promise<Answer<Integration>> {
  const startedAt = deps.now();
  const served = await readSnapshot(deps, wanted.userId, atLeast, options);
  options.onServed?.([served]);
  const now = deps.now();
  const totalMs = now - startedAt;
  const facts = served.snapshot.integrations.find(
    ({ provider, accountId }) => provider === wanted.provider && accountId === wanted.accountId,
  );
  if (!facts) {
    throw new AppError('integration_not_found', 'the user has no such integration', {
      headers: { ...headersOf(served, totalMs) },
    });
  }
  const body = jsonText(toIntegration(facts, now, deps.config.providers));
  return { body, headers: { ...headersOf(served, totalMs), ETag: etagOf(body) } };
}

/**
 * @param userIds up to a hundred
 * @throws AppError unavailable
 */
export async function statusOfMany(
  deps: ListDeps,
  userIds: readonly string[],
  options: Pick<ListOptions, 'onServed'> = {},
): Promise<JsonText<StatusOfMany>> {
  const served = await readSnapshots(deps, userIds);
  options.onServed?.([...served.values()]);
  const now = deps.now();
  const users = Array.from(
    served,
    ([userId, { snapshot }]) =>
      `${JSON.stringify(userId)}:${renderStatus(snapshot, now, deps.config.providers)}`,
  );
  return `{"users":{${users.join(',')}}}` as JsonText<StatusOfMany>;
}

function headersOf(served: Served, totalMs: number): ReadHeaders {
  const { kv, d1 } = served.timings;
  return {
    // A private cache may keep it, but has to ask each time: status changes with the time.
    'Cache-Control': 'private, no-cache',
    'Cache-Status': served.cacheStatus,
    'Consistency-Token': String(served.snapshot.version),
    'Server-Timing': `${kv === undefined ? '' : `kv;dur=${kv}, `}${d1 === undefined ? '' : `d1;dur=${d1}, `}total;dur=${totalMs}`,
  };
}
