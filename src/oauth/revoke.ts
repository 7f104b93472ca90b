/**
 * Tells a provider that a grant is no longer wanted (RFC 7009). Whether it may be told, as far as
 * other connections of the same user go, is decided before (src/integrations).
 */
import { revocationAuthOf } from '../providers/check';
import type { OAuth2Client } from '../providers/types';
import type { Endpoints } from './endpoints';
import { readTokenReply } from './reply';
import { authenticateClient, fillParams, headersOf, requestOf, withHeaders } from './request';
import { type Outgoing, type RawReply, send } from './send';

/** `gave_up`: the provider will not answer otherwise another time. */
export type Revocation = 'done' | 'retry' | 'gave_up';

const TIMEOUT_MS = 10_000;

/** Errors that say the token is dead already, which is what was wanted. */
const alreadyDead = new Set(['invalid_token', 'invalid_grant', 'token_revoked']);

/** What is to end: an account, with the tokens that are left of it. */
export interface RevokedGrant {
  /** At the provider. */
  accountId: string;
  accessToken: string | null;
  refreshToken: string | null;
}

export async function revokeToken(
  deps: { fetch: typeof fetch },
  client: OAuth2Client,
  endpoints: Pick<Endpoints, 'revocationUrl' | 'parameters'>,
  grant: RevokedGrant,
): Promise<Revocation> {
  const url = endpoints.revocationUrl?.replaceAll(
    '{client_id}',
    encodeURIComponent(client.clientId),
  );
  const request =
    url === undefined ? null : revocationRequest(client, url, endpoints.parameters, grant);
  if (request === null) return 'gave_up';
  return judge(client, await send(deps.fetch, request, { timeoutMs: TIMEOUT_MS }));
}

/** Null where there is no token to send, and one is needed. */
function revocationRequest(
  client: OAuth2Client,
  url: string,
  parameters: Endpoints['parameters'],
  grant: RevokedGrant,
): Outgoing | null {
  const { provider } = client;
  const { revocation } = provider;
  const headers = headersOf(provider, parameters);
  const params = fillParams(revocation.params, client, {
    ...parameters,
    account_id: grant.accountId,
  });
  if (revocation.style === 'rfc7009' && revocation.token !== 'none') {
    const sent = tokenToSend(revocation.token, grant);
    if (sent === null) return null;
    params[revocation.tokenParam] = sent.token;
    // Where RFC 7009's names are not used, nobody asked for its hint.
    if (revocation.tokenParam === 'token' && revocation.body === 'form') {
      params.token_type_hint = sent.hint;
    }
  }
  authenticateClient(client, params, headers, revocationAuthOf(provider));
  const request = requestOf(url, revocation, params, headers);
  if (revocation.style !== 'bearer') return request;
  if (grant.accessToken === null) return null;
  return withHeaders(request, { Authorization: `Bearer ${grant.accessToken}` });
}

function tokenToSend(
  wanted: 'access' | 'refresh',
  { accessToken, refreshToken }: RevokedGrant,
): { token: string; hint: string } | null {
  const access = accessToken === null ? null : { token: accessToken, hint: 'access_token' };
  const refresh = refreshToken === null ? null : { token: refreshToken, hint: 'refresh_token' };
  return wanted === 'refresh' ? (refresh ?? access) : (access ?? refresh);
}

function judge({ provider }: OAuth2Client, reply: RawReply): Revocation {
  if (reply.kind === 'failed') return reply.reason === 'redirected' ? 'gave_up' : 'retry';
  const { status } = reply;
  // RFC 7009 2.2.1 asks for another try at 503; the others are as passing.
  if (status >= 500 || status === 408 || status === 425 || status === 429) return 'retry';
  const { errorCode } = readTokenReply(provider, reply, 0);
  const passing = [...provider.transientCodes, ...provider.failureCodes];
  if (errorCode !== null && passing.includes(errorCode)) return 'retry';
  if (
    errorCode !== null &&
    (alreadyDead.has(errorCode) || provider.refusedCodes.includes(errorCode))
  ) {
    return 'done';
  }
  return status >= 200 && status < 300 && errorCode === null ? 'done' : 'gave_up';
}
