/** A Mooring that answers what a test says, and time that passes when somebody waits. */
import { createMooring, type Mooring, type MooringOptions } from '../src/index.ts';
import type { Clock } from '../src/send.ts';

export interface Asked {
  method: string;
  path: string;
  headers: Headers;
  body: string;
}

export interface TestServer {
  mooring: Mooring;
  asked: Asked[];
  /** Milliseconds that were waited, in their order. */
  waits: number[];
  /** Answers to come; the last one stays. */
  answers(...replies: (Response | Error | ((asked: Asked) => Response))[]): void;
}

export const json = (body: unknown, headers: Record<string, string> = {}, status = 200): Response =>
  Response.json(body, { status, headers });

export const problem = (
  status: number,
  code: string,
  members: object = {},
  headers: Record<string, string> = {},
): Response =>
  new Response(
    JSON.stringify({
      type: `urn:mooring:problem:${code}`,
      title: code,
      status,
      detail: 'why',
      code,
      requestId: 'request-1',
      ...members,
    }),
    { status, headers: { ...headers, 'Content-Type': 'application/problem+json' } },
  );

export function testServer(options: Partial<MooringOptions> = {}): TestServer {
  const asked: Asked[] = [];
  const waits: number[] = [];
  let replies: (Response | Error | ((asked: Asked) => Response))[] = [];
  let now = Date.parse('2026-11-26T12:00:00Z');
  const clock: Clock = {
    now: () => now,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      waits.push(milliseconds);
      now += milliseconds;
    },
  };
  const transport = {
    // As a service binding does it.
    async fetch(this: unknown, request: Request): Promise<Response> {
      if (this !== transport) throw new TypeError('Illegal invocation');
      request.signal.throwIfAborted();
      const { pathname, search } = new URL(request.url);
      const one = {
        method: request.method,
        path: pathname + search,
        headers: request.headers,
        body: await request.text(),
      };
      asked.push(one);
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      if (reply === undefined) throw new Error('no answer is left');
      if (reply instanceof Error) throw reply;
      return reply instanceof Response ? reply.clone() : reply(one);
    },
  };
  return {
    asked,
    waits,
    answers(...given) {
      replies = given;
    },
    mooring: createMooring({
      baseUrl: 'https://mooring.example',
      token: 'service-key',
      transport,
      clock,
      ...options,
    }),
  };
}
