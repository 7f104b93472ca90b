/**
 * Where a provider's requests go for one connection: the record's URLs with their placeholders
 * filled, completed by discovery where the record names an issuer. The record's own URLs win.
 */
import { AppError } from '../errors';
import { isByFields } from '../providers/by-fields';
import {
  ACCOUNT,
  ACCOUNT_DID,
  AUTHORIZATION_SERVER,
  isUsable,
  RESOURCE,
  splitSource,
} from '../providers/parameters';
import { placeholdersOf } from '../providers/templates';
import type { OAuth2Provider } from '../providers/types';
import { callbackUrl, checkEndpoint, fillPlaceholders } from '../providers/urls';
import { faultOfServer, resolveAccount } from './atproto';
import { type DiscoveryDeps, discover, discoverResource, type ServerMetadata } from './discovery';
import type { Issuer } from './issuer';
import type { ClientAuth, ClientProof } from './request';
import { OFFLINE_ACCESS } from './scopes';

/** What is known before the provider has sent the browser back. */
export interface AuthorizationEndpoints extends Issuer, ClientProof {
  authorizationUrl: string;
  /** The metadata announces `iss`: a callback without it is refused. */
  issParameter: boolean;
  /** RFC 9126; null where neither record nor metadata has it. */
  parUrl: string | null;
  /** Where the provider sends browsers back to; some want it again at a refresh (GitLab). */
  redirectUri: string;
  /** The connection's values, for the placeholders in headers and parameters. */
  parameters: Readonly<Record<string, string>>;
  /** What else a new connection goes by. */
  announced: Announced;
}

/** What the metadata says; nothing where there is none. */
interface Announced {
  /**
   * What the resource asks for, where it was just asked, and `offline_access` where the server has
   * it.
   */
  scopes: string[];
  /** The server takes PKCE with S256. */
  pkce: boolean;
  /** The server takes the address of a document as a client's id. */
  clientDocument: boolean;
  /** RFC 7591. */
  registrationUrl: string | null;
}

export interface Endpoints extends AuthorizationEndpoints {
  tokenUrl: string;
  /** The token URL, where refreshes have none of their own. */
  refreshUrl: string;
  /** Of the record's `choices`. */
  choicesUrl: string | null;
  /** Of the record's `extendedToken`. */
  extendedTokenUrl: string | null;
  /** May still hold `{client_id}`: src/oauth/revoke.ts knows the client. */
  revocationUrl: string | null;
  profileUrl: string | null;
  /** Of the record's `check`; the profile URL where that has none. */
  checkUrl: string | null;
  /** The issuer's keys; null where it announces none. */
  jwksUrl: string | null;
}

/**
 * For the authorization request: of the parameters, only those that whoever starts a connection
 * gives are there yet.
 *
 * @throws AppError as endpointsOf does
 */
export async function authorizationEndpointsOf(
  deps: DiscoveryDeps,
  provider: OAuth2Provider,
  parameters: Readonly<Record<string, string>>,
): Promise<AuthorizationEndpoints> {
  return (await withMetadata(deps, provider, parameters)).endpoints;
}

/**
 * `parameters`: the connection's values, as src/connect/begin.ts checked and stored them. They are
 * checked again, because the record may have changed since.
 *
 * @throws AppError `provider_unavailable` where discovery is away; `provider_error` where what it
 *   says, or what the parameters make of a URL, cannot be used.
 */
export async function endpointsOf(
  deps: DiscoveryDeps,
  provider: OAuth2Provider,
  parameters: Readonly<Record<string, string>>,
): Promise<Endpoints> {
  const { endpoints, metadata, fill } = await withMetadata(deps, provider, parameters);
  const tokenUrl = fill(provider.tokenUrl, metadata?.token_endpoint);
  if (tokenUrl === null) throw unnamed('token');
  const profileUrl = fill(provider.profileUrl, metadata?.userinfo_endpoint);
  return {
    ...endpoints,
    assertionAudience: endpoints.assertionAudience || tokenUrl,
    tokenUrl,
    refreshUrl: fill(provider.refreshUrl) ?? tokenUrl,
    choicesUrl: fill(provider.choices?.url),
    extendedTokenUrl: fill(provider.extendedToken?.url),
    revocationUrl: fill(provider.revocationUrl, metadata?.revocation_endpoint, 'client_id'),
    profileUrl,
    checkUrl: fill(provider.check?.url) ?? profileUrl,
    jwksUrl: metadata?.jwks_uri ?? null,
  };
}

async function withMetadata(
  deps: DiscoveryDeps,
  provider: OAuth2Provider,
  parameters: Readonly<Record<string, string>>,
) {
  const values = placeholderValues(provider, parameters);
  const { publicUrl } = deps.config;
  /** Null also where it holds what nobody has said yet. */
  const fill = (url: string | undefined, announced?: string, kept?: string): string | null => {
    if (url === undefined) return announced ?? null;
    const isUnsaid = (name: string) =>
      provider.parameters[name]?.from !== undefined && !Object.hasOwn(values, name);
    return placeholdersOf(url).some(isUnsaid) ? null : filledUrl(url, values, publicUrl, kept);
  };

  const resourceUrl = fill(provider.resourceUrl);
  const found =
    begunWith(provider, parameters) ??
    (provider.identityResolution !== undefined
      ? await accountServer(deps, provider.identityResolution, values)
      : resourceUrl === null
        ? null
        : await serverOf(deps, resourceUrl, fill(provider.issuer)));
  const issuer = found?.issuer ?? fill(provider.issuer);
  const template = provider.issuerTemplate?.template;
  const metadata =
    issuer === null
      ? undefined
      : await discover(deps, issuer, template, {
          prefers: found === null ? 'openid' : 'oauth',
          isNamedByResource:
            found !== null && resourceUrl !== null && provider.issuer === undefined,
        });
  const fault = found?.isNew && metadata && faultOfServer(metadata);
  if (fault !== undefined) {
    throw new AppError('provider_error', `the metadata of ${issuer} has no usable ${fault}`);
  }
  const authorizationUrl = fill(provider.authorizationUrl, metadata?.authorization_endpoint);
  if (authorizationUrl === null && !isByFields(provider)) throw unnamed('authorization');
  const parUrl = fill(
    provider.pushedAuthorizationRequestUrl,
    metadata?.pushed_authorization_request_endpoint,
  );
  if (parUrl === null && metadata?.require_pushed_authorization_requests === true) {
    throw unnamed('pushed authorization request');
  }
  const endpoints: AuthorizationEndpoints = {
    // Of a grant without a browser there is none.
    authorizationUrl: authorizationUrl ?? '',
    issuer: metadata?.issuer ?? null,
    issuerClaims:
      template !== undefined && metadata?.issuer === template
        ? (provider.issuerTemplate?.claims ?? {})
        : null,
    clientAuth: provider.clientAuth ?? announcedAuth(metadata),
    // Without an issuer, the token URL: a redirect back may have to name its host first.
    assertionAudience:
      provider.clientAssertion.audience ?? metadata?.issuer ?? fill(provider.tokenUrl) ?? '',
    issParameter: metadata?.authorization_response_iss_parameter_supported === true,
    parUrl,
    redirectUri: provider.redirectUri ?? callbackUrl(publicUrl, provider.id),
    parameters:
      found === null
        ? values
        : { ...values, ...pinsOf({ ...found, issuer: metadata?.issuer ?? found.issuer }) },
    announced: {
      scopes: resourceUrl === null ? [] : [...(found?.scopes ?? []), ...offlineIn(metadata)],
      pkce: metadata?.code_challenge_methods_supported?.includes('S256') === true,
      clientDocument: metadata?.client_id_metadata_document_supported === true,
      registrationUrl: fill(provider.registrationUrl, metadata?.registration_endpoint),
    },
  };
  return { endpoints, metadata, fill };
}

/** Which authorization server, for what, and for whom. */
interface Server {
  issuer: string;
  resource: string;
  scopes: string[];
  did?: string | undefined;
  /** The account was resolved just now. */
  isNew?: true;
}

const pinsOf = ({ issuer, resource, did }: Server) => ({
  [RESOURCE]: resource,
  [AUTHORIZATION_SERVER]: issuer,
  ...(did === undefined ? {} : { [ACCOUNT_DID]: did }),
});

/** Whether the authorization server is found at the start of each connection. */
export const findsServer = ({
  resourceUrl,
  identityResolution,
}: Pick<OAuth2Provider, 'resourceUrl' | 'identityResolution'>): boolean =>
  resourceUrl !== undefined || identityResolution !== undefined;

/**
 * The server that a connection began with; null: it has not begun, or the record names its server.
 */
function begunWith(
  provider: OAuth2Provider,
  given: Readonly<Record<string, string>>,
): Server | null {
  const { [RESOURCE]: resource, [AUTHORIZATION_SERVER]: issuer, [ACCOUNT_DID]: did } = given;
  const hasBegun = findsServer(provider) && resource !== undefined && issuer !== undefined;
  return hasBegun ? { issuer, resource, scopes: [], did } : null;
}

/** @throws AppError as resolveAccount does */
const accountServer = async (
  deps: DiscoveryDeps,
  resolution: NonNullable<OAuth2Provider['identityResolution']>,
  { [ACCOUNT]: account = '' }: Readonly<Record<string, string>>,
): Promise<Server> => ({
  ...(await resolveAccount(deps, resolution, account)),
  scopes: [],
  isNew: true,
});

/**
 * The record's own; else the one that the resource names.
 * @throws AppError as discover does; `provider_error` where the resource names none
 */
async function serverOf(
  deps: DiscoveryDeps,
  resourceUrl: string,
  issuer: string | null,
): Promise<Server> {
  if (issuer !== null) return { issuer, resource: resourceUrl, scopes: [] };
  const found = await discoverResource(deps, resourceUrl);
  if (found.issuer !== null) return { ...found, issuer: found.issuer };
  throw new AppError(
    'provider_error',
    `the metadata of the resource ${resourceUrl} names no authorization server`,
  );
}

const offlineIn = (metadata: ServerMetadata | undefined): string[] =>
  metadata?.scopes_supported?.includes(OFFLINE_ACCESS) ? [OFFLINE_ACCESS] : [];

const unnamed = (what: 'authorization' | 'pushed authorization request' | 'token'): AppError =>
  new AppError('provider_error', `the provider's metadata names no ${what} endpoint`);

/**
 * In the order of preference: what is sent in the body needs no encoding that a server may get
 * wrong.
 */
const possibleAuth = [
  'client_secret_post',
  'client_secret_basic',
  'none',
  'private_key_jwt',
  'client_secret_jwt',
] as const;

/** @throws AppError `provider_error` where the server takes nothing that can be done here */
function announcedAuth(metadata: ServerMetadata | undefined): ClientAuth {
  const methods = metadata?.token_endpoint_auth_methods_supported ?? [];
  const possible = possibleAuth.find((method) => methods.includes(method));
  if (possible) return possible;
  if (methods.length === 0) return 'client_secret_post';
  throw new AppError(
    'provider_error',
    `the metadata of ${metadata?.issuer} announces no client authentication that Mooring can do, only ${methods.join(', ').slice(0, 200)}`,
  );
}

/**
 * What nobody has said yet is not there: no URL that holds it can be filled.
 * @throws AppError `provider_error`
 */
export function placeholderValues(
  provider: OAuth2Provider,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, parameter] of Object.entries(provider.parameters)) {
    // What a setting says now counts, not what it once said.
    const isGiven = Object.hasOwn(given, name) && splitSource(parameter)?.source !== 'setting';
    const value = isGiven ? given[name] : parameter.default;
    if (value === undefined && parameter.from !== undefined) continue;
    if (value === undefined || !isUsable(parameter, value)) throw unusableParameter(name);
    values[name] = value;
  }
  return values;
}

/**
 * The filled URL is checked like any other: a value may have made another host of it.
 *
 * @throws AppError `provider_error`
 */
export function filledUrl(
  url: string,
  values: Readonly<Record<string, string>>,
  publicUrl: string,
  kept?: string,
): string {
  const result = fillPlaceholders(url, values, kept);
  if (result === null || checkEndpoint(result, publicUrl) !== null) {
    throw unusableParameter(placeholdersOf(url).join(', '));
  }
  return result;
}

const unusableParameter = (name: string): AppError =>
  new AppError('provider_error', `the connection's parameter "${name}" makes no usable URL`);
