/** What an operator may see of the tiers. */
import * as z from 'zod';
import type { Deps } from '../deps';
import { listKv, putsArePaused } from './kv';

export const cacheStatsSchema = z
  .object({
    memory: z
      .object({
        size: z.int(),
        active: z.int(),
        expired: z.int(),
        hits: z.int(),
        misses: z.int(),
      })
      .describe('Of the isolate that answers; every isolate has its own.'),
    kv: z.object({
      size: z.int().nullable().describe('Keys that were counted; null when KV is away.'),
      truncated: z.boolean().describe('There are more.'),
      hits: z.int().describe('Of the isolate that answers.'),
      misses: z.int().describe('Of the isolate that answers.'),
      putsPaused: z.boolean().describe('KV refused a put within the last five minutes.'),
    }),
  })
  .meta({
    id: 'CacheStats',
  });

export type CacheStats = z.output<typeof cacheStatsSchema>;

/** One page of a listing. */
const COUNT_AT_MOST = 1_000;

export async function cacheStats(deps: Deps): Promise<CacheStats> {
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
