/**
 * Requests to the token endpoint. They are sent, not judged: the reply comes back as it is, for
 * src/oauth/reply.ts to read.
 */
import { isByFields } from '../providers/by-fields';
import type { OAuth2Client } from '../providers/types';
import { type DpopKey, type Sending, sendProven } from './dpop';
import type { Endpoints } from './endpoints';
import { fieldRequest } from './field-grant';
import {
  authenticateClient,
  type ClientProof,
  fillParams,
  formPost,
  headersOf,
  requestOf,
  standardParams,
} from './request';
import type { Outgoing, RawReply } from './send';

interface Limits {
  timeoutMs: number;
  /** What the tokens are, or are to be, bound to; default: nothing. */
  dpopKey?: DpopKey | null | undefined;
}

/**
 * A token may have 64 KB, and there may be two; a longer reply is nobody's. What is read costs CPU,
 * and a provider's answer is a stranger's text.
 */
const MAX_REPLY_BYTES = 131_072;

const sendTokenRequest = (
  deps: Sending,
  make: () => Outgoing | Promise<Outgoing>,
  { timeoutMs, dpopKey }: Limits,
): Promise<RawReply> => sendProven(deps, dpopKey, make, { timeoutMs, maxBytes: MAX_REPLY_BYTES });

/**
 * RFC 6749 4.1.3, with RFC 7636's verifier.
 * @throws AppError provider_not_configured where the client's key cannot sign; nothing was sent
 */
export async function exchangeCode(
  deps: Sending,
  client: OAuth2Client,
  endpoints: Pick<Endpoints, 'tokenUrl' | 'parameters'> & ClientProof,
  grant: Limits & { code: string; verifier: string | null; redirectUri: string },
): Promise<RawReply> {
  const { provider } = client;
  const { code, redirectUri: redirect_uri } = grant;
  const standard = { grant_type: 'authorization_code', code, redirect_uri };
  const params: Record<string, string> = {
    ...standardParams(standard, provider.omitParams.token),
    ...(provider.pkce && grant.verifier !== null ? { code_verifier: grant.verifier } : {}),
    ...fillParams(provider.tokenParams, client, { ...endpoints.parameters, code, redirect_uri }),
  };
  const make = async () => {
    const headers = headersOf(provider, endpoints.parameters);
    const sent = { ...params };
    await authenticateClient(deps, client, endpoints, sent, headers);
    return requestOf(endpoints.tokenUrl, provider.tokenRequest, sent, headers);
  };
  return sendTokenRequest(deps, make, grant);
}

/**
 * RFC 6749 6; where the model is `extend`, the record's own request with the access token. Where
 * there is no browser, the refresh token is JSON of what the user gave.
 *
 * @throws AppError provider_not_configured where the client's key cannot sign; Error where the
 * token
 *   that the model needs was not given: a defect of the caller. Nothing was sent.
 */
export async function refreshGrant(
  deps: Sending,
  client: OAuth2Client,
  endpoints: Pick<Endpoints, 'refreshUrl' | 'redirectUri' | 'parameters'> & ClientProof,
  grant: Limits & {
    refreshToken?: string | null | undefined;
    accessToken?: string | null | undefined;
    /** The granted scopes; sent only where the record says so. */
    scopes: readonly string[];
  },
): Promise<RawReply> {
  const { provider } = client;
  if (isByFields(provider)) {
    const fields = JSON.parse(grant.refreshToken ?? '{}');
    return sendTokenRequest(deps, () => fieldRequest(deps, client, endpoints, fields), grant);
  }
  const { parameters } = endpoints;
  const style = provider.refreshRequest ?? provider.tokenRequest;
  const extra = fillParams(provider.refreshParams, client, {
    ...endpoints.parameters,
    access_token: grant.accessToken ?? '',
    refresh_token: grant.refreshToken ?? '',
    redirect_uri: endpoints.redirectUri,
  });
  if (provider.refreshModel === 'extend') {
    if (!grant.accessToken) throw new Error('an extend refresh needs the access token');
    const request = requestOf(endpoints.refreshUrl, style, extra, headersOf(provider, parameters));
    return sendTokenRequest(deps, () => request, grant);
  }
  if (!grant.refreshToken) throw new Error('a refresh needs the refresh token');
  const standard = { grant_type: 'refresh_token', refresh_token: grant.refreshToken };
  const params: Record<string, string> = {
    ...standardParams(standard, provider.omitParams.refresh),
    ...(provider.scopeOnRefresh && grant.scopes.length > 0
      ? { [provider.scopeParam]: grant.scopes.join(provider.scopeSeparator) }
      : {}),
    ...extra,
  };
  const make = async () => {
    const headers = headersOf(provider, parameters);
    const sent = { ...params };
    await authenticateClient(deps, client, endpoints, sent, headers);
    return requestOf(endpoints.refreshUrl, style, sent, headers);
  };
  return sendTokenRequest(deps, make, grant);
}

/**
 * The second step of `extendedToken` providers: the short-lived token for a long-lived one.
 *
 * @throws Error where the record has no such step: a defect of the caller.
 */
export async function extendToken(
  deps: Sending,
  client: OAuth2Client,
  endpoints: Pick<Endpoints, 'extendedTokenUrl' | 'parameters'>,
  grant: Limits & { accessToken: string },
): Promise<RawReply> {
  const step = client.provider.extendedToken;
  if (!step || endpoints.extendedTokenUrl === null) throw new Error('no extendedToken step');
  const params = fillParams(step.params, client, {
    ...endpoints.parameters,
    access_token: grant.accessToken,
  });
  const style = step.method === 'GET' ? ({ method: 'GET', body: 'query' } as const) : formPost;
  const headers = headersOf(client.provider, endpoints.parameters);
  const request = requestOf(endpoints.extendedTokenUrl, style, params, headers);
  return sendTokenRequest(deps, () => request, grant);
}
