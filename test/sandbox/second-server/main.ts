/**
 * The process of the second authorization server: @jmondi/oauth2-server behind node:http, on the
 * loopback interface. It signs in whoever asks. Its parent tells it the redirect URI, and what
 * people do on its own pages.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AuthorizationServer, DateInterval, JwtService } from '@jmondi/oauth2-server';
import {
  handleVanillaError,
  requestFromVanilla,
  responseToVanilla,
} from '@jmondi/oauth2-server/vanilla';
import { toRequest } from '../../support/provider-server.ts';
import type { FromServer, ToServer } from '../second-server.ts';
import { Storage } from './storage.ts';

type AuthorizationRequest = Awaited<
  ReturnType<AuthorizationServer['validateAuthorizationRequest']>
>;

const [clientId = '', clientSecret = ''] = process.argv.slice(2);
const TOKENS_LIVE = '10m';

const storage = new Storage({
  id: clientId,
  name: 'Dockside',
  secret: clientSecret,
  redirectUris: [],
  allowedGrants: ['authorization_code', 'refresh_token', 'client_credentials'],
  scopes: [{ name: 'profile.read' }, { name: 'boats.read' }],
});
const jwt = new JwtService(randomUUID());
const oauth = new AuthorizationServer(storage.clients, storage.tokens, storage.scopes, jwt, {
  requiresPKCE: true,
  requiresS256: true,
  // Unlike RFC 6749's, so that it has to be said.
  scopeDelimiter: ',',
});
oauth.enableGrantTypes(
  [
    {
      grant: 'authorization_code',
      authCodeRepository: storage.codes,
      userRepository: storage.users,
    },
    new DateInterval(TOKENS_LIVE),
  ],
  ['refresh_token', new DateInterval(TOKENS_LIVE)],
);

/** Consents that somebody is looking at. */
const pending = new Map<string, AuthorizationRequest>();

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const consent = /^\/consent\/(.+)$/.exec(pathname)?.[1];
  if (consent !== undefined) return consented(consent, request);
  switch (`${request.method} ${pathname}`) {
    case 'GET /authorize': {
      const id = randomUUID();
      pending.set(id, await oauth.validateAuthorizationRequest(await requestFromVanilla(request)));
      const form = `<form method="post" action="/consent/${id}"><input name="account"></form>`;
      return new Response(form, { headers: { 'Content-Type': 'text/html' } });
    }
    case 'POST /token':
      return responseToVanilla(
        await oauth.respondToAccessTokenRequest(await requestFromVanilla(request)),
      );
    case 'POST /token/revoke':
      return responseToVanilla(await oauth.revoke(await requestFromVanilla(request)));
    case 'GET /api/me':
      return me(request);
    default:
      return new Response('Not Found', { status: 404 });
  }
}

async function consented(id: string, request: Request): Promise<Response> {
  const authorization = pending.get(id);
  if (!authorization) return new Response('Gone', { status: 410 });
  pending.delete(id);
  const account = (await request.formData()).get('account');
  authorization.user = { id: String(account) };
  authorization.isAuthorizationApproved = true;
  return responseToVanilla(await oauth.completeAuthorizationRequest(authorization));
}

async function me(request: Request): Promise<Response> {
  const bearer = /^Bearer (.+)$/.exec(request.headers.get('Authorization') ?? '')?.[1] ?? '';
  const claims = await jwt.verify(bearer).catch(() => ({}));
  const token = 'jti' in claims ? storage.accessToken(String(claims.jti)) : undefined;
  return token
    ? Response.json({ user: { id: token.user?.id, name: `Captain ${token.user?.id}` } })
    : Response.json({ error: 'invalid_token' }, { status: 401 });
}

const server = createServer((incoming, outgoing) => {
  toRequest(incoming, 'http://localhost')
    .then(answer)
    .catch((error: unknown) => responseToVanilla(handleVanillaError(error)))
    .then(async (response) => {
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(await response.text());
    })
    .catch(() => outgoing.destroy());
});

const tell = (message: FromServer): void => void process.send?.(message);

process.on('message', (message: ToServer) => {
  if (message.kind === 'register') storage.client.redirectUris = [message.redirectUri];
  else storage.withdraw(message.account);
  tell({ kind: 'done' });
});
// The parent is gone.
process.on('disconnect', () => process.exit());

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  tell({ kind: 'listening', origin: `http://localhost:${port}` });
});
