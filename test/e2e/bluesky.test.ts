/**
 * The record of Bluesky as it is, the whole way through the built Worker: a handle, and everything
 * else found, by a real authorization server that takes what the protocol demands and nothing less.
 */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AtprotoNetwork,
  type Person,
  startAtprotoNetwork,
} from '../sandbox/atproto-network.ts';
import { Browser } from './support/browser.ts';
import {
  atApp,
  type Integration,
  type Mooring,
  type Problem,
  returnTo,
  startMooring,
} from './support/mooring.ts';
import { eventually } from './support/time.ts';

const publicUrl = 'https://mooring.example.com';

const ada: Person = {
  did: 'did:plc:adaadaadaadaadaadaadaada',
  handle: 'ada.example.com',
  by: 'dns',
};
const bea: Person = {
  did: 'did:plc:beabeabeabeabeabeabeabea',
  handle: 'bea.example.com',
  by: 'host',
};

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('Bluesky', () => {
  let network: AtprotoNetwork;
  let mooring: Mooring;

  /** Who is asked under which name. */
  const reach: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search, origin, host } = new URL(request.url);
    const isOurs = origin === publicUrl;
    const to = isOurs ? mooring?.worker.urls[0] : network.listens;
    if (!isOurs && !network.origins.includes(origin)) throw new TypeError(`nobody is ${origin}`);
    const headers = new Headers(request.headers);
    headers.set('X-Forwarded-Proto', 'https');
    headers.set('X-Forwarded-Host', host);
    const { method, redirect } = request;
    const body = await request.arrayBuffer();
    return fetch(`${to}${pathname}${search}`, {
      method,
      headers,
      redirect,
      ...(body.byteLength > 0 ? { body } : {}),
    });
  };

  beforeAll(async () => {
    network = await startAtprotoNetwork([ada, bea], (url) => reach(url));
    mooring = await startMooring({
      publicUrl,
      vars: { BLUESKY_CLIENT_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })) },
      outbound: async (request) =>
        reach(request.url, {
          method: request.method,
          headers: Object.fromEntries(request.headers),
          redirect: 'manual',
          ...(request.body ? { body: await request.text() } : {}),
        }),
    });
  });
  afterAll(async () => {
    await mooring?.stop();
    await network?.close();
  });

  async function connect(user: string, account: string, signsIn: Person) {
    const begun = await mooring.call<{ id: string; connectUrl: string } & Problem>(
      'POST',
      `/v1/users/${user}/connections`,
      { json: { provider: 'bluesky', returnTo, parameters: { account } } },
    );
    expect(begun.status, begun.body.detail).toBe(201);
    const browser = new Browser(reach);
    const ask = await browser.open(begun.body.connectUrl);
    const fields = { account: signsIn.did };
    const back = await browser.submit(ask, '/interaction/[\\w-]+', fields, atApp);
    const completion = back.url.searchParams.get('completion') ?? '';
    const reply = await mooring.complete(user, begun.body.id, { completion });
    return { browser, status: reply.status, body: reply.body as Integration & Problem };
  }

  const whoIs = (user: string) =>
    mooring.call<{ did: string }>(
      'GET',
      `/v1/users/${user}/proxy/bluesky/-/xrpc/com.atproto.server.getSession`,
    );

  const pathOf = (user: string, { did }: Person) =>
    `/v1/users/${user}/integrations/bluesky/${encodeURIComponent(did)}`;

  it('is connected by a handle, called at its own server, refreshed and left', async () => {
    const { browser, status, body } = await connect('ada', `@${ada.handle}`, ada);
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body).toMatchObject({
      accountId: ada.did,
      displayName: ada.handle,
      metadata: { pds: network.pds },
    });
    const visit = browser.visited.find((url) => url.startsWith(`${network.issuer}/auth?`)) ?? '';
    expect(Object.fromEntries(new URL(visit).searchParams)).toEqual({
      client_id: `${publicUrl}/.well-known/oauth-client/bluesky`,
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:/),
    });
    expect((await whoIs('ada')).body).toEqual({ did: ada.did });

    const path = pathOf('ada', ada);
    const refreshed = await mooring.call<Problem>('POST', `${path}/refresh`);
    expect(refreshed.status, refreshed.body.detail).toBe(200);
    expect((await whoIs('ada')).body).toEqual({ did: ada.did });
    expect(network.tokenRequests.map(({ grant_type }) => grant_type)).toEqual([
      'authorization_code',
      'refresh_token',
    ]);

    expect(network.liveRefreshTokens(ada.did)).toBe(1);
    const gone = await mooring.call<{ revocation: string }>('DELETE', path);
    expect(gone).toMatchObject({ status: 200, body: { revocation: 'queued' } });
    await eventually(async () => expect(network.liveRefreshTokens(ada.did)).toBe(0));
    await eventually(async () =>
      expect(await mooring.worker.sql('SELECT id FROM outbox')).toEqual([]),
    );
  });

  it.each([
    ['a handle of its own host', bea.handle],
    ['its DID', bea.did],
    ['its server', 'https://pds.example.com'],
  ])('is connected by %s', async (_, account) => {
    const { status, body } = await connect('bea', account, bea);
    expect(status, JSON.stringify(body)).toBeLessThan(300);
    expect(body).toMatchObject({ accountId: bea.did, displayName: bea.handle });
  });

  it('is not connected where somebody else signs in than was named', async () => {
    const { status, body } = await connect('cyd', ada.handle, bea);
    expect(status).toBe(409);
    expect(body.code).toBe('account_mismatch');
    // What the consent brought is given back; bea's own is as it was.
    await eventually(async () => expect(network.liveRefreshTokens(bea.did)).toBe(1));
    expect((await whoIs('bea')).body).toEqual({ did: bea.did });
  });
});
