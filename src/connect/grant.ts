/**
 * From the authorization code to a connected account: token request, the second step where a
 * provider has one, profile. Talks to the provider only; nothing is stored here.
 */
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { Endpoints } from '../oauth/endpoints';
import { fetchProfile, type Profile } from '../oauth/profile';
import { readTokenReply, type TokenReply } from '../oauth/reply';
import type { RawReply } from '../oauth/send';
import { exchangeCode, extendToken } from '../oauth/token';
import { replyBeside } from '../providers/also-grants';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';

/** What the provider gave, in the clear: for memory only. */
export interface Grant {
  accessToken: string;
  refreshToken: string | null;
  tokenType: string | null;
  /** Null: the reply says nothing, so it is what was asked for (RFC 6749 5.1). */
  scopes: string[] | null;
  expiresAt: number | null;
  refreshExpiresAt: number | null;
  document: unknown;
}

/** Another record's grant in the same reply. */
export interface AlsoGranted {
  client: OAuth2Client;
  grant: Grant;
}

const EXCHANGE_MS = 8_000;
const EXTEND_MS = 4_000;
const PROFILE_MS = 4_000;

type GrantDeps = Pick<Deps, 'fetch' | 'now'>;

/**
 * Sends the code, once. `also`: the further records whose grants may stand in the reply.
 * @throws AppError provider_error: the code is used up, whatever happened
 */
export async function obtainGrant(
  deps: GrantDeps,
  client: OAuth2Client,
  endpoints: Endpoints,
  {
    also: others,
    ...request
  }: { code: string; verifier: string; redirectUri: string; also: readonly OAuth2Client[] },
): Promise<{ grant: Grant; also: AlsoGranted[] }> {
  const { provider } = client;
  const raw = await exchangeCode(deps, client, endpoints, { ...request, timeoutMs: EXCHANGE_MS });
  const first = granted(provider, raw, deps.now());
  const also = others.flatMap((other) => alsoGranted(client, other, first, raw, deps.now()));
  if (!provider.extendedToken) return { grant: first, also };
  const extended = granted(
    provider,
    await extendToken(deps, client, endpoints, {
      accessToken: first.accessToken,
      timeoutMs: EXTEND_MS,
    }),
    deps.now(),
  );
  const grant = {
    ...extended,
    refreshToken: extended.refreshToken ?? first.refreshToken,
    // The second reply speaks of the token only; who it is for stood in the first one.
    scopes: first.scopes ?? extended.scopes,
    document: first.document,
  };
  return { grant, also };
}

/** @throws AppError provider_error */
export const whoIs = (
  deps: GrantDeps,
  client: OAuth2Client,
  endpoints: Endpoints,
  grant: Grant,
): Promise<Profile> =>
  fetchProfile(deps, client, endpoints, grant.accessToken, grant.document, PROFILE_MS);

function granted(provider: OAuth2Provider, raw: RawReply, now: number): Grant {
  if (raw.kind === 'failed') {
    throw new AppError('provider_error', `${provider.name} did not answer; connect again`);
  }
  const reply: TokenReply = readTokenReply(provider, raw, now);
  if (raw.status < 200 || raw.status > 299 || reply.accessToken === null) {
    throw new AppError(
      'provider_error',
      `${provider.name} gave no access token (${reply.errorCode ?? `status ${raw.status}`}); connect again`,
    );
  }
  return { ...reply, accessToken: reply.accessToken };
}

/** None where the user was not asked for it, or did not allow it. */
function alsoGranted(
  main: OAuth2Client,
  client: OAuth2Client,
  first: Grant,
  raw: RawReply,
  now: number,
): AlsoGranted[] {
  if (raw.kind === 'failed') return [];
  const { provider } = client;
  const places = { ...provider, reply: replyBeside(main.provider, provider) };
  const { accessToken, ...reply } = readTokenReply(places, raw, now);
  if (accessToken === null || accessToken === first.accessToken) return [];
  return [{ client, grant: { ...reply, accessToken } }];
}
