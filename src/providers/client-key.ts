import type { JWK } from 'jose';

/** What is wrong with a key as a setting has it; null where nothing is. A sentence's end. Pure. */
export function faultOfKey(key: string): string | null {
  if (key.startsWith('{')) {
    try {
      const { d, kty } = JSON.parse(key) as JWK;
      return typeof d === 'string' && typeof kty === 'string' ? null : 'is no private JWK';
    } catch {
      return 'is no JSON';
    }
  }
  if (key.startsWith('-----BEGIN PRIVATE KEY-----')) return null;
  return 'must be a private JWK, or a PEM that begins with "-----BEGIN PRIVATE KEY-----"; others are converted by: openssl pkcs8 -topk8 -nocrypt -in key.pem';
}
