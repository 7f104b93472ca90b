/** The S256 challenge of a code verifier, base64url (RFC 7636 4.2). Only the challenge travels. */
import { calculatePKCECodeChallenge } from 'oauth4webapi';

export const codeChallengeOf = (verifier: string): Promise<string> =>
  calculatePKCECodeChallenge(verifier);
