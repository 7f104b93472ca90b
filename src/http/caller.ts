/**
 * Who is asking, and what that caller may do: the app's backend with a service key, whoever it made
 * a delegation for, or a user with a JWT of the app. Any text can be a service key, one of three
 * parts too, so those are tried first: they need nothing of elsewhere. What begins as a delegation
 * is never tried as a user's JWT.
 *
 * Callers that proved themselves are remembered in this isolate, refusals are not. A service key is
 * remembered for as long as the configuration; a delegation and a user's token until they expire,
 * and where the keys come from a JWKS for two minutes at most, because a key can be taken out of a
 * JWKS.
 */
import { BoundedCache } from '../caches';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { allows, type Permissions, type Right } from '../rights';
import { DELEGATION_PREFIX, type Delegation, verifyDelegation } from './delegation';
import { matchServiceKey } from './service-key';
import { verifyUserToken } from './user-token';

export type Caller = Permissions &
  (
    | { readonly kind: 'service'; readonly name: string }
    | { readonly kind: 'user'; readonly userId: string }
    | ({ readonly kind: 'delegation' } & Delegation)
  );

/** What a route asks of its callers. */
export interface Access {
  callers: readonly Caller['kind'][];
  right: Right;
  /**
   * Enough for a service where `userId` in the query names one user. Users and delegations need it,
   * and ask for their own.
   */
  rightForOneUser?: Right;
  /**
   * Where the one provider is named that a caller with a filter must be for: in the path, or in the
   * JSON body. `handler`: what it reads or takes is cut to the caller's there. `none`: no filter
   * applies.
   */
  provider: 'path' | 'body' | 'handler' | 'none';
}

/** No JWT worth checking is longer; hashing what anybody sends should stay cheap. */
export const MAX_TOKEN_LENGTH = 8192;

/**
 * By the whole header: 10,000 of the usual length. Longer ones than this are verified each time.
 */
const MAX_REMEMBERED_BYTES = 8_000_000;
const MAX_REMEMBERED_LENGTH = 2048;
export const callers = () =>
  new BoundedCache<Caller>(
    MAX_REMEMBERED_BYTES,
    (header, caller) =>
      200 + header.length + (caller.kind === 'service' ? 0 : 2 * caller.userId.length),
  );
/** Apart from the users': however many of them come, no key has to be hashed again. */
const serviceCallers = () => new BoundedCache<Caller>(100);

/** @throws AppError forbidden that says what is missing */
export function refuseWithout(
  caller: Caller,
  { callers: kinds, right, rightForOneUser }: Access,
): void {
  if (!kinds.includes(caller.kind)) {
    throw new AppError('forbidden', `this route is for ${kinds.join(' and ')} callers only`);
  }
  if (rightForOneUser !== undefined && caller.rights.has(rightForOneUser)) return;
  const isService = caller.kind === 'service' || rightForOneUser === undefined;
  refuseWithoutRight(caller, isService ? right : rightForOneUser);
}

/** @throws AppError forbidden that says what is missing */
export function refuseWithoutRight(caller: Caller, right: Right): void {
  if (!caller.rights.has(right)) {
    throw new AppError(
      'forbidden',
      `${whoIs(caller)} lacks the right "${right}", which this takes`,
    );
  }
}

function whoIs(caller: Caller): string {
  switch (caller.kind) {
    case 'service':
      return `the key "${caller.name}"`;
    case 'delegation':
      return 'this delegation';
    case 'user':
      return 'a user';
    default:
      return caller satisfies never;
  }
}

/**
 * A delegation that was made until then is over.
 * @param endedAt when the user's delegations were last ended, ms
 * @throws AppError unauthenticated
 */
export function refuseEnded({ issuedAt }: Pick<Delegation, 'issuedAt'>, endedAt: number): void {
  if (issuedAt <= endedAt) throw unauthenticated('the delegation was ended', 'invalid_token');
}

/**
 * Before anything is read, and whether there is such a resource or not: what a caller may not reach
 * is forbidden, and nothing shows of what is there.
 * @param provider its id; `id:name` is one of its hosts (src/calls)
 * @throws AppError forbidden
 */
export function refuseOtherProvider(
  { providers }: Pick<Permissions, 'providers'>,
  provider: string,
): void {
  if (!allows(providers, provider.split(':', 1)[0] ?? '')) {
    throw new AppError('forbidden', 'this caller is not for that provider');
  }
}

/** @throws AppError unauthenticated; unavailable when the keys of user JWTs cannot be had */
export async function authenticate(headers: Headers, deps: Deps): Promise<Caller> {
  const header = headers.get('authorization');
  if (!header) throw unauthenticated('send "Authorization: Bearer ..."');
  const { caches } = deps;
  const known =
    caches.of(serviceCallers).get(header, deps.now()) ?? caches.of(callers).get(header, deps.now());
  if (known) return known;

  const token = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(header)?.[1];
  if (!token || token.length > MAX_TOKEN_LENGTH) {
    throw unauthenticated('the Authorization header is not one bearer token', 'invalid_request');
  }
  const { caller, until } = await verify(token, deps);
  if (header.length <= MAX_REMEMBERED_LENGTH) {
    const remembered = caches.of(caller.kind === 'service' ? serviceCallers : callers);
    remembered.set(header, caller, until);
  }
  return caller;
}

/** `until`: how long the proof holds; without it, as long as the configuration. */
async function verify(token: string, deps: Deps): Promise<{ caller: Caller; until?: number }> {
  const { config } = deps;
  const key = await matchServiceKey(token, config.serviceKeys);
  if (key !== null) {
    const { name, rights, providers } = key;
    return { caller: { kind: 'service', name, rights, providers } };
  }
  if (token.startsWith(DELEGATION_PREFIX)) {
    const delegation = await verifyDelegation(token, deps);
    if (typeof delegation === 'string') throw unauthenticated(delegation, 'invalid_token');
    return { caller: { kind: 'delegation', ...delegation }, until: delegation.expiresAt };
  }
  if (token.split('.').length !== 3) {
    throw unauthenticated('this key is not known', 'invalid_token');
  }
  const verified = await verifyUserToken(token, deps);
  if (typeof verified === 'string') throw unauthenticated(verified, 'invalid_token');
  const { userId, until } = verified;
  const rights = new Set<Right>([
    'read',
    'connect',
    ...(config.usersMayCall ? (['call'] as const) : []),
  ]);
  return { caller: { kind: 'user', userId, rights, providers: null }, until };
}

/** RFC 6750 section 3: no error code where no credentials were sent. */
function unauthenticated(detail: string, error?: 'invalid_request' | 'invalid_token'): AppError {
  return new AppError('unauthenticated', detail, {
    headers: {
      'WWW-Authenticate': `Bearer realm="mooring"${error ? `, error="${error}"` : ''}`,
    },
  });
}
