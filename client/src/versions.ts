import { LruMap } from './lru.ts';

/**
 * The newest version that this client has seen of each user's integrations (`Consistency-Token`).
 * It goes out with each later read, so that no answer is older than one before it.
 *
 * Write one of your own to share versions between processes, for example over Redis:
 *
 * @example
 * const versions: VersionStore = {
 *   get: async (userId) => Number(await redis.get(`mooring:${userId}`)) || undefined,
 *   set: (userId, version) => redis.eval(KEEP_THE_GREATER, [`mooring:${userId}`], [version]),
 * };
 */
export interface VersionStore {
  /** Undefined: none is known. */
  get(userId: string): number | undefined | Promise<number | undefined>;
  /** Keeps the greater of the two, whatever the order in which they come. */
  set(userId: string, version: number): unknown;
}

/**
 * Versions in this process's memory, the default store.
 *
 * @param limit how many users are remembered; of others, reads are as old as the caches allow
 * @example
 * const versions = memoryVersions();
 * const read = createMooring({ baseUrl, token: readKey, versions });
 * const write = createMooring({ baseUrl, token: writeKey, versions });
 */
export function memoryVersions(limit = 10_000) {
  const versions = new LruMap<number>(limit);
  return {
    get: (userId: string): number | undefined => versions.get(userId),
    set(userId: string, version: number): void {
      versions.set(userId, Math.max(version, versions.get(userId) ?? 0));
    },
  } satisfies VersionStore;
}
