/**
 * Service keys: only their SHA-256 is configured. The digest of what was presented is compared in
 * constant time with every configured one, without stopping at a match, so that neither a key's
 * content nor its place in the list shows in the time.
 */
import { isEqual, sha256 } from '../crypto';
import type { ServiceKey } from '../rights';

/** The key that was presented, or null. */
export async function matchServiceKey(
  presented: string,
  keys: readonly ServiceKey[],
): Promise<ServiceKey | null> {
  const hex = toHex(await sha256(presented));
  let found: ServiceKey | null = null;
  for (const key of keys) {
    if (isEqual(hex, key.sha256)) found = key;
  }
  return found;
}

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
