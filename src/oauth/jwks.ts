/**
 * Public keys from a JWKS URL, of user JWTs (AUTH_JWKS_URL) and of signed profiles: jose's remote
 * set, with a fetch of our own under it. By itself jose asks the server again for every token while
 * it is down, and makes that a 401.
 *
 * - No token is verified by keys older than ten minutes while the server answers, and a verified
 * token
 *   is remembered for two (user-token.ts): so a key that was taken out of the set works for twelve
 *   minutes at most. From the eighth minute on keys are loaded anew in the background, so that with
 *   steady traffic no request waits for them.
 * - While the server is down the old keys go on for a day.
 * - An unknown `kid` loads them anew at most every 30 s, so a flood of made-up ones floods nobody.
 * - An entry that is no key is left out, and the others are used.
 * - After a failure nothing is fetched for 5 s. One fetch at a time, the others wait for its keys.
 */
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';
import { BoundedCache, type Caches } from '../caches';
import { AppError } from '../errors';
import { poll, type Timing } from '../retry';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../time';
import { send } from './send';

const RELOAD_MS = 8 * MINUTE_MS;
const MAX_AGE_MS = 10 * MINUTE_MS;
const MAX_AGE_WHEN_DOWN_MS = DAY_MS;
const COOLDOWN_MS = 30 * SECOND_MS;
const FAILURE_MS = 5 * SECOND_MS;
const TIMEOUT_MS = 5 * SECOND_MS;
const MAX_BYTES = 262_144;
/**
 * Anybody can send a token without `kid`. To check a signature takes 0.1 ms (RS256) to 2 ms (ES512)
 * of CPU, and the free plan has 10 ms for a request.
 */
const MAX_KEYS_TRIED = 5;
const polling = { firstMs: 50, factor: 1, longestMs: 50, jitter: 0 };

/** The keys at one URL, as this isolate knows them. Times in ms. */
interface KeySet {
  remote: ReturnType<typeof createRemoteJWKSet>;
  /** The keys of the server's last answer that was a set of keys, as JSON. */
  body: string;
  fetchedAt: number;
  failedAt: number;
  /**
   * A fetch is under way until then at the latest: its request may be gone, and the fetch with it.
   */
  busyUntil: number;
}

/** By URL. Users may name servers that sign profiles, and a set may have 256 KiB. */
const keySets = () => new BoundedCache<KeySet>(20);

const jwkSchema = z.looseObject({ kty: z.string() });

/** Without the entries that are no keys. There must be one that is. */
const jwksSchema = z.object({
  keys: z
    .array(z.unknown())
    .transform((keys) => keys.filter((key) => jwkSchema.safeParse(key).success))
    .refine((keys) => keys.length > 0),
});

export interface JwksDeps extends Timing {
  caches: Caches;
  fetch: typeof fetch;
  waitUntil(work: Promise<unknown>): void;
}

/**
 * `verify` with the keys of that URL. Where several fit a token's header (no `kid`, or one that two
 * keys have), each is tried. It throws AppError unavailable, jose's errors, or WebCrypto's where
 * the key cannot be imported.
 */
export async function verifyWithKeys<T>(
  url: string,
  deps: JwksDeps,
  verify: (keys: JWTVerifyGetKey) => Promise<T>,
): Promise<T> {
  try {
    return await verify(keysAt(url, deps));
  } catch (several) {
    if (!(several instanceof errors.JWKSMultipleMatchingKeys)) throw several;
    let tried = 0;
    // Keys that cannot be imported are not among them.
    for await (const key of several) {
      if (++tried > MAX_KEYS_TRIED) break;
      try {
        return await verify(async () => key);
      } catch (error) {
        // Claims are checked after the signature: their errors are the token's, not the key's.
        const isOfKey =
          error instanceof errors.JWSSignatureVerificationFailed || error instanceof TypeError;
        if (!isOfKey) throw error;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** What jose asks for a token's key. */
const keysAt =
  (url: string, deps: JwksDeps): JWTVerifyGetKey =>
  async (header, token) => {
    const set = keySetOf(url, deps);
    const now = deps.now();
    const age = now - set.fetchedAt;
    const isDown = set.failedAt > set.fetchedAt;
    if (age >= MAX_AGE_WHEN_DOWN_MS) await set.remote.reload();
    else if (age >= MAX_AGE_MS && !isDown) await set.remote.reload().catch(() => {});
    else if (age >= RELOAD_MS && now >= set.busyUntil) {
      deps.waitUntil(set.remote.reload().catch(() => {}));
    }
    return set.remote(header, token);
  };

function keySetOf(url: string, deps: JwksDeps): KeySet {
  const sets = deps.caches.of(keySets);
  const known = sets.get(url, deps.now());
  if (known) return known;
  const { fetch, now, random, sleep } = deps;
  const never = Number.NEGATIVE_INFINITY;
  const set: KeySet = {
    remote: createRemoteJWKSet(new URL(url), {
      // Ages are judged here, by the clock of Deps.
      cacheMaxAge: Number.POSITIVE_INFINITY,
      cooldownDuration: 0,
      [customFetch]: () => load(set, url, { fetch, now, random, sleep }),
    }),
    body: '',
    fetchedAt: never,
    failedAt: never,
    busyUntil: never,
  };
  sets.set(url, set);
  return set;
}

/**
 * The set of keys: from the server, or what another request has just got from there.
 * @throws AppError unavailable
 */
async function load(
  set: KeySet,
  url: string,
  deps: Timing & { fetch: typeof fetch },
): Promise<Response> {
  // Another request's promise must not be awaited here; its result can be read.
  const turn = await poll(deps, { until: deps.now() + TIMEOUT_MS, backoff: polling }, async () => {
    if (deps.now() < set.busyUntil) return null;
    set.busyUntil = deps.now() + TIMEOUT_MS;
    return deps.now();
  });
  if (turn === null) throw unavailable();
  const reply =
    turn - set.failedAt < FAILURE_MS || turn - set.fetchedAt < COOLDOWN_MS
      ? null
      : await send(
          deps.fetch,
          { url, init: { headers: { Accept: 'application/json' } } },
          { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
        );
  set.busyUntil = turn;
  const body = reply?.kind === 'reply' && reply.status === 200 ? keysOf(reply.body) : null;
  if (body !== null) {
    set.body = body;
    set.fetchedAt = turn;
  } else if (reply) {
    set.failedAt = turn;
  }
  if (turn - set.failedAt < FAILURE_MS) throw unavailable();
  return new Response(set.body);
}

/** The set without what is no key, as JSON; null where it is no set. */
function keysOf(body: string): string | null {
  try {
    return JSON.stringify(jwksSchema.parse(JSON.parse(body)));
  } catch {
    return null;
  }
}

function unavailable(): AppError {
  return new AppError('unavailable', 'the keys that verify tokens cannot be had at the moment', {
    retryAfter: FAILURE_MS / SECOND_MS,
  });
}
