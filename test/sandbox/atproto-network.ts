/**
 * A small network of the AT Protocol on one port: a resolver, a directory, hosts of handles, a PDS
 * and its authorization server (oidc-provider), which takes pushed requests only, clients by their
 * documents, assertions, and keys with nonces. Who is asked is told by `X-Forwarded-Host`. It signs
 * in whoever asks, so it listens on the loopback interface only.
 */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { type Configuration, Provider } from 'oidc-provider';
import { Store } from './authorization-server/store.ts';
import { json, listenOnLoopback, tokenRequestsOf } from './loopback.ts';
import { answerInteraction } from './one-form.ts';

export interface Person {
  did: string;
  handle: string;
  /** Where the handle says whose it is. */
  by: 'dns' | 'host';
}

export interface AtprotoNetwork {
  /** Where all of it listens. */
  listens: string;
  issuer: string;
  pds: string;
  /** Origins of the network, by which it is asked. */
  origins: readonly string[];
  /** Requests to the token endpoint, as their parameters. */
  tokenRequests: Record<string, string>[];
  /** Refresh tokens of an account that would still be taken. */
  liveRefreshTokens(did: string): number;
  close(): Promise<void>;
}

const ISSUER = 'https://entryway.example.com';
const PDS = 'https://pds.example.com';
const DNS = 'https://cloudflare-dns.com';
const PLC = 'https://plc.directory';
const NONCE = 'nonce-of-the-pds';

export async function startAtprotoNetwork(
  people: readonly Person[],
  /** How the documents of clients are fetched. */
  documents: (url: string | URL, options?: RequestInit) => Promise<Response>,
): Promise<AtprotoNetwork> {
  const loopback = await listenOnLoopback('AT Protocol');
  const store = new Store(null);
  const provider = new Provider(ISSUER, configuration(store, documents));
  provider.proxy = true;
  provider.use(async (ctx, next) => {
    await next();
    // The protocol's own member.
    const sub = ctx.oidc?.account?.accountId;
    if (ctx.path === '/token' && ctx.status === 200) ctx.body = { ...(ctx.body as object), sub };
  });
  const tokenRequests = tokenRequestsOf(provider);
  const callback = provider.callback();
  loopback.answerBy(async (request, response) => {
    const origin = `https://${request.headers['x-forwarded-host']}`;
    const url = new URL(request.url ?? '', origin);
    if (origin === ISSUER) {
      if (!(await answerInteraction(provider, request, response)))
        await callback(request, response);
    } else if (origin === PDS && url.pathname.startsWith('/xrpc/')) {
      await answerCall(provider, request, response, url);
    } else {
      const document = documentAt(url, people);
      if (typeof document === 'string') response.end(document);
      else json(response, document === undefined ? 404 : 200, document ?? {});
    }
  });
  return {
    listens: loopback.origin,
    issuer: ISSUER,
    pds: PDS,
    origins: [ISSUER, PDS, DNS, PLC, ...people.map(({ handle }) => `https://${handle}`)],
    tokenRequests,
    liveRefreshTokens: (did) =>
      store
        .all('RefreshToken')
        .filter(({ accountId, consumed }) => accountId === did && consumed === undefined).length,
    close: loopback.close,
  };
}

/** What anybody may read; undefined: nothing is there. */
function documentAt({ origin, pathname, searchParams }: URL, people: readonly Person[]): unknown {
  switch (origin + pathname) {
    case `${PDS}/.well-known/oauth-protected-resource`:
      return { resource: PDS, authorization_servers: [ISSUER] };
    case `${DNS}/dns-query`: {
      const name = searchParams.get('name');
      const found = people.find(({ handle, by }) => by === 'dns' && name === `_atproto.${handle}`);
      return found
        ? { Status: 0, Answer: [{ name, type: 16, TTL: 60, data: `"did=${found.did}"` }] }
        : { Status: 3 };
    }
  }
  const atHost = people.find(
    ({ handle, by }) =>
      by === 'host' && origin + pathname === `https://${handle}/.well-known/atproto-did`,
  );
  if (atHost) return atHost.did;
  const person = people.find(({ did }) => origin + pathname === `${PLC}/${did}`);
  return (
    person && {
      id: person.did,
      alsoKnownAs: [`at://${person.handle}`],
      service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: PDS }],
    }
  );
}

/** Whose token it is, where its key is proven for this request with the nonce (RFC 9449 4.3, 9). */
async function answerCall(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const value = /^DPoP (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const token = await provider.AccessToken.find(value);
  const proof = await jwtVerify(String(request.headers.dpop), EmbeddedJWK, {
    typ: 'dpop+jwt',
    maxTokenAge: 60,
  }).catch(() => null);
  response.setHeader('DPoP-Nonce', NONCE);
  const refuse = (error: string) => {
    response.setHeader('WWW-Authenticate', `DPoP error="${error}"`);
    json(response, 401, { error });
  };
  if (proof === null) return refuse('invalid_dpop_proof');
  const { htm, htu, ath, nonce } = proof.payload;
  if (nonce !== NONCE) return refuse('use_dpop_nonce');
  const jkt = await calculateJwkThumbprint(proof.protectedHeader.jwk ?? {});
  const isForThis =
    htm === request.method &&
    htu === url.origin + url.pathname &&
    ath === createHash('sha256').update(value).digest('base64url');
  if (!isForThis || token?.jkt !== jkt) return refuse('invalid_token');
  json(response, 200, { did: token.accountId });
}

function configuration(
  store: Store,
  documents: (url: string | URL, options?: RequestInit) => Promise<Response>,
): Configuration {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signingKey = privateKey.export({ format: 'jwk' });
  return {
    adapter: store.adapter,
    jwks: { keys: [{ ...signingKey, use: 'sig', alg: 'ES256' } as never] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    scopes: ['atproto', 'transition:generic', 'transition:chat.bsky', 'transition:email'],
    clientAuthMethods: ['private_key_jwt', 'none'],
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: { enabled: false },
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
    },
    fetch: documents as never,
    pkce: { required: () => true },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    renderError: (ctx, out) => {
      ctx.type = 'text';
      ctx.body = `${out.error}: ${out.error_description}`;
    },
  };
}
