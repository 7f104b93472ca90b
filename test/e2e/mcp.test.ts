/**
 * An MCP server of which nothing is said but its address, the whole way through the built Worker.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type McpServer, startMcpServer } from '../sandbox/mcp-server.ts';
import { Browser } from './support/browser.ts';
import {
  atApp,
  type Mooring,
  type MooringOptions,
  type Problem,
  returnTo,
  startMooring,
} from './support/mooring.ts';
import { eventually } from './support/time.ts';

/** The browser's way; what it is told to open is where a person would be. */
async function connect(mooring: Mooring, user: string, browser = new Browser()) {
  const begun = await mooring.call<{ id: string; connectUrl: string } & Problem>(
    'POST',
    `/v1/users/${user}/connections`,
    { json: { provider: 'tools-mcp', returnTo } },
  );
  expect(begun.status, begun.body.detail).toBe(201);
  const ask = await browser.open(begun.body.connectUrl);
  const back = await browser.submit(ask, '/interaction/[\\w-]+', { account: user }, atApp);
  const { completion, ...rest } = Object.fromEntries(back.url.searchParams);
  expect(rest).toEqual({ connection: begun.body.id });
  const connected = await mooring.complete(user, begun.body.id, { completion });
  expect(connected.status, JSON.stringify(connected.body)).toBe(201);
  return connected.body;
}

const message = { jsonrpc: '2.0', id: 7, method: 'tools/list', params: {} };

/** Through the proxy, to the one address. */
async function call(mooring: Mooring, user: string, accountId = '-') {
  const reply = await fetch(
    `${mooring.worker.urls[0]}/v1/users/${user}/proxy/tools-mcp/${accountId}/`,
    {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${mooring.secrets.get('service key')}`,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        'MCP-Protocol-Version': '2025-11-25',
      },
      body: JSON.stringify(message),
    },
  );
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

const pathOf = (user: string, accountId: string) =>
  `/v1/users/${user}/integrations/tools-mcp/${accountId}`;

async function wholeWay(mooring: Mooring, server: McpServer, browser?: Browser) {
  const { accountId } = await connect(mooring, 'ada', browser);
  expect(accountId).toMatch(/^user-/);
  const answer = await call(mooring, 'ada');
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers.get('Content-Type')).toBe('text/event-stream');
  expect(answer.headers.get('Mcp-Session-Id')).toBe('session-1');
  expect(answer.text.match(/^data: /gm)).toHaveLength(2);
  expect(answer.text).toContain('"id":7');

  const path = pathOf('ada', accountId);
  const before = (await mooring.call<{ accessToken: string }>('GET', `${path}/token`)).body;
  const refreshed = await mooring.call<Problem>('POST', `${path}/refresh`);
  expect(refreshed.status, refreshed.body.detail).toBe(200);
  const after = (await mooring.call<{ accessToken: string }>('GET', `${path}/token`)).body;
  expect(after.accessToken).not.toBe(before.accessToken);
  expect((await call(mooring, 'ada', accountId)).status).toBe(200);
  expect(server.tokenRequests.map(({ grant_type, resource }) => [grant_type, resource])).toEqual([
    ['authorization_code', server.url],
    ['refresh_token', server.url],
  ]);

  expect(server.liveRefreshTokens()).toBe(1);
  const gone = await mooring.call<{ revocation: string }>('DELETE', path);
  expect(gone).toMatchObject({ status: 200, body: { revocation: 'queued' } });
  await eventually(async () => expect(server.liveRefreshTokens()).toBe(0));
  expect(await server.accepts(after.accessToken)).toBe(false);
  await eventually(async () =>
    expect(await mooring.worker.sql('SELECT id FROM outbox')).toEqual([]),
  );
}

describe('an MCP server that registers clients', () => {
  let server: McpServer;
  let mooring: Mooring;
  beforeAll(async () => {
    server = await startMcpServer();
    mooring = await startMooring({
      providers: { 'tools-mcp': { extends: 'mcp', url: server.url } },
    });
  });
  afterAll(async () => {
    await mooring?.stop();
    await server?.close();
  });

  it('is connected, called, refreshed and left', async () => {
    await wholeWay(mooring, server);
    expect(server.clients()).toHaveLength(1);
  });

  it('has one client for all, and an account of its own for each user', async () => {
    const [bea, cyd] = [await connect(mooring, 'bea'), await connect(mooring, 'cyd')];
    expect(bea.accountId).not.toBe(cyd.accountId);
    expect((await connect(mooring, 'bea')).accountId).toBe(bea.accountId);
    expect(server.clients()).toHaveLength(1);
  });
});

describe('an MCP server that takes documents as client ids', () => {
  const publicUrl = 'https://mooring.example.com';
  const origin = 'https://tools.example.com';
  let server: McpServer;
  let mooring: Mooring;

  /** Who is asked under which name. */
  const reach: typeof fetch = (input, init) => {
    const request = new Request(input, init);
    const { pathname, search, origin: asked } = new URL(request.url);
    const to = { [publicUrl]: mooring?.worker.urls[0], [origin]: server.listens }[asked];
    if (to === undefined) return Promise.reject(new TypeError(`nobody is ${asked}`));
    const headers = new Headers(request.headers);
    headers.set('X-Forwarded-Proto', 'https');
    headers.set('X-Forwarded-Host', new URL(asked).host);
    const { method, redirect } = request;
    return request.arrayBuffer().then((body) =>
      fetch(`${to}${pathname}${search}`, {
        method,
        headers,
        redirect,
        ...(body.byteLength > 0 ? { body } : {}),
      }),
    );
  };

  beforeAll(async () => {
    server = await startMcpServer({ origin, documents: (url) => reach(url) });
    const options: MooringOptions = {
      providers: { 'tools-mcp': { extends: 'mcp', url: server.url } },
      publicUrl,
      // Of another class than this process's own.
      outbound: async (request) =>
        reach(request.url, {
          method: request.method,
          headers: Object.fromEntries(request.headers),
          redirect: 'manual',
          ...(request.body ? { body: await request.text() } : {}),
        }),
    };
    mooring = await startMooring(options);
  });
  afterAll(async () => {
    await mooring?.stop();
    await server?.close();
  });

  it('fetches the document of this Worker, and registers nothing', async () => {
    await wholeWay(mooring, server, new Browser(reach));
    expect(server.clients()).toEqual([]);
    expect(server.tokenRequests[0]?.client_id).toBe(
      `${publicUrl}/.well-known/oauth-client/tools-mcp`,
    );
  });
});
