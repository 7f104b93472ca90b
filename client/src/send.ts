/**
 * One request to Mooring with what every request needs: the token, the user's newest version, the
 * answer that is there already, patience, and errors that are thrown.
 */
import { errorOf, MooringError, unexpected } from './errors.ts';
import { LruMap } from './lru.ts';
import type { VersionStore } from './versions.ts';

/**
 * Whatever has a `fetch`: a service binding of Workers, or `globalThis`. It is called as a method,
 * because a binding's `fetch` on its own loses its `this`.
 */
export interface Transport {
  fetch(request: Request): Promise<Response>;
}

/** Time, for tests. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when that is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal | null): Promise<void>;
}

/**
 * When a request is tried again: those that are safe, or that change nothing more when repeated.
 */
export interface RetryOptions {
  /** Further tries. Default 2; 0: none. */
  limit?: number | undefined;
  /** Seconds. A longer `Retry-After` is not waited for; the error tells it. Default 10. */
  maxDelay?: number | undefined;
}

export interface SendOptions {
  token: string | (() => string | Promise<string>);
  transport: Transport;
  versions: VersionStore;
  /** How many answers are kept, so that an unchanged one comes as 304. */
  answers: number;
  retry: Required<{ [Name in keyof RetryOptions]: number }>;
  clock: Clock;
}

export interface Outgoing {
  url: string;
  init: RequestInit;
  /** Whose integrations this is about. */
  userId?: string | undefined;
  /** Whether sending it twice does what sending it once does. */
  repeatable: boolean;
  /** To a provider's API: its answers are no business of this layer. */
  proxied?: boolean;
}

export type Send = (outgoing: Outgoing) => Promise<Response>;

interface Answer {
  etag: string;
  body: string;
}

/** Statuses that may pass, where the reply says when. */
const passing: readonly number[] = [429, 502, 503, 504];

const FIRST_BACKOFF_MS = 250;

export function createSend(options: SendOptions): Send {
  const { transport, versions, retry, clock } = options;
  const answers = new LruMap<Answer>(options.answers);

  /** @throws MooringError; what the transport throws */
  return async ({ url, init, userId, repeatable, proxied = false }) => {
    const headers = new Headers(init.headers);
    const token = await tokenOf(options.token);
    headers.set('Authorization', `Bearer ${token}`);
    // `me` is whoever the token is for.
    const user = userId === 'me' ? (subjectOf(token) ?? userId) : userId;

    if (user !== undefined && !proxied) {
      const known = (await versions.get(user)) ?? 0;
      const atLeast = Math.max(known, Number(headers.get('Consistency-Token')));
      if (atLeast > 0) headers.set('Consistency-Token', String(atLeast));
    }
    const isRead = init.method === 'GET' && !proxied && user !== undefined;
    const key = `${user} ${url}`;
    const kept = isRead && !headers.has('If-None-Match') ? answers.get(key) : undefined;
    if (kept) headers.set('If-None-Match', kept.etag);

    const request = { redirect: 'manual', ...init, headers } as const;
    const response = await persist(url, request, repeatable, (reply) => !proxied || isOwn(reply));
    if (proxied && !isOwn(response)) return response;

    const version = Number(response.headers.get('Consistency-Token'));
    if (user !== undefined && version > 0) await versions.set(user, version);
    if (response.status === 304) return kept ? decoded(kept.body, response) : response;
    if (!response.ok) throw await errorOf(response, retryAfterOf(response, clock));
    const type = response.headers.get('Content-Type');
    if (type !== null && !type.startsWith('application/json')) {
      throw new MooringError(unexpected(response));
    }
    const etag = response.headers.get('ETag');
    if (!isRead || etag === null) return response;
    const body = await response.text();
    answers.set(key, { etag, body });
    return decoded(body, response);
  };

  /** Sends until there is an answer that stands, or no try is left. */
  async function persist(
    url: string,
    init: RequestInit,
    repeatable: boolean,
    isOurs: (response: Response) => boolean,
  ): Promise<Response> {
    const tries = repeatable ? 1 + retry.limit : 1;
    for (let attempt = 1; ; attempt += 1) {
      let delay = FIRST_BACKOFF_MS * 2 ** (attempt - 1) * (1 + Math.random());
      try {
        const response = await transport.fetch(new Request(url, init));
        if (attempt >= tries || !passing.includes(response.status) || !isOurs(response)) {
          return response;
        }
        const stated = retryAfterOf(response, clock);
        if (stated === undefined || stated > retry.maxDelay) return response;
        // Not waited for: of a copied reply it ends when the other copy is read.
        response.body?.cancel().catch(() => {});
        delay = stated * 1000;
      } catch (error) {
        if (attempt >= tries || init.signal?.aborted) throw error;
      }
      await clock.sleep(delay, init.signal);
    }
  }
}

/** A body that was read, under the headers of the reply that it answers. */
function decoded(body: string, { headers }: Response): Response {
  const own = new Headers(headers);
  own.set('Content-Type', 'application/json');
  // Of the bytes on the way.
  own.delete('Content-Encoding');
  own.delete('Content-Length');
  return new Response(body, { headers: own });
}

/** Where a browser followed a redirect off the API, the host that answered names nobody. */
function isOwn({ headers, redirected }: Response): boolean {
  const by = headers.get('Mooring-Answered-By');
  return by === null ? !redirected : by !== 'provider';
}

/** RFC 9110 section 10.2.3: seconds, or a date. @returns seconds */
function retryAfterOf(response: Response, clock: Clock): number | undefined {
  const value = response.headers.get('Retry-After');
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const until = Date.parse(value);
  return Number.isNaN(until) ? undefined : Math.max(0, Math.ceil((until - clock.now()) / 1000));
}

async function tokenOf(token: SendOptions['token']): Promise<string> {
  const text = typeof token === 'function' ? await token() : token;
  refuseServiceKeyInBrowser(text);
  return text;
}

/**
 * A page is read by everybody. A user's token is a JWT, a delegation has its prefix; what is
 * neither is a service key.
 * @throws TypeError
 */
export function refuseServiceKeyInBrowser(token: string): void {
  if (!isBrowser() || isDelegation(token) || /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return;
  throw new TypeError(
    'a service key does not belong in a browser: give createMooring the JWT of your user, or a delegation',
  );
}

/** Pages and their workers. Node, Deno, Bun and Workers name themselves. */
export function isBrowser(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string; product?: string } };
  return navigator?.product === 'ReactNative' || !!navigator?.userAgent?.startsWith('Mozilla/');
}

export const isDelegation = (token: unknown): boolean =>
  typeof token === 'string' && token.startsWith('mdel_');

/** The `sub` of a JWT. Not verified: it only names where this client keeps versions. */
function subjectOf(token: string): string | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    const { sub } = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown };
    return typeof sub === 'string' ? sub : undefined;
  } catch {
    return undefined;
  }
}

/** `globalThis.fetch` is looked up at each request, so that what replaces it later holds. */
export const globalTransport: Transport = { fetch: (request) => globalThis.fetch(request) };

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, milliseconds);
      signal?.addEventListener('abort', abort, { once: true });
    }),
};
