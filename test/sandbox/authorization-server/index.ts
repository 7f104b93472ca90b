/**
 * The sandbox: a real authorization server (oidc-provider) on localhost, with rotating refresh
 * tokens whose reuse kills the grant, and a small API for who has one. `npm start` runs it for
 * people, the end-to-end tests run it for what it saw. It signs in whoever asks, so it listens on
 * the loopback interface only.
 */
import { Provider } from 'oidc-provider';
import { listenOnLoopback } from '../loopback.ts';
import { SandboxApi } from './api.ts';
import { configuration, type SandboxClient } from './configuration.ts';
import { answerInteraction } from './interactions.ts';
import { Store } from './store.ts';
import { hashOf, Traffic } from './traffic.ts';

export type { SandboxClient } from './configuration.ts';
export type { Behaviour, Revocation, TokenRequest } from './traffic.ts';
export { hashOf } from './traffic.ts';

export interface AuthorizationServerOptions {
  /** 0 = a free one. */
  port: number;
  clients: readonly SandboxClient[];
  /** Where grants survive a restart; null = in memory only. */
  file?: string | null;
}

export interface AuthorizationServer {
  issuer: string;
  traffic: Traffic;
  /** Refresh tokens of an account that would still be taken. */
  liveRefreshTokens(clientId: string, accountId: string): number;
  /** All accounts that have a refresh token that would still be taken. */
  liveAccounts(clientId: string): Set<string>;
  /** All codes and tokens that it gave out, for tests that look for them elsewhere. */
  issued: ReadonlySet<string>;
  /** Withdraws all grants of an account, as a person does on the provider's own page. */
  withdraw(accountId: string): Promise<number>;
  close(): Promise<void>;
}

export async function startAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const store = new Store(options.file ?? null);
  const traffic = new Traffic();
  const loopback = await listenOnLoopback('sandbox', options.port);
  const issuer = loopback.origin;

  const provider = new Provider(issuer, configuration(options.clients, store));
  observe(provider, traffic);
  const callback = provider.callback();
  const api = new SandboxApi(provider);
  loopback.answerBy(async (request, response) => {
    if (await api.answer(request, response)) return;
    if (await answerInteraction(provider, request, response)) return;
    await callback(request, response);
  });

  return {
    issuer,
    traffic,
    issued: store.issued,
    liveRefreshTokens: (clientId, accountId) =>
      store
        .all('RefreshToken')
        .filter((token) => token.clientId === clientId && token.accountId === accountId)
        .filter((token) => token.consumed === undefined).length,
    liveAccounts: (clientId) =>
      new Set(
        store
          .all('RefreshToken')
          .filter((token) => token.clientId === clientId && token.consumed === undefined)
          .flatMap(({ accountId }) => accountId ?? []),
      ),
    async withdraw(accountId) {
      const grants = store.all('Grant').filter((grant) => grant.accountId === accountId);
      for (const { jti } of grants) {
        if (!jti) continue;
        await store.adapter('RefreshToken').revokeByGrantId(jti);
        await store.adapter('Grant').destroy(jti);
      }
      return grants.length;
    },
    async close() {
      store.flush();
      await loopback.close();
    },
  };
}

/** Watches the token and revocation endpoints, and misbehaves there when told to. */
function observe(provider: Provider, traffic: Traffic): void {
  provider.use(async (ctx, next) => {
    if (ctx.path === '/token/revocation') {
      await next();
      const token = ctx.oidc?.params?.token;
      traffic.revocations.push({
        at: Date.now(),
        clientId: ctx.oidc?.client?.clientId ?? null,
        presented: typeof token === 'string' ? hashOf(token) : null,
        status: ctx.status,
      });
      return;
    }
    if (ctx.path !== '/token') {
      await next();
      return;
    }
    const request = traffic.begin(ctx.get('X-Process') || null);
    try {
      if (traffic.behaviour.latencyMs > 0) await pause(traffic.behaviour.latencyMs);
      const failure = traffic.nextFailure();
      if (failure === 'unavailable') {
        request.status = 503;
        request.error = 'unavailable';
        ctx.status = 503;
        return;
      }
      await next();
      const params = ctx.oidc?.params;
      const secret = params?.refresh_token ?? params?.code;
      if (typeof params?.code_verifier === 'string') traffic.verifiers.add(params.code_verifier);
      request.clientId = ctx.oidc?.client?.clientId ?? null;
      request.grantType = typeof params?.grant_type === 'string' ? params.grant_type : null;
      request.presented = typeof secret === 'string' ? hashOf(secret) : null;
      request.accountId = ctx.oidc?.account?.accountId ?? null;
      request.status = ctx.status;
      const body = ctx.body as { error?: string } | undefined;
      request.error = body?.error ?? null;
      if (traffic.behaviour.replyMs) await pause(traffic.behaviour.replyMs);
      if (failure === 'lost') {
        ctx.respond = false;
        ctx.req.socket.destroy();
      }
    } finally {
      traffic.end(request);
    }
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
