/**
 * A client of a strict authorization server that looks like a plain one: what the contract suite
 * sends with a secret and a bearer token goes out with an assertion (RFC 7523), a pushed
 * authorization request (RFC 9126) and proofs of a key (RFC 9449), all made by jose and by none of
 * Mooring's code.
 */
import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface StrictClient {
  publicKey: JsonWebKey;
  fetch: typeof fetch;
  /**
   * What a browser is given instead of this authorization request; the reply where it was refused.
   */
  pushed(url: URL): Promise<URL | Response>;
}

/** @param issuerOf the server's, once it listens */
export async function strictClient(
  client: { id: string; secret: string },
  issuerOf: () => string,
): Promise<StrictClient> {
  const own = await generateKeyPair('ES256');
  const other = await generateKeyPair('ES256');
  const bound = await generateKeyPair('ES256');
  const boundJwk = await exportJWK(bound.publicKey);
  let nonce: string | undefined;

  /** Who does not know the secret does not have the key. */
  const assertion = (secret: string) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(client.id)
      .setSubject(client.id)
      .setAudience(issuerOf())
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign((secret === client.secret ? own : other).privateKey);

  const proof = (method: string, url: URL, accessToken: string | null) =>
    new SignJWT({
      htm: method,
      htu: url.origin + url.pathname,
      ...(nonce === undefined ? {} : { nonce }),
      ...(accessToken === null
        ? {}
        : { ath: createHash('sha256').update(accessToken).digest('base64url') }),
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: boundJwk })
      .setJti(randomUUID())
      .setIssuedAt()
      .sign(bound.privateKey);

  /** Once more where the server wants another nonce. */
  async function proven(url: URL, init: RequestInit, accessToken: string | null, tries = 2) {
    const headers = new Headers(init.headers);
    headers.set('DPoP', await proof(init.method ?? 'GET', url, accessToken));
    if (accessToken !== null) headers.set('Authorization', `DPoP ${accessToken}`);
    const reply = await fetch(url, { ...init, headers });
    const wanted = reply.headers.get('DPoP-Nonce') ?? nonce;
    const isStale = wanted !== nonce;
    nonce = wanted;
    if (!isStale || reply.ok || tries === 1) return reply;
    await reply.body?.cancel();
    return proven(url, init, accessToken, tries - 1);
  }

  async function posted(url: URL, given: URLSearchParams): Promise<Response> {
    // Each try has an assertion of its own, since the server takes one once.
    for (let again = true; ; again = false) {
      const form = new URLSearchParams(given);
      form.delete('client_secret');
      form.set('client_id', client.id);
      form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
      form.set('client_assertion', await assertion(given.get('client_secret') ?? client.secret));
      const before = nonce;
      const reply = await proven(url, { method: 'POST', body: form }, null, 1);
      if (reply.ok || nonce === before || !again) return reply;
      await reply.body?.cancel();
    }
  }

  async function pushed(url: URL): Promise<URL | Response> {
    const reply = await posted(new URL('/request', url), url.searchParams);
    if (!reply.ok) return reply;
    const { request_uri } = (await reply.json()) as { request_uri: string };
    const visited = new URL(url.pathname, url);
    visited.search = new URLSearchParams({ client_id: client.id, request_uri }).toString();
    return visited;
  }

  return {
    publicKey: (await exportJWK(own.publicKey)) as JsonWebKey,
    pushed,
    async fetch(input, init = {}) {
      const url = new URL(String(input));
      if (url.pathname === '/auth') {
        const visited = await pushed(url);
        return visited instanceof URL ? fetch(visited, init) : visited;
      }
      if (init.method === 'POST') return posted(url, new URLSearchParams(String(init.body)));
      const token = /^Bearer (.+)$/.exec(new Headers(init.headers).get('Authorization') ?? '')?.[1];
      return proven(url, init, token ?? null);
    },
  };
}
