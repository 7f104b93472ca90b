import {
  calculateJwkThumbprint,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
} from 'jose';
import { describe, expect, it } from 'vitest';
import { Caches } from '../../src/caches';
import { authorizationRequest } from '../../src/oauth/authorize';
import { checkAccessToken } from '../../src/oauth/credential-check';
import { joinKey, newDpopKey, sendProven, splitKey } from '../../src/oauth/dpop';
import { isAsBound } from '../../src/oauth/reply';
import { refreshGrant } from '../../src/oauth/token';
import { checkRecord } from '../../src/providers/check';
import { judge } from '../../src/refresh/outcome';
import { Proofs } from '../simulator/dpop';
import { type Answer, answering, json } from '../support/provider';
import { clientOf, endpoints, oauth2Provider, signing } from './support/providers';

const dpopKey = await newDpopKey();
const tokenUrl = 'https://id.acme.example/token';
const limits = { timeoutMs: 5_000 };

const sender = (...answers: Answer[]) => {
  const { fetch, requests } = answering(...answers);
  let serial = 0;
  const uuid = () => `id-${++serial}`;
  const deps = { now: signing.now, uuid, caches: new Caches(), fetch };
  return {
    deps,
    proofs: () => requests.map(({ headers }) => headers.dpop ?? ''),
    requests,
    send: (url: string, accessToken?: string, init: RequestInit = { method: 'POST' }) =>
      sendProven(deps, dpopKey, () => ({ url, init }), limits, accessToken),
  };
};

const challenge = (nonce: string, status = 400) =>
  json({ error: 'use_dpop_nonce' }, status, { 'DPoP-Nonce': nonce });

describe('a proof (RFC 9449 4.2)', () => {
  it('is of the request, without query and fragment, and has the public key alone', async () => {
    const { send, proofs } = sender(json({}));
    await send(`${tokenUrl}?tenant=canary#x`);
    const [proof = ''] = proofs();
    const { kty, crv, x, y, d } = dpopKey;
    expect(decodeProtectedHeader(proof)).toEqual({
      typ: 'dpop+jwt',
      alg: 'ES256',
      jwk: { kty, crv, x, y },
    });
    expect(decodeJwt(proof)).toEqual({
      htm: 'POST',
      htu: tokenUrl,
      jti: 'id-1',
      iat: signing.now() / 1000,
    });
    expect(d).toMatch(/^[\w-]{43}$/);
    expect(proof).not.toContain(d);
  });

  it('is another one for each request, and names the token that goes with it', async () => {
    const { send, requests, proofs } = sender(json({}), json({}));
    await send(tokenUrl, 'access-1', {});
    await send(tokenUrl, 'access-1', {});
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'DPoP access-1',
      'DPoP access-1',
    ]);
    const [first = '', second = ''] = proofs().map((proof) => decodeJwt(proof));
    expect(first).toMatchObject({ htm: 'GET', ath: expect.stringMatching(/^[\w-]{43}$/) });
    expect(second).toMatchObject({ jti: 'id-2' });
    expect((first as { jti: string }).jti).not.toBe((second as { jti: string }).jti);
  });

  it('is what a server takes: signature, method, address, time, token, once', async () => {
    const server = new Proofs();
    const { deps } = sender();
    const seen: string[] = [];
    const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
      const { method, url, headers } = new Request(input, init);
      const sent = { method, url: new URL(url), headers, form: 'none' as const };
      const params = new URLSearchParams();
      for (let again = 0; again < 2; again += 1) {
        const proof = await server.check({ ...sent, params }, signing.now(), 'access-1');
        seen.push(proof.kind === 'wrong' ? proof.reason : proof.kind);
        if (proof.kind === 'nonce') {
          const nonce = server.nonce('id.acme.example', signing.now());
          return challenge(nonce, 401);
        }
      }
      return json({});
    };
    await sendProven({ ...deps, fetch }, dpopKey, () => ({ url: tokenUrl }), limits, 'access-1');
    expect(seen).toEqual(['nonce', 'proven', 'uses a proof twice']);
  });
});

describe('a nonce (RFC 9449 8 and 9)', () => {
  it('that a server wants is sent, once more and no further', async () => {
    const { send, proofs } = sender(challenge('n-1'), challenge('n-2'), json({ ok: 1 }));
    const reply = await send(tokenUrl);
    expect(reply).toMatchObject({ kind: 'reply', status: 400 });
    expect(proofs().map((proof) => decodeJwt(proof).nonce)).toEqual([undefined, 'n-1']);
    await send(tokenUrl);
    expect(decodeJwt(proofs()[2] ?? '').nonce).toBe('n-2');
  });

  it('comes with an assertion of its own, where the client signs: each is taken once', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const key = JSON.stringify(await exportJWK(privateKey));
    const { deps, requests } = sender(challenge('n-1'), json({}));
    await refreshGrant(
      deps,
      clientOf(oauth2Provider({ dpop: true, clientAuth: 'private_key_jwt' }), {
        clientSecret: null,
        clientKey: { key, keyId: null },
      }),
      endpoints,
      { refreshToken: 'refresh-1', scopes: [], timeoutMs: 5_000, dpopKey },
    );
    const sent = requests.map(({ params }) => params);
    expect(sent.map((params) => params.get('refresh_token'))).toEqual(['refresh-1', 'refresh-1']);
    const ids = sent.map((params) => decodeJwt(params.get('client_assertion') ?? '').jti);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('that comes with an answer is for the next request', async () => {
    const { send, proofs, requests } = sender(
      json({}, 200, { 'DPoP-Nonce': 'n-1' }),
      json({}, 200, { 'DPoP-Nonce': 'n-2' }),
      json({}),
    );
    for (let n = 0; n < 3; n += 1) await send(tokenUrl);
    expect(proofs().map((proof) => decodeJwt(proof).nonce)).toEqual([undefined, 'n-1', 'n-2']);
    expect(requests).toHaveLength(3);
  });

  it('is shown to no other origin', async () => {
    const { send, proofs } = sender(json({}, 200, { 'DPoP-Nonce': 'canary' }), json({}), json({}));
    await send(tokenUrl);
    await send('https://api.acme.example/token');
    await send('https://id.acme.example:8443/token');
    expect(
      proofs()
        .slice(1)
        .map((proof) => decodeJwt(proof).nonce),
    ).toEqual([undefined, undefined]);
  });

  it.each(['', 'with space', 'quo"te', 'x'.repeat(513)])('%j is none', async (nonce) => {
    const { send, proofs } = sender(json({}, 200, { 'DPoP-Nonce': nonce }), json({}));
    await send(tokenUrl);
    await send(tokenUrl);
    expect(decodeJwt(proofs()[1] ?? '').nonce).toBeUndefined();
  });

  it.each([
    ['an error without one', json({ error: 'use_dpop_nonce' }, 400)],
    ['another error beside one', json({ error: 'invalid_grant' }, 400, { 'DPoP-Nonce': 'n' })],
    [
      'the same word in another status',
      json({ error: 'use_dpop_nonce' }, 503, { 'DPoP-Nonce': 'n' }),
    ],
  ])('is not asked for by %s', async (_, answer) => {
    const { send, requests } = sender(answer);
    await send(tokenUrl);
    expect(requests).toHaveLength(1);
  });

  it('that a server goes on to want refuses nobody', async () => {
    const raw = await sender(challenge('a'), challenge('b')).send(tokenUrl);
    const reply = { accessToken: null, tokenType: null, errorCode: 'use_dpop_nonce' };
    expect(judge(oauth2Provider({ dpop: true }), raw, reply as never, 0)).toMatchObject({
      kind: 'transient',
      code: 'use_dpop_nonce',
    });
    const header = { 'DPoP-Nonce': 'a', 'WWW-Authenticate': 'DPoP error="use_dpop_nonce"' };
    const { deps } = sender(json({}, 401, header), json({}, 401, header));
    const checked = await checkAccessToken(
      { ...deps, sleep: async () => {}, random: () => 0, waitUntil: () => {} },
      clientOf(oauth2Provider({ dpop: true })),
      { ...endpoints, checkUrl: endpoints.profileUrl },
      'access-1',
      dpopKey,
    );
    expect(checked).toMatchObject({ kind: 'undecided', code: 'provider_unavailable' });
  });
});

describe('the key of a grant', () => {
  it('is sealed with its tokens, and tokens without one are as they were', () => {
    for (const text of ['a-token', '{"kty":"no key"}', 'two\nlines', '']) {
      expect(splitKey(joinKey({ text, dpopKey: null }))).toEqual({ text, dpopKey: null });
      expect(splitKey(joinKey({ text, dpopKey }))).toEqual({ text, dpopKey });
    }
  });

  it('is the one that the code is asked for (RFC 9449 10), by its thumbprint', async () => {
    const { deps } = sender();
    const url = await authorizationRequest(
      deps,
      clientOf(oauth2Provider({ dpop: true })),
      endpoints,
      {
        redirectUri: 'https://mooring.example.com/connect/callback/acme',
        state: 's',
        codeChallenge: 'c',
        scopes: [],
        authorizationParams: {},
        dpopKey,
      },
    );
    expect(url.searchParams.get('dpop_jkt')).toBe(await calculateJwkThumbprint(dpopKey));
    expect(url.href).not.toContain(dpopKey.d);
  });
});

describe('a token of another type', () => {
  it.each([
    ['DPoP', true],
    ['dpop', true],
    ['Bearer', false],
    [null, false],
  ])('%s is taken: %s', (tokenType, taken) => {
    expect(isAsBound(oauth2Provider({ dpop: true }), { tokenType })).toBe(taken);
    expect(isAsBound(oauth2Provider(), { tokenType })).toBe(true);
  });
});

describe('a record', () => {
  it.each([
    ['profileToken', { profileToken: 'query' as const }],
    ['apiToken', { apiToken: { headers: { 'X-Token': '{access_token}' } } }],
    ['apiToken', { apiToken: { query: { token: '{access_token}' } } }],
    ['revocation', { revocation: { style: 'bearer' as const } }],
    ['alsoGrants', { alsoGrants: ['other'] }],
    ['extendedToken', { extendedToken: { url: tokenUrl, params: {} } }],
    ['check', { check: { url: tokenUrl, query: { token: '{access_token}' } } }],
  ])('cannot send a bound token without a proof: %s', (field, change) => {
    const record = oauth2Provider({ dpop: true, ...change });
    expect(checkRecord(record, 'https://mooring.example.com')).toMatchObject({ path: [field] });
    expect(checkRecord(oauth2Provider(change), 'https://mooring.example.com')).toBeNull();
  });
});
