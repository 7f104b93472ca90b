/**
 * The demo's backend as a caller of Mooring: the service key stays here, every call is kept for
 * the page to show, and the newest Consistency-Token goes out with each request, so that the demo
 * reads its own writes.
 */

import type { Ask } from './asks.ts';

export interface Call {
  at: number;
  method: string;
  path: string;
  status: number;
  /** The raw header; null where the reply had none. */
  cacheStatus: string | null;
  ms: number;
}

export interface Integration {
  provider: string;
  accountId: string;
  displayName: string | null;
  status: 'connected' | 'expired' | 'needs_reconnect' | 'error';
  reason?: string;
  scopes: string[];
  expiresAt: string | null;
  retryAt?: string;
  connectedAt: string;
  lastRefreshedAt: string | null;
  metadata: Record<string, string | null>;
}

export interface IntegrationList {
  version: number;
  freshUntil: string;
  integrations: Integration[];
}

export interface Problem {
  status: number;
  code: string;
  detail: string;
}

/** What came back of a call of a provider's API. */
export interface Called {
  method: string;
  /** Below the API's address. */
  path: string;
  status: number;
  /** Who answered: a 404 may be either's. */
  by: 'provider' | 'mooring';
  /** Those that a caller goes by. */
  headers: [name: string, value: string][];
  /** Where the body begins. */
  text: string;
  bytes: number;
  /** Until the headers were there, and until the body was. */
  headersMs: number;
  ms: number;
}

export type Result<T> = { ok: true; body: T } | { ok: false; problem: Problem };

const CALLS_KEPT = 12;
const TIMEOUT_MS = 30_000;
const TEXT_BYTES = 600;
const shownHeaders = ['Content-Type', 'Location', 'Link', 'Retry-After', 'Mooring-Token'];

export class Mooring {
  readonly #url: string;
  readonly #serviceKey: string;
  /** Newest first. */
  readonly calls: Call[] = [];
  #consistencyToken = 0;

  constructor(url: string, serviceKey: string) {
    this.#url = url;
    this.#serviceKey = serviceKey;
  }

  async call<T>(method: string, path: string, json?: unknown): Promise<Result<T>> {
    const started = performance.now();
    const headers: Record<string, string> = { Authorization: `Bearer ${this.#serviceKey}` };
    if (this.#consistencyToken > 0) headers['Consistency-Token'] = String(this.#consistencyToken);
    if (json !== undefined) headers['Content-Type'] = 'application/json';
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#url + path, {
        method,
        headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      text = await response.text();
    } catch {
      this.#keep({ method, path, status: 0, cacheStatus: null, started });
      const detail = 'Mooring did not answer. Is the Worker still running?';
      return { ok: false, problem: { status: 0, code: 'unreachable', detail } };
    }
    const cacheStatus = response.headers.get('Cache-Status');
    this.#keep({ method, path, status: response.status, cacheStatus, started });
    const version = Number(response.headers.get('Consistency-Token'));
    if (version > this.#consistencyToken) this.#consistencyToken = version;
    const body = text === '' ? null : JSON.parse(text);
    return response.ok ? { ok: true, body } : { ok: false, problem: body };
  }

  /** A call of the account's API; null where Mooring is not there. */
  async callApi(
    account: { userId: string; provider: string; accountId: string },
    { method, path, json }: Ask,
  ): Promise<Called | null> {
    const started = performance.now();
    const parts = ['users', account.userId, 'proxy', account.provider, account.accountId];
    const target = `/v1/${parts.map(encodeURIComponent).join('/')}/${path}`;
    try {
      const response = await fetch(this.#url + target, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          Authorization: `Bearer ${this.#serviceKey}`,
          ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      this.#keep({ method, path: target, status: response.status, cacheStatus: null, started });
      const headersMs = performance.now() - started;
      const { text, bytes } = await readBeginning(response);
      return {
        method,
        path,
        status: response.status,
        by: response.headers.get('Mooring-Answered-By') === 'provider' ? 'provider' : 'mooring',
        headers: shownHeaders.flatMap((name) => {
          const value = response.headers.get(name);
          return value === null ? [] : [[name, value] as [string, string]];
        }),
        text,
        bytes,
        headersMs,
        ms: performance.now() - started,
      };
    } catch {
      this.#keep({ method, path: target, status: 0, cacheStatus: null, started });
      return null;
    }
  }

  #keep({ started, ...call }: Omit<Call, 'at' | 'ms'> & { started: number }): void {
    this.calls.unshift({ ...call, at: Date.now(), ms: performance.now() - started });
    this.calls.length = Math.min(this.calls.length, CALLS_KEPT);
  }
}

/** All of it is read, and the beginning kept. */
async function readBeginning({ body }: Response): Promise<{ text: string; bytes: number }> {
  const beginning: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    if (bytes < TEXT_BYTES) beginning.push(chunk.subarray(0, TEXT_BYTES - bytes));
    bytes += chunk.byteLength;
  }
  return { text: Buffer.concat(beginning).toString(), bytes };
}

export type Tier = 'memory' | 'KV' | 'D1' | 'stale';

/** Which tier answered, out of Cache-Status (RFC 9211: each cache says `hit` or `fwd`). */
export function tierOf(cacheStatus: string | null): Tier | null {
  if (!cacheStatus) return null;
  if (/detail="?stale/i.test(cacheStatus)) return 'stale';
  const hit = cacheStatus.split(',').find((entry) => /;\s*hit\b/.test(entry));
  if (!hit) return 'D1';
  return hit.includes('memory') ? 'memory' : 'KV';
}
