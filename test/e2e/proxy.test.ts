/**
 * Calls through the built Worker, against a provider that is hostile, over raw sockets where a
 * client library would tidy what is sent.
 */
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
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
      // The credential elsewhere than in Authorization, by which caches tell answers apart.
      'by-header': {
        extends: 'api-key',
        name: 'By header',
        apiUrl: `${api}/api`,
        requestHeaders: { 'X-Api-Key': '{apiKey}' },
      },
      'by-query': {
        extends: 'api-key',
        name: 'By query',
        apiUrl: `${api}/api`,
        requestHeaders: {},
        requestQuery: { key: '{apiKey}' },
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

/** What comes back on a socket for these bytes, until it is closed or nothing more comes. */
function raw(text: string, firstWithinMs = 10_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    let got = '';
    const done = () => {
      socket.destroy();
      resolve(got);
    };
    socket.setTimeout(firstWithinMs, done);
    socket.on('data', (chunk) => {
      socket.setTimeout(1500);
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

  // The runtime has tidied these before the Worker sees them: they name another account.
  it.each(['/../secret', '/a/../../secret'])(
    '%s is a call for an account that is not there',
    async (tail) => {
      const reply = await raw(line(root + tail));
      expect(statusOf(reply)).toBe(409);
      expect(reply).toContain('"reason":"not_connected"');
      expect(seen).toEqual([]);
    },
  );

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
      await raw(line(`${root}/first`, 'POST', headers, `0\r\n\r\n${second}`), 1500);
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
    await expect.poll(() => seen[0]?.closed).toBe(true);
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
    ['headers without an end', `HTTP/1.1 200 OK\r\n${'X-More: and more\r\n'.repeat(100_000)}`],
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

  it.each([
    ['within the API', '/other/y?z=1', '/v1/users/u/proxy/hostile:other/-/y?z=1'],
    ['elsewhere', 'http://127.0.0.1:1/y', 'http://127.0.0.1:1/y'],
    ['beside the API', '/admin', expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/admin$/)],
  ])('nobody follows a redirect %s', async (_, location, expected) => {
    answer = (__, response) => void response.writeHead(307, { Location: location }).end();
    const reply = await call('x');
    expect([reply.status, reply.headers.get('Location'), seen.length]).toEqual([307, expected, 1]);
  });

  it('what is Mooring’s to say is not the provider’s', async () => {
    answer = (_, response) => {
      response
        .writeHead(200, {
          'Mooring-Answered-By': 'mooring',
          'Mooring-Token': 'refreshed',
          'Mooring-Anything': '1',
          'Consistency-Token': '9999999999999',
          'Cache-Status': 'mooring-memory; hit',
          'X-Request-Id': 'forged',
        })
        .end();
    };
    const { headers } = await call('x');
    expect(headers.get('Mooring-Answered-By')).toBe('provider');
    expect(headers.get('X-Request-Id')).not.toBe('forged');
    for (const name of ['Mooring-Token', 'Mooring-Anything', 'Consistency-Token', 'Cache-Status']) {
      expect(headers.get(name)).toBeNull();
    }
  });

  it.each(['hostile', 'by-header', 'by-query'])(
    'an answer that the provider calls public is nobody else’s: %s',
    async (provider) => {
      answer = ({ headers, url }, response) => {
        response.writeHead(200, {
          'Cache-Control': 'public, max-age=3600',
          'Content-Type': 'image/png',
          ETag: '"1"',
        });
        response.end(`${headers.authorization} ${headers['x-api-key']} ${url}`);
      };
      for (const user of ['first', 'second']) {
        const own = `key-of-the-${user}-0123456789`;
        await mooring.call('PUT', `/v1/users/${user}/integrations/${provider}`, {
          json: { credentials: { apiKey: own } },
        });
        const reply = await fetch(
          `http://127.0.0.1:${port}/v1/users/${user}/proxy/${provider}/-/logo.png`,
          { headers: { Authorization: `Bearer ${key}` } },
        );
        expect(await reply.text()).toContain(own);
      }
      expect(seen.length).toBe(2);
    },
  );
});

describe('while a call is on its way', () => {
  it('the integration is disconnected: the call ends as it would have, and the next reaches nobody', async () => {
    const path = '/v1/users/leaving/proxy/hostile/-/x';
    const stored = await mooring.call<{ accountId: string }>(
      'PUT',
      '/v1/users/leaving/integrations/hostile',
      { json: { credentials: { apiKey: 'key-of-who-leaves-0123' } } },
    );
    let finish = () => {};
    answer = (_, response) => {
      response.writeHead(200).write('first');
      finish = () => response.end('last');
    };
    const init = { headers: { Authorization: `Bearer ${key}` } };
    const under = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const gone = await mooring.call(
      'DELETE',
      `/v1/users/leaving/integrations/hostile/${stored.body.accountId}`,
    );
    expect(gone.status).toBe(200);
    const next = await fetch(`http://127.0.0.1:${port}${path}`, init);
    expect([next.status, await next.json()]).toMatchObject([409, { reason: 'not_connected' }]);
    finish();
    expect(await under.text()).toBe('firstlast');
    expect(seen.length).toBe(1);
  });

  it('the caller hangs up in the middle of an upload: the provider’s request ends', async () => {
    answer = () => {};
    const text = line(`${root}/x`, 'POST', ['Content-Length: 100000'], 'a'.repeat(1000));
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    await expect.poll(() => seen[0]?.bytes).toBe(1000);
    socket.destroy();
    await expect.poll(() => seen[0]?.closed).toBe(true);
  });

  it('an upload without an end is cut off', async () => {
    answer = (request) => void request.resume();
    const chunk = Buffer.alloc(65_536);
    let sent = 0;
    const upload = httpRequest({
      port,
      host: '127.0.0.1',
      path: `${root}/x`,
      method: 'POST',
      headers: { Authorization: `Bearer ${key}` },
    });
    const status = await new Promise<number | string>((resolve) => {
      upload.once('response', (reply) => resolve(reply.statusCode ?? 0));
      upload.once('error', () => resolve('cut off'));
      const more = () => {
        while (!upload.destroyed && upload.write(chunk)) sent += chunk.length;
      };
      upload.on('drain', more);
      more();
    });
    upload.destroy();
    expect([413, 'cut off']).toContain(status);
    expect(sent).toBeLessThan(130_000_000);
    await expect.poll(() => seen[0]?.closed).toBe(true);
    expect(seen[0]?.bytes).toBeLessThanOrEqual(100_000_000);
  });
});

describe('a provider that refuses every token', () => {
  it('is asked for one new token in a thousand calls', async () => {
    const { sandbox, worker } = mooring;
    await mooring.connect('stormy', 'stormy');
    await worker.sql(
      'UPDATE oauth_accounts SET token_version = token_version - ? WHERE user_id = ?',
      20 * 60_000,
      'stormy',
    );
    sandbox.traffic.forget();
    const refused = async () => {
      const reply = await mooring.call('GET', '/v1/users/stormy/proxy/sandbox/-/answers/401');
      return `${reply.status} ${reply.headers.get('Mooring-Answered-By')}`;
    };
    const answers = new Set<string>();
    for (let round = 0; round < 50; round += 1) {
      for (const one of await Promise.all(Array.from({ length: 20 }, refused))) answers.add(one);
    }
    expect([...answers]).toEqual(['401 provider']);
    expect(sandbox.traffic.tokenRequests.map(({ grantType }) => grantType)).toEqual([
      'refresh_token',
    ]);
  });
});

it('what came of the calls is counted, in a write of its own after 20 s', async () => {
  const counted = async () => {
    const rows = await mooring.worker.sql<{ provider: string; answer: string; calls: number }>(
      'SELECT provider, answer, sum(calls) AS calls FROM call_counts GROUP BY 1, 2',
    );
    return Object.fromEntries(rows.map((row) => [`${row.provider} ${row.answer}`, row.calls]));
  };
  await expect.poll(counted, { timeout: 40_000, interval: 500 }).toMatchObject({
    'sandbox 401': 1000,
    'hostile 3xx': expect.any(Number),
    'hostile none': expect.any(Number),
    'by-query 2xx': 2,
  });
});

it('no path, key or body is in a log line', () => {
  const output = mooring.worker.output.join('\n');
  expect(output).toContain('/v1/users/:userId/proxy/');
  for (const text of [SECRET, key, 'secret', 'logo.png', 'evil.example']) {
    expect([text, output.includes(text)]).toEqual([text, false]);
  }
});
