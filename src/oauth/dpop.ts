/**
 * Tokens that are bound to a key (RFC 9449): the key, its proofs, and the nonces that servers ask
 * for.
 *
 * A key is made for each grant, and is sealed together with each of its tokens: so it is wherever a
 * token is, through rotations, rescue records and a revocation, and a refresh token that a
 * reconnect has kept still has its own. It is never sent, told or handed out.
 */
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { BoundedCache, type Caches } from '../caches';
import { sha256url } from '../crypto';
import { SECOND_MS } from '../time';
import type { Signing } from './client-assertion';
import { parseDocument, valueAt } from './document';
import { withHeaders } from './request';
import { type Outgoing, type RawReply, type SendLimits, send } from './send';

const ALGORITHM = 'ES256';

/** Private, for ES256. */
export type DpopKey = JWK;

export interface Proving extends Signing {
  caches: Caches;
}

/** What a request with a proof needs. */
export interface Sending extends Proving {
  fetch: typeof fetch;
}

export async function newDpopKey(): Promise<DpopKey> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return exportJWK(privateKey);
}

export interface Bound {
  text: string;
  /** Null: it is bound to none. */
  dpopKey: DpopKey | null;
}

/**
 * What is sealed: the key in a line before the text. No token that can be sent holds a line break.
 */
export const joinKey = ({ text, dpopKey }: Bound): string =>
  dpopKey === null ? text : `${JSON.stringify(dpopKey)}\n${text}`;

export function splitKey(joined: string): Bound {
  const end = joined.startsWith('{"kty"') ? joined.indexOf('\n') : -1;
  return end === -1
    ? { text: joined, dpopKey: null }
    : { text: joined.slice(end + 1), dpopKey: JSON.parse(joined.slice(0, end)) };
}

/** By origin: what one server gave is shown to no other (RFC 9449 8.2). */
const nonces = () => new BoundedCache<string>(500);

/** RFC 9449 8.1, of a length that fits into a header. */
const usableNonce = /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/;

export function noteNonce({ caches }: Pick<Proving, 'caches'>, url: URL, headers: Headers): void {
  const nonce = headers.get('DPoP-Nonce') ?? '';
  if (usableNonce.test(nonce)) caches.of(nonces).set(url.origin, nonce);
}

/**
 * A resource server wants its nonce in the proof, and gave one; it did nothing else (RFC 9449 9).
 */
export const wantsNonce = (headers: Headers): boolean =>
  headers.has('DPoP-Nonce') &&
  /\berror="?use_dpop_nonce\b/i.test(headers.get('WWW-Authenticate') ?? '');

/**
 * The headers of one request: each has a proof of its own.
 * @param accessToken where the request is one for a resource
 */
export async function proofHeaders(
  { now, uuid, caches }: Proving,
  dpopKey: DpopKey,
  method: string,
  url: URL,
  accessToken?: string,
): Promise<Record<string, string>> {
  const { kty, crv, x, y } = dpopKey;
  const nonce = caches.of(nonces).get(url.origin, now());
  const ath = accessToken === undefined ? null : await sha256url(accessToken);
  const proof = await new SignJWT({
    htm: method,
    // Without query and fragment (4.2).
    htu: url.origin + url.pathname,
    ...(nonce === undefined ? {} : { nonce }),
    ...(ath === null ? {} : { ath }),
  })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: ALGORITHM, jwk: { kty, crv, x, y } as JWK })
    .setJti(uuid())
    .setIssuedAt(Math.floor(now() / SECOND_MS))
    .sign(await importJWK(dpopKey, ALGORITHM));
  return {
    DPoP: proof,
    ...(accessToken === undefined ? {} : { Authorization: `DPoP ${accessToken}` }),
  };
}

/** No second request is begun with less time left than this. */
const LEAST_REQUEST_MS = SECOND_MS;

/**
 * As `send`. Where there is a key, with a proof, and once more where the server wants another
 * nonce: it has looked at nothing else then, so a code or a single-use token is as it was.
 *
 * @param make makes each of the two: what the client signs in one is good for one
 * @param accessToken of a request for a resource; then the request carries none itself
 */
export async function sendProven(
  deps: Sending,
  dpopKey: DpopKey | null | undefined,
  make: () => Outgoing | Promise<Outgoing>,
  limits: SendLimits,
  accessToken?: string,
): Promise<RawReply> {
  if (!dpopKey) return send(deps.fetch, await make(), limits);
  const until = deps.now() + limits.timeoutMs;
  const once = async (timeoutMs: number): Promise<RawReply> => {
    const request = await make();
    const url = new URL(request.url);
    const method = request.init?.method ?? 'GET';
    const headers = await proofHeaders(deps, dpopKey, method, url, accessToken);
    const reply = await send(deps.fetch, withHeaders(request, headers), { ...limits, timeoutMs });
    if (reply.kind === 'reply') noteNonce(deps, url, reply.headers);
    return reply;
  };
  const first = await once(limits.timeoutMs);
  const left = until - deps.now();
  return asksForNonce(first) && left >= LEAST_REQUEST_MS ? once(left) : first;
}

/** Of an authorization server (8), or of a resource. */
function asksForNonce(reply: RawReply): boolean {
  if (reply.kind === 'failed' || !reply.headers.has('DPoP-Nonce')) return false;
  if (reply.status !== 400 && reply.status !== 401) return false;
  const document = parseDocument(reply.body, reply.headers.get('Content-Type'));
  return wantsNonce(reply.headers) || valueAt(document, 'error') === 'use_dpop_nonce';
}
