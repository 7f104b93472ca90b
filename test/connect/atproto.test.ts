/**
 * Accounts of the AT Protocol: who somebody is told to be by a handle, a document, a server, and
 * what it takes to be believed. `ada` has an account at an honest server; whatever is called
 * mallory lies.
 */
import { env } from 'cloudflare:workers';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { connectTransactions, oauthAccounts, outbox } from '../../src/db/schema';
import { tokenHost } from '../../src/refresh/circuit';
import { bluesky } from '../simulator/fixtures/bluesky';
import { simulate } from '../simulator/simulator';
import { configWith } from '../support/config';
import { codeOf, type Journey, journey } from './journey';

const DID = bluesky.account.id;
const HANDLE = 'ada.social.test';
const PDS = 'https://pds.social.test';
const ISSUER = 'https://entryway.social.test';
const DOH = 'https://cloudflare-dns.com/dns-query';
const PLC = 'https://plc.directory';

const mallory = {
  did: 'did:plc:mallorymallorymallory222',
  handle: 'mallory.evil.test',
  pds: 'https://pds.evil.test',
  issuer: 'https://as.evil.test',
};

const keys = await generateKeyPair('ES256', { extractable: true });
const privateJwk = { ...(await exportJWK(keys.privateKey)), kid: 'key-1' };
const publicJwk = { ...(await exportJWK(keys.publicKey)), kid: 'key-1' };

const didDocument = (did: string, handle: string | null, pds: unknown, more: object[] = []) => ({
  id: did,
  alsoKnownAs: handle === null ? [] : [`at://${handle}`],
  service: [
    ...more,
    { id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: pds },
  ],
});

const serverMetadata = (issuer: string, more: Record<string, unknown> = {}) => ({
  issuer,
  authorization_endpoint: `${issuer}/oauth/authorize`,
  token_endpoint: `${issuer}/oauth/token`,
  revocation_endpoint: `${issuer}/oauth/revoke`,
  pushed_authorization_request_endpoint: `${issuer}/oauth/par`,
  require_pushed_authorization_requests: true,
  authorization_response_iss_parameter_supported: true,
  client_id_metadata_document_supported: true,
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
  scopes_supported: ['atproto', 'transition:generic'],
  ...more,
});

const txt = (...texts: string[]) => ({
  Status: 0,
  Answer: texts.map((text) => ({ name: 'x', type: 16, TTL: 60, data: `"${text}"` })),
});

const at = {
  dns: DOH,
  host: `https://${HANDLE}/.well-known/atproto-did`,
  document: `${PLC}/${DID}`,
  pds: `${PDS}/.well-known/oauth-protected-resource`,
  server: `${ISSUER}/.well-known/oauth-authorization-server`,
};

type Answer = unknown | (() => Response);

interface World extends Journey {
  /** Addresses that were asked, without the query. */
  asked: string[];
  /** What stands at an address from now on: a document, or an answer. */
  put(url: string, answer: Answer): void;
  /** What was pushed to a server of mallory's. */
  pushed(): URLSearchParams;
  /** Opens a new link; where the browser is sent, and what it remembers. */
  opened(
    account: string,
    input?: Record<string, unknown>,
  ): Promise<{ id: string; location: URL; cookie: string }>;
  /** With an account of the honest server, whoever that is. */
  connected(account: string, signsIn?: string, input?: Record<string, unknown>): Promise<Response>;
}

function world(): World {
  const config = configWith({}, { BLUESKY_CLIENT_KEY: JSON.stringify(privateJwk) });
  const asked: string[] = [];
  const answers = new Map<string, Answer>();
  let pushed = '';
  const client = {
    id: `${config.publicUrl}/.well-known/oauth-client/bluesky`,
    secret: '',
    redirectUri: `${config.publicUrl}/connect/callback/bluesky`,
    publicKey: publicJwk as JsonWebKey,
  };
  const fetches: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    expect(request.redirect).toBe('manual');
    const url = new URL(request.url);
    const place = url.origin + url.pathname;
    asked.push(place);
    if (place === `${mallory.issuer}/oauth/par`) {
      pushed = new TextDecoder().decode(await request.arrayBuffer());
      return Response.json({ request_uri: 'urn:mallory:1', expires_in: 60 }, { status: 201 });
    }
    if (!answers.has(place)) {
      if (url.host.endsWith('.evil.test')) return new Response('', { status: 404 });
      const isOther = place === DOH && url.searchParams.get('name') !== `_atproto.${HANDLE}`;
      return isOther ? Response.json({ Status: 3 }) : j.provider.fetch(request);
    }
    const answer = answers.get(place);
    return typeof answer === 'function' ? answer() : Response.json(answer);
  };
  // As the fixture has it, whatever the login hint is.
  const fixture = {
    ...bluesky,
    authorization: {
      ...bluesky.authorization,
      pushed: { ...bluesky.authorization.pushed, params: {} },
    },
  } as typeof bluesky;
  const j = journey({ config, fetch: fetches }, (now) => simulate(fixture, client, now));
  const self: World = {
    ...j,
    asked,
    put: (url, answer) => void answers.set(url, answer),
    pushed: () => new URLSearchParams(pushed),
    async opened(account, input = {}) {
      const { id, connectUrl } = await j.begin('ada', {
        provider: 'bluesky',
        parameters: { account },
        ...input,
      });
      return { id, ...(await j.open(connectUrl)) };
    },
    async connected(account, signsIn = DID, input = {}) {
      const { id, location, cookie } = await self.opened(account, input);
      expect(location.origin, location.href).toBe(ISSUER);
      const back = await j.provider.consent(location, signsIn);
      await j.callback(Object.fromEntries(back.searchParams), cookie, 'bluesky');
      return j.complete('ada', id);
    },
  };
  return self;
}

/** Servers of mallory's, where everything hangs together: an account of mallory's own. */
function withMallory(given = world()): World {
  given.put(`${PLC}/${mallory.did}`, didDocument(mallory.did, mallory.handle, mallory.pds));
  given.put(`https://${mallory.handle}/.well-known/atproto-did`, () => new Response(mallory.did));
  given.put(`${mallory.pds}/.well-known/oauth-protected-resource`, {
    resource: mallory.pds,
    authorization_servers: [mallory.issuer],
  });
  given.put(
    `${mallory.issuer}/.well-known/oauth-authorization-server`,
    serverMetadata(mallory.issuer),
  );
  given.put(`${mallory.issuer}/oauth/revoke`, () => new Response(''));
  return given;
}

/** Mallory's server answers the code so. */
async function completedAtMallory(
  w: World,
  account: string,
  reply: Record<string, unknown>,
): Promise<Response> {
  w.put(`${mallory.issuer}/oauth/token`, {
    access_token: 'at-of-mallory',
    refresh_token: 'rt-of-mallory',
    token_type: 'DPoP',
    expires_in: 600,
    scope: 'atproto transition:generic',
    ...reply,
  });
  const { id, location, cookie } = await w.opened(account);
  expect(location.origin, location.href).toBe(mallory.issuer);
  const state = w.pushed().get('state') ?? '';
  const back = await w.callback({ state, code: 'c-1', iss: mallory.issuer }, cookie, 'bluesky');
  expect(back.status, await back.clone().text()).toBe(303);
  return w.complete('ada', id);
}

const errorAtStart = async (w: World, account: string): Promise<string | null> =>
  (await w.opened(account)).location.searchParams.get('error');

const rows = (w: World) => w.deps.db.select().from(oauthAccounts);

const detailIn = (w: World) => w.deps.logLines.join('\n');

beforeEach(async () => {
  for (const table of ['oauth_accounts', 'connect_transactions', 'outbox']) {
    await env.DB.prepare(`DELETE FROM ${table}`).run();
  }
});

describe('an account', () => {
  test('is found by its handle, kept by its DID, and called at its own server', async () => {
    const w = world();
    const reply = await w.connected(`@${HANDLE.toUpperCase()}`);
    expect(reply.status, await reply.clone().text()).toBe(201);
    expect(await reply.json()).toMatchObject({
      accountId: DID,
      displayName: HANDLE,
      metadata: { handle: HANDLE, pds: PDS },
    });
    const [row] = await rows(w);
    expect(row).toMatchObject({
      clientId: 'http://localhost:8787/.well-known/oauth-client/bluesky',
      parameters: { resource: PDS, authorization_server: ISSUER, did: DID },
    });
    const par = w.provider.requests.findLast(({ endpoint }) => endpoint === 'push');
    expect(Object.fromEntries(par?.params ?? [])).toMatchObject({
      login_hint: HANDLE.toUpperCase(),
      scope: 'transition:generic atproto',
    });
    const called = await w.api('/v1/users/ada/proxy/bluesky/-/xrpc/com.atproto.server.getSession');
    expect(await called.json()).toEqual({ did: DID, handle: HANDLE });
  });

  test.each([
    ['its DID', DID],
    ['its PDS', PDS],
    ['its authorization server', `${ISSUER}/`],
  ])('is found by %s', async (_, account) => {
    const w = world();
    w.put(
      `${ISSUER}/.well-known/oauth-protected-resource`,
      () => new Response('', { status: 404 }),
    );
    const reply = await w.connected(account);
    expect(reply.status, await reply.clone().text()).toBe(201);
    expect(await reply.json()).toMatchObject({ accountId: DID, metadata: { pds: PDS } });
    const par = w.provider.requests.findLast(({ endpoint }) => endpoint === 'push');
    expect(par?.params.get('login_hint')).toBe(account === DID ? DID : null);
  });

  test('is found by its own host, where DNS has no record', async () => {
    const w = world();
    w.put(at.dns, { Status: 3 });
    w.put(at.host, () => new Response(`${DID}\n`));
    expect((await w.connected(HANDLE)).status).toBe(201);
  });

  test('of the method did:web is found at its own host', async () => {
    const w = world();
    const did = 'did:web:ada.social.test';
    w.put(at.dns, txt(`did=${did}`));
    w.put('https://ada.social.test/.well-known/did.json', didDocument(did, HANDLE, PDS));
    expect(await (await w.connected(HANDLE, did)).json()).toMatchObject({ accountId: did });
  });

  test('goes by its DID where its handle is not its own any more', async () => {
    const w = world();
    w.put(at.dns, txt(`did=${mallory.did}`));
    expect(await (await w.connected(DID)).json()).toMatchObject({
      accountId: DID,
      displayName: DID,
      metadata: { handle: null },
    });
  });

  test('comes back by its DID, though its handle is somebody else’s by now', async () => {
    const w = withMallory();
    expect((await w.connected(HANDLE)).status).toBe(201);
    w.put(at.dns, txt(`did=${mallory.did}`));
    const again = await w.connected(HANDLE, DID, { accountId: DID, parameters: {} });
    expect(again.status, await again.clone().text()).toBe(201);
    expect(await rows(w)).toHaveLength(1);
    expect(w.asked.filter((url) => url.startsWith(mallory.issuer))).toEqual([]);
  });

  test('is one user’s', async () => {
    const w = world();
    expect((await w.connected(HANDLE)).status).toBe(201);
    const { id, connectUrl } = await w.begin('eve', {
      provider: 'bluesky',
      parameters: { account: HANDLE },
    });
    const { location, cookie } = await w.open(connectUrl);
    const back = await w.provider.consent(location, DID);
    await w.callback(Object.fromEntries(back.searchParams), cookie, 'bluesky');
    expect(await codeOf(await w.complete('eve', id))).toBe('account_linked_to_another_user');
  });
});

describe('what does not hold together begins nothing', () => {
  test.each<[what: string, change: (w: World) => void]>([
    [
      'a handle of mallory’s that leads to ada, whose document has another',
      (w) => w.put(at.document, didDocument(DID, 'someone.else.test', PDS)),
    ],
    ['a document without a handle', (w) => w.put(at.document, didDocument(DID, null, PDS))],
    [
      'a document whose first handle is another',
      (w) =>
        w.put(at.document, {
          ...didDocument(DID, HANDLE, PDS),
          alsoKnownAs: ['at://someone.else.test', `at://${HANDLE}`],
        }),
    ],
    ['a document of another DID', (w) => w.put(at.document, didDocument(mallory.did, HANDLE, PDS))],
    ['no document', (w) => w.put(at.document, () => new Response('', { status: 404 }))],
    ['two accounts in DNS', (w) => w.put(at.dns, txt(`did=${DID}`, `did=${mallory.did}`))],
    ['no account in DNS or at the host', (w) => w.put(at.dns, txt('v=spf1 -all'))],
    ['a DID of another method', (w) => w.put(at.dns, txt('did=did:key:zQ3sh'))],
    ['no PDS', (w) => w.put(at.document, { ...didDocument(DID, HANDLE, PDS), service: [] })],
    [
      'metadata of another PDS',
      (w) => w.put(at.pds, { resource: mallory.pds, authorization_servers: [ISSUER] }),
    ],
    ['no authorization server', (w) => w.put(at.pds, { resource: PDS })],
    [
      'a server whose metadata is another’s',
      (w) => w.put(at.server, serverMetadata(mallory.issuer)),
    ],
    [
      'a redirect of the document to elsewhere',
      (w) => w.put(at.document, () => Response.redirect(`${PLC}.evil.test/${DID}`, 302)),
    ],
  ])('%s', async (_, change) => {
    const w = world();
    change(w);
    expect(await errorAtStart(w, HANDLE)).toBe('provider_error');
    expect(w.provider.count('push')).toBe(0);
  });

  test.each([
    ['authorization_response_iss_parameter_supported', false],
    ['pushed_authorization_request_endpoint', undefined],
    ['client_id_metadata_document_supported', undefined, 'takes no document as a client'],
    ['code_challenge_methods_supported', ['plain'], 'announces no PKCE'],
    ['scopes_supported', ['openid']],
  ])('a server without %s', async (member, value, detail = member) => {
    const w = world();
    const more = { [member]: value, require_pushed_authorization_requests: false };
    w.put(at.server, serverMetadata(ISSUER, more));
    expect(await errorAtStart(w, HANDLE)).toBe('provider_error');
    expect(w.provider.count('push')).toBe(0);
    expect(detailIn(w)).toContain(detail);
  });

  test('an issuer with a path', async () => {
    const w = world();
    const issuer = `${ISSUER}/tenant`;
    w.put(at.pds, { resource: PDS, authorization_servers: [issuer] });
    w.put(`${ISSUER}/.well-known/oauth-authorization-server/tenant`, serverMetadata(issuer));
    expect(await errorAtStart(w, HANDLE)).toBe('provider_error');
    expect(detailIn(w)).toContain('no usable issuer');
  });

  test.each([
    ['DNS', at.dns],
    ['the directory', at.document],
    ['the PDS', at.pds],
    ['the authorization server', at.server],
  ])('%s that does not answer is trouble that passes', async (_, url) => {
    const w = world();
    w.put(url, () => new Response('', { status: 503 }));
    expect(await errorAtStart(w, HANDLE)).toBe('provider_unavailable');
  });
});

describe('nothing inside is asked', () => {
  const hosts = ['localhost', '127.0.0.1', '10.0.0.1', '[::1]', 'pds.internal', 'pds.local', 'pds'];

  test.each([
    ...hosts,
    ...hosts.map((host) => `https://${host}`),
    ...hosts.map((host) => `did:web:${host}`),
    'did:web:ada.social.test:inner',
    'did:web:localhost%3A8080',
    'http://pds.social.test',
    'https://pds.social.test/path',
    'https://a@pds.social.test',
    'https://pds.social.test?x=1',
    'ada.social.test/..',
    'ada.social.test#x',
    'x.onion',
    'x.example',
    '',
  ])('for the account "%s"', async (account) => {
    const w = world();
    const begun = await w.api('/v1/users/ada/connections', {
      method: 'POST',
      json: {
        provider: 'bluesky',
        returnTo: 'https://app.example.com/done',
        parameters: { account },
      },
    });
    if (begun.status === 201) {
      const { connectUrl } = await begun.json<{ connectUrl: string }>();
      const { location } = await w.open(connectUrl);
      expect(location.searchParams.get('error')).toBe('provider_error');
    } else {
      expect(begun.status).toBe(400);
    }
    expect(w.asked).toEqual([]);
  });

  test.each([
    ...hosts.map((host) => `https://${host}`),
    'http://pds.social.test',
    'https://pds.social.test/path',
    'https://a:b@pds.social.test',
    'file:///etc/passwd',
    '',
    7,
  ])('for an account whose document says that its server is "%s"', async (pds) => {
    const w = world();
    w.put(at.document, didDocument(DID, HANDLE, pds));
    // While PUBLIC_URL is on localhost, so may servers be.
    const isOwn = /localhost|127\.0\.0\.1|\[::1\]/.test(String(pds));
    expect(await errorAtStart(w, HANDLE)).toBe(isOwn ? 'provider_unavailable' : 'provider_error');
    if (!isOwn) expect(new Set(w.asked)).toEqual(new Set([at.dns, at.document]));
  });

  test.each(['https://10.0.0.1', 'https://as.internal', 'http://as.social.test'])(
    'for a PDS that names the authorization server "%s"',
    async (server) => {
      const w = world();
      w.put(at.pds, { resource: PDS, authorization_servers: [server] });
      expect(await errorAtStart(w, HANDLE)).toBe('provider_error');
      expect(w.asked.at(-1)).toBe(at.pds);
    },
  );

  test('for a handle whose host leads there by a redirect', async () => {
    const w = world();
    w.put(at.dns, { Status: 3 });
    w.put(at.host, () => Response.redirect('https://10.0.0.1/.well-known/atproto-did', 302));
    expect(await errorAtStart(w, HANDLE)).toBe('provider_error');
    expect(w.asked.filter((url) => url.includes('10.0.0.1'))).toEqual([]);
  });
});

test('a handle whose host leads to its www, as many do, is found there', async () => {
  const w = world();
  w.put(at.dns, { Status: 3 });
  const www = `https://www.${HANDLE}/.well-known/atproto-did`;
  w.put(at.host, () => Response.redirect(www, 301));
  w.put(www, () => new Response(DID));
  expect(await errorAtStart(w, HANDLE)).toBeNull();
  expect(w.asked).toContain(www);
});

describe('a server that says who signed in', () => {
  const nobody = async (w: World) => {
    await w.deps.settle();
    expect(await rows(w)).toEqual([]);
    const [transaction] = await w.deps.db.select().from(connectTransactions);
    expect(transaction?.state).toBe('failed');
  };

  test('connects its own account', async () => {
    const w = withMallory();
    const reply = await completedAtMallory(w, mallory.handle, { sub: mallory.did });
    expect(await reply.json()).toMatchObject({ accountId: mallory.did });
  });

  test('names ada, after mallory’s handle: refused, and nothing of ada’s is asked', async () => {
    const w = withMallory();
    const reply = await completedAtMallory(w, mallory.handle, { sub: DID });
    expect(await codeOf(reply)).toBe('account_mismatch');
    await nobody(w);
    expect(w.asked).not.toContain(at.document);
  });

  test('names ada, after its own address: ada’s document leads elsewhere', async () => {
    const w = withMallory();
    const reply = await completedAtMallory(w, mallory.issuer, { sub: DID });
    expect(reply.status).toBe(502);
    expect(await reply.json()).toMatchObject({
      detail: "the account's authorization server is not its own, or cannot be used",
    });
    await nobody(w);
    // What it brought is given back to who gave it.
    expect(w.asked.filter((url) => url === `${mallory.issuer}/oauth/revoke`)).toHaveLength(1);
    expect(await w.deps.db.select().from(outbox)).toEqual([]);
  });

  test('names ada, whose own PDS names it: then it speaks for her', async () => {
    const w = withMallory();
    w.put(at.pds, { resource: PDS, authorization_servers: [mallory.issuer] });
    // Whoever has ada's PDS has ada's account; nobody else has that.
    const reply = await completedAtMallory(w, mallory.issuer, { sub: DID });
    expect(reply.status).toBe(201);
  });

  test.each<[what: string, reply: Record<string, unknown>]>([
    ['nobody', {}],
    ['no DID', { sub: 'ada' }],
    ['a DID that leads inside', { sub: 'did:web:localhost' }],
    ['a DID of an address', { sub: 'did:web:10.0.0.1' }],
    ['an account without the scope of the protocol', { sub: mallory.did, scope: 'openid' }],
    ['an account without a scope', { sub: mallory.did, scope: undefined }],
    ['an account with a bearer token', { sub: mallory.did, token_type: 'Bearer' }],
  ])('names %s: nothing is connected', async (_, reply) => {
    const w = withMallory();
    expect((await completedAtMallory(w, mallory.issuer, reply)).status).toBe(502);
    await nobody(w);
  });

  test('is honest, and somebody else signed in than was named', async () => {
    const w = withMallory();
    const reply = await w.connected(HANDLE, mallory.did);
    expect(await codeOf(reply)).toBe('account_mismatch');
    await nobody(w);
    // The session is ended.
    expect(w.provider.good('refresh')).toBe(0);
  });

  test('is honest, and mallory’s PDS sent ada there: her token goes to her own PDS', async () => {
    const w = withMallory();
    w.put(`${mallory.pds}/.well-known/oauth-protected-resource`, {
      resource: mallory.pds,
      authorization_servers: [ISSUER],
    });
    expect(await (await w.connected(mallory.pds)).json()).toMatchObject({
      accountId: DID,
      metadata: { pds: PDS },
    });
    const before = w.asked.length;
    await w.api('/v1/users/ada/proxy/bluesky/-/xrpc/com.atproto.server.getSession');
    expect(w.asked.slice(before).every((url) => url.startsWith(PDS))).toBe(true);
  });

  test('is honest, and mallory’s account has the PDS that sends there: ada is not mallory', async () => {
    const w = withMallory();
    w.put(`${mallory.pds}/.well-known/oauth-protected-resource`, {
      resource: mallory.pds,
      authorization_servers: [ISSUER],
    });
    expect(await codeOf(await w.connected(mallory.handle, DID))).toBe('account_mismatch');
    await nobody(w);
  });
});

describe('between the start and the end', () => {
  async function consented(w: World, account = HANDLE) {
    const { id, location, cookie } = await w.opened(account);
    const back = await w.provider.consent(location, DID);
    return { id, cookie, query: Object.fromEntries(back.searchParams) };
  }

  test('a document that leads to mallory by now: the code goes where it was meant for, nothing is connected', async () => {
    const w = withMallory();
    const { id, cookie, query } = await consented(w);
    w.put(at.document, didDocument(DID, HANDLE, mallory.pds));
    await w.callback(query, cookie, 'bluesky');
    const reply = await w.complete('ada', id);
    expect(reply.status).toBe(502);
    expect(w.asked).toContain(`${ISSUER}/oauth/token`);
    expect(w.asked).not.toContain(`${mallory.issuer}/oauth/token`);
    await w.deps.settle();
    expect(await rows(w)).toEqual([]);
    expect(w.provider.good('refresh')).toBe(0);
  });

  test('a PDS that names mallory’s server by now: the same', async () => {
    const w = withMallory();
    const { id, cookie, query } = await consented(w);
    w.put(at.pds, { resource: PDS, authorization_servers: [mallory.issuer] });
    await w.callback(query, cookie, 'bluesky');
    expect((await w.complete('ada', id)).status).toBe(502);
    expect(w.asked).not.toContain(`${mallory.issuer}/oauth/token`);
    expect(await rows(w)).toEqual([]);
  });

  test.each([
    ['another issuer', mallory.issuer],
    ['none', undefined],
  ])('a callback that names %s: its code is sent to nobody', async (_, iss) => {
    const w = withMallory();
    const { cookie, query } = await consented(w);
    const { iss: named, ...rest } = query;
    expect(named).toBe(ISSUER);
    const back = await w.callback(
      { ...rest, ...(iss === undefined ? {} : { iss }) },
      cookie,
      'bluesky',
    );
    const location = new URL(back.headers.get('Location') ?? '');
    expect(location.searchParams.get('error')).toBe('issuer_mismatch');
    expect(w.asked.filter((url) => url.endsWith('/oauth/token'))).toEqual([]);
  });

  test('a directory that is away for a moment: the same call again connects', async () => {
    const w = world();
    const { id, cookie, query } = await consented(w);
    await w.callback(query, cookie, 'bluesky');
    w.put(at.document, () => new Response('', { status: 502 }));
    const first = await w.complete('ada', id);
    expect(first.status).toBe(503);
    expect(first.headers.has('Retry-After')).toBe(true);
    w.put(at.document, didDocument(DID, HANDLE, PDS));
    const second = await w.complete('ada', id);
    expect(second.status, await second.clone().text()).toBe(201);
    expect(w.provider.count('code')).toBe(1);
  });

  test('after it, tokens go to the server that gave them, whatever documents say', async () => {
    const w = withMallory();
    expect((await w.connected(HANDLE)).status).toBe(201);
    w.put(at.document, didDocument(DID, HANDLE, mallory.pds));
    const path = `/v1/users/ada/integrations/bluesky/${encodeURIComponent(DID)}`;
    expect((await w.api(`${path}/refresh`, { method: 'POST' })).status).toBe(200);
    await w.api(path, { method: 'DELETE' });
    await w.deps.settle();
    expect(w.provider.good('refresh')).toBe(0);
    expect(w.asked.filter((url) => url.includes('evil.test'))).toEqual([]);
  });
});

describe('the client', () => {
  test('has a document with the public part of its key, and all that it may ask for', async () => {
    const { api } = world();
    const reply = await api('/.well-known/oauth-client/bluesky', { token: null });
    expect(reply.headers.get('Content-Type')).toMatch(/^application\/json/);
    const { d, ...shown } = privateJwk;
    expect(d).toMatch(/^[\w-]{43}$/);
    expect(await reply.json()).toEqual({
      client_id: 'http://localhost:8787/.well-known/oauth-client/bluesky',
      client_name: 'Mooring',
      client_uri: 'http://localhost:8787',
      application_type: 'native',
      redirect_uris: ['http://localhost:8787/connect/callback/bluesky'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: 'atproto transition:generic transition:chat.bsky transition:email',
      dpop_bound_access_tokens: true,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [{ ...shown, use: 'sig', alg: 'ES256' }] },
    });
  });

  test('is none without a key, and gives a name to a key that has none', async () => {
    const without = journey({ config: configWith({}) });
    const reply = await without.api('/.well-known/oauth-client/bluesky', { token: null });
    expect(await codeOf(reply)).toBe('provider_not_configured');
    const { kid: _, ...nameless } = privateJwk;
    for (const [key, id, kid] of [
      [JSON.stringify(nameless), '', 'key-1'],
      [JSON.stringify(nameless), 'key-2', 'key-2'],
      [await exportPKCS8(keys.privateKey), '', 'key-1'],
    ] as const) {
      const settings = { BLUESKY_CLIENT_KEY: key, BLUESKY_CLIENT_KEY_ID: id };
      const { api } = journey({ config: configWith({}, settings) });
      const named = await api('/.well-known/oauth-client/bluesky', { token: null });
      const { jwks } = await named.json<{ jwks: { keys: Record<string, string>[] } }>();
      expect(jwks.keys).toEqual([{ ...publicJwk, kid, use: 'sig', alg: 'ES256' }]);
    }
  });

  test('has a circuit at each authorization server', () => {
    const provider = configWith({}).providers.get('bluesky');
    if (provider?.kind !== 'oauth2') throw new Error('there is no such provider');
    expect(tokenHost(provider)).toBeNull();
    expect(tokenHost(provider, { authorization_server: ISSUER })).toBe('entryway.social.test');
  });
});
