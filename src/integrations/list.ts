/**
 * Answers about a user's integrations: the cached facts as of now, with the headers that say how
 * old they are, where they came from, and whether the client has this very answer already.
 */
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { type JsonText, jsonText } from '../http/route';
import { allows, type ProviderFilter } from '../rights';
import { type ReadOptions, readSnapshot, readSnapshots, type Served } from '../status-cache/cache';
import { factsIn, type Snapshot } from '../status-cache/snapshot';
import { timestamp } from '../time';
import { etagOf } from './etag';
import {
  type Integration,
  type IntegrationList,
  type StatusOfMany,
  toIntegration,
} from './serialization';
import { statusHoldsUntil } from './status';

export interface ListOptions extends ReadOptions {
  /** Whose integrations the caller may see; what else there is does not show. */
  providers: ProviderFilter;
  /** Told what was read, also where the answer then is that there is no such integration. */
  onServed?: (served: readonly Served[]) => void;
}

interface ServedReply<T> {
  body: JsonText<T>;
  headers: ReadHeaders & { ETag: string };
}

interface ReadHeaders {
  'Cache-Control': string;
  'Cache-Status': string;
  'Consistency-Token': string;
  'Server-Timing': string;
}

interface SerializedList {
  body: JsonText<IntegrationList>;
  etag: string;
  /** When a status in it may next be another, ms. */
  until: number;
}

/** Most hits in memory serve the same snapshot again. */
const serializedLists = () => new WeakMap<Snapshot, SerializedList>();

/** @throws AppError unavailable; whatever `options.beyondMemory` throws */
export async function listIntegrations(
  deps: Deps,
  userId: string,
  atLeast: number,
  options: ListOptions,
): Promise<ServedReply<IntegrationList>> {
  const startedAt = deps.now();
  const served = await readSnapshot(deps, userId, atLeast, options);
  options.onServed?.([served]);
  const { snapshot } = served;
  const now = deps.now();
  const { providers } = options;
  const list =
    providers === null
      ? serializeOnce(snapshot, now, deps)
      : serialize(reachable(snapshot, providers), now, deps);
  return { body: list.body, headers: { ...headersOf(served, now - startedAt), ETag: list.etag } };
}

/** What every caller without a filter gets. */
function serializeOnce(snapshot: Snapshot, now: number, deps: Deps): SerializedList {
  const serialized = deps.caches.of(serializedLists);
  const known = serialized.get(snapshot);
  if (known && now < known.until) return known;
  const list = serialize(snapshot, now, deps);
  serialized.set(snapshot, list);
  return list;
}

/** Made for one answer, behind all caches: no tier holds what was cut. */
const reachable = (snapshot: Snapshot, providers: ProviderFilter): Snapshot => ({
  ...snapshot,
  integrations: snapshot.integrations.filter(({ provider }) => allows(providers, provider)),
});

/**
 * The ETag leaves out when the database was read, which comes last, so that a client keeps what did
 * not change.
 */
function serialize(snapshot: Snapshot, now: number, deps: Deps): SerializedList {
  const { userId, version, takenAt, freshUntil, integrations } = snapshot;
  const body = JSON.stringify({
    userId,
    version,
    integrations: integrations.map((facts) => toIntegration(facts, now, deps.config.providers)),
    asOf: timestamp(takenAt),
    freshUntil: timestamp(freshUntil),
  });
  return {
    body: body as JsonText<IntegrationList>,
    etag: etagOf(body.slice(0, body.lastIndexOf(',"asOf":'))),
    until: Math.min(...integrations.map((facts) => statusHoldsUntil(facts, now))),
  };
}

/**
 * Of a provider that the caller may see.
 * @throws AppError integration_not_found, unavailable; whatever `options.beyondMemory` throws
 */
export async function oneIntegration(
  deps: Deps,
  wanted: { userId: string; provider: string; accountId: string },
  atLeast: number,
  options: Omit<ListOptions, 'providers'> = {},
): Promise<ServedReply<Integration>> {
  const startedAt = deps.now();
  const served = await readSnapshot(deps, wanted.userId, atLeast, options);
  options.onServed?.([served]);
  const now = deps.now();
  const totalMs = now - startedAt;
  const facts = factsIn(served.snapshot, wanted);
  if (!facts) {
    const { 'Consistency-Token': _, ...headers } = headersOf(served, totalMs);
    throw new AppError('integration_not_found', 'the user has no such integration', {
      version: served.snapshot.version,
      headers,
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
  deps: Deps,
  userIds: readonly string[],
  atLeast: number,
  options: Pick<ListOptions, 'onServed' | 'providers'>,
): Promise<JsonText<StatusOfMany>> {
  const served = await readSnapshots(deps, userIds, atLeast);
  options.onServed?.([...served.values()]);
  const now = deps.now();
  const users = Array.from(served, ([userId, { snapshot }]) => {
    const integrations = reachable(snapshot, options.providers).integrations.map((facts) =>
      toIntegration(facts, now, deps.config.providers),
    );
    const asOf = timestamp(snapshot.takenAt);
    return [userId, { version: snapshot.version, asOf, integrations }] as const;
  });
  return jsonText({ users: Object.fromEntries(users) });
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
