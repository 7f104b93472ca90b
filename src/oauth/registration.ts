/**
 * The client of a provider whose settings give none (`clientRegistration: automatic`): the one
 * whose id is the address of its document, where the server takes such ids, else one that is
 * registered there (RFC 7591), once for each provider and authorization server.
 *
 * A grant belongs to the client that obtained it. So a connection keeps the client that it began
 * with, and an integration the one that it was connected by, also after another one has taken its
 * place for new connections.
 */
import { and, desc, eq, isNull } from 'drizzle-orm';
import * as z from 'zod';
import { BoundedCache } from '../caches';
import { type Database, d1Read, d1Write } from '../db/client';
import { type RegisteredClient, registeredClients } from '../db/schema';
import { AppError } from '../errors';
import type { Log } from '../log';
import { AUTHORIZATION_SERVER } from '../providers/parameters';
import { fillAll } from '../providers/templates';
import type { OAuth2Client, OAuth2Provider } from '../providers/types';
import { clientDocumentUrl, isLocal } from '../providers/urls';
import { MINUTE_MS, SECOND_MS } from '../time';
import { registeredClientContext, type Vault, VaultError } from '../vault/vault';
import type { DiscoveryDeps } from './discovery';
import { parseDocument } from './document';
import { type AuthorizationEndpoints, filledUrl, placeholderValues } from './endpoints';
import { isPassing, send } from './send';

interface RegistrationDeps extends DiscoveryDeps {
  db: Database;
  vault: Vault;
  log: Log;
  config: { readonly publicUrl: string; readonly brand: { readonly name: string } };
}

const REGISTER_MS = 8 * SECOND_MS;
const UNREGISTER_MS = 3 * SECOND_MS;
const MAX_REPLY_BYTES = 65_536;
/** A secret that runs out sooner may do so while somebody consents. */
const LEAST_SECRET_MS = 15 * MINUTE_MS;

/**
 * What stands in a client's document, and in a registration. The optional members: where the record
 * says so.
 */
interface ClientMetadata {
  client_name: string;
  client_uri: string;
  application_type: 'native' | 'web';
  redirect_uris: [string];
  grant_types: string[];
  response_types: string[];
  token_endpoint_auth_method: string;
  scope?: string;
  /** RFC 9449 5.2. */
  dpop_bound_access_tokens?: true;
}

/** RFC 7591 2. OpenID Connect registration lets a web client have no localhost. */
export const clientMetadata = (
  { publicUrl, brand }: RegistrationDeps['config'],
  { scopes, requiredScopes, clientScopes, dpop }: OAuth2Provider,
  redirectUri: string,
  method: string,
): ClientMetadata => ({
  client_name: brand.name,
  client_uri: publicUrl,
  application_type: isLocal(new URL(publicUrl)) ? 'native' : 'web',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: method,
  ...(clientScopes.length > 0
    ? { scope: [...new Set([...requiredScopes, ...scopes, ...clientScopes])].join(' ') }
    : {}),
  ...(dpop ? { dpop_bound_access_tokens: true as const } : {}),
});

/**
 * For a new connection.
 *
 * @param client as the registry has it
 * @throws AppError `provider_error` where the server takes no such client, refuses this one, or
 * answers
 *   what cannot be used; `provider_unavailable`
 */
export async function clientForConnection(
  deps: RegistrationDeps,
  client: OAuth2Client,
  endpoints: AuthorizationEndpoints,
): Promise<OAuth2Client> {
  if (!client.isAutomatic) return client;
  const { announced, redirectUri } = endpoints;
  const server = serverOf(deps, client, endpoints.parameters);
  const { clientKey } = client;
  // Nobody can fetch a document from localhost. A key is told by nothing else.
  if (announced.clientDocument && (clientKey || !isLocal(new URL(client.clientId)))) {
    return withDocument(client);
  }
  if (clientKey) throw refused(client, 'takes no document as a client');
  if (server === undefined) throw refused(client, 'has no metadata');
  const registration = { provider: client.provider.id, server, redirectUri };
  const known = await currentAt(deps, registration);
  if (known) {
    const usable = await usableNow(deps, client, known);
    if (usable) return usable;
    await replaceRow(deps, known);
  }
  return register(deps, client, endpoints, registration);
}

/**
 * For a connection that has begun, and for an integration.
 *
 * @param clientId that its authorization request named; null: none is known
 * @throws what D1 throws; VaultError where its secret does not open
 */
export async function clientOf(
  deps: RegistrationDeps,
  client: OAuth2Client,
  clientId: string | null,
  parameters: Readonly<Record<string, string>>,
): Promise<OAuth2Client> {
  const { provider } = client;
  const other = (id: string) => ({ ...withDocument(client), clientId: id });
  if (provider.clientRegistration !== 'automatic') return client;
  const configured = client.isAutomatic ? withDocument(client) : client;
  if (clientId === null || clientId === client.clientId) return configured;
  // Settings that came later are for new connections.
  if (clientId === clientDocumentUrl(deps.config.publicUrl, provider.id)) return other(clientId);
  const server = serverOf(deps, client, parameters);
  const row = server && (await rowOf(deps, provider.id, clientId, server));
  // A former one of the settings; with a document at a former address of this Worker; or its row is
  // gone.
  if (!row) return client.isAutomatic ? other(clientId) : client;
  const successor = row.replacedAt === null ? undefined : await currentAt(deps, row);
  return {
    ...(await opened(deps, client, row)),
    ...(successor === undefined ? {} : { successorId: successor.clientId }),
  };
}

/**
 * The issuer, or the origin of the record's own place of registration; undefined: nothing says it.
 * One server may give its client the id that another's has, so ids are looked up together with it.
 */
function serverOf(
  { config }: RegistrationDeps,
  { provider }: OAuth2Client,
  parameters: Readonly<Record<string, string>>,
): string | undefined {
  const { issuer, registrationUrl } = provider;
  const url = issuer ?? registrationUrl;
  const found = parameters[AUTHORIZATION_SERVER];
  if (found !== undefined || url === undefined) return found;
  const filled = filledUrl(url, placeholderValues(provider, parameters), config.publicUrl);
  return issuer === undefined ? new URL(filled).origin : filled;
}

/** It has no secret: everybody may read the document. It may have a key. */
const withDocument = ({ provider, clientId, clientKey }: OAuth2Client): OAuth2Client => ({
  provider: { ...provider, clientAuth: clientKey ? 'private_key_jwt' : 'none' },
  clientId,
  clientSecret: null,
  clientKey,
});

/**
 * After the server said that it does not know this client: new connections get another one.
 * Integrations keep it, since a server may say so by mistake.
 *
 * @throws what D1 throws
 */
export async function replaceClient(
  deps: RegistrationDeps,
  { registeredId, provider }: OAuth2Client,
): Promise<void> {
  if (registeredId === undefined) return;
  await replaceRow(deps, { id: registeredId, provider: provider.id });
}

/** By provider, client and server, as rows have them: sealed. */
const remembered = () => new BoundedCache<RegisteredClient>(200);
const REMEMBERED_MS = 10 * MINUTE_MS;

async function rowOf(
  deps: RegistrationDeps,
  provider: string,
  clientId: string,
  server: string,
): Promise<RegisteredClient | undefined> {
  const cache = deps.caches.of(remembered);
  const key = JSON.stringify([provider, clientId, server]);
  const known = cache.get(key, deps.now());
  if (known) return known;
  const { provider: ofProvider, clientId: named, server: at, id } = registeredClients;
  const query = deps.db
    .select()
    .from(registeredClients)
    .where(and(eq(ofProvider, provider), eq(named, clientId), eq(at, server)))
    .orderBy(desc(id))
    .limit(1);
  const [row] = await d1Read(query);
  if (row) cache.set(key, row, deps.now() + REMEMBERED_MS);
  return row;
}

/** For which a server has one client at a time. */
type Registration = Pick<RegisteredClient, 'provider' | 'server' | 'redirectUri'>;

async function currentAt(
  { db }: RegistrationDeps,
  { provider, server, redirectUri }: Registration,
): Promise<RegisteredClient | undefined> {
  const query = db
    .select()
    .from(registeredClients)
    .where(
      and(
        eq(registeredClients.provider, provider),
        eq(registeredClients.server, server),
        eq(registeredClients.redirectUri, redirectUri),
        isNull(registeredClients.replacedAt),
      ),
    );
  const [row] = await d1Read(query);
  return row;
}

async function replaceRow(
  { db, log, now }: RegistrationDeps,
  { id, provider }: Pick<RegisteredClient, 'id' | 'provider'>,
): Promise<void> {
  const query = db
    .update(registeredClients)
    .set({ replacedAt: now() })
    .where(and(eq(registeredClients.id, id), isNull(registeredClients.replacedAt)))
    .returning({ id: registeredClients.id });
  const replaced = await d1Write(query);
  if (replaced.length > 0) log.warn('client.replaced', { provider });
}

/** Null: its secret has run out, or was sealed under a key that is gone. */
async function usableNow(
  deps: RegistrationDeps,
  client: OAuth2Client,
  row: RegisteredClient,
): Promise<OAuth2Client | null> {
  const { secretExpiresAt } = row;
  if (secretExpiresAt !== null && secretExpiresAt < deps.now() + LEAST_SECRET_MS) return null;
  try {
    return await opened(deps, client, row);
  } catch (error) {
    if (error instanceof VaultError) return null;
    throw error;
  }
}

async function opened(
  { vault }: RegistrationDeps,
  { provider }: OAuth2Client,
  { id, provider: of, server, clientId, clientSecret, clientAuth }: RegisteredClient,
): Promise<OAuth2Client> {
  const context = registeredClientContext(of, server, clientId, 'client_secret');
  return {
    provider: { ...provider, clientAuth },
    clientId,
    clientSecret: clientSecret && (await vault.open(clientSecret, context)),
    registeredId: id,
  };
}

type Method = RegisteredClient['clientAuth'];

/** A server that has none may write it as an empty text (Descope). */
const secretText = z.preprocess(
  (value) => (value === '' ? null : value),
  z.string().min(1).max(4096).nullish(),
);

/** Read leniently: what else a server writes, and null for what it has not, is passed over. */
const replySchema = z.object({
  client_id: z.string().regex(/^[\x20-\x7e]{1,1000}$/),
  client_secret: secretText,
  /** Seconds since the epoch; 0: never. */
  client_secret_expires_at: z.coerce.number().int().nonnegative().nullish().catch(null),
  token_endpoint_auth_method: z.preprocess((value) => value || null, z.string().nullish()),
  redirect_uris: z.array(z.string()).nullish(),
  registration_client_uri: z.string().nullish(),
  registration_access_token: secretText,
});

async function register(
  deps: RegistrationDeps,
  client: OAuth2Client,
  { announced: { registrationUrl }, clientAuth, parameters }: AuthorizationEndpoints,
  registration: Registration,
): Promise<OAuth2Client> {
  const { id, name } = client.provider;
  if (registrationUrl === null) {
    throw refused(client, 'takes no document as a client and has no registration');
  }
  const { registrationParams } = client.provider;
  const metadata = clientMetadata(
    deps.config,
    client.provider,
    registration.redirectUri,
    clientAuth,
  );
  const { client_name, client_uri } = metadata;
  const params = { ...parameters, client_name, client_uri, redirect_uri: registration.redirectUri };
  const isForm = Object.keys(registrationParams).length > 0;
  const body = isForm
    ? new URLSearchParams(fillAll(registrationParams, params)).toString()
    : JSON.stringify(metadata);
  const headers = {
    Accept: 'application/json',
    'Content-Type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
  };
  const reply = await send(
    deps.fetch,
    { url: registrationUrl, init: { method: 'POST', headers, body } },
    { timeoutMs: REGISTER_MS, maxBytes: MAX_REPLY_BYTES },
  );
  if (isPassing(reply)) {
    throw new AppError('provider_unavailable', `${name} registers no client now`, {
      retryAfter: 30,
    });
  }
  if (reply.kind === 'failed' || reply.status < 200 || reply.status > 299) {
    const what = reply.kind === 'failed' ? reply.reason : `status ${reply.status}`;
    throw unusable(name, `was not given (${what})`);
  }
  const parsed = replySchema.safeParse(
    parseDocument(reply.body, reply.headers.get('Content-Type')),
  );
  if (!parsed.success) throw unusable(name, 'cannot be read');
  const found = parsed.data;
  if (found.redirect_uris && !found.redirect_uris.includes(registration.redirectUri)) {
    throw unusable(name, 'is for another redirect URI');
  }
  const { client_id: clientId, client_secret: secret = null } = found;
  const method = found.token_endpoint_auth_method ?? (secret === null ? 'none' : clientAuth);
  if (!isPossible(method) || (method !== 'none' && secret === null)) {
    throw unusable(name, `asks for "${method.slice(0, 50)}", which its client cannot do`);
  }
  const { db, vault, log, now } = deps;
  const seal = (value: string | null, field: 'client_secret' | 'registration_token') =>
    value && vault.seal(value, registeredClientContext(id, registration.server, clientId, field));
  const management = managementOf(registrationUrl, found);
  const values = {
    ...registration,
    clientId,
    clientSecret: await seal(method === 'none' ? null : secret, 'client_secret'),
    secretExpiresAt: found.client_secret_expires_at
      ? found.client_secret_expires_at * SECOND_MS
      : null,
    clientAuth: method,
    registrationUrl: management?.url ?? null,
    registrationToken: await seal(management?.token ?? null, 'registration_token'),
    registeredAt: now(),
  };
  const insert = db.insert(registeredClients).values(values).onConflictDoNothing().returning();
  const [stored] = await d1Write(insert);
  if (stored) {
    log.info('client.registered', { provider: id });
    return opened(deps, client, stored);
  }
  // Somebody else was faster. Two would do no harm, but the other one is nobody's.
  if (management) await unregister(deps, management);
  const winner = await currentAt(deps, registration);
  if (winner) return opened(deps, client, winner);
  throw new AppError('provider_unavailable', `${name} registers no client now`, { retryAfter: 2 });
}

const isPossible = (method: string): method is Method =>
  ['client_secret_basic', 'client_secret_post', 'none'].includes(method);

interface Management {
  url: string;
  token: string;
}

/** RFC 7592 3. Null where the server has none, or names a place of another origin. */
function managementOf(
  registrationUrl: string,
  {
    registration_client_uri: uri,
    registration_access_token: token,
  }: Pick<z.output<typeof replySchema>, 'registration_client_uri' | 'registration_access_token'>,
): Management | null {
  const url = URL.parse(uri ?? '');
  const isOwn = url !== null && url.origin === new URL(registrationUrl).origin;
  return isOwn && url.username === '' && url.password === '' && token
    ? { url: url.href, token }
    : null;
}

/** RFC 7592 2.3. What becomes of it is the server's affair. */
const unregister = ({ fetch }: RegistrationDeps, { url, token }: Management) =>
  send(
    fetch,
    { url, init: { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } } },
    { timeoutMs: UNREGISTER_MS },
  );

const refused = ({ provider }: OAuth2Client, why: string): AppError =>
  new AppError(
    'provider_error',
    `the authorization server of ${provider.name} ${why}; give a client by settings`,
  );

const unusable = (name: string, what: string): AppError =>
  new AppError('provider_error', `the registration of a client at ${name} ${what}`);
