/**
 * Whose account was connected. Read once, at the end of a connect; the account id is the key of
 * everything that follows, so a profile without a usable one is an error and never a guess.
 */
import { AppError } from '../errors';
import { faultOfId } from '../ids';
import { type PathSource, readsFrom, splitPath } from '../providers/paths';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import { parseDocument, valueAt } from './document';
import type { Endpoints } from './endpoints';
import { readIdToken } from './id-token';
import { fillParams, headersOf, requestOf, withHeaders, withQuery } from './request';
import { type Outgoing, send } from './send';

export interface Profile {
  accountId: string;
  /** The provider's user behind the account; the account id where the record names no other. */
  subject: string;
  displayName: string | null;
  metadata: Record<string, string | null>;
}

const MAX_NAME_LENGTH = 200;
const MAX_METADATA_LENGTH = 2048;

/** What a record's paths read from; what none of them reads is null. */
export type Sources = Record<PathSource, unknown>;

/**
 * `tokenDocument` is the token reply's document, for paths that start with `token:` or
 * `id_token:`. Without any other path no request is made.
 *
 * @throws AppError `provider_error`
 */
export async function fetchProfile(
  deps: { fetch: typeof fetch; now(): number },
  client: OAuth2Client,
  endpoints: Pick<Endpoints, 'profileUrl' | 'issuer'>,
  accessToken: string,
  tokenDocument: unknown,
  timeoutMs: number,
): Promise<Profile> {
  const { provider, clientId } = client;
  const { issuer, profileUrl } = endpoints;
  return readProfile(provider, {
    token: tokenDocument,
    id_token: readsFrom(provider, 'id_token')
      ? readIdToken(valueAt(tokenDocument, 'id_token'), { clientId, issuer, now: deps.now() })
      : null,
    profile: readsFrom(provider, 'profile')
      ? await requestProfile(deps.fetch, client, profileUrl, accessToken, timeoutMs)
      : null,
  });
}

async function requestProfile(
  fetchFn: typeof fetch,
  client: OAuth2Client,
  url: string | null,
  accessToken: string,
  timeoutMs: number,
): Promise<unknown> {
  if (url === null) throw noProfile('the provider has no profile endpoint');
  const reply = await send(fetchFn, profileRequest(client, url, accessToken), { timeoutMs });
  if (reply.kind === 'failed') throw noProfile(`the profile could not be read (${reply.reason})`);
  if (reply.status < 200 || reply.status > 299) {
    throw noProfile(`the profile endpoint answered ${reply.status}`);
  }
  return parseDocument(reply.body, reply.headers.get('Content-Type'));
}

function profileRequest(client: OAuth2Client, profileUrl: string, accessToken: string): Outgoing {
  const { provider } = client;
  const { profileToken, profileMethod, profileBody, profileHeaders } = provider;
  const fill = (values: Record<string, string>) =>
    fillParams(values, client, { access_token: accessToken });
  const url =
    profileToken === 'query'
      ? withQuery(profileUrl, { access_token: accessToken }).href
      : profileUrl;
  const style = { method: profileMethod, body: profileBody?.type ?? 'form' };
  const headers = headersOf(provider);
  return withHeaders(requestOf(url, style, fill(profileBody?.params ?? {}), headers), {
    ...(profileToken === 'bearer' ? { Authorization: `Bearer ${accessToken}` } : {}),
    ...fill(profileHeaders),
  });
}

/** Pure. @throws AppError `provider_error` where no usable account id is there. */
export function readProfile(
  provider: Pick<OAuth2Provider, 'accountId' | 'subject' | 'displayName' | 'metadata'>,
  sources: Sources,
): Profile {
  const found = (path: string): unknown => {
    const { source, key } = splitPath(path);
    return valueAt(sources[source], key);
  };
  const at = (path: string): string | null => textOf(found(path));
  const accountId = idFrom(provider.accountId, found);
  const names = [provider.displayName].flat().map(at);
  return {
    accountId,
    subject: provider.subject === undefined ? accountId : idFrom(provider.subject, found),
    displayName: names.map(nameOf).find((name) => name !== null) ?? null,
    metadata: Object.fromEntries(
      Object.entries(provider.metadata).map(([key, path]) => {
        const value = at(path);
        // Cut short it would be another value: a picture's URL that leads nowhere.
        return [key, value !== null && value.length <= MAX_METADATA_LENGTH ? value : null];
      }),
    ),
  };
}

/** Strings and exact numbers; big integers are strings already (src/oauth/document.ts). */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'boolean' ? String(value) : null;
}

function idFrom(paths: string | readonly string[], found: (path: string) => unknown): string {
  const list = typeof paths === 'string' ? [paths] : paths;
  const parts = list.map((path) => {
    const value = found(path);
    // `true` is nobody's id, and would be everybody's.
    const part = typeof value === 'boolean' ? null : textOf(value);
    if (part === null || part === '') throw noProfile('the profile names no account');
    // A part that holds the separator itself could make two accounts one.
    return list.length > 1 ? part.replaceAll('%', '%25').replaceAll(':', '%3A') : part;
  });
  const id = parts.join(':');
  if (faultOfId(id) !== null) throw noProfile("the account's id cannot be used");
  return id;
}

function nameOf(value: string | null): string | null {
  const name = value?.replace(/\p{Cc}+/gu, ' ').trim();
  return name ? Array.from(name).slice(0, MAX_NAME_LENGTH).join('') : null;
}

const noProfile = (detail: string): AppError => new AppError('provider_error', detail);
