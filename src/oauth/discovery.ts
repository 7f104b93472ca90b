/**
 * What an authorization server says about itself (OpenID Connect Discovery 1.0, RFC 8414), and what
 * a protected resource says about its authorization server (RFC 9728).
 *
 * Kept per isolate for an hour, and for a day where the server does not answer: a refresh should
 * not fail because a page that never changes is away. Only resolved values are kept.
 */

import * as z from 'zod';
import { BoundedCache, type Caches } from '../caches';
import { AppError } from '../errors';
import { checkEndpoint } from '../providers/urls';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../time';
import { challengeParameter } from './challenge';
import { parseDocument } from './document';
import { isOfTemplate } from './issuer';
import { isPassing, type RawReply, send } from './send';

/** The members that are used here; all else is passed over. */
const metadataSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string().optional(),
  token_endpoint: z.string().optional(),
  revocation_endpoint: z.string().optional(),
  userinfo_endpoint: z.string().optional(),
  pushed_authorization_request_endpoint: z.string().optional(),
  /** RFC 9126 5. A boolean; whatever else stands there counts as false. */
  require_pushed_authorization_requests: z.unknown().optional(),
  jwks_uri: z.string().optional(),
  registration_endpoint: z.string().optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional().catch(undefined),
  code_challenge_methods_supported: z.array(z.string()).optional().catch(undefined),
  scopes_supported: z.array(z.string()).optional().catch(undefined),
  /** draft-ietf-oauth-client-id-metadata-document 6. A boolean, as below. */
  client_id_metadata_document_supported: z.unknown().optional(),
  /** RFC 9207 3. A boolean; whatever else stands there counts as false. */
  authorization_response_iss_parameter_supported: z.unknown().optional(),
});

export type ServerMetadata = z.output<typeof metadataSchema>;

/** RFC 9728 2. */
const resourceSchema = z.object({
  resource: z.string(),
  authorization_servers: z.array(z.string()).optional(),
  scopes_supported: z.array(z.string()).optional().catch(undefined),
});

/** What a protected resource says of itself. */
interface ProtectedResource {
  /** The identifier that tokens are asked for by (RFC 8707). */
  resource: string;
  /** The issuer of its authorization server; null where it names none. */
  issuer: string | null;
  /** What it asks for; empty where it does not say. */
  scopes: string[];
}

export interface DiscoveryDeps {
  caches: Caches;
  fetch: typeof fetch;
  now(): number;
  config: { readonly publicUrl: string };
}

const FRESH_MS = HOUR_MS;
/** While the server is down. */
const STALE_MS = DAY_MS;
const TIMEOUT_MS = 5 * SECOND_MS;
/** Of a document. Many are kept, of servers that users may name. */
const MAX_BYTES = 131_072;

interface Fetched<T> {
  at: number;
  value: T;
}

/** Of all documents as JSON: what is kept of one takes up to three times as much memory. */
const MAX_KEPT = 4_000_000;
/**
 * Of one: real ones have a few kB. A longer one is asked for each time, so that few of a user's own
 * servers do not drive out everybody's.
 */
const MAX_KEPT_OF_ONE = 16_000;
const weigh = (key: string, { value }: Fetched<object>): number =>
  key.length + JSON.stringify(value).length;

/** By issuer, and the order in which its addresses are tried. */
const servers = () => new BoundedCache<Fetched<ServerMetadata>>(MAX_KEPT, weigh);
/** By the resource's URL. */
const resources = () => new BoundedCache<Fetched<ProtectedResource>>(MAX_KEPT, weigh);

/** Which of a server's documents counts where it has both. */
type Preference = 'openid' | 'oauth';

/**
 * @param template what the metadata may name in the place of the issuer
 * @param isNamedByResource the issuer is as a protected resource spells it, and nobody here
 * @throws AppError `provider_unavailable` where the server did not answer, `provider_error` where
 *   what it answered cannot be used.
 */
export async function discover(
  deps: DiscoveryDeps,
  issuer: string,
  template: string | undefined,
  {
    prefers,
    isNamedByResource = false,
  }: { prefers: Preference; isNamedByResource?: boolean | undefined },
): Promise<ServerMetadata> {
  const metadata = await cached(deps, servers, `${prefers} ${issuer}`, () =>
    requestServer(deps, issuer, prefers),
  );
  // RFC 8414 3.3: identical, and without it a server could speak for another one (mix-up).
  const named = metadata.issuer;
  if (named === issuer || named === template) return metadata;
  if (isNamedByResource && isSameRoot(named, issuer)) return metadata;
  if (template !== undefined && isOfTemplate(template, named)) return metadata;
  throw unusable(
    `the metadata under ${issuer} names another issuer; they must be identical, or the record must have it as its "issuerTemplate"`,
  );
}

/**
 * `https://a.example` and `https://a.example/`: their metadata stands at one address, so neither
 * can speak for the other. Resources of Google's and others do not spell it as the server does.
 */
function isSameRoot(one: string, other: string): boolean {
  const root = one.replace(/\/$/, '');
  return root === other.replace(/\/$/, '') && URL.parse(one)?.origin === root;
}

/** What was fetched within the hour, else what `request` brings. */
async function cached<T extends object>(
  deps: DiscoveryDeps,
  caches: () => BoundedCache<Fetched<T>>,
  key: string,
  request: () => Promise<T>,
): Promise<T> {
  const cache = deps.caches.of(caches);
  const known = cache.get(key, deps.now());
  if (known && deps.now() - known.at < FRESH_MS) return known.value;
  try {
    const value = await request();
    const at = deps.now();
    const fetched = { at, value };
    if (weigh(key, fetched) <= MAX_KEPT_OF_ONE) cache.set(key, fetched, at + STALE_MS);
    return value;
  } catch (error) {
    const away = error instanceof AppError && error.code === 'provider_unavailable';
    if (known && away) return known.value;
    throw error;
  }
}

async function requestServer(
  deps: DiscoveryDeps,
  issuer: string,
  prefers: Preference,
): Promise<ServerMetadata> {
  const { document } = await firstOf(deps, wellKnownUrls(issuer, prefers), `the issuer ${issuer}`);
  return metadataOf(deps, issuer, document);
}

const isObject = (document: unknown): boolean =>
  typeof document === 'object' && document !== null && !Array.isArray(document);

/** The first document that is there, and where. @throws AppError as `discover` */
async function firstOf(
  deps: DiscoveryDeps,
  urls: readonly string[],
  what: string,
): Promise<{ url: string; document: unknown }> {
  const found: string[] = [];
  for (const url of urls) {
    const reply = await load(deps, url);
    const { pathname } = new URL(url);
    if (reply.kind === 'failed') {
      found.push(`${pathname} is ${reply.reason}`);
    } else if (reply.status === 200) {
      const document = parseDocument(reply.body, reply.headers.get('Content-Type'));
      if (isObject(document)) return { url, document };
      // An app of one page answers every address with it.
      found.push(`${pathname} is no JSON object`);
    } else {
      found.push(`${pathname} is a ${reply.status}`);
    }
  }
  throw unusable(`no metadata was found under ${what} (${found.join('; ')})`);
}

/**
 * Which authorization server a protected resource has, and what it asks for: by the metadata that
 * its 401 names, else by the well-known addresses, with the path and without it.
 *
 * @param url of the resource, checked
 * @throws AppError as `discover`
 */
export const discoverResource = (deps: DiscoveryDeps, url: string): Promise<ProtectedResource> =>
  cached(deps, resources, url, () => requestResource(deps, url));

const RESOURCE_PATH = '/.well-known/oauth-protected-resource';

const requestResource = async (deps: DiscoveryDeps, url: string): Promise<ProtectedResource> =>
  resourceMetadata(deps, url, await challengeOf(deps, url));

/**
 * As it is now: nothing is kept.
 * @param challenge where the resource was asked itself
 * @throws AppError as discover
 */
export async function resourceMetadata(
  deps: DiscoveryDeps,
  url: string,
  challenge: Challenge = { metadata: null, scopes: null },
): Promise<ProtectedResource> {
  const { origin, pathname } = new URL(url);
  const urls = [
    ...(challenge.metadata === null ? [] : [challenge.metadata]),
    ...(pathname === '/' ? [] : [`${origin}${RESOURCE_PATH}${pathname.replace(/\/$/, '')}`]),
    `${origin}${RESOURCE_PATH}`,
  ];
  const found = await firstOf(deps, [...new Set(urls)], `the resource ${url}`);
  const parsed = resourceSchema.safeParse(found.document);
  if (!parsed.success) throw unusable(`the metadata of the resource ${url} cannot be read`);
  const {
    resource,
    authorization_servers: issuers = [],
    scopes_supported: supported,
  } = parsed.data;
  if (!mayName(found.url, resource, url)) {
    throw unusable(`the metadata of the resource ${url} names another one`);
  }
  const [issuer = null] = issuers;
  const wrong = issuer === null ? null : checkEndpoint(issuer, deps.config.publicUrl);
  if (wrong !== null) throw unusable(`the authorization server of the resource ${url} ${wrong}`);
  return { resource, issuer, scopes: readScopes(challenge.scopes ?? supported ?? []) };
}

/**
 * RFC 9728 3.3: the resource is the one that was asked for, but for a "/" at its end. What stands
 * under a well-known address is the host's own, and may speak for all that lies below a path: many
 * servers name their origin. A document elsewhere may be a tenant's.
 */
function mayName(document: string, resource: string, url: string): boolean {
  const named = URL.parse(resource);
  const asked = new URL(url);
  if (named === null || named.hash !== '' || named.origin !== asked.origin) return false;
  if (named.username !== '' || named.password !== '') return false;
  const pathOf = (one: URL) => `${one.pathname.replace(/\/$/, '')}/`;
  if (pathOf(named) === pathOf(asked)) return named.search === asked.search;
  const isHosts = new URL(document).pathname.startsWith(RESOURCE_PATH);
  return isHosts && named.search === '' && pathOf(asked).startsWith(pathOf(named));
}

const MAX_SCOPES = 100;

/** RFC 6749 3.3; what is no scope is left out. */
const readScopes = (given: readonly string[]): string[] =>
  [...new Set(given)]
    .filter((scope) => /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(scope))
    .slice(0, MAX_SCOPES);

interface Challenge {
  /** Where the metadata stands; null where it is not said, or another origin's. */
  metadata: string | null;
  scopes: string[] | null;
}

/**
 * What a request without a token is answered (RFC 9728 5.1, RFC 6750 3). It is the first message of
 * the Model Context Protocol: some servers look at the method before they look for a token.
 */
async function challengeOf(deps: DiscoveryDeps, url: string): Promise<Challenge> {
  const reply = await send(
    deps.fetch,
    { url, init: { method: 'POST', headers: messageHeaders, body: firstMessage } },
    { timeoutMs: TIMEOUT_MS },
  );
  const headers = reply.kind === 'reply' && reply.status === 401 ? reply.headers : new Headers();
  const metadata = URL.parse(challengeParameter(headers, 'resource_metadata') ?? '');
  const scope = challengeParameter(headers, 'scope');
  return {
    metadata: metadata !== null && metadata.origin === new URL(url).origin ? metadata.href : null,
    scopes: scope === null ? null : scope.split(' ').filter((one) => one !== ''),
  };
}

const messageHeaders = {
  Accept: 'application/json, text/event-stream',
  'Content-Type': 'application/json',
};
const firstMessage = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'mooring', version: '1' },
  },
});

export interface LoadOptions {
  accept?: string | undefined;
  /** How many redirects are followed. */
  redirects?: number;
  /**
   * Redirects may lead to any public host: only for what proves itself by other means, since else
   * another server would speak there.
   */
  mayLeaveOrigin?: boolean;
}

/**
 * By itself one redirect is followed, and not to another origin: what stands there is another
 * server's.
 * @throws AppError `provider_unavailable`
 */
export async function load(
  deps: DiscoveryDeps,
  url: string,
  { accept = 'application/json', redirects = 1, mayLeaveOrigin = false }: LoadOptions = {},
): Promise<RawReply> {
  const reply = await send(
    deps.fetch,
    { url, init: { headers: { Accept: accept } } },
    { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
  );
  if (isPassing(reply)) {
    throw new AppError('provider_unavailable', "the provider's discovery does not answer", {
      retryAfter: 30,
    });
  }
  if (reply.kind === 'reply' || redirects === 0 || !reply.location) return reply;
  const to = URL.parse(reply.location, url);
  const isAllowed =
    to !== null &&
    (mayLeaveOrigin
      ? checkEndpoint(to.href, deps.config.publicUrl) === null
      : to.origin === new URL(url).origin);
  return isAllowed
    ? load(deps, to.href, { accept, redirects: redirects - 1, mayLeaveOrigin })
    : reply;
}

/**
 * OpenID appends to the path, RFC 8414 (3.1) inserts before it; some servers insert OpenID's too.
 */
function wellKnownUrls(issuer: string, prefers: Preference): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const appended = `${origin}${path}/.well-known/openid-configuration`;
  const inserted = `${origin}/.well-known/oauth-authorization-server${path}`;
  const openid = `${origin}/.well-known/openid-configuration${path}`;
  return [
    ...new Set(prefers === 'oauth' ? [inserted, openid, appended] : [appended, inserted, openid]),
  ];
}

function metadataOf(deps: DiscoveryDeps, issuer: string, document: unknown): ServerMetadata {
  const parsed = metadataSchema.safeParse(document);
  if (!parsed.success) throw unusable(`the metadata of ${issuer} cannot be read`);
  const metadata = parsed.data;
  for (const member of [
    'authorization_endpoint',
    'token_endpoint',
    'revocation_endpoint',
    'userinfo_endpoint',
    'pushed_authorization_request_endpoint',
    'registration_endpoint',
    'jwks_uri',
  ] as const) {
    const url = metadata[member];
    const wrong = url === undefined ? null : checkEndpoint(url, deps.config.publicUrl);
    if (wrong) throw unusable(`the metadata's ${member} ${wrong}`);
  }
  return metadata;
}

const unusable = (detail: string): AppError => new AppError('provider_error', detail);
