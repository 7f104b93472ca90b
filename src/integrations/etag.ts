/** ETags of answers, RFC 9110 section 8.8.3. Weak: they are of the part of an answer that lasts. */

/**
 * 64 bits that tell a user's successive answers apart; nobody is kept from making two texts that
 * share them. By hand: SHA-256, of which WebCrypto makes a promise, was a sixth of a hit in KV.
 */
export function etagOf(text: string): string {
  let a = 0x9e3779b9;
  let b = 0x7f4a7c15;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    // Each step can be undone, so that what two texts differ in is not lost on the way.
    a = Math.imul(a ^ unit, 0x85ebca6b);
    a ^= a >>> 15;
    b = Math.imul(b ^ unit, 0xc2b2ae35);
    b ^= b >>> 13;
  }
  return `W/"${hex32(a)}${hex32(b)}"`;
}

const hex32 = (bits: number): string => (bits >>> 0).toString(16).padStart(8, '0');

/** RFC 9110 section 13.1.2: weak comparison, a list, or `*` for whatever there is. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag));
}
