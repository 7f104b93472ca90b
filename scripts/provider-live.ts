/**
 * `npm run provider:check -- --live <id> [parameter=value ...]`: a configured provider for real.
 * Mooring runs here on PUBLIC_URL's port, with storage of its own that is thrown away; a person
 * connects an account in a browser; then it is refreshed, the used refresh token is sent again
 * where the record knows a window, it is disconnected, and refreshed once more. What the provider
 * answered is written to a file, with the day.
 *
 * No value that could be a token, a code or a secret is printed or written: of a reply only known
 * words are kept, everything else by its kind and length.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Caches } from '../src/caches';
import { parseDocument } from '../src/oauth/document';
import { type Endpoints, endpointsOf } from '../src/oauth/endpoints';
import { readTokenReply } from '../src/oauth/reply';
import type { RawReply } from '../src/oauth/send';
import { refreshGrant } from '../src/oauth/token';
import { askedParameters } from '../src/providers/parameters';
import type { OAuth2Client } from '../src/providers/types';
import { judge } from '../src/refresh/outcome';
import { buildWorker } from '../test/e2e/support/build';
import { startWorkerProcesses } from '../test/e2e/support/worker-processes';
import { StartProblem } from './start/problem';

const WAIT_FOR_PERSON_MS = 10 * 60_000;
const WAIT_FOR_REVOCATION_MS = 30_000;
const REFRESH_MS = 20_000;
const USER = 'provider-check';

const liveFolder = join(import.meta.dirname, '../test/simulator/live');

export interface LiveOptions {
  client: OAuth2Client;
  parameters: Record<string, string>;
  publicUrl: string;
  /** Settings of the provider and its client, as in .dev.vars. */
  settings: Record<string, string | undefined>;
  /** Default: of the simulator's. */
  folder?: string;
  say(line: string): void;
  /** Resolves when the person has done what the line asks for. */
  ask(line: string): Promise<void>;
}

type Step = 'connect' | 'refresh' | 'replay' | 'revoke' | 'refresh_after_revocation';

/** One request and its answer, in memory only. */
interface Exchange {
  step: Step;
  method: string;
  url: URL;
  status: number;
  headers: Headers;
  body: string;
}

/** The file's path. @throws StartProblem */
export async function checkLive(options: LiveOptions): Promise<string> {
  const { client, say } = options;
  const { provider } = client;
  const { port, hostname } = new URL(options.publicUrl);
  if (hostname !== 'localhost' || port === '') {
    throw new StartProblem('PUBLIC_URL must be on localhost, with a port: Mooring runs there.');
  }
  const health = await fetch(options.publicUrl).catch(() => null);
  if (health) {
    throw new StartProblem(
      `Something runs on ${options.publicUrl} already. End it first (npm start): this check runs a Mooring of its own there, to see what the provider answers.`,
    );
  }
  const recorder = new Recorder(client);
  const back = await waitForBrowser();
  say('Building the Worker and starting it.');
  const worker = await startLiveWorker(options, Number(port), back.origin, recorder);
  try {
    await drive(options, { recorder, back, worker });
  } finally {
    await worker.processes.stop();
    back.close();
  }
  const day = new Date().toISOString().slice(0, 10);
  const folder = options.folder ?? liveFolder;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${provider.id}.${day}.json`);
  const content = { provider: provider.id, date: day, replies: recorder.replies() };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  return file;
}

interface Running {
  recorder: Recorder;
  back: Awaited<ReturnType<typeof waitForBrowser>>;
  worker: Awaited<ReturnType<typeof startLiveWorker>>;
}

async function drive(options: LiveOptions, { recorder, back, worker }: Running): Promise<void> {
  const { client, parameters, publicUrl, say, ask } = options;
  const { provider } = client;
  const { call, processes } = worker;
  const begun = await call('POST', `/v1/users/${USER}/connections`, {
    provider: provider.id,
    returnTo: `${back.origin}/connected`,
    parameters: Object.fromEntries(
      askedParameters(provider).flatMap(([name]) =>
        parameters[name] === undefined ? [] : [[name, parameters[name]]],
      ),
    ),
  });
  if (begun.status !== 201) throw new StartProblem(`No connection: ${begun.body.detail}`);
  say(`Open this link in a browser and connect an account:\n${begun.body.connectUrl}`);
  const { completion, error } = await back.returned;
  if (!completion) throw new StartProblem(`The connection failed: ${error ?? 'nothing came back'}`);
  const path = `/v1/users/${USER}/connections/${begun.body.id}/complete`;
  const connected = await call('POST', path, { completion });
  if (connected.status >= 300) throw new StartProblem(`Not connected: ${connected.body.detail}`);
  say('Connected.');
  const account = `/v1/users/${USER}/integrations/${provider.id}/${encodeURIComponent(String(connected.body.accountId))}`;

  const endpoints = await endpointsOf(
    { fetch, now: Date.now, config: { publicUrl }, caches: new Caches() },
    provider,
    parameters,
  );
  /** Outside of Mooring, which would never send a token that is used or revoked. */
  const sendRefresh = async (step: Step, refreshToken: string | null): Promise<string> => {
    recorder.step = step;
    const raw = await refreshOnce(recorder, client, endpoints, refreshToken);
    const reply = raw.kind === 'failed' ? null : readTokenReply(provider, raw, Date.now());
    const outcome = judge(provider, raw, reply, Date.now());
    return outcome.kind;
  };

  const first = recorder.refreshToken;
  if (provider.refreshModel === 'none') {
    say('Nothing to refresh: the record has no refresh.');
  } else {
    recorder.step = 'refresh';
    const refreshed = await call('POST', `${account}/refresh`);
    say(refreshed.status === 200 ? 'Refreshed.' : `Not refreshed: ${refreshed.body.detail}`);
  }
  const isReplaced = first !== null && recorder.refreshToken !== first;
  if (provider.refreshModel === 'rotating' && provider.reuse === 'grace' && isReplaced) {
    const outcome = await sendRefresh('replay', first);
    say(`The used refresh token again, inside the record's window: ${outcome}.`);
  }

  recorder.step = 'revoke';
  const gone = await call('DELETE', account);
  if (gone.body.revocation === 'queued') {
    say(await revocationSent(processes));
  } else {
    await ask(
      `The record has no revocation. Take the access away in ${provider.name}'s settings, then press Enter.`,
    );
  }
  if (provider.refreshModel !== 'none') {
    const outcome = await sendRefresh('refresh_after_revocation', recorder.refreshToken);
    say(
      outcome === 'refused'
        ? 'Refreshed after that: refused, as it should be.'
        : `Refreshed after that: ${outcome}. A dead grant should be "refused": the record does not know this answer, or the grant is still alive.`,
    );
  }
}

async function refreshOnce(
  recorder: Recorder,
  client: OAuth2Client,
  endpoints: Endpoints,
  refreshToken: string | null,
): Promise<RawReply> {
  const { accessToken, scopes } = recorder;
  if (client.provider.refreshModel === 'extend' ? !accessToken : !refreshToken) {
    return { kind: 'failed', reason: 'network' };
  }
  const signing = { now: Date.now, uuid: () => crypto.randomUUID(), caches: new Caches() };
  return refreshGrant({ ...signing, fetch: recorder.fetch }, client, endpoints, {
    refreshToken,
    accessToken,
    scopes,
    timeoutMs: REFRESH_MS,
  });
}

async function revocationSent(processes: Running['worker']['processes']): Promise<string> {
  const deadline = Date.now() + WAIT_FOR_REVOCATION_MS;
  while (Date.now() < deadline) {
    await processes.cron();
    if ((await processes.sql('SELECT id FROM outbox')).length === 0) {
      return 'Disconnected, and the provider was told.';
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return 'Disconnected; the provider has not taken the revocation yet.';
}

/** Mooring, with the recorder between it and everybody else. */
async function startLiveWorker(
  { settings, publicUrl }: LiveOptions,
  port: number,
  appOrigin: string,
  recorder: Recorder,
) {
  const serviceKey = randomBytes(32).toString('base64url');
  const set = Object.entries(settings).filter((entry): entry is [string, string] => !!entry[1]);
  const processes = await startWorkerProcesses({
    bundle: await buildWorker(),
    ports: [port],
    // Of another class than this process's own.
    outbound: async (request) =>
      recorder.fetch(request.url, {
        method: request.method,
        headers: Object.fromEntries(request.headers),
        ...(request.body ? { body: await request.text() } : {}),
      }),
    vars: {
      ...Object.fromEntries(
        set.filter(([name]) => name === 'PROVIDERS' || /_CLIENT_(ID|SECRET)$/.test(name)),
      ),
      PUBLIC_URL: publicUrl,
      APP_ORIGINS: appOrigin,
      ENCRYPTION_KEYS: `live:${randomBytes(32).toString('base64')}`,
      SERVICE_KEYS: `live:${createHash('sha256').update(serviceKey).digest('hex')}`,
    },
  });
  const call = async (method: string, path: string, json?: unknown) => {
    const response = await fetch(`${publicUrl}${path}`, {
      method,
      headers: { Authorization: `Bearer ${serviceKey}`, 'Content-Type': 'application/json' },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const body = (await response.json()) as Record<string, string>;
    return { status: response.status, body };
  };
  return { processes, call };
}

/** The page at `returnTo`. */
async function waitForBrowser() {
  const returned = Promise.withResolvers<{ completion: string | null; error: string | null }>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    // Its address holds the secret: it is not to leave in a Referer.
    response.setHeader('Referrer-Policy', 'no-referrer');
    if (pathname !== '/connected') return void response.writeHead(404).end();
    response.end('Thank you. You can close this page; the terminal goes on.');
    const [completion, error] = [searchParams.get('completion'), searchParams.get('error')];
    returned.resolve({ completion, error });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const giveUp = () => returned.resolve({ completion: null, error: null });
  const timer = setTimeout(giveUp, WAIT_FOR_PERSON_MS);
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    returned: returned.promise,
    close() {
      clearTimeout(timer);
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Parameters of requests that are secret, or name whose request it is. */
const secretParams = /token|secret|code|verifier|assertion|client_id|client_key|password|ticket/i;

export class Recorder {
  step: Step = 'connect';
  /** The latest that the provider gave. */
  accessToken: string | null = null;
  refreshToken: string | null = null;
  scopes: string[] = [];
  readonly #client: OAuth2Client;
  readonly #exchanges: Exchange[] = [];
  readonly #secrets = new Set<string>();

  constructor(client: OAuth2Client) {
    this.#client = client;
    this.#secrets.add(client.clientId);
    if (client.clientSecret) this.#secrets.add(client.clientSecret);
    if (client.clientKey) this.#secrets.add(client.clientKey.key);
  }

  /** Sends a request on, and remembers what was answered. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const { step } = this;
    const sent = await request.clone().text();
    const url = new URL(request.url);
    this.#learnSent(url, request.headers, sent);
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      redirect: 'manual',
      ...(sent === '' ? {} : { body: sent }),
    });
    const body = await response.text();
    const { status, headers } = response;
    this.#learnAnswered({ status, headers, body });
    this.#exchanges.push({ step, method: request.method, url, status, headers, body });
    const passed = new Headers(headers);
    // It is decoded already.
    for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) {
      passed.delete(name);
    }
    return new Response([204, 304].includes(status) ? null : body, { status, headers: passed });
  };

  #learnSent(url: URL, headers: Headers, body: string): void {
    const proof = headers.get('Authorization')?.split(' ').at(-1);
    if (proof) this.#secrets.add(proof);
    const document = parseDocument(body, headers.get('Content-Type'));
    const params = [...url.searchParams, ...Object.entries(document ?? {})];
    for (const [name, value] of params) {
      if (typeof value === 'string' && secretParams.test(name)) this.#secrets.add(value);
    }
  }

  #learnAnswered(raw: { status: number; headers: Headers; body: string }): void {
    const reply = readTokenReply(this.#client.provider, raw, Date.now());
    if (raw.status < 200 || raw.status >= 300 || reply.accessToken === null) return;
    this.accessToken = reply.accessToken;
    this.refreshToken = reply.refreshToken ?? this.refreshToken;
    this.scopes = reply.scopes ?? this.scopes;
    for (const token of [reply.accessToken, reply.refreshToken]) {
      if (token !== null) this.#secrets.add(token);
    }
  }

  /** For the file: in order, without discovery and keys, which are public pages. */
  replies() {
    return this.#exchanges
      .filter(({ url }) => !/\/\.well-known\/|jwks|\/certs?$/.test(url.pathname))
      .map(({ step, method, url, status, headers, body }) => ({
        step,
        request: this.#masked(`${method} ${url.origin}${url.pathname}`),
        status,
        headers: Object.fromEntries(
          ['content-type', 'retry-after', 'www-authenticate', 'date'].flatMap((name) => {
            const value = headers.get(name);
            return value === null ? [] : [[name, this.#masked(value)]];
          }),
        ),
        body: this.#bodyOf(headers, body),
      }));
  }

  #bodyOf(headers: Headers, body: string): unknown {
    if (body.trim() === '') return null;
    const document = parseDocument(body, headers.get('Content-Type'));
    if (typeof document === 'object' && document !== null) return this.#shapeOf(document, '');
    return `<text of ${body.length} characters>`;
  }

  /**
   * Values of telling names are kept, without what looks like a token; others by kind and length.
   */
  #shapeOf(value: unknown, name: string): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#shapeOf(one, name));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [this.#masked(key), this.#shapeOf(inner, key)]),
      );
    }
    if (value === null || typeof value === 'boolean') return value;
    if (tellingNames.test(name)) {
      return typeof value === 'string' ? this.#masked(value) : value;
    }
    return typeof value === 'string' ? `<${value.length} characters>` : `<${typeof value}>`;
  }

  #masked(text: string): string {
    let masked = text;
    // The longest first: one may hold another.
    for (const secret of [...this.#secrets].sort((one, other) => other.length - one.length)) {
      if (secret === '') continue;
      for (const form of new Set([secret, encodeURIComponent(secret), encodeURI(secret)])) {
        masked = masked.replaceAll(form, '<masked>');
      }
    }
    // Whatever it is: no word is so long and has a digit.
    return masked.replace(/(?=[\w+=~-]*\d)[\w+=~-]{16,}/g, '<masked>');
  }
}

const tellingNames =
  /^(error|error_?code|error_?description|error_?subcode|errors|message|msg|status|status_?code|code|type|reason|token_?type|scopes?|ok|category|expires(_?in|_?at)?|refresh_token_expires_in)$/i;
