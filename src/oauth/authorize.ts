/** The authorization request: where the user's browser is sent. */
import { calculateJwkThumbprint } from 'jose';
import { sha256url } from '../crypto';
import { AppError } from '../errors';
import { fillAll } from '../providers/templates';
import { timeoutOf } from '../providers/timeout';
import type { OAuth2Client } from '../providers/types';
import { SECOND_MS } from '../time';
import { parseDocument, valueAt } from './document';
import { type DpopKey, type Sending, sendProven } from './dpop';
import type { AuthorizationEndpoints } from './endpoints';
import {
  authenticateClient,
  type ClientProof,
  formPost,
  headersOf,
  requestOf,
  standardParams,
  withQuery,
} from './request';
import { isPassingStatus } from './send';

interface AuthorizationRequest {
  redirectUri: string;
  state: string;
  /** S256; null where the provider takes no PKCE. */
  codeChallenge: string | null;
  scopes: readonly string[];
  /** What the tokens are to be bound to; default: nothing. */
  dpopKey?: DpopKey | null | undefined;
  /** What the connection itself gave, for parameters that the record allows. */
  authorizationParams: Readonly<Record<string, string>>;
}

const PAR_TIMEOUT_MS = 8 * SECOND_MS;

/**
 * RFC 6749 4.1.1 with RFC 7636. Where the provider takes pushed authorization requests (RFC 9126),
 * the parameters go there and the URL carries only a reference to them.
 *
 * @throws AppError `provider_unavailable` or `provider_error` where the pushed request failed.
 */
export async function authorizationRequest(
  deps: Sending,
  client: OAuth2Client,
  endpoints: Pick<AuthorizationEndpoints, 'authorizationUrl' | 'parUrl' | 'parameters'> &
    ClientProof,
  request: AuthorizationRequest,
): Promise<URL> {
  const { provider, clientId } = client;
  const params: Record<string, string> = {
    // First, so that nobody can replace what protects the flow.
    ...fillAll(provider.authorizationParams, endpoints.parameters),
    ...request.authorizationParams,
    ...standardParams(
      { response_type: 'code', redirect_uri: request.redirectUri },
      provider.omitParams.authorization,
    ),
    ...(provider.omitParams.authorization.includes('client_id')
      ? {}
      : { [provider.clientIdParam]: clientId }),
    state: request.state,
  };
  if (request.scopes.length > 0) {
    params[provider.scopeParam] = request.scopes.join(provider.scopeSeparator);
  }
  if (provider.pkce && request.codeChallenge !== null) {
    params.code_challenge = request.codeChallenge;
    params.code_challenge_method = 'S256';
  }
  // Who has seen the code needs the key too (RFC 9449 10).
  if (request.dpopKey) {
    params.dpop_jkt = await calculateJwkThumbprint(request.dpopKey);
  }
  const { parUrl } = endpoints;
  if (parUrl === null) return withQuery(endpoints.authorizationUrl, params);
  return withQuery(endpoints.authorizationUrl, {
    [provider.clientIdParam]: clientId,
    request_uri: await push(deps, client, { ...endpoints, parUrl }, request, params),
  });
}

/** RFC 9126 2.1 and 2.2; gives the `request_uri`. */
async function push(
  deps: Sending,
  client: OAuth2Client,
  endpoints: Pick<AuthorizationEndpoints, 'parameters'> & ClientProof & { parUrl: string },
  { dpopKey }: AuthorizationRequest,
  params: Record<string, string>,
): Promise<string> {
  const make = async () => {
    const headers = headersOf(client.provider, endpoints.parameters);
    const sent = { ...params };
    await authenticateClient(deps, client, endpoints, sent, headers);
    return requestOf(endpoints.parUrl, formPost, sent, headers);
  };
  const timeoutMs = timeoutOf(client.provider, PAR_TIMEOUT_MS);
  const reply = await sendProven(deps, dpopKey, make, { timeoutMs });
  if (reply.kind === 'failed' || isPassingStatus(reply.status)) {
    throw new AppError('provider_unavailable', 'the provider takes no authorization request now', {
      retryAfter: 30,
    });
  }
  const document = parseDocument(reply.body, reply.headers.get('Content-Type'));
  const requestUri = valueAt(document, 'request_uri');
  const isGiven = typeof requestUri === 'string' && /^[\x21-\x7e]{1,512}$/.test(requestUri);
  if (reply.status < 200 || reply.status > 299 || !isGiven) {
    throw new AppError('provider_error', 'the provider refused the authorization request');
  }
  return requestUri;
}

/** PKCE, method S256 (RFC 7636 4.2). The verifier is one of our random secrets. */
export const codeChallengeOf = sha256url;
