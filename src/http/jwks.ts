/**
 * The public keys of user JWTs, from AUTH_JWKS_URL, kept per isolate. Not jose's own remote set:
 * that one asks again for every token while the server is down.
 *
 * - Keys are fetched anew after ten minutes; while the server is down the old ones go on for a day.
 * - An unknown `kid` fetches anew at most every 30 s, so a flood of made-up ones floods nobody.
 * - After a failure nothing is fetched for 5 s; one fetch at a time, the others wait for its keys.
 */

import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { send } from '../oauth/send';
import { DAY_MS } from '../time';

const KEEP_MS = 600_000;
const KEEP_WHEN_DOWN_MS = DAY_MS;
const COOLDOWN_MS = 30_000;
const RETRY_MS = 5000;
const TIMEOUT_MS = 5000;
const MAX_BYTES = 262_144;

/** The keys at one URL, as this isolate knows them. Times in ms. */
interface KeySet {
  find: ReturnType<typeof createLocalJWKSet> | null;
  fetchedAt: number;
  triedAt: number;
  /** The last try brought no keys. */
  failed: boolean;
  /** A fetch is under way until then at the latest (its request may be cancelled). */
  busyUntil: number;
}

const sets = new Map<string, KeySet>();

const jwksSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string() })).min(1),
});

type JwksDeps = Pick<Deps, 'fetch' | 'now'>;

/** What jose asks for a token's key. It throws AppError unavailable, or jose's errors. */
export function jwksKeys(url: string, deps: JwksDeps): JWTVerifyGetKey {
  return async (header, token) => {
    const set = setOf(url);
    if (!set.find) await renewOrWait(set, url, deps, RETRY_MS);
    else if (deps.now() - set.fetchedAt >= KEEP_MS) await renew(set, url, deps, RETRY_MS);
    if (!set.find || deps.now() - set.fetchedAt >= KEEP_WHEN_DOWN_MS) throw unavailable();
    try {
      return await set.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await renewOrWait(set, url, deps, COOLDOWN_MS);
      // The key may be a new one that we could not get.
      if (set.failed) throw unavailable();
      return await set.find(header, token);
    }
  };
}

/** Fetches, unless that was tried less than `pause` ms ago or is under way. */
async function renew(set: KeySet, url: string, deps: JwksDeps, pause: number): Promise<void> {
  const now = deps.now();
  if (now - set.triedAt < pause || now < set.busyUntil) return;
  set.triedAt = now;
  set.busyUntil = now + TIMEOUT_MS;
  const reply = await send(
    deps.fetch,
    { url, init: { headers: { Accept: 'application/json' } } },
    { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
  );
  const jwks = reply.kind === 'reply' && reply.status === 200 ? readJwks(reply.body) : null;
  set.busyUntil = 0;
  set.failed = !jwks;
  if (jwks) {
    set.find = createLocalJWKSet(jwks);
    set.fetchedAt = now;
  }
}

async function renewOrWait(set: KeySet, url: string, deps: JwksDeps, pause: number): Promise<void> {
  // Another request's promise must not be awaited here; its result can be looked at.
  for (let waited = 0; deps.now() < set.busyUntil && waited < TIMEOUT_MS; waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await renew(set, url, deps, pause);
}

function readJwks(body: string): JSONWebKeySet | null {
  try {
    return jwksSchema.parse(JSON.parse(body));
  } catch {
    return null;
  }
}

function setOf(url: string): KeySet {
  const known = sets.get(url);
  if (known) return known;
  const never = Number.NEGATIVE_INFINITY;
  const set = { find: null, fetchedAt: never, triedAt: never, failed: false, busyUntil: 0 };
  sets.set(url, set);
  return set;
}

function unavailable(): AppError {
  return new AppError('unavailable', 'the keys of user tokens cannot be had at the moment', {
    retryAfter: RETRY_MS / 1000,
  });
}
