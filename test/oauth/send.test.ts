import { describe, expect, it, vi } from 'vitest';
import { send } from '../../src/oauth/send';
import { answering } from '../support/provider';

const url = 'https://id.acme.example/token';
const timeoutMs = 1_000;

/** A body that gives one chunk whenever it is asked, without end. */
function endless(chunk: Uint8Array, cancelled: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(chunk),
    cancel: cancelled,
  });
}

describe('a request to a provider', () => {
  it('gives status, headers and body', async () => {
    const { fetch } = answering(new Response('{"a":1}', { status: 201, headers: { 'X-A': 'b' } }));
    const reply = await send(fetch, { url }, { timeoutMs });
    expect(reply).toMatchObject({ kind: 'reply', status: 201, body: '{"a":1}' });
    expect(reply.kind === 'reply' && reply.headers.get('X-A')).toBe('b');
  });

  it('takes a Request as well', async () => {
    const { fetch, requests } = answering(new Response(null, { status: 204 }));
    const request = new Request(url, { method: 'POST', body: 'x=1' });
    expect(await send(fetch, request, { timeoutMs })).toMatchObject({ status: 204, body: '' });
    expect(requests).toMatchObject([{ method: 'POST', url, body: 'x=1' }]);
  });

  it('is answered by no cache: two users ask one address who they are', async () => {
    const caches: (string | undefined)[] = [];
    const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
      caches.push(new Request(input, init).cache);
      return new Response();
    };
    await send(fetch, { url }, { timeoutMs });
    await send(fetch, new Request(url), { timeoutMs });
    expect(caches).toEqual(['no-store', 'no-store']);
  });

  it('names a user agent, which Workers do not', async () => {
    const { fetch, requests } = answering(new Response(), new Response());
    await send(fetch, { url }, { timeoutMs });
    await send(fetch, { url, init: { headers: { 'User-Agent': 'own' } } }, { timeoutMs });
    expect(requests.map(({ headers }) => headers['user-agent'])).toEqual(['mooring', 'own']);
  });

  it.each([300, 301, 302, 303, 307, 308])('follows no redirect (%i)', async (status) => {
    const elsewhere = new Response(null, { status, headers: { Location: 'https://evil.example' } });
    const { fetch, requests } = answering(elsewhere);
    expect(
      await send(fetch, { url, init: { method: 'POST', body: 'code=1' } }, { timeoutMs }),
    ).toEqual({ kind: 'failed', reason: 'redirected', status, location: 'https://evil.example' });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.redirect).toBe('manual');
  });

  it('tells a network failure without quoting it', async () => {
    const { fetch } = answering(new TypeError(`connect to ${url}?secret failed`));
    expect(await send(fetch, { url }, { timeoutMs })).toEqual({
      kind: 'failed',
      reason: 'network',
    });
  });

  it.each([
    ['a URL that is none', { url: 'nonsense' }],
    ['a header that no request can hold', { url, init: { headers: { authorization: 'a\nb' } } }],
    ['a body where none is allowed', { url, init: { method: 'GET', body: 'x' } }],
  ])('does not throw for %s', async (_, request) => {
    const { fetch, requests } = answering();
    expect(await send(fetch, request, { timeoutMs })).toEqual({
      kind: 'failed',
      reason: 'network',
    });
    expect(requests).toHaveLength(0);
  });

  it('tells a body that breaks off', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"access_token":'));
        controller.error(new Error('reset'));
      },
    });
    const { fetch } = answering(new Response(body));
    expect(await send(fetch, { url }, { timeoutMs })).toEqual({
      kind: 'failed',
      reason: 'network',
    });
  });
});

describe('the size of a reply', () => {
  it('may be exactly the limit', async () => {
    const { fetch } = answering(new Response('x'.repeat(100)));
    expect(await send(fetch, { url }, { timeoutMs, maxBytes: 100 })).toMatchObject({
      body: 'x'.repeat(100),
    });
  });

  it('may not be one byte more', async () => {
    const { fetch } = answering(new Response('x'.repeat(101)));
    expect(await send(fetch, { url }, { timeoutMs, maxBytes: 100 })).toEqual({
      kind: 'failed',
      reason: 'too_large',
    });
  });

  it('is a mebibyte at most, and the rest is cancelled unread', async () => {
    const cancelled = vi.fn();
    let given = 0;
    const chunk = new Uint8Array(64 * 1024).fill(120);
    const body = new ReadableStream({
      pull(controller) {
        given += chunk.byteLength;
        controller.enqueue(chunk);
      },
      cancel: cancelled,
    });
    const { fetch } = answering(new Response(body));
    expect(await send(fetch, { url }, { timeoutMs })).toEqual({
      kind: 'failed',
      reason: 'too_large',
    });
    expect(cancelled).toHaveBeenCalled();
    expect(given).toBeLessThan(2 * 1024 * 1024);
  });

  it('is believed when it is announced', async () => {
    const cancelled = vi.fn();
    const { fetch } = answering(
      () =>
        new Response(endless(new Uint8Array(1), cancelled), {
          headers: { 'Content-Length': '104857600' },
        }),
    );
    expect(await send(fetch, { url }, { timeoutMs })).toEqual({
      kind: 'failed',
      reason: 'too_large',
    });
    expect(cancelled).toHaveBeenCalled();
  });

  it('counts bytes, and a character may lie across chunks', async () => {
    const bytes = new TextEncoder().encode('{"name":"Zoë"}');
    const body = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const { fetch } = answering(new Response(body));
    expect(await send(fetch, { url }, { timeoutMs, maxBytes: bytes.length })).toMatchObject({
      body: '{"name":"Zoë"}',
    });
  });
});

describe('the time of a request', () => {
  it.each([
    ['no headers come', () => new Promise<Response>(() => {})],
    [
      'the body stalls',
      async () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) })),
    ],
  ])('ends when %s', async (_, answer) => {
    const { fetch } = answering(answer);
    expect(await send(fetch, { url }, { timeoutMs: 30 })).toEqual({
      kind: 'failed',
      reason: 'deadline',
    });
  });

  it('covers a body that drips for ever', async () => {
    const body = new ReadableStream({
      async pull(controller) {
        await scheduler.wait(5);
        controller.enqueue(Uint8Array.of(120));
      },
    });
    const { fetch } = answering(new Response(body));
    expect(await send(fetch, { url }, { timeoutMs: 60 })).toEqual({
      kind: 'failed',
      reason: 'deadline',
    });
  });
});
