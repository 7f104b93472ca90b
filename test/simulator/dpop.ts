/**
 * Tokens that are bound to a key: how a provider looks at a proof (RFC 9449 4.3), and its nonces.
 */
import type { Sent } from './types.ts';

/** Of one server; a nonce is good for five to ten minutes, at that server. */
const WINDOW_MS = 300_000;
const PROOF_MS = 60_000;

export type Proof =
  | { kind: 'proven'; jkt: string }
  /** It is to be sent again, with this nonce. */
  | { kind: 'nonce' }
  | { kind: 'wrong'; reason: string };

export class Proofs {
  readonly #secret = crypto.randomUUID();
  /** By host: each proof is taken once. */
  readonly #seen = new Set<string>();

  nonce(host: string, now: number, ago = 0): string {
    return `${this.#secret}.${host}.${Math.floor(now / WINDOW_MS) - ago}`;
  }

  /**
   * @param accessToken where a resource is asked for; undefined: it is an authorization server's
   * own
   */
  async check({ method, url, headers }: Sent, now: number, accessToken?: string): Promise<Proof> {
    const wrong = (reason: string): Proof => ({ kind: 'wrong', reason });
    const parts = (headers.get('DPoP') ?? '').split('.');
    if (parts.length !== 3) return wrong('has no proof');
    const [header = '', payload = '', signature = ''] = parts;
    const { typ, alg, jwk, ...others } = JSON.parse(textIn(header));
    const isPublic =
      Object.keys(jwk ?? {})
        .sort()
        .join() === 'crv,kty,x,y';
    if (typ !== 'dpop+jwt' || alg !== 'ES256' || !isPublic || Object.keys(others).length > 0) {
      return wrong('has a proof with another header');
    }
    const key = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify']);
    const signed = new TextEncoder().encode(`${header}.${payload}`);
    if (!(await crypto.subtle.verify(algorithm, key, bytesIn(signature), signed))) {
      return wrong('has a proof that its key did not sign');
    }
    const claims = JSON.parse(textIn(payload));
    if (claims.htm !== method) return wrong(`has a proof for a ${claims.htm}`);
    if (claims.htu !== url.origin + url.pathname) return wrong(`has a proof for ${claims.htu}`);
    if (Math.abs(claims.iat * 1000 - now) > PROOF_MS) return wrong('has a proof that is not fresh');
    const ath = accessToken === undefined ? undefined : await hashOf(accessToken);
    if (claims.ath !== ath) return wrong('has a proof for another token');
    const id = `${url.host} ${claims.jti}`;
    if (typeof claims.jti !== 'string' || this.#seen.has(id)) return wrong('uses a proof twice');
    this.#seen.add(id);
    if (claims.nonce === undefined) return { kind: 'nonce' };
    const good = [this.nonce(url.host, now), this.nonce(url.host, now, 1)];
    if (!good.includes(claims.nonce)) {
      const { host } = url;
      // One that ran out is forgiven, one that it never gave is not.
      return claims.nonce.includes(`${this.#secret}.${host}.`)
        ? { kind: 'nonce' }
        : wrong('has a nonce that was not given here');
    }
    const { crv, kty, x, y } = jwk;
    return { kind: 'proven', jkt: await hashOf(JSON.stringify({ crv, kty, x, y })) };
  }
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

const bytesIn = (part: string): Uint8Array =>
  Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );

const textIn = (part: string): string => new TextDecoder().decode(bytesIn(part));

async function hashOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(hash)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
