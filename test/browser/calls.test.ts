/**
 * Calls of a provider's API from a page of the app, by `fetch` with a delegation: preflights,
 * headers, bodies that come bit by bit, and what a provider's HTML may do. The app is on 127.0.0.1
 * against Mooring's localhost, so every call is cross-origin.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Mooring, startMooring } from '../e2e/support/mooring.ts';
import { launchBrowser, openTab, type Tab } from './support/browser.ts';

const KEY = 'canary-of-the-key-0123456789';

interface Seen {
  method: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** The connection was closed before all was sent. */
  isCut: boolean;
}

let seen: Seen[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void = () => {};

const provider = createServer((request, response) => {
  const one: Seen = {
    method: request.method ?? '',
    headers: request.headers,
    body: '',
    isCut: false,
  };
  seen.push(one);
  response.on('close', () => {
    one.isCut = !response.writableFinished;
  });
  request.on('data', (chunk) => {
    one.body += chunk;
  });
  answer(request, response);
});

const page = createServer((_, response) => {
  response.setHeader('Content-Type', 'text/html');
  response.end('<!doctype html><title>The app</title><link rel="icon" href="data:,">');
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

let app: string;
let stranger: string;
let mooring: Mooring;
let browser: Browser;
let tab: Tab;
/** Where calls go, and who makes them. */
let root: string;
let delegation: string;

beforeAll(async () => {
  const api = await listen(provider);
  app = await listen(page);
  stranger = app.replace('127.0.0.1', 'localhost');
  [mooring, browser] = await Promise.all([
    startMooring({
      providers: { berths: { extends: 'api-key', name: 'Berths', apiUrl: `${api}/api` } },
      vars: { APP_ORIGINS: app },
    }),
    launchBrowser(),
  ]);
  const stored = await mooring.call('PUT', '/v1/users/u/integrations/berths', {
    json: { credentials: { apiKey: KEY } },
  });
  expect(stored.status).toBe(201);
  const made = await mooring.call<{ token: string }>('POST', '/v1/users/u/delegations', {
    json: { rights: ['call'] },
  });
  delegation = made.body.token;
  root = `${mooring.worker.urls[0]}/v1/users/me/proxy/berths/-`;
});

afterAll(async () => {
  await browser?.close();
  await mooring?.stop();
  await Promise.all([close(provider), close(page)]);
});

beforeEach(async () => {
  seen = [];
  tab = await openTab(browser);
  await tab.page.goto(app);
});

afterEach(() => tab.context.close());

/** Runs in the page; `call(path, init)` is a fetch with the delegation. */
const inPage = <T>(body: string): Promise<T> =>
  tab.page.evaluate<T>(
    `(async () => {
      const call = (path, init = {}) => fetch(${JSON.stringify(root)} + path, {
        ...init,
        headers: { Authorization: ${JSON.stringify(`Bearer ${delegation}`)}, ...init.headers },
      });
      ${body}
    })()`,
  );

describe('a page of the app', () => {
  it('sends a PATCH with headers of its own, and reads those of the answer', async () => {
    answer = (request, response) => {
      request.on('end', () => {
        response.writeHead(202, { 'X-Rate-Left': '7', ETag: '"1"', 'Set-Cookie': 'a=b' });
        response.end('{"done":true}');
      });
    };
    const got = await inPage<Record<string, unknown>>(`
      const reply = await call('/boats/1', {
        method: 'PATCH',
        headers: { 'Content-Type': 'application/json', 'X-Own': 'mine', 'If-Match': '"0"' },
        body: '{"name":"Petrel"}',
      });
      const header = (name) => reply.headers.get(name);
      return {
        status: reply.status,
        body: await reply.json(),
        left: header('X-Rate-Left'),
        etag: header('ETag'),
        by: header('Mooring-Answered-By'),
        id: header('X-Request-Id') !== null,
        cookies: document.cookie,
      };`);
    expect(got).toEqual({
      status: 202,
      body: { done: true },
      left: '7',
      etag: '"1"',
      by: 'provider',
      id: true,
      cookies: '',
    });
    // The preflight is Mooring's own answer.
    expect(seen).toMatchObject([
      {
        method: 'PATCH',
        body: '{"name":"Petrel"}',
        headers: { authorization: `Bearer ${KEY}`, 'x-own': 'mine', 'if-match': '"0"' },
      },
    ]);
    for (const name of ['origin', 'referer', 'cookie', 'sec-fetch-mode']) {
      expect(seen[0]?.headers).not.toHaveProperty(name);
    }
  });

  it('reads Mooring’s own answers too', async () => {
    const got = await inPage(`
      const reply = await call('/a%2F..%2Fb');
      return [reply.status, reply.headers.get('Mooring-Answered-By'), (await reply.json()).code];`);
    expect(got).toEqual([400, 'mooring', 'invalid_request']);
    expect(seen).toEqual([]);
  });

  it('gets each part of a body when it is sent', async () => {
    let send = (_text: string, _isLast = false) => {};
    answer = (_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      send = (text, isLast = false) => {
        response.write(text);
        if (isLast) response.end();
      };
      send('data: 1\n\n');
    };
    const next = `const { value, done } = await globalThis.reader.read();
      return done ? null : new TextDecoder().decode(value);`;
    const first = await inPage(`
      globalThis.reader = (await call('/events')).body.getReader();
      ${next}`);
    expect(first).toBe('data: 1\n\n');
    send('data: 2\n\n');
    expect(await inPage(next)).toBe('data: 2\n\n');
    send('data: 3\n\n', true);
    expect(await inPage(next)).toBe('data: 3\n\n');
    expect(await inPage(next)).toBeNull();
  });

  it('that aborts ends the request to the provider', async () => {
    answer = (_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(1000)), 20);
      response.on('close', () => clearInterval(timer));
    };
    const error = await inPage(`
      const controller = new AbortController();
      const reader = (await call('/endless', { signal: controller.signal })).body.getReader();
      await reader.read();
      controller.abort();
      return reader.read().then(() => null, (thrown) => thrown.name);`);
    expect(error).toBe('AbortError');
    await expect.poll(() => seen[0]?.isCut).toBe(true);
  });

  it('that is left ends the request to the provider', async () => {
    answer = (_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(1000)), 20);
      response.on('close', () => clearInterval(timer));
    };
    await inPage(`
      globalThis.reader = (await call('/endless')).body.getReader();
      await globalThis.reader.read();`);
    await tab.page.goto('about:blank');
    await expect.poll(() => seen[0]?.isCut).toBe(true);
  });

  it('follows a redirect within the API, and stays inside', async () => {
    answer = (request, response) => {
      if (request.url === '/api/old') response.writeHead(302, { Location: '/api/new' }).end();
      else response.end(`at ${request.url}`);
    };
    const got = await inPage(`
      const reply = await call('/old');
      return [reply.redirected, reply.url, await reply.text()];`);
    expect(got).toEqual([true, `${root}/new`, 'at /api/new']);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${KEY}`,
      `Bearer ${KEY}`,
    ]);
  });

  it('of another origin gets nothing', async () => {
    await tab.page.goto(stranger);
    const got = await inPage(`return call('/x').then(() => 'answered', () => 'refused');`);
    expect([got, seen]).toEqual(['refused', []]);
  });
});

it('HTML of a provider, opened as a page, runs no script and sets nothing', async () => {
  answer = (_, response) => {
    response
      .writeHead(200, {
        'Content-Type': 'text/html',
        'Set-Cookie': 'evil=1',
        Refresh: '0;url=/evil',
      })
      .end(
        '<title>The provider</title><h1>Hello</h1><script>document.title="ran"</script><img src="/evil.png"><form action="/operator"></form>',
      );
  };
  await tab.page.setExtraHTTPHeaders({ Authorization: `Bearer ${delegation}` });
  await tab.page.goto(`${root}/page`);
  await tab.page.getByRole('heading', { name: 'Hello' }).waitFor();
  expect(await tab.page.title()).toBe('The provider');
  expect(await tab.page.evaluate<string>('self.origin')).toBe('null');
  expect(await tab.context.cookies()).toEqual([]);
  expect(seen.map(({ method }) => method)).toEqual(['GET']);
});
