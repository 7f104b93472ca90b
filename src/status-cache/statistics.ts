/** What an operator may see of the tiers. */
import type { Deps } from '../deps';
import { listKv, putsArePaused } from './kv';
import type { MemoryStats } from './memory';

export interface CacheStats {
  /** Of the isolate that answers; every isolate has its own. */
  memory: MemoryStats;
  /** `size`: null when KV is away. `hits`, `misses`, `putsPaused`: of the isolate that answers. */
  kv: {
    size: number | null;
    /** There are more keys than were counted. */
    truncated: boolean;
    hits: number;
    misses: number;
    putsPaused: boolean;
  };
}

/** One page of a listing. */
const COUNT_AT_MOST = 1_000;

export async function cacheStats(
  deps: Pick<Deps, 'kv' | 'memory' | 'now' | 'log'>,
): Promise<CacheStats> {
  const listed = await listKv(deps, COUNT_AT_MOST);
  const { hits, misses } = deps.memory.kv;
  return {
    memory: deps.memory.stats(deps.now()),
    kv: {
      size: listed?.keys.length ?? null,
      truncated: listed?.truncated ?? false,
      hits,
      misses,
      putsPaused: putsArePaused(deps),
    },
  };
}
