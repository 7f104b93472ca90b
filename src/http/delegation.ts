/**
 * Delegations: tokens for one user, with some of the rights of the service key that made them. For
 * agents, jobs and front ends that only read and call.
 *
 * A token is `mdel_` and a JWT (HS256, a `typ` and an audience of its own), signed under a sub-key
 * of the vault into which the hash of the service key goes. So it ends with its key, also where
 * another key takes the same name, and holds no hash that could be tried. Its rights and providers
 * are its own or the key's as it is now, whichever is less.
 *
 * Nothing is stored of it. To end a user's delegations, the time is noted: those of before are
 * refused from then on. Reads look that up once a minute.
 */
import { eq } from 'drizzle-orm';
import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';
import { BoundedCache } from '../caches';
import { hashSecret } from '../crypto';
import { type Database, d1Read, d1Write } from '../db/client';
import { excluded, greatest, plus } from '../db/expressions';
import { endedDelegations } from '../db/schema';
import type { Deps } from '../deps';
import { intersection, type Permissions, type ServiceKey } from '../rights';
import { MINUTE_MS, SECOND_MS } from '../time';
import { userIdSchema } from './validate';

export const delegationRights = ['read', 'call'] as const;
type DelegationRight = (typeof delegationRights)[number];

export const DELEGATION_PREFIX = 'mdel_';

const TYP = 'mooring-delegation+jwt';
const audienceOf = ({ publicUrl }: Deps['config']): string => `${publicUrl}#delegation`;
/** The sub-key's: one for each service key. */
const purposeOf = ({ sha256 }: ServiceKey): string => `delegation/${sha256}`;

/** How late cached reads follow an ending. */
const ENDING_KNOWN_MS = MINUTE_MS;

export interface Delegation extends Permissions {
  userId: string;
  /** Of the service key that made it. */
  name: string;
  /** ms */
  issuedAt: number;
  /** ms */
  expiresAt: number;
}

/** What the JWT says besides its time. */
const claimsSchema = z.object({
  sub: userIdSchema,
  iat: z.number(),
  exp: z.number(),
  rights: z.array(z.enum(delegationRights)),
  /** null: all that the key has. */
  providers: z.array(z.string()).nullable(),
});

/**
 * @param key which makes it; that it has these rights and providers is the caller's to check
 * @throws what D1 throws
 */
export async function createDelegation(
  deps: Deps,
  key: ServiceKey,
  userId: string,
  {
    rights,
    providers,
    expiresInSeconds,
  }: {
    rights: readonly DelegationRight[];
    providers: readonly string[] | null;
    expiresInSeconds: number;
  },
): Promise<{ token: string; expiresAt: number }> {
  // Later than the last ending, also within its millisecond.
  const issuedAt = Math.max(deps.now(), (await readEnding(deps, userId)) + 1);
  const expiresAt = Math.floor(issuedAt / SECOND_MS) + expiresInSeconds;
  const { kid, key: secret } = await deps.config.keyring.sealingKey(purposeOf(key));
  const jwt = await new SignJWT({
    rights: [...new Set(rights)],
    providers: providers && [...providers],
  })
    .setProtectedHeader({ alg: 'HS256', typ: TYP, kid, key: key.name })
    .setAudience(audienceOf(deps.config))
    .setSubject(userId)
    // A NumericDate may have a fraction (RFC 7519 section 2): an ending is told from it by
    // milliseconds.
    .setIssuedAt(issuedAt / SECOND_MS)
    .setExpirationTime(expiresAt)
    .sign(secret);
  return { token: DELEGATION_PREFIX + jwt, expiresAt: expiresAt * SECOND_MS };
}

/**
 * What it allows now; or in words for the caller why it is refused. Whether it was ended is another
 * question (`lastEnding`).
 */
export async function verifyDelegation(token: string, deps: Deps): Promise<Delegation | string> {
  const { config } = deps;
  let madeBy: ServiceKey | undefined;
  const signingKey = async ({ kid, key: name }: JWTHeaderParameters) => {
    madeBy = config.serviceKeys.find((key) => key.name === name);
    const secret =
      madeBy && typeof kid === 'string'
        ? await config.keyring.openingKey(kid, purposeOf(madeBy))
        : undefined;
    if (!secret) throw new errors.JWKSNoMatchingKey();
    return secret;
  };
  try {
    const { payload } = await jwtVerify(token.slice(DELEGATION_PREFIX.length), signingKey, {
      algorithms: ['HS256'],
      typ: TYP,
      audience: audienceOf(config),
      requiredClaims: ['sub', 'iat', 'exp'],
      currentDate: new Date(deps.now()),
    });
    const claims = claimsSchema.safeParse(payload);
    if (!madeBy || !claims.success) return 'the delegation is not valid, or its key is gone';
    const { rights, providers } = madeBy;
    const { sub, iat, exp, rights: own, providers: only } = claims.data;
    return {
      userId: sub,
      name: madeBy.name,
      issuedAt: Math.round(iat * SECOND_MS),
      expiresAt: exp * SECOND_MS,
      rights: new Set(own.filter((right) => rights.has(right))),
      providers: intersection(only && new Set(only), providers),
    };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'the delegation has run out';
    // Nobody is to learn the names of keys from which of both it is.
    if (error instanceof errors.JOSEError) return 'the delegation is not valid, or its key is gone';
    throw error;
  }
}

/** By user id: when that user's delegations were last ended, ms; 0: never. */
const endings = () => new BoundedCache<number>(10_000);

/**
 * When this user's delegations were last ended, ms; 0: never. As it was a minute ago, or later.
 * @throws what D1 throws, and DeadlineError
 */
export async function lastEnding(deps: Deps, userId: string): Promise<number> {
  const { caches, now } = deps;
  const askedAt = now();
  const known = caches.of(endings).get(userId, askedAt);
  if (known !== undefined) return known;
  return rememberEnding(deps, userId, await readEnding(deps, userId), askedAt);
}

/** One that this isolate has written meanwhile is not forgotten. */
function rememberEnding({ caches, now }: Deps, userId: string, endedAt: number, since: number) {
  const remembered = caches.of(endings);
  const latest = Math.max(endedAt, remembered.get(userId, now()) ?? 0);
  remembered.set(userId, latest, since + ENDING_KNOWN_MS);
  return latest;
}

async function readEnding({ db }: Deps, userId: string): Promise<number> {
  const rows = await d1Read(endingQuery(db, await hashOf(userId)));
  return rows[0]?.endedAt ?? 0;
}

/** For who asks the primary anyway. @param userHash of `hashOf` */
export const endingQuery = (db: Database, userHash: string) =>
  db
    .select({ endedAt: endedDelegations.endedAt })
    .from(endedDelegations)
    .where(eq(endedDelegations.userHash, userHash));

/** The user as `ended_delegations` knows it: the row outlives an erasure. */
export const hashOf = (userId: string): Promise<string> => hashSecret(`delegation:${userId}`);

/**
 * A statement after which no delegation that was made until `now` is taken, nor one of this
 * millisecond that came after an earlier ending.
 */
export const endingOf = (db: Database, userHash: string, now: number) =>
  db
    .insert(endedDelegations)
    .values({ userHash, endedAt: now })
    .onConflictDoUpdate({
      target: endedDelegations.userHash,
      set: {
        endedAt: greatest(plus(endedDelegations.endedAt, 1), excluded(endedDelegations.endedAt)),
      },
    })
    .returning({ endedAt: endedDelegations.endedAt });

/** Of a user, at once in this isolate. @throws what D1 throws */
export async function endDelegations(deps: Deps, userId: string): Promise<void> {
  const ending = endingOf(deps.db, await hashOf(userId), deps.now());
  noteEnding(deps, userId, await d1Write(ending));
}

/** What an `endingOf` returned. */
export function noteEnding(
  deps: Deps,
  userId: string,
  [ended]: readonly { endedAt: number }[],
): void {
  if (ended) rememberEnding(deps, userId, ended.endedAt, deps.now());
}
