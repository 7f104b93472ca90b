/** PKCE, method S256 (RFC 7636 4.2). The verifier is one of our random secrets. */
import { base64url } from 'jose';

export async function codeChallengeOf(verifier: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return base64url.encode(new Uint8Array(hash));
}
