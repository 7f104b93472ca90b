/**
 * Who is asking: the app's backend with a service key, or a user with a JWT of the app. A bearer
 * token of three parts is tried as a JWT first; any text can be a service key.
 */
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { matchServiceKey } from './service-key';
import { verifyUserToken } from './user-token';

export type Caller = { kind: 'service'; name: string } | { kind: 'user'; userId: string };

/** No JWT worth checking is longer; hashing what anybody sends should stay cheap. */
const MAX_TOKEN_LENGTH = 8192;

/** @throws AppError unauthenticated; unavailable when the keys of user JWTs cannot be had */
export async function authenticate(headers: Headers, deps: Deps): Promise<Caller> {
  const header = headers.get('authorization');
  if (!header) throw unauthenticated('send "Authorization: Bearer ..."');
  const token = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(header)?.[1];
  if (!token || token.length > MAX_TOKEN_LENGTH) {
    throw unauthenticated('the Authorization header is not one bearer token', 'invalid_request');
  }
  if (token.split('.').length === 3) {
    const verified = await verifyUserToken(token, deps);
    if (typeof verified !== 'string') return { kind: 'user', userId: verified.userId };
    return serviceOf(token, deps, verified);
  }
  return serviceOf(token, deps, 'this key is not known');
}

/** `refusal`: what is said where no key matches. */
async function serviceOf(token: string, { config }: Deps, refusal: string): Promise<Caller> {
  const name = await matchServiceKey(token, config.serviceKeys);
  if (name === null) throw unauthenticated(refusal, 'invalid_token');
  return { kind: 'service', name };
}

/** RFC 6750 section 3: no error code where no credentials were sent. */
function unauthenticated(detail: string, error?: 'invalid_request' | 'invalid_token'): AppError {
  return new AppError('unauthenticated', detail, {
    headers: {
      'WWW-Authenticate': `Bearer realm="mooring"${error ? `, error="${error}"` : ''}`,
    },
  });
}
