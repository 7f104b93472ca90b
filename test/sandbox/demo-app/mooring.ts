/**
 * The demo's backend as a caller of Mooring: the service key stays here, every call is kept for
 * the page to show, and the newest Consistency-Token goes out with each request, so that the demo
 * reads its own writes.
 */

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

export type Result<T> = { ok: true; body: T } | { ok: false; problem: Problem };

const CALLS_KEPT = 12;
const TIMEOUT_MS = 30_000;

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

  #keep({ started, ...call }: Omit<Call, 'at' | 'ms'> & { started: number }): void {
    this.calls.unshift({ ...call, at: Date.now(), ms: performance.now() - started });
    this.calls.length = Math.min(this.calls.length, CALLS_KEPT);
  }
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
