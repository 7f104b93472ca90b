/** ETags of answers, RFC 9110 section 8.8.3. Weak: they are of the part of an answer that lasts. */
import { base64url } from 'jose';
import { sha256 } from '../crypto';

/** 128 bits of SHA-256. */
export const etagOf = async (text: string): Promise<string> =>
  `W/"${base64url.encode((await sha256(text)).subarray(0, 16))}"`;

/** RFC 9110 section 13.1.2: weak comparison, a list, or `*` for whatever there is. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag));
}
