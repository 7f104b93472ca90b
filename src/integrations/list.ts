/**
 * Answers about a user's integrations: the cached facts as of now, with the headers that say how
 * old they are, where they came from, and whether the client has this very answer already.
 */
import type { Deps } from '../deps';
import { AppError } from '../errors';
import {
  type ReadDeps,
  type ReadOptions,
  readSnapshot,
  readSnapshots,
  type Served,
} from '../status-cache/cache';
import type { Snapshot } from '../status-cache/snapshot';
import { date, type Integration, type IntegrationList, toIntegration } from './wire';

type ListDeps = ReadDeps & Pick<Deps, 'config'>;

export interface ListOptions extends ReadOptions {
  /** Told what was read, also where the answer then is that there is no such integration. */
  onServed?: (served: readonly Served[]) => void;
}

export interface Answer {
  /** JSON. */
  body: string;
  headers: { ETag: string } & Record<string, string>;
}

/** @throws AppError unavailable; whatever `options.beyondMemory` throws */
export async function listIntegrations(
  deps: ListDeps,
  userId: string,
  atLeast: number,
  options: ListOptions = {},
): Promise<Answer> {
  const startedAt = deps.now();
  const served = await readSnapshot(deps, userId, atLeast, options);
  options.onServed?.([served]);
  const { snapshot } = served;
  const now = deps.now();
  const lasting = JSON.stringify({
    userId,
    version: snapshot.version,
    integrations: integrationsOf(deps, snapshot, now),
  } satisfies Omit<IntegrationList, 'asOf' | 'freshUntil'>);
  const passing = JSON.stringify({
    asOf: date(snapshot.takenAt),
    freshUntil: date(snapshot.freshUntil),
  } satisfies Pick<IntegrationList, 'asOf' | 'freshUntil'>);
  return {
    // Two objects into one.
    body: `${lasting.slice(0, -1)},${passing.slice(1)}`,
    headers: { ...headersOf(served, now - startedAt), ETag: await listEtag(snapshot, lasting) },
  };
}

/** @throws AppError integration_not_found, unavailable; whatever `options.beyondMemory` throws */
export async function oneIntegration(
  deps: ListDeps,
  wanted: { userId: string; provider: string; accountId: string },
  atLeast: number,
  options: ListOptions = {},
): Promise<Answer> {
  const startedAt = deps.now();
  const served = await readSnapshot(deps, wanted.userId, atLeast, options);
  options.onServed?.([served]);
  const now = deps.now();
  const headers = headersOf(served, now - startedAt);
  const facts = served.snapshot.integrations.find(
    ({ provider, accountId }) => provider === wanted.provider && accountId === wanted.accountId,
  );
  if (!facts) {
    throw new AppError('integration_not_found', 'the user has no such integration', { headers });
  }
  const body = JSON.stringify(toIntegration(facts, now, deps.config.providers));
  return { body, headers: { ...headers, ETag: await etagOf(body) } };
}

export interface StatusOfUser {
  version: number;
  asOf: string;
  integrations: Integration[];
}

/**
 * @param userIds up to a hundred
 * @throws AppError unavailable
 */
export async function statusOfMany(
  deps: ListDeps,
  userIds: readonly string[],
  options: Pick<ListOptions, 'onServed'> = {},
): Promise<Map<string, StatusOfUser>> {
  const served = await readSnapshots(deps, userIds);
  options.onServed?.([...served.values()]);
  const now = deps.now();
  return new Map(
    [...served].map(([userId, { snapshot }]) => [
      userId,
      {
        version: snapshot.version,
        asOf: date(snapshot.takenAt),
        integrations: integrationsOf(deps, snapshot, now),
      },
    ]),
  );
}

/** RFC 9110 section 13.1.2: weak comparison, a list, or `*` for whatever there is. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag));
}

const integrationsOf = (deps: ListDeps, snapshot: Snapshot, now: number): Integration[] =>
  snapshot.integrations.map((facts) => toIntegration(facts, now, deps.config.providers));

function headersOf(served: Served, totalMs: number): Record<string, string> {
  return {
    // A private cache may keep it, but has to ask each time: status changes with the time.
    'Cache-Control': 'private, no-cache',
    'Cache-Status': served.cacheStatus,
    'Consistency-Token': String(served.snapshot.version),
    'Server-Timing': Object.entries({ ...served.timings, total: totalMs })
      .map(([name, ms]) => `${name};dur=${ms}`)
      .join(', '),
  };
}

/** The hash of what was last served from a snapshot: most hits on memory serve the same again. */
const lastEtags = new WeakMap<Snapshot, { text: string; etag: string }>();

async function listEtag(snapshot: Snapshot, text: string): Promise<string> {
  const last = lastEtags.get(snapshot);
  if (last?.text === text) return last.etag;
  const etag = await etagOf(text);
  lastEtags.set(snapshot, { text, etag });
  return etag;
}

/** Weak: `asOf` and `freshUntil` are served, but not part of it. */
async function etagOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const hex = Array.from(new Uint8Array(hash, 0, 16), (byte) => byte.toString(16).padStart(2, '0'));
  return `W/"${hex.join('')}"`;
}
