/**
 * What an authorization server says about itself: OpenID Connect Discovery 1.0, else RFC 8414.
 *
 * Kept per isolate for an hour, and for a day where the server does not answer: a refresh should
 * not fail because a page that never changes is away. Only resolved values are kept.
 */

import * as z from 'zod';
import { BoundedCache, type Caches } from '../caches';
import { AppError } from '../errors';
import { checkEndpoint } from '../providers/urls';
import { DAY_MS, HOUR_MS } from '../time';
import { parseDocument } from './document';
import { isOfTemplate } from './issuer';
import { type RawReply, send } from './send';

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
  token_endpoint_auth_methods_supported: z.array(z.string()).optional().catch(undefined),
  /** RFC 9207 3. A boolean; whatever else stands there counts as false. */
  authorization_response_iss_parameter_supported: z.unknown().optional(),
});

export type ServerMetadata = z.output<typeof metadataSchema>;

export interface DiscoveryDeps {
  caches: Caches;
  fetch: typeof fetch;
  now(): number;
  config: { readonly publicUrl: string };
}

const FRESH_MS = HOUR_MS;
/** While the server is down. */
const STALE_MS = DAY_MS;
const TIMEOUT_MS = 5_000;

/** By issuer. */
const fetched = () => new BoundedCache<{ at: number; metadata: ServerMetadata }>(200);

/**
 * @param template what the metadata may name in the place of the issuer
 * @throws AppError `provider_unavailable` where the server did not answer, `provider_error` where
 *   what it answered cannot be used.
 */
export async function discover(
  deps: DiscoveryDeps,
  issuer: string,
  template: string | undefined,
): Promise<ServerMetadata> {
  const metadata = await metadataOf(deps, issuer);
  // RFC 8414 3.3: identical, and without it a server could speak for another one (mix-up).
  const named = metadata.issuer;
  if (named === issuer || named === template) return metadata;
  if (template !== undefined && isOfTemplate(template, named)) return metadata;
  throw unusable(
    `the metadata under ${issuer} names another issuer, "${named.slice(0, 200)}"; they must be identical, or the record must have it as its "issuerTemplate"`,
  );
}

async function metadataOf(deps: DiscoveryDeps, issuer: string): Promise<ServerMetadata> {
  const cache = deps.caches.of(fetched);
  const known = cache.get(issuer, deps.now());
  if (known && deps.now() - known.at < FRESH_MS) return known.metadata;
  try {
    const metadata = await request(deps, issuer);
    const at = deps.now();
    cache.set(issuer, { at, metadata }, at + STALE_MS);
    return metadata;
  } catch (error) {
    const away = error instanceof AppError && error.code === 'provider_unavailable';
    if (known && away) return known.metadata;
    throw error;
  }
}

async function request(deps: DiscoveryDeps, issuer: string): Promise<ServerMetadata> {
  const found: string[] = [];
  for (const url of wellKnownUrls(issuer)) {
    const reply = await load(deps, url);
    if (reply.kind === 'reply' && reply.status === 200) {
      return checked(deps, issuer, parseDocument(reply.body, reply.headers.get('Content-Type')));
    }
    const { pathname } = new URL(url);
    found.push(
      reply.kind === 'reply'
        ? `${pathname} is a ${reply.status}`
        : `${pathname} is ${reply.reason}`,
    );
  }
  throw unusable(`no metadata was found under the issuer ${issuer} (${found.join('; ')})`);
}

/**
 * A redirect is followed once, and not to another origin: what stands there is another server's.
 * @throws AppError `provider_unavailable`
 */
async function load(deps: DiscoveryDeps, url: string, follows = true): Promise<RawReply> {
  const reply = await send(
    deps.fetch,
    { url, init: { headers: { Accept: 'application/json' } } },
    { timeoutMs: TIMEOUT_MS },
  );
  const away =
    reply.kind === 'failed'
      ? reply.reason === 'network' || reply.reason === 'deadline'
      : reply.status >= 500 || reply.status === 429 || reply.status === 408;
  if (away) {
    throw new AppError('provider_unavailable', "the provider's discovery does not answer", {
      retryAfter: 30,
    });
  }
  if (reply.kind === 'reply' || !follows) return reply;
  const to = URL.parse(reply.location ?? '', url);
  return to?.origin === new URL(url).origin && reply.location ? load(deps, to.href, false) : reply;
}

/** OpenID appends to the path, RFC 8414 (3.1) inserts before it. */
function wellKnownUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

function checked(deps: DiscoveryDeps, issuer: string, document: unknown): ServerMetadata {
  const parsed = metadataSchema.safeParse(document);
  if (!parsed.success) throw unusable(`the metadata of ${issuer} cannot be read`);
  const metadata = parsed.data;
  for (const member of [
    'authorization_endpoint',
    'token_endpoint',
    'revocation_endpoint',
    'userinfo_endpoint',
    'pushed_authorization_request_endpoint',
    'jwks_uri',
  ] as const) {
    const url = metadata[member];
    const wrong = url === undefined ? null : checkEndpoint(url, deps.config.publicUrl);
    if (wrong) throw unusable(`the metadata's ${member} ${wrong}`);
  }
  return metadata;
}

const unusable = (detail: string): AppError => new AppError('provider_error', detail);
