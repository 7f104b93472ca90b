/**
 * The whole arrangement of an end-to-end test: the authorization server, the Worker in one or two
 * processes, and the app's backend that calls it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { inject } from 'vitest';
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../../sandbox/authorization-server/index.ts';
import { type SandboxId, sandboxClients, sandboxProviders } from '../../sandbox/settings.ts';
import { Browser, consent } from './browser.ts';
import { startWorkerProcesses, type WorkerProcesses } from './worker-processes.ts';

/** Where the app would be. Nothing listens there: browsers stop before they open it. */
export const APP_ORIGIN = 'http://localhost:4999';
export const returnTo = `${APP_ORIGIN}/connected`;
export const atApp = (url: URL): boolean => url.origin === APP_ORIGIN;

export interface Reply<T> {
  status: number;
  headers: Headers;
  body: T;
  /** The reply's Consistency-Token; 0 where it has none. */
  version: number;
  /** Which caches the reply passed, as Cache-Status says. */
  cacheStatus: string;
}

export interface Problem {
  code: string;
  detail: string;
}

export interface Integration {
  provider: string;
  accountId: string;
  displayName: string;
  status: string;
  expiresAt: string;
  lastRefreshedAt: string | null;
}

export interface CallOptions {
  json?: unknown;
  /** Sent as Consistency-Token. */
  atLeast?: number;
  /** Which Worker process to ask. */
  process?: number;
  headers?: Record<string, string>;
}

export interface Consent {
  /** Default: the sandbox. */
  provider?: string;
  browser?: Browser;
  /** Of a reconnect. */
  accountId?: string;
  /** Where the browser stops. Default: at the app's own page. */
  until?: (url: URL) => boolean;
}

export interface Mooring {
  sandbox: AuthorizationServer;
  worker: WorkerProcesses;
  /** Values that must appear in no output, named. */
  secrets: Map<string, string>;
  /**
   * Everything that came back over HTTP, for the scan for secrets: `METHOD path -> headers, body`.
   */
  replies: string[];
  call<T = unknown>(method: string, path: string, options?: CallOptions): Promise<Reply<T>>;
  /** The first half: to the provider and back, up to the app's own page. */
  authorize(
    user: string,
    account: string,
    options?: Consent,
  ): Promise<{ id: string; connectUrl: string; url: URL; browser: Browser }>;
  /** With the secret that the browser brought back, unless another one is given. */
  complete(
    user: string,
    connection: string,
    given?: { completion?: string | undefined; process?: number; token?: string },
  ): Promise<Reply<Integration>>;
  /** Both halves; throws unless it ends well. */
  connect(user: string, account: string, options?: Consent): Promise<Reply<Integration>>;
  stop(): Promise<void>;
}

const random = (): string => randomBytes(32).toString('hex');

/** Below those that a system hands out: nobody else takes one by chance before it is used. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

export interface MooringOptions {
  processes?: number;
  vars?: Record<string, string>;
  /** Next to the sandbox's, as the `PROVIDERS` setting has them. */
  providers?: Record<string, unknown>;
  /** By default on localhost. On another host there is no sandbox, which is on localhost. */
  publicUrl?: string;
  /** Takes every request that the Worker makes to others, instead of the network. */
  outbound?: (request: Request) => Promise<Response>;
  /** Put in front of the Worker's code. */
  planted?: string;
  /** Lifetime of access tokens. */
  seconds?: Partial<Record<SandboxId, number>>;
}

export async function startMooring(options: MooringOptions = {}): Promise<Mooring> {
  const ports = await freePorts(options.processes ?? 1);
  const publicUrl = options.publicUrl ?? `http://localhost:${ports[0]}`;
  const serviceKey = `service-key-${random()}`;
  const encryptionKey = randomBytes(32).toString('base64');
  const clientSecret = `client-secret-${random()}`;
  const jwtSecret = `jwt-secret-${random()}`;
  const sandbox = await startAuthorizationServer({
    port: 0,
    clients: sandboxClients(
      publicUrl,
      { sandbox: clientSecret, 'sandbox-short': clientSecret },
      options.seconds,
    ),
  });
  const worker = await startWorkerProcesses({
    bundle: (options.planted ?? '') + inject('bundle'),
    ports,
    ...(options.outbound ? { outbound: options.outbound } : {}),
    vars: {
      PUBLIC_URL: publicUrl,
      APP_ORIGINS: APP_ORIGIN,
      ENCRYPTION_KEYS: `e2e:${encryptionKey}`,
      SERVICE_KEYS: `e2e:${createHash('sha256').update(serviceKey).digest('hex')}`,
      AUTH_JWT_SECRET: jwtSecret,
      PROVIDERS: JSON.stringify({
        ...(options.publicUrl === undefined ? JSON.parse(sandboxProviders(sandbox.issuer)) : {}),
        ...options.providers,
      }),
      SANDBOX_CLIENT_ID: 'sandbox',
      SANDBOX_CLIENT_SECRET: clientSecret,
      SANDBOX_SHORT_CLIENT_ID: 'sandbox-short',
      SANDBOX_SHORT_CLIENT_SECRET: clientSecret,
      RUN_SUBREQUESTS: '900',
      ...options.vars,
    },
  });
  const replies: string[] = [];

  const call: Mooring['call'] = async <T>(
    method: string,
    path: string,
    { json, atLeast, process = 0, headers = {} }: CallOptions = {},
  ) => {
    const response = await fetch(`${worker.urls[process]}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${serviceKey}`,
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(atLeast === undefined ? {} : { 'Consistency-Token': String(atLeast) }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    replies.push(`${method} ${path} -> ${JSON.stringify([...response.headers])} ${text}`);
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? null : JSON.parse(text)) as T,
      version: Number(response.headers.get('Consistency-Token') ?? 0),
      cacheStatus: response.headers.get('Cache-Status') ?? '',
    };
  };

  /** What browsers brought back, by connection. */
  const completions = new Map<string, string>();

  const authorize: Mooring['authorize'] = async (user, account, given = {}) => {
    const browser = given.browser ?? new Browser();
    const started = await call<{ id: string; connectUrl: string }>(
      'POST',
      `/v1/users/${user}/connections`,
      {
        json: {
          provider: given.provider ?? 'sandbox',
          returnTo,
          ...(given.accountId ? { accountId: given.accountId } : {}),
        },
      },
    );
    if (started.status !== 201) throw new Error(`no connection: ${JSON.stringify(started.body)}`);
    const login = await browser.open(started.body.connectUrl);
    const back = await consent(browser, login, account, given.until ?? atApp);
    const completion = back.url.searchParams.get('completion');
    if (completion !== null) completions.set(started.body.id, completion);
    return { ...started.body, url: back.url, browser };
  };

  const complete: Mooring['complete'] = (user, connection, given = {}) => {
    const { completion = completions.get(connection), process = 0, token } = given;
    return call('POST', `/v1/users/${user}/connections/${connection}/complete`, {
      json: { completion },
      process,
      ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
    });
  };

  return {
    sandbox,
    worker,
    replies,
    secrets: new Map([
      ['service key', serviceKey],
      ['encryption key', encryptionKey],
      ['client secret', clientSecret],
      ['JWT secret', jwtSecret],
    ]),
    call,
    authorize,
    complete,
    async connect(user, account, given) {
      const { id } = await authorize(user, account, given);
      const reply = await complete(user, id);
      if (reply.status !== 201) throw new Error(`not connected: ${JSON.stringify(reply.body)}`);
      return reply;
    },
    async stop() {
      await worker.stop();
      await sandbox.close();
    },
  };
}
