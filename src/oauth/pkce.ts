/** PKCE, method S256 (RFC 7636 4.2). The verifier is one of our random secrets. */
import { base64url } from 'jose';
import { sha256 } from '../crypto';

export const codeChallengeOf = async (verifier: string): Promise<string> =>
  base64url.encode(await sha256(verifier));
