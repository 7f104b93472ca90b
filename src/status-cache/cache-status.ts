/**
 * The Cache-Status header, RFC 9211. The list begins with the cache nearest to the origin (section
 * 2): KV, then memory. A tier that was not asked is not named.
 */

import { SECOND_MS } from '../time';
import { trustedUntil } from './freshness';
import type { Forward } from './memory';
import type { Snapshot } from './snapshot';

interface Passed {
  forward: Forward;
  stored: boolean;
  /** The tier could not be asked. */
  away?: boolean;
}

const seconds = (ms: number): number => Math.floor(ms / SECOND_MS);

const passed = (tier: 'memory' | 'kv', { forward, stored, away }: Passed): string =>
  `mooring-${tier}; fwd=${forward}${stored ? '; stored' : ''}${away ? '; detail=unavailable' : ''}`;

const hit = (tier: 'memory' | 'kv', ttlMs: number): string =>
  `mooring-${tier}; hit; ttl=${seconds(ttlMs)}`;

const ttlOf = (snapshot: Snapshot, now: number): number => trustedUntil(snapshot.freshUntil) - now;

export const cacheStatus = {
  memory: (ttlMs: number): string => hit('memory', ttlMs),

  kv: (snapshot: Snapshot, memoryForward: Forward, now: number): string =>
    `${hit('kv', ttlOf(snapshot, now))}, ${passed('memory', { forward: memoryForward, stored: true })}`,

  origin: (kv: Passed, memory: Passed): string =>
    `${passed('kv', kv)}, ${passed('memory', memory)}`,

  /** Past its time: section 2.3 has a negative ttl for that. */
  stale: (tier: 'memory' | 'kv', snapshot: Snapshot, now: number): string =>
    `${hit(tier, Math.min(ttlOf(snapshot, now), 0))}; detail=stale-if-error`,
};
