/**
 * Limits per user, by the platform's own limiter: approximate, per location, free of storage. What
 * is done with a delegation counts as its user's. A service key is the app itself and is not
 * limited. Without the binding there is no limit.
 */
import type { Bindings } from '../config';
import { AppError } from '../errors';

export type RateLimited = 'connect' | 'disconnect' | 'refresh' | 'status';

/** The period of the limits in wrangler.toml, s. */
const PERIOD_SECONDS = 60;

const bindings = {
  connect: 'RATE_LIMIT_CONNECT',
  disconnect: 'RATE_LIMIT_DISCONNECT',
  refresh: 'RATE_LIMIT_REFRESH',
  status: 'RATE_LIMIT_STATUS',
} as const satisfies Record<RateLimited, keyof Bindings>;

/** @throws AppError rate_limited */
export async function checkRateLimit(
  env: Bindings,
  limit: RateLimited,
  caller: { kind: 'service' } | { kind: 'user' | 'delegation'; userId: string },
): Promise<void> {
  if (caller.kind !== 'service') await check(env[bindings[limit]], caller.userId, limit);
}

/**
 * Openings of one link to connect, by whoever has it: each may ask the provider's server, which a
 * user may have named. `link`: the hash of its ticket.
 *
 * @throws AppError rate_limited
 */
export const checkLinkLimit = (env: Bindings, link: string): Promise<void> =>
  check(env.RATE_LIMIT_CONNECT, `link ${link}`, 'connect');

/**
 * Service keys that are tried on the operator's page, by address. A key cannot be guessed anyway;
 * this keeps the trying from costing much.
 *
 * @throws AppError rate_limited
 */
export const checkSignInLimit = (env: Bindings, address: string): Promise<void> =>
  check(env.RATE_LIMIT_SIGN_IN, address, 'sign-in');

async function check(limiter: RateLimit | undefined, key: string, what: string): Promise<void> {
  if (!limiter) return;
  // A limiter that fails must not take the service down with it.
  const { success } = await limiter.limit({ key }).catch(() => ({ success: true }));
  if (!success) {
    throw new AppError('rate_limited', `too many ${what} requests; try again in a minute`, {
      retryAfter: PERIOD_SECONDS,
    });
  }
}
