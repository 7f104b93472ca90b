/**
 * ETags of answers, RFC 9110 section 8.8.3. Weak: `asOf` and `freshUntil` are served, but not part
 * of what is hashed.
 */

/**
 * Two sums after FNV-1a, with multipliers of their own. Not cryptographic, and so without waiting: it
 * tells the answers of one URL to one user apart, and nobody gains by making two of them look alike.
 */
export function etagOf(text: string): string {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
  }
  return `W/"${hex(a)}${hex(b)}"`;
}

const hex = (bits: number): string => (bits >>> 0).toString(16).padStart(8, '0');

/** RFC 9110 section 13.1.2: weak comparison, a list, or `*` for whatever there is. */
export function matchesEtag(ifNoneMatch: string | null | undefined, etag: string): boolean {
  if (ifNoneMatch === null || ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag));
}
