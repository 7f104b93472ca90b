/**
 * A profile that the server signed (OpenID Connect Core 5.3.2, `application/jwt`). Its keys are the
 * issuer's; a shared secret and `none` are not taken.
 */
import { compactVerify, errors } from 'jose';
import { AppError } from '../errors';
import { parseDocument, valueAt } from './document';
import type { Endpoints } from './endpoints';
import { type Issuer, isIssuerOf } from './issuer';
import { type JwksDeps, verifyWithKeys } from './jwks';

export const isSigned = (contentType: string | null): boolean =>
  /^application\/jwt\b/i.test(contentType?.trim() ?? '');

/**
 * The claims, with big integers exact. `iss` and `aud` are checked where they are: they should be
 * there, and need not.
 *
 * @throws AppError provider_error; provider_unavailable where the keys cannot be had now
 */
export async function readSignedProfile(
  deps: JwksDeps,
  body: string,
  { jwksUrl, ...issuer }: Pick<Endpoints, 'jwksUrl'> & Issuer,
  clientId: string,
): Promise<unknown> {
  if (jwksUrl === null) {
    throw unusable(
      'is signed, and no keys are known: the record needs an "issuer" that announces them',
    );
  }
  const claims = parseDocument(await verified(deps, body.trim(), jwksUrl), 'application/json');
  if (typeof claims !== 'object' || claims === null) throw unusable('holds no claims');
  const iss = valueAt(claims, 'iss');
  if (iss !== undefined && !isIssuerOf(issuer, claims)) throw unusable('names another issuer');
  const aud = valueAt(claims, 'aud');
  if (aud !== undefined && ![aud].flat().includes(clientId)) {
    throw unusable('is for another client');
  }
  return claims;
}

async function verified(deps: JwksDeps, jws: string, jwksUrl: string): Promise<string> {
  try {
    const { payload } = await verifyWithKeys(jwksUrl, deps, (keys) => compactVerify(jws, keys));
    return new TextDecoder().decode(payload);
  } catch (error) {
    // jose's own messages may quote the token.
    if (error instanceof AppError) {
      throw new AppError('provider_unavailable', "the provider's keys cannot be had now", {
        retryAfter: error.retryAfter ?? 5,
      });
    }
    const code = error instanceof errors.JOSEError ? error.code : 'unusable key';
    throw unusable(`cannot be verified (${code})`);
  }
}

const unusable = (what: string): AppError =>
  new AppError('provider_error', `the provider's profile ${what}`);
