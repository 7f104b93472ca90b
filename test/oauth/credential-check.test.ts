import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { checkAccessToken, checkCredentials, judgeCheck } from '../../src/oauth/credential-check';
import type { RawReply } from '../../src/oauth/send';
import { credentialsProviderSchema, oauth2ProviderSchema } from '../../src/providers/types';
import { testDeps } from '../support/deps';

const standard = { refusedStatuses: [401], refusedCodes: [], error: ['error', 'error.code'] };
const slack = { ...standard, refusedCodes: ['invalid_auth'] };
const meta = { ...standard, refusedCodes: ['190'] };

const reply = (status: number, body: unknown = {}, headers: HeadersInit = {}): RawReply => ({
  kind: 'reply',
  status,
  headers: new Headers(headers),
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('what a check says', () => {
  it.each([
    ['a 200', standard, reply(200), 'accepted'],
    ['a 204', standard, reply(204, ''), 'accepted'],
    ['a 200 that is no JSON', standard, reply(200, '<html>'), 'accepted'],
    ['a 200 with an error that says none', slack, reply(200, { error: 'none' }), 'accepted'],
    ['a 401', standard, reply(401), 'refused'],
    ['a code in a 200', slack, reply(200, { ok: false, error: 'invalid_auth' }), 'refused'],
    ['a code that is a number', meta, reply(400, { error: { code: 190 } }), 'refused'],
    ['a status of the record', { ...standard, refusedStatuses: [403] }, reply(403), 'refused'],
    [
      'a redirect of the record',
      { ...standard, refusedStatuses: [302] },
      { kind: 'failed', reason: 'redirected', status: 302 },
      'refused',
    ],
    [
      'a word of plain text',
      { ...standard, refusedCodes: ['Bad_OAuth_Token'] },
      reply(403, 'Bad_OAuth_Token'),
      'refused',
    ],
    ['another code in a 200', slack, reply(200, { error: 'ratelimited' }), 'provider_error'],
    [
      'a 401 where the record has others',
      { ...standard, refusedStatuses: [403] },
      reply(401),
      'provider_error',
    ],
    ['a 403', standard, reply(403), 'provider_error'],
    [
      'a redirect',
      standard,
      { kind: 'failed', reason: 'redirected', status: 302 },
      'provider_error',
    ],
    ['another code in a 400', meta, reply(400, { error: { code: 4 } }), 'provider_error'],
    [
      'insufficient_scope',
      standard,
      reply(401, {}, { 'WWW-Authenticate': 'Bearer realm="x", error=insufficient_scope' }),
      'provider_error',
    ],
    ['a 429 with a code', meta, reply(429, { error: { code: 190 } }), 'provider_unavailable'],
    ['a 503 with a code', meta, reply(503, { error: { code: 190 } }), 'provider_unavailable'],
    ['no answer', standard, { kind: 'failed', reason: 'deadline' }, 'provider_unavailable'],
    [
      'an endless answer',
      standard,
      { kind: 'failed', reason: 'too_large' },
      'provider_unavailable',
    ],
  ] as [string, typeof standard, RawReply, string][])('%s: %4$s', (_, rules, raw, expected) => {
    const outcome = judgeCheck(rules, raw);
    expect(outcome.kind === 'undecided' ? outcome.code : outcome.kind).toBe(expected);
  });
});

/** What was sent. */
async function sent(work: (fetchFn: typeof fetch) => Promise<unknown>): Promise<Request> {
  const requests: Request[] = [];
  await work(async (input, init) => {
    requests.push(new Request(input, init));
    return new Response('{}');
  });
  const [request] = requests;
  if (!request || requests.length !== 1) throw new Error('not one request');
  return request;
}

const config = { publicUrl: 'https://mooring.example.com' };

describe('the request of a check', () => {
  const credentials = (changes: Record<string, unknown>) =>
    credentialsProviderSchema.parse({
      id: 'keys',
      name: 'Keys',
      kind: 'credentials',
      fields: { name: { label: 'Name', secret: false, pattern: '.+' }, key: { label: 'Key' } },
      ...changes,
    });

  it('carries credentials as the record places them', async () => {
    const provider = credentials({
      requestHeaders: { Authorization: 'Basic {base64:name:key}' },
      check: {
        url: 'https://{name}.example.com/v1/me?x=1',
        headers: { 'X-Version': '7', 'X-Key': '{key}' },
        query: { api_key: '{key}' },
      },
    });
    const given = { name: 'ada', key: 'a b&c' };
    const request = await sent((fetchFn) =>
      checkCredentials({ fetch: fetchFn, config }, provider, given),
    );
    expect(request.url).toBe('https://ada.example.com/v1/me?x=1&api_key=a%20b%26c');
    expect([request.method, request.redirect]).toEqual(['GET', 'manual']);
    expect(Object.fromEntries(request.headers)).toMatchObject({
      authorization: `Basic ${btoa('ada:a b&c')}`,
      'x-version': '7',
      'x-key': 'a b&c',
      accept: 'application/json',
    });
  });

  it('may be a POST with a body', async () => {
    const provider = credentials({
      check: {
        url: 'https://api.example.com/verify',
        method: 'POST',
        body: { type: 'json', params: { token: '{key}' } },
      },
    });
    const request = await sent((fetchFn) =>
      checkCredentials({ fetch: fetchFn, config }, provider, { name: 'a', key: '{name}' }),
    );
    // What a value holds is never taken for a placeholder.
    expect([request.method, await request.json()]).toEqual(['POST', { token: '{name}' }]);
  });

  const oauth2 = (changes: Record<string, unknown>) => ({
    clientId: 'client',
    clientSecret: 'secret',
    provider: oauth2ProviderSchema.parse({
      id: 'acme',
      name: 'Acme',
      kind: 'oauth2',
      authorizationUrl: 'https://id.acme.example/authorize',
      tokenUrl: 'https://id.acme.example/token',
      accountId: 'sub',
      refreshModel: 'none',
      headers: { 'User-Agent': 'test' },
      ...changes,
    }),
  });
  const checkUrl = 'https://api.acme.example/test';
  const endpoints = {
    checkUrl,
    parameters: {},
    jwksUrl: 'https://id.acme.example/keys',
    issuer: null,
    issuerClaims: null,
  };

  it('carries an access token as a bearer token, or where the record says', async () => {
    const plain = await sent((fetchFn) =>
      checkAccessToken(
        testDeps({ fetch: fetchFn }),
        oauth2({ check: { url: checkUrl } }),
        endpoints,
        'T',
        null,
      ),
    );
    expect([plain.headers.get('Authorization'), plain.headers.get('User-Agent')]).toEqual([
      'Bearer T',
      'test',
    ]);
    const check = { url: checkUrl, query: { input_token: '{access_token}' } };
    const placed = await sent((fetchFn) =>
      checkAccessToken(testDeps({ fetch: fetchFn }), oauth2({ check }), endpoints, 'T', null),
    );
    expect([placed.url, placed.headers.get('Authorization')]).toEqual([
      `${checkUrl}?input_token=T`,
      null,
    ]);
  });

  it('is no success where the profile names nobody', async () => {
    const bodies = [
      { ok: false, error: 'any' },
      { sub: '' },
      { sub: null },
      [],
      'text',
      { sub: '7' },
    ];
    const outcomes = bodies.map(async (body) => {
      const fetchFn = async () => Response.json(body);
      return (
        await checkAccessToken(testDeps({ fetch: fetchFn }), oauth2({}), endpoints, 'T', null)
      ).kind;
    });
    expect(await Promise.all(outcomes)).toEqual([...Array(5).fill('undecided'), 'accepted']);
  });

  it('takes a profile that the server signed, and no other signature', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const other = await generateKeyPair('ES256');
    const keys = { keys: [await exportJWK(publicKey)] };
    const tried = async (key: CryptoKey) => {
      const profile = await new SignJWT({ sub: '7' })
        .setProtectedHeader({ alg: 'ES256' })
        .sign(key);
      const deps = testDeps({
        fetch: async (input) =>
          new Request(input).url === checkUrl
            ? new Response(profile, { headers: { 'Content-Type': 'application/jwt' } })
            : Response.json(keys),
      });
      return checkAccessToken(deps, oauth2({}), endpoints, 'T', null);
    };
    expect(await tried(privateKey)).toMatchObject({ kind: 'accepted', document: { sub: '7' } });
    await expect(tried(other.privateKey)).rejects.toMatchObject({ code: 'provider_error' });
  });

  it('is the profile request where the record has no other', async () => {
    const request = await sent((fetchFn) =>
      checkAccessToken(
        testDeps({ fetch: fetchFn }),
        oauth2({ profileToken: 'query', check: { refusedCodes: ['190'] } }),
        endpoints,
        'T',
        null,
      ),
    );
    expect(request.url).toBe(`${checkUrl}?access_token=T`);
  });
});
