/**
 * A server of the Model Context Protocol and its authorization server (oidc-provider), of which
 * nobody knows more than the address: protected resource metadata, registration of clients (RFC
 * 7591, 7592), client id metadata documents, resource indicators, single-use refresh tokens. It
 * signs in whoever asks, so it listens on the loopback interface only.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Configuration, errors, Provider } from 'oidc-provider';
import { Store } from './authorization-server/store.ts';
import { json, listenOnLoopback, tokenRequestsOf } from './loopback.ts';
import { answerInteraction, bodyOf } from './one-form.ts';

export interface McpServer {
  /** Where it listens; its own name may be another. */
  listens: string;
  /** The one address of the MCP server. */
  url: string;
  issuer: string;
  /** Requests to the token endpoint, as their parameters. */
  tokenRequests: Record<string, string>[];
  /** Clients that were registered. */
  clients(): string[];
  /** Refresh tokens that would still be taken. */
  liveRefreshTokens(): number;
  /** Whether the MCP server takes it. */
  accepts(accessToken: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface McpServerOptions {
  /** As it is known outside, where it stands behind a proxy; by default where it listens. */
  origin?: string;
  /** Takes addresses of documents as client ids, and fetches them so. */
  documents?: (url: string | URL, options?: RequestInit) => Promise<Response>;
}

const RESOURCE_METADATA = '/.well-known/oauth-protected-resource/mcp';
const SCOPES = ['boats:read', 'boats:write'];

export async function startMcpServer(options: McpServerOptions = {}): Promise<McpServer> {
  const loopback = await listenOnLoopback('MCP server');
  const listens = loopback.origin;
  const issuer = options.origin ?? listens;
  const url = `${issuer}/mcp`;
  const store = new Store(null);
  const provider = new Provider(issuer, configuration(url, store, options));
  provider.proxy = options.origin !== undefined;
  const tokenRequests = tokenRequestsOf(provider);
  const isGood = async (token: string): Promise<boolean> => {
    const found = await provider.AccessToken.find(token);
    return found?.aud === url && found.isExpired === false;
  };
  const callback = provider.callback();
  loopback.answerBy(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', issuer);
    if (pathname === RESOURCE_METADATA) {
      return json(response, 200, {
        resource: url,
        authorization_servers: [issuer],
        scopes_supported: SCOPES,
        bearer_methods_supported: ['header'],
      });
    }
    if (pathname === '/mcp') return answerMessage(request, response, issuer, isGood);
    if (await answerInteraction(provider, request, response)) return;
    await callback(request, response);
  });

  return {
    listens,
    url,
    issuer,
    tokenRequests,
    accepts: isGood,
    clients: () => store.all('Client').map(({ client_id: id }) => String(id)),
    liveRefreshTokens: () =>
      store.all('RefreshToken').filter(({ consumed }) => consumed === undefined).length,
    close: loopback.close,
  };
}

function configuration(url: string, store: Store, { documents }: McpServerOptions): Configuration {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signingKey = privateKey.export({ format: 'jwk' });
  return {
    adapter: store.adapter,
    jwks: { keys: [{ ...signingKey, use: 'sig', alg: 'ES256' } as never] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    scopes: ['openid', 'offline_access'],
    clientAuthMethods: ['client_secret_basic', 'none'],
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: true,
        // Who names no resource gets no token for it.
        useGrantedResource: () => false,
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== url) throw new errors.InvalidTarget();
          return {
            scope: SCOPES.join(' '),
            audience: url,
            accessTokenFormat: 'opaque',
            accessTokenTTL: 600,
          };
        },
      },
      ...(documents ? { clientIdMetadataDocument: { enabled: true, ack: 'draft-02' } } : {}),
    },
    ...(documents ? { fetch: documents as never } : {}),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    renderError: (ctx, out) => {
      ctx.type = 'text';
      ctx.body = `${out.error}: ${out.error_description}`;
    },
  };
}

/** Messages with a token are answered by a stream of two events. */
async function answerMessage(
  request: IncomingMessage,
  response: ServerResponse,
  origin: string,
  isGood: (token: string) => Promise<boolean>,
): Promise<void> {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (!(await isGood(token))) {
    response.setHeader(
      'WWW-Authenticate',
      `Bearer error="invalid_token", resource_metadata="${origin}${RESOURCE_METADATA}"`,
    );
    return json(response, 401, { error: 'invalid_token' });
  }
  if (request.method !== 'POST') return json(response, 405, {});
  const { id, method } = JSON.parse(await bodyOf(request));
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Mcp-Session-Id': 'session-1' });
  const event = (data: unknown) => response.write(`data: ${JSON.stringify(data)}\n\n`);
  event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } });
  event({ jsonrpc: '2.0', id, result: { method } });
  response.end();
}
