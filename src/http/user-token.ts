/**
 * User JWTs, checked by jose. The algorithm follows from the configuration, never from the token;
 * `jku`, `x5u` and `jwk` in a header are not looked at, unknown `crit` is refused (RFC 7515
 * 4.1.11).
 */
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { UserAuth } from '../config';
import { hmac, importedOnce } from '../crypto';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { verifyWithKeys } from '../oauth/jwks';
import { MINUTE_MS, SECOND_MS } from '../time';
import { userIdSchema } from './validate';

/** With a JWKS, whose keys can be withdrawn: then a token must be verified anew. */
const JWKS_PROOF_MS = 2 * MINUTE_MS;

/**
 * The verified user and until when this proof may be remembered, ms; or in words for the caller why
 * the token is refused.
 *
 * @throws AppError unavailable when the JWKS cannot be had
 */
export async function verifyUserToken(
  token: string,
  deps: Deps,
): Promise<{ userId: string; until: number } | string> {
  const auth = deps.config.userAuth;
  if (!auth) return 'user tokens are not accepted here';
  const now = deps.now();
  const payload = await verify(token, auth, deps);
  if (typeof payload === 'string') return payload;
  const userId = userIdSchema.safeParse(payload.sub);
  if (!userId.success) return 'the token names no usable user in "sub"';
  // jose gives `exp` the tolerance too, and `iat` no check but that it is a number.
  const expiresAt = (payload.exp ?? 0) * SECOND_MS;
  if (expiresAt <= now) return 'the token has run out';
  if (((payload.iat ?? 0) - auth.clockToleranceSeconds) * SECOND_MS > now) {
    return 'the token\'s "iat" does not fit';
  }
  const until = auth.kind === 'secret' ? expiresAt : Math.min(expiresAt, now + JWKS_PROOF_MS);
  return { userId: userId.data, until };
}

async function verify(token: string, auth: UserAuth, deps: Deps): Promise<JWTPayload | string> {
  const options = {
    algorithms: auth.algorithms,
    requiredClaims: ['exp', 'sub'],
    currentDate: new Date(deps.now()),
    clockTolerance: auth.clockToleranceSeconds,
    ...(auth.issuer ? { issuer: auth.issuer } : {}),
    ...(auth.audience ? { audience: auth.audience } : {}),
  };
  try {
    return auth.kind === 'secret'
      ? (await jwtVerify(token, await deps.caches.of(hs256Keys)(auth.secret), options)).payload
      : (await verifyWithKeys(auth.url, deps, (keys) => jwtVerify(token, keys, options))).payload;
  } catch (error) {
    if (error instanceof AppError) throw error;
    // jose's own messages may quote the token; its codes do not.
    if (error instanceof errors.JWTExpired) return 'the token has run out';
    if (error instanceof errors.JWTClaimValidationFailed) {
      return `the token's "${claims.has(error.claim) ? error.claim : 'claims'}" does not fit`;
    }
    if (error instanceof errors.JOSEError) return 'the token is not valid';
    // Of WebCrypto or jose, for a key that is no point of its curve, or shorter than 2048 bits
    // (RSA).
    if (auth.kind === 'jwks') return 'the key of this token cannot be used';
    throw error;
  }
}

/** The secret as a key. By itself jose imports it for each token. */
const hs256Keys = () => importedOnce(hmac, ['verify']);

const claims = new Set(['iss', 'aud', 'sub', 'exp', 'nbf', 'iat']);
