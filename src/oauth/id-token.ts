/**
 * The claims of an ID token that came straight from the token endpoint. Pure.
 *
 * Its signature is not checked: the token was received over TLS from the server that issued it, in
 * answer to our own request with the client's proof, and then the TLS connection may stand for the
 * signature (OpenID Connect Core 1.0, 3.1.3.7, 6). So never use this for an ID token that came any
 * other way. What it says is checked all the same: a server may have mixed up its clients.
 */

import { AppError } from '../errors';
import { MINUTE_MS, SECOND_MS } from '../time';
import { parseDocument, valueAt } from './document';
import { type Issuer, isIssuerOf } from './issuer';

interface Expected {
  clientId: string;
  /** Names none where the record has endpoints and no issuer: then `iss` says nothing to us. */
  issuer: Issuer;
  /** ms */
  now: number;
}

/** How far the issuer's clock may be off. */
const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;

/** @throws AppError `provider_error`, which never quotes the token */
export function readIdToken(idToken: unknown, { clientId, issuer, now }: Expected): unknown {
  const claims = claimsOf(idToken);
  if (typeof claims !== 'object' || claims === null) throw unusable('is missing or no JWT');
  if (!isIssuerOf(issuer, claims)) throw unusable('names another issuer');
  if (![valueAt(claims, 'aud')].flat().includes(clientId)) throw unusable('is for another client');
  const exp = valueAt(claims, 'exp');
  if (typeof exp !== 'number' || exp * SECOND_MS + CLOCK_TOLERANCE_MS < now) {
    throw unusable('has run out');
  }
  return claims;
}

/** What it says, nothing of it checked; null where it is no JWT. */
export const claimsOf = (idToken: unknown): unknown =>
  typeof idToken === 'string' ? payloadOf(idToken) : null;

/** RFC 7519 7.2, the payload alone; big integers stay exact. Null where it cannot be read. */
function payloadOf(jwt: string): unknown {
  const [, payload = '', signature, ...rest] = jwt.split('.');
  if (signature === undefined || rest.length > 0 || !/^[\w-]+$/.test(payload)) return null;
  try {
    const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return parseDocument(new TextDecoder().decode(bytes), 'application/json');
  } catch {
    return null;
  }
}

const unusable = (what: string): AppError =>
  new AppError('provider_error', `the provider's ID token ${what}`);
