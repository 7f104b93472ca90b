/**
 * What a client signs to prove who it is (RFC 7523 3): with its private key, or with its secret.
 * Each is good for one request.
 */
import { exportJWK, importJWK, importPKCS8, type JWK, SignJWT } from 'jose';
import { AppError } from '../errors';
import type { ClientKey, OAuth2Client } from '../providers/types';
import { SECOND_MS } from '../time';

export interface Signing {
  now(): number;
  uuid(): string;
}

/**
 * A compact JWS.
 * @param more claims, also instead of `sub`
 * @param method `client_secret_jwt` signs with the secret, all others with the key
 * @throws AppError provider_not_configured, which quotes nothing of the key
 */
export async function signAssertion(
  { now, uuid }: Signing,
  { provider, clientId, clientSecret, clientKey }: OAuth2Client,
  method: string,
  audience: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { issuer = clientId, lifetimeSeconds, algorithm } = provider.clientAssertion;
  const issuedAt = Math.floor(now() / SECOND_MS);
  try {
    const signer =
      method === 'client_secret_jwt'
        ? { algorithm: algorithm ?? 'HS256', keyId: null, key: secretKey(clientSecret) }
        : await privateKey(clientKey, algorithm);
    return await new SignJWT({ sub: clientId, ...more })
      .setProtectedHeader({
        alg: signer.algorithm,
        ...(signer.keyId === null ? {} : { kid: signer.keyId }),
      })
      .setIssuer(issuer)
      .setAudience(audience)
      .setJti(uuid())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifetimeSeconds)
      .sign(signer.key);
  } catch {
    throw unusableKey(provider);
  }
}

/** Without its cause, which may quote the key. */
const unusableKey = ({ name }: OAuth2Client['provider']): AppError =>
  new AppError(
    'provider_not_configured',
    `the key of ${name}'s client cannot sign as its record wants it; see "clientAssertion"`,
  );

/**
 * The public part of the client's key, for its document.
 * @throws AppError provider_not_configured where there is no key that is of use
 */
export async function publicKeyOf({
  provider,
  clientKey,
}: OAuth2Client): Promise<Record<string, unknown> & { alg: string }> {
  try {
    const { algorithm: wanted } = provider.clientAssertion;
    const { algorithm, keyId, key } = await privateKey(clientKey, wanted, { extractable: true });
    const { kty, crv, x, y, n, e } = await exportJWK(key);
    return { kty, crv, x, y, n, e, use: 'sig', alg: algorithm, kid: keyId };
  } catch {
    throw unusableKey(provider);
  }
}

function secretKey(secret: string | null): Uint8Array {
  if (secret === null) throw new TypeError('no secret');
  return new TextEncoder().encode(secret);
}

async function privateKey(
  clientKey: ClientKey | undefined,
  wanted: string | undefined,
  options?: { extractable: boolean },
) {
  if (!clientKey) throw new TypeError('no key');
  const { key, keyId } = clientKey;
  if (!key.startsWith('{')) {
    const algorithm = wanted ?? 'RS256';
    return { algorithm, keyId, key: await importPKCS8(key, algorithm, options) };
  }
  const jwk: JWK = JSON.parse(key);
  const algorithm = wanted ?? jwk.alg ?? algorithmOf(jwk);
  const imported = await importJWK(jwk, algorithm, options);
  return { algorithm, keyId: keyId ?? jwk.kid ?? null, key: imported };
}

/** RFC 7518 3.1, by the curve. */
function algorithmOf({ kty, crv }: JWK): string {
  if (kty === 'OKP') return 'EdDSA';
  if (kty !== 'EC') return 'RS256';
  return { 'P-384': 'ES384', 'P-521': 'ES512' }[crv ?? ''] ?? 'ES256';
}
