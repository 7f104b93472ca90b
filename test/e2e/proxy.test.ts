/**
 * Calls through the built Worker, against a provider that is hostile, over raw sockets where a client
 * library would tidy what is sent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Mooring, startMooring } from './support/mooring.ts';

const SECRET = 'canary-of-the-key-0123456789';

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  raw: string[];
  closed: boolean;
  bytes: number;
}

let seen: Seen[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void = ok;
function ok(request: IncomingMessage, response: ServerResponse) {
  request.on('end', () => response.end('ok')).resume();
}

const provider = createServer((request, response) => {
  const one: Seen = {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: request.headers,
    raw: request.rawHeaders,
    closed: false,
    bytes: 0,
  };
  seen.push(one);
  request.on('data', (chunk: Buffer) => {
    one.bytes += chunk.length;
  });
  response.on('close', () => {
    one.closed = !response.writableFinished;
  });
  answer(request, response);
});

let mooring: Mooring;
let port: number;
let key: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const api = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  mooring = await startMooring({
    providers: {
      hostile: {
        extends: 'api-key',
        name: 'Hostile',
        apiUrl: `${api}/api`,
        apiUrls: { other: `${api}/other` },
        apiDeny: ['revoke'],
      },
    },
    vars: { CALLS_PER_MINUTE: '0' },
  });
  key = mooring.secrets.get('service key') ?? '';
  port = Number(new URL(mooring.worker.urls[0] ?? '').port);
  const stored = await mooring.call('PUT', '/v1/users/u/integrations/hostile', {
    json: { credentials: { apiKey: SECRET } },
  });
  expect(stored.status).toBe(201);
});

afterAll(async () => {
  await mooring.stop();
  provider.closeAllConnections();
  await new Promise((resolve) => provider.close(resolve));
});

beforeEach(() => {
  seen = [];
  answer = ok;
});

const root = '/v1/users/u/proxy/hostile/-';

/** What comes back on a socket for these bytes, until it is closed or nothing comes for a while. */
function raw(text: string, patience = 1500): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    let got = '';
    const done = () => {
      socket.destroy();
      resolve(got);
    };
    socket.setTimeout(patience, done);
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1');
    });
    socket.on('close', done);
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? done() : reject(error),
    );
  });
}

const line = (target: string, method = 'GET', headers: string[] = [], body = '') =>
  [
    `${method} ${target} HTTP/1.1`,
    `Host: localhost:${port}`,
    `Authorization: Bearer ${key}`,
    'Connection: close',
    ...headers,
    '',
    body,
  ].join('\r\n');

const statusOf = (reply: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(reply)?.[1] ?? 0);

const call = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${port}${root}/${path}`, {
    redirect: 'manual',
    ...init,
    headers: { Authorization: `Bearer ${key}`, ...(init.headers as Record<string, string>) },
  });

describe('paths over a raw socket', () => {
  it.each([
    '/../secret',
    '/a/../../secret',
    '/%2e%2e/secret',
    '/.%2E/secret',
    '/%252e%252e/secret',
    '/a%2f..%2f..%2fsecret',
    '/..%5csecret',
    '/..;/secret',
    '/\\..\\secret',
    '/..\\secret',
    '/a%00b',
    '/a%0d%0aX-Evil:%201',
    '/revoke',
    '/%72evoke',
    '/REVOKE/',
    '//revoke',
    '/rev\u00f6ke',
    '/a"b',
  ])('%s is refused', async (tail) => {
    const reply = await raw(line(root + tail));
    expect([400, 403, 404]).toContain(statusOf(reply));
    expect(seen).toEqual([]);
    expect(reply).not.toContain(SECRET);
  });

  it.each([
    ['//evil.example/x', '/api//evil.example/x'],
    ['/@evil.example/x', '/api/@evil.example/x'],
    ['/:80@evil.example', '/api/:80@evil.example'],
    ['/http://evil.example/', '/api/http://evil.example/'],
    ['/a%2Fb//c/?q=%2e%2e/..&r=//', '/api/a%2Fb//c/?q=%2e%2e/..&r=//'],
    // The runtime has tidied these before the Worker sees them.
    ['/./x', '/api/x'],
    ['/a#b', '/api/a'],
    ['/a?x#b', '/api/a?x'],
  ])('%s goes to the provider as "%s"', async (tail, expected) => {
    expect(statusOf(await raw(line(root + tail)))).toBe(200);
    expect(seen.map(({ url }) => url)).toEqual([expected]);
  });

  it('an absolute target, or a forged Host, chooses nothing', async () => {
    const absolute = line(`http://evil.example${root}/x`);
    const forged = line(`${root}/x`).replace(/Host: .*/, 'Host: evil.example');
    for (const text of [absolute, forged]) {
      const reply = await raw(text);
      expect([200, 400, 404]).toContain(statusOf(reply));
    }
    for (const { url } of seen) expect(url).toBe('/api/x');
  });
});

describe('requests that are not as they should be', () => {
  it.each([
    ['a GET with a body', 'GET', ['Content-Length: 3'], 'abc', [400]],
    ['a chunked GET', 'GET', ['Transfer-Encoding: chunked'], '3\r\nabc\r\n0\r\n\r\n', [400]],
    ['TRACE', 'TRACE', [], '', [400, 405, 501]],
    // The runtime answers it by itself.
    ['CONNECT', 'CONNECT', [], '', [200, 400, 405, 501]],
    ['PROPFIND', 'PROPFIND', [], '', [405]],
    ['a WebSocket', 'GET', ['Upgrade: websocket', 'Sec-WebSocket-Version: 13'], '', [400, 501]],
    ['too long a body', 'POST', ['Content-Length: 100000001'], '', [413]],
  ])('%s does not reach the provider', async (_, method, headers, body, statuses) => {
    const reply = await raw(line(`${root}/x`, method, headers, body));
    expect(statuses).toContain(statusOf(reply));
    expect(seen).toEqual([]);
  });

  it('what could be two requests in one is one, or none', async () => {
    const second = line(`${root}/second`).replace(/Authorization: .*/, 'Authorization: Bearer x');
    for (const headers of [
      ['Content-Length: 4', 'Transfer-Encoding: chunked'],
      ['Content-Length: 4', 'Content-Length: 400'],
      ['Transfer-Encoding: xchunked'],
      ['Transfer-Encoding : chunked'],
      ['Content-Length: +4'],
    ]) {
      await raw(line(`${root}/first`, 'POST', headers, `0\r\n\r\n${second}`));
    }
    expect(seen.filter(({ url }) => url.includes('second'))).toEqual([]);
    for (const { raw: sent } of seen) {
      const names = sent.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
      expect(names.includes('content-length') && names.includes('transfer-encoding')).toBe(false);
    }
  });

  it('headers of the way, and others’ credentials, do not go on', async () => {
    const reply = await raw(
      line(`${root}/x`, 'GET', [
        'Connection: X-Hop',
        'X-Hop: 1',
        'Cookie: a=b',
        'Proxy-Authorization: Basic x',
        'X-Forwarded-For: 1.2.3.4',
        'Forwarded: for=1.2.3.4',
        'Referer: https://app.example.com/?token=1',
        'Origin: https://evil.example',
        'TE: trailers',
        'Mooring-Anything: 1',
        'Consistency-Token: 1',
        'X-Own: yes',
      ]),
    );
    expect(statusOf(reply)).toBe(200);
    const [one] = seen;
    expect(one?.headers).toMatchObject({ authorization: `Bearer ${SECRET}`, 'x-own': 'yes' });
    const sent = JSON.stringify(one?.raw);
    expect(sent).not.toContain(key);
    for (const name of ['cookie', 'proxy-auth', 'forwarded', 'referer', 'origin', 'mooring-']) {
      expect(one?.raw.filter((part) => part.toLowerCase().includes(name))).toEqual([]);
    }
  });
});

describe('bodies', () => {
  const text = Buffer.from('a body that is compressed '.repeat(100));

  it.each([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
  ])('%s comes byte for byte', async (encoding, bytes) => {
    answer = (_, response) => {
      response.writeHead(200, { 'Content-Encoding': encoding }).end(bytes);
    };
    const reply = await raw(line(`${root}/x`));
    const [head = '', ...rest] = reply.split('\r\n\r\n');
    expect(head.toLowerCase()).toContain(`content-encoding: ${encoding}`);
    const body = rest.join('\r\n\r\n');
    // Chunked or not, the compressed bytes stand there as they were.
    expect(Buffer.from(body, 'latin1').includes(bytes)).toBe(true);
  });

  it.each([204, 304])('%i, and HEAD, pass', async (status) => {
    answer = (_, response) => {
      response.writeHead(status, { ETag: '"1"' }).end();
    };
    expect((await call('x')).status).toBe(status);
    expect((await call('x', { method: 'HEAD' })).status).toBe(status);
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'HEAD']);
  });

  it('of 30 MB go through in both directions', async () => {
    answer = (request, response) => {
      response.writeHead(200);
      request.pipe(response);
    };
    const sent = new Uint8Array(30_000_000).fill(65);
    const reply = await call('x', { method: 'POST', body: sent });
    expect((await reply.arrayBuffer()).byteLength).toBe(sent.length);
    expect(seen[0]?.headers['content-length']).toBe(String(sent.length));
  });

  it('begin to come before the provider has sent all', async () => {
    let finish = () => {};
    answer = (_, response) => {
      response.writeHead(200).write('first');
      finish = () => response.end('last');
    };
    const reply = await call('x');
    const reader = reply.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toBe('first');
    finish();
    const last = await reader?.read();
    expect(new TextDecoder().decode(last?.value)).toBe('last');
  });

  it('that have no end do end where the caller hangs up', async () => {
    answer = (_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(1000)), 20);
      response.on('close', () => clearInterval(timer));
    };
    const socket = connect(port, '127.0.0.1', () => socket.write(line(`${root}/x`)));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await expect.poll(() => seen[0]?.closed, { timeout: 5000 }).toBe(true);
  });
});

describe('answers that are hostile', () => {
  it('HTML with a script is harmless at this origin', async () => {
    answer = (_, response) => {
      response
        .writeHead(200, {
          'Content-Type': 'text/html',
          'Set-Cookie': '__Host-mooring-browser=evil; Path=/; Secure',
          'Service-Worker-Allowed': '/',
          'Clear-Site-Data': '"*"',
          Refresh: '0;url=https://evil.example',
        })
        .end('<script>alert(1)</script>');
    };
    const { headers } = await call('x');
    expect(headers.get('Content-Security-Policy')).toBe("sandbox; default-src 'none'");
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Cache-Control')).toBe('no-store');
    for (const name of ['Set-Cookie', 'Service-Worker-Allowed', 'Clear-Site-Data', 'Refresh']) {
      expect(headers.get(name)).toBeNull();
    }
  });

  it.each([999, 600, 199, 101])('the status %i is a 502', async (status) => {
    answer = (request) => {
      request.socket.end(`HTTP/1.1 ${status} Odd\r\nContent-Length: 0\r\n\r\n`);
    };
    const reply = await call('x');
    expect([reply.status, reply.headers.get('Mooring-Answered-By')]).toEqual([502, 'mooring']);
    expect(await reply.text()).not.toContain(SECRET);
  });

  it.each([
    ['no HTTP', 'not http at all\r\n\r\n'],
    ['nothing', ''],
    ['a header that is none', 'HTTP/1.1 200 OK\r\nno colon here\r\n\r\n'],
  ])('%s is a 502', async (_, text) => {
    answer = (request) => void request.socket.end(text);
    expect((await call('x')).status).toBe(502);
  });

  it('the key that is echoed in headers comes nowhere', async () => {
    answer = (request, response) => {
      const own = request.headers.authorization ?? '';
      response
        .writeHead(302, {
          Location: `/api/next?key=${encodeURIComponent(own)}`,
          'X-Echo': own,
          Link: `<https://evil.example/?k=${SECRET}>; rel="next"`,
          'X-Request-Id': SECRET,
        })
        .end();
    };
    const reply = await call('x');
    expect(reply.status).toBe(302);
    expect(JSON.stringify([...reply.headers])).not.toContain(SECRET);
  });

  it('redirects lead back through the proxy, and nobody follows them', async () => {
    answer = (_, response) => void response.writeHead(307, { Location: '/other/y?z=1' }).end();
    const reply = await call('x');
    expect([reply.status, reply.headers.get('Location'), seen.length]).toEqual([
      307,
      '/v1/users/u/proxy/hostile:other/-/y?z=1',
      1,
    ]);
  });

  it('an answer that the provider calls public is nobody else’s', async () => {
    answer = (request, response) => {
      response
        .writeHead(200, { 'Cache-Control': 'public, max-age=3600', 'Content-Type': 'image/png' })
        .end(request.headers.authorization);
    };
    const stored = await mooring.call('PUT', '/v1/users/v/integrations/hostile', {
      json: { credentials: { apiKey: 'another-key-9876543210' } },
    });
    expect(stored.status).toBe(201);
    const first = await (await call('logo.png')).text();
    const headers = { Authorization: `Bearer ${key}` };
    const url = `http://127.0.0.1:${port}/v1/users/v/proxy/hostile/-/logo.png`;
    const second = await (await fetch(url, { headers })).text();
    expect([first, second]).toEqual([`Bearer ${SECRET}`, 'Bearer another-key-9876543210']);
    expect(seen.length).toBe(2);
  });
});

it('no path, key or body is in a log line', () => {
  const output = mooring.worker.output.join('\n');
  expect(output).toContain('/v1/users/:userId/proxy/');
  for (const text of [SECRET, key, 'secret', 'logo.png', 'evil.example']) {
    expect([text, output.includes(text)]).toEqual([text, false]);
  }
});
