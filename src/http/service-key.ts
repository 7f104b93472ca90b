/**
 * Service keys: only their SHA-256 is configured. The digest of what was presented is compared in
 * constant time with every configured one, without stopping at a match, so that neither a key's
 * content nor its place in the list shows in the time.
 */
import { lte } from 'drizzle-orm';
import { BoundedCache } from '../caches';
import { hex, isEqual, sha256 } from '../crypto';
import type { Database } from '../db/client';
import { inJson } from '../db/conditions';
import { serviceKeys } from '../db/schema';
import type { Deps } from '../deps';
import type { ServiceKey } from '../rights';
import { DAY_MS } from '../time';

/** The key that was presented, or null. */
export async function matchServiceKey(
  presented: string,
  keys: readonly ServiceKey[],
): Promise<ServiceKey | null> {
  const digest = hex(await sha256(presented));
  let found: ServiceKey | null = null;
  for (const key of keys) {
    if (isEqual(digest, key.sha256)) found = key;
  }
  return found;
}

/** By name: those whose use this isolate has noted within the day. */
const noted = () => new BoundedCache<true>(100);

/** So that an operator finds keys that nobody uses. Once a day at most, and after the reply. */
export function noteKeyUse(deps: Deps, name: string): void {
  const { caches, db, log, waitUntil } = deps;
  const now = deps.now();
  if (caches.of(noted).get(name, now)) return;
  caches.of(noted).set(name, true, now + DAY_MS);
  // Another isolate may have noted it today.
  const written = db
    .insert(serviceKeys)
    .values({ name, lastUsedAt: now })
    .onConflictDoUpdate({
      target: serviceKeys.name,
      set: { lastUsedAt: now },
      setWhere: lte(serviceKeys.lastUsedAt, now - DAY_MS),
    });
  waitUntil(
    written.then(
      () => {},
      (error) => log.warn('service_key.use_not_recorded', { key: name }, error),
    ),
  );
}

/**
 * When these keys were last used, ms, by name; those that never were are missing. Throws what D1
 * throws.
 */
export async function lastUsesOf(
  db: Database,
  names: readonly string[],
): Promise<Map<string, number>> {
  const rows = await db.select().from(serviceKeys).where(inJson(serviceKeys.name, names));
  return new Map(rows.map(({ name, lastUsedAt }) => [name, lastUsedAt]));
}
