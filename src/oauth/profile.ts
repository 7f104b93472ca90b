/**
 * Whose account was connected. Read once, at the end of a connect; the account id is the key of
 * everything that follows, so a profile without a usable one is an error and never a guess.
 */
import { AppError } from '../errors';
import { faultOfAccountId, userBoundId } from '../ids';
import type { Log } from '../log';
import { askedParameters } from '../providers/parameters';
import { isProvenByProfile, type PathSource, readsFrom, splitPath } from '../providers/paths';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import { confirmAccount } from './atproto';
import type { DiscoveryDeps } from './discovery';
import { parseDocument, valueAt } from './document';
import { type Proving, sendProven } from './dpop';
import type { Endpoints } from './endpoints';
import type { Grant } from './grant';
import { claimsOf, readIdToken } from './id-token';
import type { Issuer } from './issuer';
import type { JwksDeps } from './jwks';
import { fillParams, headersOf, requestOf, withHeaders, withQuery } from './request';
import type { Outgoing } from './send';
import { type RetryWindow, sendAgain } from './send-again';
import { isSigned, readSignedProfile } from './signed-profile';

export interface Profile {
  accountId: string;
  /** The provider's user behind the account; the account id where the record names no other. */
  subject: string;
  displayName: string | null;
  /** By the record's names; without those that are read from what could not be had. */
  metadata: Record<string, string | null>;
}

const MAX_NAME_LENGTH = 200;
const MAX_METADATA_LENGTH = 2048;

type ProfiledGrant = Pick<Grant, 'accessToken' | 'dpopKey' | 'document' | 'receivedAt'>;

type ProfileEndpoints = Pick<Endpoints, 'profileUrl' | 'parameters' | 'jwksUrl'> & Issuer;

/** What a record's paths read from; what none of them reads is null. */
type Sources = Partial<Record<PathSource, unknown>>;

/** What an account is read from. */
export interface FetchedSources {
  sources: Sources;
  /** Of these, what could not be had. */
  missing: ReadonlySet<PathSource>;
}

type ProfileDeps = JwksDeps & Proving & DiscoveryDeps & { log: Log };

/** @throws AppError as fetchSources does, and where no usable account id is there */
export async function fetchProfile(
  deps: ProfileDeps,
  client: OAuth2Client,
  endpoints: ProfileEndpoints,
  grant: ProfiledGrant,
  window: RetryWindow,
  more: Parameters<typeof fetchSources>[5] = {},
): Promise<Profile> {
  const told = await fetchSources(deps, client, endpoints, grant, window, more);
  return readProfile(client.provider, told.sources, told.missing);
}

/**
 * No request is made where no path reads the profile, and its address proves nothing. Where the
 * account is known without it, a profile that cannot be had costs the account its name and no more.
 *
 * @throws AppError `provider_unavailable` where the profile may be had later, else `provider_error`
 */
export async function fetchSources(
  deps: ProfileDeps,
  client: OAuth2Client,
  endpoints: ProfileEndpoints,
  grant: ProfiledGrant,
  window: RetryWindow,
  /** What was chosen of the record's `choices`, what the user gave, and who it is. */
  { userId, ...more }: Pick<Sources, 'choice' | 'field'> & { userId?: string | undefined } = {},
): Promise<FetchedSources> {
  const { provider, clientId } = client;
  const { accountId, subject, identityResolution } = provider;
  const naming = { accountId, subject, displayName: [], metadata: {} };
  const idToken = valueAt(grant.document, 'id_token');
  const missing = new Set<PathSource>();
  const from = async (source: PathSource, read: () => unknown): Promise<unknown> => {
    const names =
      readsFrom(naming, source) || (source === 'profile' && isProvenByProfile(provider));
    if (!names && !readsFrom(provider, source)) return null;
    const isThere = source !== 'id_token' || idToken !== undefined;
    try {
      if (names || isThere) return await read();
      missing.add(source);
      return null;
    } catch (error) {
      if (names) throw error;
      missing.add(source);
      deps.log.warn('connect.profile_left_out', { provider: provider.id, source }, error);
      return null;
    }
  };
  const expected = { clientId, issuer: endpoints, now: grant.receivedAt };
  const sources: Sources = {
    token: grant.document,
    parameter: endpoints.parameters,
    ...more,
    user: userId === undefined ? null : { id: await ownAccountId(provider, userId, endpoints) },
    identity:
      identityResolution === undefined
        ? null
        : await confirmAccount(deps, identityResolution, endpoints.parameters, grant.document),
    id_token: await from('id_token', () => readIdToken(idToken, expected)),
    profile: await from('profile', () => requestProfile(deps, client, endpoints, grant, window)),
  };
  return { sources, missing };
}

/** For `user:id`: the one account that this user has there, by what was asked for at the start. */
const ownAccountId = (
  provider: OAuth2Provider,
  userId: string,
  { parameters }: Pick<Endpoints, 'parameters'>,
): Promise<string> =>
  userBoundId(
    userId,
    provider.id,
    askedParameters(provider).map(([name]) => parameters[name] ?? null),
  );

/** @throws AppError provider_unavailable, provider_error */
async function requestProfile(
  deps: JwksDeps & Proving,
  client: OAuth2Client,
  endpoints: ProfileEndpoints,
  { accessToken, dpopKey }: Pick<Grant, 'accessToken' | 'dpopKey'>,
  window: RetryWindow,
): Promise<unknown> {
  const { provider, clientId } = client;
  const { profileUrl, parameters } = endpoints;
  if (profileUrl === null) throw noProfile('the provider has no profile endpoint');
  const request = profileRequest(client, profileUrl, parameters, accessToken);
  const reply = await sendAgain(deps, provider, 'the profile', window, (timeoutMs) =>
    sendProven(deps, dpopKey, () => request, { timeoutMs }, accessToken),
  );
  if (reply.kind === 'failed') throw noProfile(`the profile could not be read (${reply.reason})`);
  if (reply.status < 200 || reply.status > 299) {
    throw noProfile(`the profile endpoint answered ${reply.status}`);
  }
  const type = reply.headers.get('Content-Type');
  return isSigned(type)
    ? readSignedProfile(deps, reply.body, endpoints, clientId)
    : parseDocument(reply.body, type);
}

/** @throws AppError provider_error for a token that no request can hold */
export function profileRequest(
  client: OAuth2Client,
  profileUrl: string,
  parameters: Endpoints['parameters'],
  accessToken: string,
): Outgoing {
  const { provider } = client;
  const { profileToken, profileMethod, profileBody, profileHeaders } = provider;
  const fill = (values: Record<string, string>) =>
    fillParams(values, client, { ...parameters, access_token: accessToken });
  const url =
    profileToken === 'query'
      ? withQuery(profileUrl, { access_token: accessToken }).href
      : profileUrl;
  const style = { method: profileMethod, body: profileBody?.type ?? 'form' };
  const headers = headersOf(provider, parameters);
  const outgoing = withHeaders(requestOf(url, style, fill(profileBody?.params ?? {}), headers), {
    ...(profileToken === 'bearer' ? { Authorization: `Bearer ${accessToken}` } : {}),
    ...fill(profileHeaders),
  });
  try {
    new Request(outgoing.url, outgoing.init);
    return outgoing;
  } catch {
    // Not passed on: it quotes the header.
    throw noProfile('the access token fits into no profile request');
  }
}

/**
 * Pure.
 * @param missing what is read from these stays unsaid
 * @throws AppError `provider_error` where no usable account id is there
 */
export function readProfile(
  provider: Pick<OAuth2Provider, 'accountId' | 'subject' | 'displayName' | 'metadata'>,
  sources: Sources,
  missing: ReadonlySet<PathSource> = new Set(),
): Profile {
  const found = finder(sources);
  const accountId = idFrom(provider.accountId, found);
  const { displayName, metadata } = readLabels(provider, sources);
  for (const [name, path] of Object.entries(provider.metadata)) {
    if (missing.has(splitPath(path).source)) delete metadata[name];
  }
  const subject = provider.subject === undefined ? accountId : idFrom(provider.subject, found);
  return { accountId, subject, displayName, metadata };
}

/** The account's id where these sources are enough for it; null where they are not. Pure. */
export function accountIdIn(
  { accountId }: Pick<OAuth2Provider, 'accountId'>,
  sources: Sources,
): string | null {
  try {
    return idFrom(accountId, finder(sources));
  } catch {
    return null;
  }
}

/** What tells accounts apart for people, without the id. Pure. */
export function readLabels(
  provider: Pick<OAuth2Provider, 'displayName' | 'metadata'>,
  sources: Sources,
): Pick<Profile, 'displayName' | 'metadata'> {
  const found = finder(sources);
  const names = [provider.displayName].flat().map((path) => textOf(found(path)));
  return {
    displayName: names.map(nameOf).find((name) => name !== null) ?? null,
    metadata: Object.fromEntries(
      Object.entries(provider.metadata).map(([key, path]) => [key, metadataFrom(found(path))]),
    ),
  };
}

/** What a token reply says of an account's metadata. Pure; never throws. */
export function tokenMetadata(
  { metadata }: Pick<OAuth2Provider, 'metadata'>,
  tokenDocument: unknown,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, path] of Object.entries(metadata)) {
    const { source, key } = splitPath(path);
    const value = source === 'token' ? metadataFrom(valueAt(tokenDocument, key)) : null;
    if (value !== null) found[name] = value;
  }
  return found;
}

/**
 * Whether the ID token in the reply to a refresh is of somebody else than the row's subject: `sub`
 * must be what it was (OpenID Connect Core 1.0, 12.2). Of a subject that is joined of several
 * parts, those that an ID token holds are compared. False where there is none. Pure; never throws.
 */
export function namesAnotherSubject(
  { subject, accountId }: Pick<OAuth2Provider, 'subject' | 'accountId'>,
  tokenDocument: unknown,
  known: string,
): boolean {
  const claims = claimsOf(valueAt(tokenDocument, 'id_token'));
  const paths = [subject ?? accountId].flat().map(splitPath);
  const parts = paths.length === 1 ? [known] : known.split(':');
  if (claims === null || parts.length !== paths.length) return false;
  return paths.some(({ source, key }, at) => {
    // The `sub` of a profile is that of the ID token (OpenID Connect Core 1.0, 5.3.2).
    const isClaim = source === 'id_token' || (source === 'profile' && key === 'sub');
    const claim = isClaim ? valueAt(claims, key) : null;
    const said = typeof claim === 'boolean' ? null : textOf(claim);
    return said !== null && said !== '' && joinable(said, paths.length) !== parts[at];
  });
}

/** A part that holds the separator itself could make two accounts one. */
const joinable = (part: string, parts: number): string =>
  parts > 1 ? part.replaceAll('%', '%25').replaceAll(':', '%3A') : part;

/** Cut short it would be another value: a picture's URL that leads nowhere. */
function metadataFrom(value: unknown): string | null {
  const text = textOf(value);
  return text !== null && text.length <= MAX_METADATA_LENGTH ? text : null;
}

const finder =
  (sources: Sources) =>
  (path: string): unknown => {
    const { source, key } = splitPath(path);
    return valueAt(sources[source], key);
  };

/** Strings and exact numbers; big integers are strings already (src/oauth/document.ts). */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'boolean' ? String(value) : null;
}

/** @throws AppError provider_error where a part is missing, or it is no usable id */
export function idFrom(
  paths: string | readonly string[],
  found: (path: string) => unknown,
): string {
  const list = typeof paths === 'string' ? [paths] : paths;
  const parts = list.map((path) => {
    const value = found(path);
    // `true` is nobody's id, and would be everybody's.
    const part = typeof value === 'boolean' ? null : textOf(value);
    if (part === null || part === '') throw noProfile('the profile names no account');
    return joinable(part, list.length);
  });
  const id = parts.join(':');
  if (faultOfAccountId(id) !== null) throw noProfile("the account's id cannot be used");
  return id;
}

export function nameOf(value: string | null): string | null {
  const name = value?.replace(/\p{Cc}+/gu, ' ').trim();
  return name ? Array.from(name).slice(0, MAX_NAME_LENGTH).join('') : null;
}

const noProfile = (detail: string): AppError => new AppError('provider_error', detail);
