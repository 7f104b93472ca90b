/** What a client signs, as a provider looks at it (RFC 7523 3). */
import type { Assertion, Sent, SimulatedClient } from './types.ts';

const algorithms = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  HS256: { name: 'HMAC', hash: 'SHA-256' },
} as const;

/** By client: each assertion is taken once. */
const seen = new WeakMap<SimulatedClient, Set<string>>();

/** Whether the request carries a good one that was not used before. */
export async function verified(
  { by, algorithm, audience, issuer }: Assertion,
  { params }: Sent,
  client: SimulatedClient,
  now: number,
  idParam: string,
): Promise<boolean> {
  const isSecret = by === 'signed_secret';
  const jwt = params.get(isSecret ? 'client_secret' : 'client_assertion') ?? '';
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  if (!isSecret && params.get('client_assertion_type') !== type) return false;
  if (isSecret && params.get(idParam) !== client.id) return false;
  const [header = '', payload = '', signature = '', ...rest] = jwt.split('.');
  if (signature === '' || rest.length > 0) return false;
  const { alg, kid } = JSON.parse(textIn(header));
  if (alg !== algorithm) return false;
  // Of several keys in a document, the name tells which it is.
  const { publicKey = {} } = client;
  if (by === 'private_key_jwt' && 'kid' in publicKey && kid !== publicKey.kid) return false;
  const key = await keyOf(algorithm, client);
  const signed = new TextEncoder().encode(`${header}.${payload}`);
  const isSigned = await crypto.subtle.verify(
    algorithms[algorithm],
    key,
    bytesIn(signature),
    signed,
  );
  const { iss, sub, aud, exp, iat, jti } = JSON.parse(textIn(payload));
  const seconds = now / 1000;
  const used = seen.get(client) ?? new Set();
  seen.set(client, used);
  const isFresh = typeof jti === 'string' && !used.has(jti) && iat <= seconds + 5 && exp > seconds;
  if (isSigned) used.add(jti);
  return (
    isSigned && isFresh && iss === (issuer ?? client.id) && sub === client.id && aud === audience
  );
}

const keyOf = (algorithm: Assertion['algorithm'], client: SimulatedClient): Promise<CryptoKey> =>
  algorithm === 'HS256'
    ? crypto.subtle.importKey(
        'raw',
        new TextEncoder().encode(client.secret),
        algorithms.HS256,
        false,
        ['verify'],
      )
    : crypto.subtle.importKey(
        'jwk',
        client.publicKey ?? { kty: 'none' },
        algorithms[algorithm],
        false,
        ['verify'],
      );

const bytesIn = (part: string): Uint8Array =>
  Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );

const textIn = (part: string): string => new TextDecoder().decode(bytesIn(part));
