/**
 * Accounts of the AT Protocol (Bluesky), which a user names by a handle, a DID or a server: which
 * authorization server speaks for an account, and whether the one that named it does. The one part
 * of `identityResolution` that is no data.
 *
 * At the start (atproto.com/specs/oauth, "Identity Authentication"; specs/handle; specs/did):
 *
 * 1. handle -> DID, by the TXT record `_atproto.<handle>`, else by its host's
 *    `/.well-known/atproto-did`;
 * 2. DID -> document, at the directory (`did:plc`) or at its own host (`did:web`); its `id` is the
 *    DID, and its first handle the one that was asked for, else anybody could give out others'
 *    accounts as their own;
 * 3. document -> PDS -> protected resource metadata (RFC 9728) -> issuer, whose metadata must be as
 *    the protocol wants it.
 *
 * After the code exchange, the reply's `sub` is anybody's claim: a server may name whom it likes.
 * So it is the account only where it is the DID of step 1, if there was one, and where steps 2 and
 * 3, gone anew from that DID, lead to the server that said it. Nothing of this is cached but the
 * metadata of the authorization server.
 *
 * Every address is a stranger's: it is held to `checkEndpoint`, and asked within the limits of
 * discovery. Not promised: a public name that leads to a private address is not recognised.
 */
import { AppError } from '../errors';
import { ACCOUNT, ACCOUNT_DID, AUTHORIZATION_SERVER } from '../providers/parameters';
import type { OAuth2Provider } from '../providers/types';
import { checkEndpoint } from '../providers/urls';
import {
  type DiscoveryDeps,
  type LoadOptions,
  load,
  resourceMetadata,
  type ServerMetadata,
} from './discovery';
import { parseDocument, valueAt } from './document';

type Resolution = NonNullable<OAuth2Provider['identityResolution']>;

/** What a connection begins with. */
interface AccountServer {
  issuer: string;
  /** The origin of the account's PDS, or of the server that was named. */
  resource: string;
  /** Undefined: a server was named, and whoever signs in there is the account. */
  did?: string;
}

interface ConfirmedAccount {
  did: string;
  /** Null where it does not lead back to the DID, or nobody could tell. */
  handle: string | null;
  /** Origin. */
  pds: string;
}

/** specs/handle, without the names that lead nowhere in public. */
const isHandle = (text: string): boolean =>
  text.length <= 253 &&
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!(?:alt|arpa|example|internal|invalid|local|localhost|onion)$)[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(
    text,
  );

/** Of the methods of specs/did. */
type Did = `did:${string}`;

const WEB = 'did:web:';

const isDid = (text: unknown): text is Did =>
  typeof text === 'string' &&
  (/^did:plc:[a-z2-7]{24}$/.test(text) ||
    (text.startsWith(WEB) && isHandle(text.slice(WEB.length))));

/**
 * @param account as the user wrote it
 * @throws AppError `provider_unavailable` where one of those that are asked does not answer;
 *   `provider_error` where there is no such account, or it does not hold together
 */
export async function resolveAccount(
  deps: DiscoveryDeps,
  resolution: Resolution,
  account: string,
): Promise<AccountServer> {
  if (/^https?:/.test(account)) return namedServer(deps, account);
  const named = account.replace(/^@/, '');
  const handle = isDid(named) ? null : named.toLowerCase();
  const did = handle === null ? named : await didOf(deps, resolution, handle);
  const { handle: claimed, pds } = await documentOf(deps, resolution, did);
  if (handle !== null && claimed !== handle) throw unusable('handle');
  return { issuer: await issuerOf(deps, pds), resource: pds, did };
}

/** A PDS by its metadata; else an authorization server itself. */
async function namedServer(deps: DiscoveryDeps, url: string): Promise<AccountServer> {
  const resource = originOf(deps, url);
  return { issuer: await issuerOf(deps, resource).catch(() => resource), resource };
}

/** Who is to sign in, in the user's own words; undefined where only a server was named. */
export const loginHintOf = ({
  [ACCOUNT]: account,
  [ACCOUNT_DID]: did,
}: Readonly<Record<string, string>>): string | undefined =>
  did === undefined ? undefined : account?.replace(/^@/, '');

/** Confirms that the server speaks the protocol, and that `sub` is an account. */
const SCOPE = 'atproto';

/** The member of the metadata that is not as the protocol wants it; undefined: all are. Pure. */
export function faultOfServer(metadata: ServerMetadata): string | undefined {
  const members: Record<string, boolean | undefined> = {
    issuer: URL.parse(metadata.issuer)?.origin === metadata.issuer,
    // Without it, another server's answer could be given out as this one's (RFC 9207).
    authorization_response_iss_parameter_supported:
      metadata.authorization_response_iss_parameter_supported === true,
    pushed_authorization_request_endpoint:
      metadata.pushed_authorization_request_endpoint !== undefined,
    scopes_supported: metadata.scopes_supported?.includes(SCOPE),
  };
  return Object.keys(members).find((name) => members[name] !== true);
}

/**
 * Whom a code exchange was for.
 * @param parameters of the connection, with what was found at its start
 * @param reply the token reply's document
 * @throws AppError `account_mismatch` where another account came back than the one that was named;
 * as
 *   resolveAccount, and `provider_error` where the server does not speak for the account
 */
export async function confirmAccount(
  deps: DiscoveryDeps,
  resolution: Resolution,
  parameters: Readonly<Record<string, string>>,
  reply: unknown,
): Promise<ConfirmedAccount> {
  const did = valueAt(reply, 'sub');
  const scopes = String(valueAt(reply, 'scope')).split(' ');
  if (!isDid(did) || !scopes.includes(SCOPE)) throw unusable('token reply');
  const { [ACCOUNT_DID]: expected, [AUTHORIZATION_SERVER]: server } = parameters;
  if (expected !== undefined && did !== expected) {
    throw new AppError('account_mismatch', 'another account came back than the one that was named');
  }
  const { handle, pds } = await documentOf(deps, resolution, did);
  const [issuer, leadsTo] = await Promise.all([
    issuerOf(deps, pds),
    // A name for people; the account is the DID.
    handle && didOf(deps, resolution, handle).catch(() => null),
  ]);
  if (issuer !== server) throw unusable('authorization server');
  return { did, handle: leadsTo === did ? handle : null, pds };
}

async function issuerOf(deps: DiscoveryDeps, pds: string): Promise<string> {
  const { issuer } = await resourceMetadata(deps, pds);
  if (issuer === null) throw unusable('server');
  return issuer;
}

/** @throws AppError as resolveAccount */
async function didOf(deps: DiscoveryDeps, resolution: Resolution, handle: string): Promise<string> {
  if (!isHandle(handle)) throw unusable('handle');
  const inDns = await didInDns(deps, resolution, handle);
  if (inDns !== null) return inDns;
  const url = `https://${handle}/.well-known/atproto-did`;
  // The specification allows redirects, as from a bare host to its `www`: the DID's document has to
  // name the handle in return. Where there is no web server, nobody has that handle.
  const options = { accept: 'text/plain', redirects: 3, mayLeaveOrigin: true };
  const text = await textAt(deps, url, options).catch(() => null);
  const did = text?.split('\n')[0]?.trim();
  if (!isDid(did)) throw unusable('handle');
  return did;
}

/** RFC 1035 3.2.2; 4.1.1, of a reply that is one. */
const TXT = 16;
const ANSWERED = 0;
const NO_SUCH_NAME = 3;

/**
 * Null where there is none. As Cloudflare and Google answer: a text stands in quotation marks, a
 * long one in several.
 * @throws AppError provider_unavailable; provider_error for several
 */
async function didInDns(
  deps: DiscoveryDeps,
  { dohUrl }: Resolution,
  handle: string,
): Promise<string | null> {
  const url = `${dohUrl}?name=_atproto.${handle}&type=TXT`;
  const answer = await documentAt(deps, url, { accept: 'application/dns-json' });
  const status = valueAt(answer, 'Status');
  if (status !== ANSWERED && status !== NO_SUCH_NAME) {
    throw new AppError('provider_unavailable', 'DNS does not answer', { retryAfter: 30 });
  }
  const texts = listAt(answer, 'Answer')
    .filter((one) => valueAt(one, 'type') === TXT)
    .map((one) => String(valueAt(one, 'data')).replace(/^"|"$|" "/g, ''))
    .filter((text) => text.startsWith('did='));
  const [text = '', ...others] = new Set(texts);
  if (others.length > 0) throw unusable('handle');
  const did = text.slice('did='.length);
  return isDid(did) ? did : null;
}

const listAt = (document: unknown, name: string): unknown[] => {
  const value = valueAt(document, name);
  return Array.isArray(value) ? value : [];
};

/** @throws AppError as resolveAccount */
async function documentOf(
  deps: DiscoveryDeps,
  { plcUrl }: Resolution,
  did: string,
): Promise<{ handle: string | null; pds: string }> {
  const url = did.startsWith(WEB)
    ? `https://${did.slice(WEB.length)}/.well-known/did.json`
    : `${plcUrl}/${did}`;
  const document = await documentAt(deps, url);
  if (valueAt(document, 'id') !== did) throw unusable('DID document');
  // The first one counts, also where it leads nowhere.
  const [handle = null] = listAt(document, 'alsoKnownAs').flatMap(
    (one) => /^at:\/\/([a-z0-9.-]+)$/i.exec(String(one))?.[1]?.toLowerCase() ?? [],
  );
  const pds = listAt(document, 'service').find(
    (one) =>
      valueAt(one, 'type') === 'AtprotoPersonalDataServer' &&
      String(valueAt(one, 'id')).replace(did, '') === '#atproto_pds',
  );
  return { handle, pds: originOf(deps, String(valueAt(pds, 'serviceEndpoint'))) };
}

/** @throws AppError provider_error for what is more than an origin, or is not to be asked */
function originOf({ config }: DiscoveryDeps, url: string): string {
  const origin = URL.parse(url)?.origin ?? '';
  if (origin !== url.replace(/\/$/, '') || checkEndpoint(origin, config.publicUrl) !== null) {
    throw unusable('server');
  }
  return origin;
}

const documentAt = async (
  deps: DiscoveryDeps,
  url: string,
  options?: LoadOptions,
): Promise<unknown> => parseDocument((await textAt(deps, url, options)) ?? '', 'application/json');

/** Null where nothing is there. @throws AppError provider_unavailable; provider_error */
async function textAt(
  deps: DiscoveryDeps,
  url: string,
  options?: LoadOptions,
): Promise<string | null> {
  if (checkEndpoint(url, deps.config.publicUrl) !== null) throw unusable('address');
  const reply = await load(deps, url, options);
  return reply.kind === 'reply' && reply.status === 200 ? reply.body : null;
}

/** What leads nowhere, to somebody else, or where nothing is to be asked. */
const unusable = (what: string): AppError =>
  new AppError('provider_error', `the account's ${what} is not its own, or cannot be used`);
