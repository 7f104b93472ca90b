/**
 * User JWTs, checked by jose. The algorithm follows from the configuration, never from the token;
 * `jku`, `x5u` and `jwk` in a header are not looked at, unknown `crit` is refused (RFC 7515 4.1.11).
 *
 * Verified tokens are remembered in this isolate, refusals are not: until they run out, but for two
 * minutes where the keys come from a JWKS. So a key taken out of it stops working after that, not at
 * once.
 */
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Config, UserAuth } from '../config';
import type { Deps } from '../deps';
import { jwksKeys } from './jwks';
import { userIdSchema } from './validate';

/** With a JWKS, whose keys can be withdrawn: then a token must be verified anew. */
const REMEMBER_MS = 120_000;
/** Some 3 MB. */
const REMEMBER_MOST = 10_000;
/** The issuer's clock may be a little ahead of ours (`nbf`). `exp` is held to the letter. */
const CLOCK_TOLERANCE_SECONDS = 5;

interface Verified {
  userId: string;
  /** ms */
  until: number;
}

/** Per configuration, so that a change of keys starts with nothing remembered. */
const remembered = new WeakMap<Config, Map<string, Verified>>();

type TokenDeps = Pick<Deps, 'config' | 'fetch' | 'now'>;

/** The user of a token that was verified here a short while ago; null: it has to be verified. */
export function rememberedUser(
  token: string,
  { config, now }: Pick<TokenDeps, 'config' | 'now'>,
): string | null {
  const known = cacheOf(config).get(token);
  return known && known.until > now() ? known.userId : null;
}

/**
 * The verified user, or in words for the caller why not.
 * @throws AppError unavailable when the JWKS cannot be had
 */
export async function verifyUserToken(
  token: string,
  deps: TokenDeps,
): Promise<{ userId: string } | string> {
  const auth = deps.config.userAuth;
  if (!auth) return 'user tokens are not accepted here';
  const known = rememberedUser(token, deps);
  if (known !== null) return { userId: known };
  const now = deps.now();
  const payload = await verify(token, auth, deps);
  if (typeof payload === 'string') return payload;
  const userId = userIdSchema.safeParse(payload.sub);
  if (!userId.success) return 'the token names no usable user in "sub"';
  const expiresAt = (payload.exp ?? 0) * 1000;
  if (expiresAt <= now) return 'the token has run out';

  const cache = cacheOf(deps.config);
  const until = auth.kind === 'secret' ? expiresAt : Math.min(expiresAt, now + REMEMBER_MS);
  cache.set(token, { userId: userId.data, until });
  if (cache.size > REMEMBER_MOST) {
    const oldest = cache.keys().next();
    if (!oldest.done) cache.delete(oldest.value);
  }
  return { userId: userId.data };
}

async function verify(
  token: string,
  auth: UserAuth,
  deps: TokenDeps,
): Promise<JWTPayload | string> {
  const options = {
    algorithms: auth.kind === 'secret' ? ['HS256'] : ['RS256', 'ES256', 'EdDSA'],
    requiredClaims: ['exp', 'sub'],
    currentDate: new Date(deps.now()),
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    ...(auth.issuer ? { issuer: auth.issuer } : {}),
    ...(auth.audience ? { audience: auth.audience } : {}),
  };
  const key: JWTVerifyGetKey =
    auth.kind === 'secret' ? async () => auth.secret : jwksKeys(auth.url, deps);
  try {
    return (await jwtVerify(token, key, options)).payload;
  } catch (error) {
    // jose's own messages may quote the token; its codes do not.
    if (error instanceof errors.JWTExpired) return 'the token has run out';
    if (error instanceof errors.JWTClaimValidationFailed) {
      return `the token's "${claims.has(error.claim) ? error.claim : 'claims'}" does not fit`;
    }
    if (error instanceof errors.JWKSMultipleMatchingKeys) return 'the token names no key ("kid")';
    if (error instanceof errors.JOSEError) return 'the token is not valid';
    throw error;
  }
}

const claims = new Set(['iss', 'aud', 'sub', 'exp', 'nbf', 'iat']);

function cacheOf(config: Config): Map<string, Verified> {
  const known = remembered.get(config);
  if (known) return known;
  const cache = new Map<string, Verified>();
  remembered.set(config, cache);
  return cache;
}
