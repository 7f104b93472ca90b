/**
 * Tells a provider that a grant is no longer wanted (RFC 7009). Whether it may be told, as far as
 * other integrations of the same subject go, is decided before (src/disconnect).
 */
import { revocationAuthOf } from '../providers/revocation-auth';
import { timeoutOf } from '../providers/timeout';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import { SECOND_MS } from '../time';
import type { Signing } from './client-assertion';
import { type DpopKey, type Sending, sendProven } from './dpop';
import type { Endpoints } from './endpoints';
import { readTokenReply } from './reply';
import {
  authenticateClient,
  type ClientProof,
  fillParams,
  headersOf,
  requestOf,
  withHeaders,
} from './request';
import { isPassingStatus, type Outgoing, type RawReply } from './send';

/**
 * `done`: it was told. `dead`: it says that what was sent is no live token, which may say nothing
 * of the grant. `gave_up`: it will not answer otherwise another time.
 */
export type Revocation = 'done' | 'dead' | 'retry' | 'gave_up';

/** Of one request. */
export const REVOCATION_MS = 10 * SECOND_MS;

/** Errors that say that the token is dead already. */
const deadCodes = ['invalid_token', 'invalid_grant', 'token_revoked'];
/** The operator may set the client right before the entry is too old. */
const operatorCodes = ['invalid_client'];

/** What is to end: an account, with the tokens that are left of it. */
interface RevokedGrant {
  /** At the provider. */
  accountId: string;
  accessToken: string | null;
  refreshToken: string | null;
  /** What the tokens are bound to; default: nothing. */
  dpopKey?: DpopKey | null | undefined;
}

/**
 * Which tokens the provider is sent. Where a revocation ends nothing but its token, that is both:
 * either would outlive the other.
 */
export function revokedTokens({
  revocation: { token, style },
  revocationReach,
}: OAuth2Provider): 'access' | 'refresh' | 'both' | 'none' {
  if (token !== undefined) return token;
  if (style === 'bearer') return 'access';
  return revocationReach === 'token' ? 'both' : 'refresh';
}

/**
 * One request for each token that is sent, the refresh token's first.
 * @throws AppError provider_not_configured where the client's key cannot sign
 */
export async function revokeToken(
  deps: Sending,
  client: OAuth2Client,
  endpoints: Pick<Endpoints, 'revocationUrl' | 'parameters'> & ClientProof,
  grant: RevokedGrant,
): Promise<Revocation> {
  const url = endpoints.revocationUrl?.replaceAll(
    '{client_id}',
    encodeURIComponent(client.clientId),
  );
  const timeoutMs = timeoutOf(client.provider, REVOCATION_MS);
  const answers = new Set<Revocation>();
  for (const token of url === undefined ? [] : tokensToSend(client.provider, grant)) {
    const { accountId, dpopKey } = grant;
    const make = () => revocationRequest(deps, client, url ?? '', endpoints, accountId, token);
    const answer = judge(client, await sendProven(deps, dpopKey, make, { timeoutMs }));
    if (answer === 'retry') return 'retry';
    answers.add(answer);
  }
  const worst = (['gave_up', 'done', 'dead'] as const).find((answer) => answers.has(answer));
  return worst ?? 'gave_up';
}

interface SentToken {
  token: string;
  /** RFC 7009 2.1. */
  hint: 'access_token' | 'refresh_token';
}

/**
 * Null: the request that names the account, and no token. Empty where there is no token to send.
 */
function tokensToSend(provider: OAuth2Provider, grant: RevokedGrant): (SentToken | null)[] {
  const access: SentToken[] =
    grant.accessToken === null ? [] : [{ token: grant.accessToken, hint: 'access_token' }];
  const refresh: SentToken[] =
    grant.refreshToken === null ? [] : [{ token: grant.refreshToken, hint: 'refresh_token' }];
  switch (revokedTokens(provider)) {
    case 'none':
      return [null];
    case 'both':
      return [...refresh, ...access];
    case 'access':
      return provider.revocation.style === 'bearer' ? access : [...access, ...refresh].slice(0, 1);
    case 'refresh':
      return [...refresh, ...access].slice(0, 1);
  }
}

async function revocationRequest(
  deps: Signing,
  client: OAuth2Client,
  url: string,
  endpoints: Pick<Endpoints, 'parameters'> & ClientProof,
  accountId: string,
  sent: SentToken | null,
): Promise<Outgoing> {
  const { provider } = client;
  const { parameters } = endpoints;
  const { revocation } = provider;
  const headers = headersOf(provider, parameters);
  for (const [name, value] of Object.entries(fillParams(revocation.headers, client, parameters))) {
    headers.set(name, value);
  }
  const params = fillParams(revocation.params, client, { ...parameters, account_id: accountId });
  if (revocation.style === 'rfc7009' && sent !== null) {
    params[revocation.tokenParam] = sent.token;
    // Where RFC 7009's names are not used, nobody asked for its hint.
    if (revocation.tokenParam === 'token' && revocation.body === 'form') {
      params.token_type_hint = sent.hint;
    }
  }
  await authenticateClient(deps, client, endpoints, params, headers, revocationAuthOf(provider));
  const request = requestOf(url, revocation, params, headers);
  if (revocation.style !== 'bearer' || sent === null) return request;
  const { header } = revocation;
  return withHeaders(
    request,
    header === undefined ? { Authorization: `Bearer ${sent.token}` } : { [header]: sent.token },
  );
}

function judge({ provider }: OAuth2Client, reply: RawReply): Revocation {
  if (reply.kind === 'failed') return reply.reason === 'redirected' ? 'gave_up' : 'retry';
  const { status } = reply;
  // RFC 7009 2.2.1 asks for another try at 503; the others are as passing.
  if (isPassingStatus(status)) return 'retry';
  // What means a dead grant at the token endpoint may mean another thing here (Reddit's 400).
  const dead = [...deadCodes, ...provider.revocation.deadCodes];
  const { errorCode } = readTokenReply({ ...provider, refusedCodes: dead }, reply, 0);
  const success = status >= 200 && status < 300;
  if (errorCode === null) {
    if (success) return 'done';
    return dead.includes(`http_${status}`) ? 'dead' : 'gave_up';
  }
  if (dead.includes(errorCode)) return 'dead';
  const passing = [...provider.transientCodes, ...provider.failureCodes];
  const operator = [...operatorCodes, ...provider.operatorCodes];
  return [...passing, ...operator].includes(errorCode) ? 'retry' : 'gave_up';
}
