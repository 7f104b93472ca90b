/**
 * Service keys: only their SHA-256 is configured. The digest of what was presented is compared in
 * constant time with every configured one, without stopping at a match, so that neither a key's
 * content nor its place in the list shows in the time.
 */
import type { ServiceKey } from '../config';

const encoder = new TextEncoder();

/** The name of the key that was presented, or null. */
export async function matchServiceKey(
  presented: string,
  keys: readonly ServiceKey[],
): Promise<string | null> {
  const digest = await crypto.subtle.digest('SHA-256', encoder.encode(presented));
  const hex = encoder.encode(
    Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join(''),
  );
  let name: string | null = null;
  for (const key of keys) {
    if (crypto.subtle.timingSafeEqual(hex, encoder.encode(key.sha256))) name = key.name;
  }
  return name;
}
