/**
 * One request to a provider, with everything that a stranger's server could do to us bounded: no
 * redirect is followed, body and time are limited, and nothing is thrown. What a reply means is
 * judged elsewhere. URLs are never logged or quoted from here: some providers want secrets in them.
 */
import { abortAfter, DeadlineError } from '../retry';

export type RawReply =
  | { kind: 'reply'; status: number; headers: Headers; body: string }
  /** `status` and `location`: of a redirect; the address as the server wrote it. */
  | {
      kind: 'failed';
      reason: 'network' | 'deadline' | 'too_large' | 'redirected';
      status?: number;
      location?: string | null;
    };

/** Whether the same request may be answered otherwise another time. */
export const isPassingStatus = (status: number): boolean =>
  status >= 500 || [408, 425, 429].includes(status);

/** The same of no answer, which a redirect or a large body would be again. */
export const isPassing = (reply: RawReply): boolean =>
  reply.kind === 'failed'
    ? reply.reason === 'network' || reply.reason === 'deadline'
    : isPassingStatus(reply.status);

export interface Outgoing {
  url: string | URL;
  init?: RequestInit;
}

export interface SendLimits {
  /** For headers and body together. */
  timeoutMs: number;
  /** Default 1 MiB. */
  maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 1024 * 1024;

/** Workers send none of their own, and several providers refuse requests without one. */
const DEFAULT_USER_AGENT = 'mooring';

/** Never throws. A failure says nothing about whether the provider got the request. */
export async function send(
  fetchFn: typeof fetch,
  request: Request | Outgoing,
  { timeoutMs, maxBytes = DEFAULT_MAX_BYTES }: SendLimits,
): Promise<RawReply> {
  try {
    return await abortAfter(timeoutMs, 'provider', (signal) =>
      perform(fetchFn, request, signal, maxBytes),
    );
  } catch (error) {
    return { kind: 'failed', reason: error instanceof DeadlineError ? 'deadline' : 'network' };
  }
}

async function perform(
  fetchFn: typeof fetch,
  request: Request | Outgoing,
  signal: AbortSignal,
  maxBytes: number,
): Promise<RawReply> {
  const outgoing =
    request instanceof Request ? request : new Request(request.url, { ...request.init });
  const headers = new Headers(outgoing.headers);
  if (!headers.has('User-Agent')) headers.set('User-Agent', DEFAULT_USER_AGENT);
  // Two users' answers may have one URL: no cache may stand in between.
  const cache = 'no-store';
  const response = await fetchFn(
    new Request(outgoing, { headers, redirect: 'manual', cache, signal }),
  );
  if (response.status >= 300 && response.status < 400) {
    discard(response.body);
    const { status, headers: answered } = response;
    return { kind: 'failed', reason: 'redirected', status, location: answered.get('Location') };
  }
  const body = await readText(response, maxBytes, signal);
  if (body === null) return { kind: 'failed', reason: 'too_large' };
  return { kind: 'reply', status: response.status, headers: response.headers, body };
}

/** Null where the body is larger than allowed; the rest of it is then cancelled, not read. */
async function readText(
  response: Response,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string | null> {
  if (!response.body) return '';
  if (Number(response.headers.get('Content-Length')) > maxBytes) {
    discard(response.body);
    return null;
  }
  const reader = response.body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const decoder = new TextDecoder();
    let text = '';
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
      if (bytes > maxBytes) {
        cancel();
        return null;
      }
      text += decoder.decode(value, { stream: true });
    }
    // A cancelled stream ends as if it were complete: half a reply must not pass for a whole one.
    signal.throwIfAborted();
    return text + decoder.decode();
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** What of a body nobody has read is not read. */
export const discard = (body: ReadableStream | null): void => void body?.cancel().catch(() => {});
