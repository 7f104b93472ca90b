/**
 * The demo's backend as a caller of Mooring: the client that any app would use, over a transport
 * that keeps every call for the page to show. The service key stays here.
 */

import {
  createMooring,
  isMooringError,
  type Mooring,
  type SoleAccount,
} from '../../../client/src/index.ts';
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

export interface Backend {
  mooring: Mooring;
  /** Newest first. */
  calls: Call[];
}

const CALLS_KEPT = 12;
const TIMEOUT_MS = 30_000;
const TEXT_BYTES = 600;
const shownHeaders = ['Content-Type', 'Location', 'Link', 'Retry-After', 'Mooring-Token'];

export function createBackend(baseUrl: string, serviceKey: string): Backend {
  const calls: Call[] = [];
  const keep = (request: Request, reply: Response | null, started: number): void => {
    const { pathname, search } = new URL(request.url);
    calls.unshift({
      at: Date.now(),
      method: request.method,
      path: pathname + search,
      status: reply?.status ?? 0,
      cacheStatus: reply?.headers.get('Cache-Status') ?? null,
      ms: performance.now() - started,
    });
    calls.length = Math.min(calls.length, CALLS_KEPT);
  };
  const transport = {
    async fetch(request: Request): Promise<Response> {
      const started = performance.now();
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]);
      let reply: Response | null = null;
      try {
        reply = await fetch(request, { signal });
        return reply;
      } finally {
        keep(request, reply, started);
      }
    },
  };
  return { mooring: createMooring({ baseUrl, token: serviceKey, transport }), calls };
}

/** A call of an account's API, and all that the page shows of it. */
export async function callApi(account: SoleAccount, { method, path, json }: Ask): Promise<Called> {
  const started = performance.now();
  const asked = account.fetch(
    path,
    json === undefined
      ? { method }
      : { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(json) },
  );
  const reply = await asked.catch((error: unknown) => {
    if (!isMooringError(error)) throw error;
    return Response.json(error.problem, { status: error.status });
  });
  const headersMs = performance.now() - started;
  const { text, bytes } = await readBeginning(reply);
  return {
    method,
    path,
    status: reply.status,
    by: reply.headers.get('Mooring-Answered-By') === 'provider' ? 'provider' : 'mooring',
    headers: shownHeaders.flatMap((name) => {
      const value = reply.headers.get(name);
      return value === null ? [] : [[name, value] as [string, string]];
    }),
    text,
    bytes,
    headersMs,
    ms: performance.now() - started,
  };
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
