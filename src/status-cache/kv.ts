/**
 * The shared tier: one KV value for each user, `status/<userId>`. KV answers fast everywhere, but
 * may show what was there a minute ago, or nothing: whoever reads here looks at version and
 * freshUntil (cache.ts), whoever writes here verifies it (publish.ts).
 *
 * No function here throws: without KV, Mooring is slower and nothing else.
 */

import type { Deps } from '../deps';
import type { LogEvent } from '../log';
import { type Backoff, retry, withDeadline } from '../retry';
import { MINUTE_MS, SECOND_MS } from '../time';
import { MAX_FRESH_MS } from './freshness';
import { asSnapshot, type Snapshot } from './snapshot';

/** For how long a location may repeat what it has read; the least that KV allows, s. */
const CACHE_TTL_SECONDS = 30;
const READ_MS = SECOND_MS;
const LIST_MS = 2 * SECOND_MS;
const DELETE_MS = 5 * SECOND_MS;
/** KV takes one write a second for each key: a pause of 1.05 s, and up to as much again. */
const backoff: Backoff = { firstMs: 2_100, factor: 1, longestMs: 2_100, jitter: 0.5 };
const WRITE_TRIES = 3;
/** After a refusal that will not pass in a second, such as the free plan's daily quota. */
export const PAUSE_MS = 5 * MINUTE_MS;

const PREFIX = 'status/';

/** The rest after the prefix is the user's id as it is: at most 262 of KV's 512 bytes. */
export const keyOf = (userId: string): string => PREFIX + userId;

/** What KV holds for each user; null: KV is away. Unreadable values are left out. */
export async function readKv(
  deps: Deps,
  userIds: readonly string[],
): Promise<Map<string, Snapshot> | null> {
  try {
    const texts = await withDeadline(readTexts(deps.kv, userIds), READ_MS, 'kv_read');
    const snapshots = new Map<string, Snapshot>();
    for (const userId of userIds) {
      const snapshot = parse(texts.get(keyOf(userId)));
      if (snapshot?.userId === userId) snapshots.set(userId, snapshot);
    }
    return snapshots;
  } catch (error) {
    deps.log.warn('kv.read_failed', describe(error));
    return null;
  }
}

async function readTexts(
  kv: KVNamespace,
  userIds: readonly string[],
): Promise<Map<string, string | null>> {
  const keys = userIds.map(keyOf);
  const [only] = keys;
  if (only !== undefined && keys.length === 1) {
    return new Map([[only, await kv.get(only, { type: 'text', cacheTtl: CACHE_TTL_SECONDS })]]);
  }
  // As text: read as JSON, one bad value would fail the whole read.
  return kv.get(keys, { type: 'text', cacheTtl: CACHE_TTL_SECONDS });
}

/** Another format, cut off, or not ours: as if it were not there. */
function parse(text: string | null | undefined): Snapshot | null {
  if (!text) return null;
  try {
    return asSnapshot(JSON.parse(text));
  } catch {
    return null;
  }
}

export const putsArePaused = (deps: Deps): boolean => deps.now() < deps.memory.kv.putsPausedUntil;

/**
 * Whether it was written. A refusal other than "too often" pauses this isolate's puts. One that is
 * too large for KV is not even sent: that is its user's own miss, and nobody else's.
 */
export async function putKv(deps: Deps, snapshot: Snapshot): Promise<boolean> {
  if (putsArePaused(deps)) return false;
  const value = JSON.stringify(snapshot);
  if (isTooLarge(value)) {
    deps.log.warn('kv.snapshot_too_large', { integrations: snapshot.integrations.length });
    return false;
  }
  const written = await patiently(deps, 'kv.put_refused', () =>
    deps.kv.put(keyOf(snapshot.userId), value, {
      expirationTtl: MAX_FRESH_MS / SECOND_MS,
    }),
  );
  if (written === 'refused') deps.memory.kv.putsPausedUntil = deps.now() + PAUSE_MS;
  return written === 'done';
}

/**
 * Whether it was deleted. Not paused: the free plan counts deletes apart from puts. One that comes
 * after its deadline does no harm, so here, unlike for puts, there is one.
 */
export async function deleteKv(deps: Deps, userId: string): Promise<boolean> {
  const deleted = await patiently(deps, 'kv.delete_refused', () =>
    withDeadline(deps.kv.delete(keyOf(userId)), DELETE_MS, 'kv_delete'),
  );
  return deleted === 'done';
}

/** The first keys of the tier, as far as the listing knows them; null: KV is away. */
export async function listKv(
  deps: Deps,
  limit: number,
): Promise<{ keys: string[]; truncated: boolean } | null> {
  try {
    const page = await withDeadline(deps.kv.list({ prefix: PREFIX, limit }), LIST_MS, 'kv_list');
    return { keys: page.keys.map(({ name }) => name), truncated: !page.list_complete };
  } catch (error) {
    deps.log.warn('kv.list_failed', describe(error));
    return null;
  }
}

/** Of a value, in bytes of UTF-8: developers.cloudflare.com/kv/platform/limits. */
const MAX_VALUE_BYTES = 25 * 1024 * 1024;

/** A character takes three bytes at most. */
const isTooLarge = (value: string): boolean =>
  value.length * 3 > MAX_VALUE_BYTES && new TextEncoder().encode(value).length > MAX_VALUE_BYTES;

async function patiently(
  deps: Deps,
  event: LogEvent<'warn'>,
  write: () => Promise<void>,
): Promise<'done' | 'too_often' | 'refused'> {
  const options = { tries: WRITE_TRIES, tryMs: null, backoff, isPassing: isTooOften };
  try {
    await retry(deps, options, write);
    return 'done';
  } catch (error) {
    if (isTooOften(error)) return 'too_often';
    deps.log.warn(event, describe(error));
    return 'refused';
  }
}

/** `KV PUT failed: 429 Too Many Requests`: only the text tells. */
const isTooOften = (error: unknown): boolean =>
  error instanceof Error && /\b429\b/.test(error.message);

/** The status in KV's message is worth a line; the message itself could name the key. */
const describe = (error: unknown): { error: string; status?: number } => {
  const status = error instanceof Error ? /\b[45]\d\d\b/.exec(error.message)?.[0] : undefined;
  return {
    error: error instanceof Error ? error.name : typeof error,
    ...(status ? { status: Number(status) } : {}),
  };
};
