/**
 * What the API reference says of each operation, besides its summary, and the examples of its
 * schemas. It stands beside the generator, because the Worker is not to carry it.
 */
import { CHECK_EVERY_MS } from '../src/refresh/check';
import { MINUTE_MS } from '../src/time';
import { eventExample } from './event-descriptions';

export const descriptions: Record<string, string> = {
  listIntegrations:
    'From the nearest cache, as long as nothing in it can have changed. With the ETag of a former answer as If-None-Match, an unchanged one is a 304.',
  getIntegration: 'As in the list of all of them, and from the same caches.',
  getStatusOfMany:
    "One bulk read of the cache, and one of the database for those who are not in it. Versions are a user's own: with a Consistency-Token the database is asked for everyone whose version is lower.",
  listAllIntegrations:
    'For whoever keeps a copy of them; what changes meanwhile, events tell. From the primary. An integration that was there all the while is in one answer. One answer looks at a bounded number of rows, so it may hold few that fit, or none, and yet lead on: it is the last one where `next` is null.',
  beginConnection:
    "For providers of kind `oauth2`. The user's browser opens `connectUrl`, goes to the provider and comes back to `returnTo` with `connection=<id>` and `completion=<secret>` added; the app then completes the connection with that secret, for the user it knows by its own session. A user has at most 20 connections that are neither finished nor expired.",
  getConnection: 'For whoever waits for the browser to come back. Expires as the link does.',
  completeConnection:
    'Call it as soon as the browser is back, because the codes of some providers live 30 seconds, with the user that your own session knows and the `completion` that stands in the address that the browser came back to. The secret shows that this is the browser in which the user consented: whoever only started the connection cannot finish it. It goes on to its end even when the caller hangs up; repeat it to learn the outcome. After a 503 repeat it as well, until the connection expires: what the provider granted is kept.',
  putCredentials:
    'For providers of kind `credentials`: what is sent as it is, and what a token is obtained with. The account is named by the service, or by the field that the record names for it. For a user caller, whose word is no proof, the account id is bound to the user; the public id then stands in `metadata`. Where the provider can be asked, the credentials are tried first: what it refuses is not stored, and where it does not answer, the integration is `verified: false` and tried again by itself.',
  getClientDocument:
    'For authorization servers that take the address of such a document as a client id (draft-ietf-oauth-client-id-metadata-document). Of providers whose client is found or registered by Mooring itself, such as MCP servers.',
  createPageSession:
    "The app's page posts `token` as a form to `action`, in the user's browser, once, within 60 s. The form's page must stand on one of APP_ORIGINS and send its origin: no Referrer-Policy `no-referrer` or `same-origin`. A Consistency-Token makes the page show at least that version.",
  disconnect:
    'The integration is gone with the reply, whether the provider answers or not. What can be revoked there is queued.',
  eraseUser:
    "Rows, connections and audit events are gone with the reply, cached entries within KV's delay. Revocations still owed are kept without the user's id.",
  createDelegation:
    'For an agent, a job, or a front end without a JWT of its own: sent as `Authorization: Bearer`, it may what it says for this user, and never more than the key that made it has at that time. It ends with its time, with its key, with `DELETE` of this route and with the erasure of the user. It cannot be got again.',
  endDelegations:
    'Also those that other keys made. Calls follow at once, cached reads within 60 s. Also good where there are none.',
  getToken:
    'What is there where it lives long enough, else a fresh one. Not to be kept: ask each time.',
  refreshIntegration:
    "Waits for the provider, or for a refresh that is running already. Ignores the integration's own backoff, but not the provider's open circuit.",
  checkIntegration: `Call it when the provider's API refused what Mooring gave you. A credential that is refused is tried once more by itself two minutes later, and then needs reconnecting, with the reason \`token_refused\`; an access token that has a refresh token is refreshed at once. Each integration is tried at most every ${CHECK_EVERY_MS / MINUTE_MS} minutes: in between this answers what is stored.`,
  refreshMany:
    'Goes on after single failures. What was not started fails with `not_started`, and what the key is not for with `forbidden`.',
  listRefreshRuns: 'Runs that found nothing due are not noted.',
  getTokenOrConsent:
    'As `getToken`, by the provider alone where the user has one account there. Where only the user can help, it is `409 authorization_required`; with `returnTo`, and for a key with the right `connect`, it has a `connection` that asks for what is missing. The same request again gives the same connection, until its link was opened or half of its time is over. The app completes it as any other. Credentials have no link: the user gives them anew.',
  listEvents:
    'From the primary. Events are kept for 90 days. One answer looks at a bounded number of events, so it may hold few that fit, or none, and yet lead on: there is nothing more when `next` is the cursor that was sent. With `userId`, what happened to one user; a user or a delegation reads its own.',
  getEvent: 'With its delivery to each endpoint that it is for.',
  listWebhooks:
    'Those of WEBHOOKS, then those that were taken out and for which something is left.',
  testWebhook:
    'To this one only, also while it is disabled. It is tried on like any other event; `GET /v1/events/{id}` tells what became of it.',
  enableWebhook:
    'What waits for it is delivered from the next tick on. What happened while it was disabled was not queued for it: `GET /v1/events?after=` tells.',
  redeliverEvent:
    'To one endpoint, or to all that want its type, with the same `webhook-id`; also to one that is disabled. Its tries are counted anew.',
  getCacheStats: 'Memory, hits and misses are those of the isolate that happens to answer.',
  clearCache: 'Deletes as many keys as one request can; the rest ends within 300 s.',
  inspectUser:
    'Memory of the isolate that happens to answer, and KV as its location sees it. Reads no database, fills nothing and counts as no hit.',
  invalidateUser: 'Other locations may see the old entry for KV’s delay, about a minute.',
  listProviders:
    'Built-in providers and those of PROVIDERS, with what a connect form has to ask for. Where `configured` is false, the operator has given no client yet.',
  getHealth: 'Both are asked, each for two seconds at most. The problem says which one does not.',
  getOpenapi: 'Made from the same declarations as the routes. Any origin may read it.',
};

const called = (where: string): string =>
  `${where} with the account's credential. What comes back is the provider's: status, headers, body, streamed. \`Mooring-Answered-By\` tells the provider's answers from Mooring's own. Redirects are not followed. Nothing is tried again but once after a 401, where the token could be renewed.`;

/** @param id the operation's */
export function descriptionOf(id: string): string {
  if (id.endsWith('ProxiedRoot')) {
    return called('Sent to the address itself (an MCP server has one and no more)');
  }
  if (id.endsWith('Proxied')) return called('Sent to the provider');
  const description = descriptions[id];
  if (description === undefined) throw new Error(`${id} has no description here`);
  return description;
}

const integration = {
  provider: 'reddit',
  accountId: 't2_1w72',
  displayName: 'robin',
  status: 'connected',
  isConnected: true,
  scopes: ['identity', 'read'],
  missingScopes: [],
  expiresAt: '2026-11-22T13:00:00.000Z',
  reconnectBy: null,
  connectedAt: '2026-11-20T09:30:00.000Z',
  updatedAt: '2026-11-20T09:30:00.000Z',
  lastRefreshedAt: '2026-11-22T12:00:00.000Z',
  metadata: {},
};
const integrationOfUser = { ...integration, userId: 'user-1', version: 7 };
const provider = {
  id: 'reddit',
  name: 'Reddit',
  kind: 'oauth2',
  configured: true,
  scopes: ['identity', 'read'],
  experimental: false,
};

const statusOfUser = { version: 7, asOf: '2026-11-22T12:00:00.000Z', integrations: [integration] };
const failedRefresh = {
  provider: 'reddit',
  accountId: 't2_8k3q1',
  code: 'needs_reconnect',
  message: 'the user has to connect again',
};
const delivery = {
  endpoint: 'app',
  state: 'waiting',
  attempts: 1,
  lastStatus: 503,
  nextAt: '2026-11-26T12:31:00.000Z',
};
const webhookEndpoint = {
  name: 'app',
  state: 'enabled',
  host: 'app.example.com',
  events: ['integration.*'],
  disabledAt: null,
  waiting: 1,
  deadLetters: 0,
};
const refreshRun = {
  trigger: 'cron',
  started: '2026-11-22T12:00:00.120Z',
  ended: '2026-11-22T12:00:01.480Z',
  claimed: 12,
  refreshed: 11,
  refused: 0,
  failed: 1,
  left: false,
};
const cacheEntry = {
  version: 7,
  asOf: '2026-11-22T12:00:00.000Z',
  freshUntil: '2026-11-22T12:05:00.000Z',
  ttl: 120,
};

/** By the name of a schema in the document; the tests parse each by its schema. */
export const examples: Record<string, unknown> = {
  AccessToken: {
    kind: 'oauth2',
    accessToken: 'an-access-token',
    tokenType: 'bearer',
    expiresAt: '2026-11-22T13:00:00.000Z',
    scope: ['identity', 'read'],
  },
  CacheEntry: cacheEntry,
  CacheStats: {
    memory: { size: 12, active: 10, expired: 2, hits: 480, misses: 31 },
    kv: { size: 214, truncated: false, hits: 19, misses: 12, putsPaused: false },
  },
  CachedUser: { memory: null, kv: cacheEntry },
  Catalog: { providers: [provider] },
  ClearedCache: { deleted: 214, truncated: false },
  ClientDocument: {
    client_id: 'https://mooring.example.com/.well-known/oauth-client/linear-mcp',
    client_name: 'Dockside',
    client_uri: 'https://mooring.example.com',
    application_type: 'web',
    redirect_uris: ['https://mooring.example.com/connect/callback/linear-mcp'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  CompletionRequest: { completion: 'the-secret' },
  Connection: { id: 'con_1', provider: 'reddit', state: 'authorized' },
  ConnectionRequest: { provider: 'reddit', returnTo: 'https://app.example.com/connected' },
  Credentials: {
    kind: 'credentials',
    credentials: { key: 'an-api-key' },
    headers: { Authorization: 'Bearer an-api-key' },
  },
  CredentialsRequest: { credentials: { apiKey: 'an-api-key' }, accountId: 'team-1' },
  Delegation: { token: 'mdel_a.b.c', expiresAt: '2026-11-22T13:00:00.000Z' },
  DelegationRequest: { rights: ['read'], expiresIn: 3600 },
  Deliveries: { deliveries: [delivery] },
  Delivery: delivery,
  EventPage: { events: [eventExample('integration.connected')], next: 'evt_5k' },
  FailedRefresh: failedRefresh,
  Health: { status: 'ok' },
  Integration: integration,
  IntegrationList: {
    userId: 'user-1',
    version: 7,
    asOf: '2026-11-22T12:00:00.000Z',
    freshUntil: '2026-11-22T12:05:00.000Z',
    integrations: [integration],
  },
  IntegrationOfUser: integrationOfUser,
  IntegrationPage: { integrations: [integrationOfUser], next: 'int_3g' },
  PageSession: {
    token: 'a-token',
    action: 'https://mooring.example/connect/session',
    expiresAt: '2026-11-22T12:01:00.000Z',
  },
  PageSessionRequest: { label: 'robin@example.com', returnTo: 'https://app.example.com/settings' },
  Problem: {
    type: 'urn:mooring:problem:invalid_request',
    title: 'Invalid request',
    status: 400,
    detail: 'the body is not as it should be; see "errors"',
    code: 'invalid_request',
    requestId: '0b2c6b3e-7c1f-4d7e-9a3b-1f2e3d4c5b6a',
    errors: [{ path: 'body.returnTo', message: 'Invalid input: expected string' }],
  },
  Provider: provider,
  RedeliverRequest: { endpoint: 'app' },
  RefreshRequest: { accounts: [{ provider: 'reddit', accountId: 't2_1w72' }] },
  RefreshRun: refreshRun,
  RefreshRuns: { runs: [refreshRun] },
  Refreshed: { refreshed: [integration], failed: [failedRefresh] },
  StartedConnection: {
    id: 'con_1',
    connectUrl: 'https://mooring.example/connect/start/a-ticket',
    expiresAt: '2026-11-22T12:10:00.000Z',
  },
  StatusOfMany: { users: { 'user-1': statusOfUser } },
  StatusOfUser: statusOfUser,
  StatusRequest: { userIds: ['user-1', 'user-2'] },
  TokenRequest: {
    provider: 'reddit',
    scopes: ['identity', 'read'],
    returnTo: 'https://app.example.com/connected',
  },
  WebhookEndpoint: webhookEndpoint,
  WebhookEndpoints: { endpoints: [webhookEndpoint] },
  WebhookTest: { id: 'evt_5k' },
};
