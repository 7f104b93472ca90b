import { base64url, CompactSign, exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Endpoints } from '../../src/oauth/endpoints';
import { fetchProfile, namesAnotherSubject, readProfile } from '../../src/oauth/profile';
import { records } from '../../src/providers/records';
import { type OAuth2Client, oauth2ProviderSchema } from '../../src/providers/types';
import { testClock, testDeps } from '../support/deps';
import { type Answer, answering, json } from '../support/provider';
import { clientOf, endpoints, oauth2Provider } from './support/providers';

type Changes = Parameters<typeof oauth2Provider>[0];

const read = (changes: Changes, profile: unknown, token: unknown = null) =>
  readProfile(oauth2Provider(changes), { profile, token, id_token: null });

const NOW = Date.UTC(2026, 10, 22, 12);

const grantOf = (document: unknown = null, accessToken = 'a-1') => ({
  accessToken,
  document,
  receivedAt: NOW,
});

type ProfileEndpoints = Pick<Endpoints, 'issuer' | 'jwksUrl' | 'profileUrl'>;

/** A clock that the pauses move, and what is asked under it. */
function asking(fetch: typeof globalThis.fetch) {
  const deps = testDeps({ fetch, clock: testClock(NOW) });
  const limits = { timeoutMs: 1000, until: NOW + 10_000 };
  return {
    deps,
    profileOf: (client: OAuth2Client, grant = grantOf(), more: Partial<ProfileEndpoints> = {}) =>
      fetchProfile(deps, client, { ...endpoints, ...more }, grant, limits),
  };
}

async function fetched(changes: Changes, ...answers: Answer[]) {
  const { fetch, requests } = answering(...answers);
  const client = clientOf(oauth2Provider(changes));
  const { deps, profileOf } = asking(fetch);
  const profile = await profileOf(client, grantOf({ user: { id: 7 } }));
  return { profile, requests, deps };
}

describe('the profile request', () => {
  it('carries the token in Authorization only', async () => {
    const { profile, requests } = await fetched(
      { headers: { 'X-Version': '2' }, displayName: 'name' },
      json({ sub: 'u-1', name: 'Ann' }),
    );
    expect(profile).toEqual({ accountId: 'u-1', subject: 'u-1', displayName: 'Ann', metadata: {} });
    expect(requests).toMatchObject([
      {
        method: 'GET',
        url: 'https://id.acme.example/me',
        body: '',
        headers: { authorization: 'Bearer a-1', 'x-version': '2', accept: 'application/json' },
      },
    ]);
  });

  it('is a POST without a body where the record says so (Dropbox)', async () => {
    const { requests } = await fetched({ profileMethod: 'POST' }, json({ sub: 'u-1' }));
    expect(requests).toMatchObject([{ method: 'POST', body: '' }]);
    expect(requests[0]?.headers).not.toHaveProperty('content-type');
  });

  it('is not made where the token reply says it all (Stripe)', async () => {
    const { profile, requests } = await fetched({ accountId: 'token:user.id' });
    expect(profile.accountId).toBe('7');
    expect(requests).toHaveLength(0);
  });

  it('carries the token in the query where there is no other way, and reads the big id (Instagram)', async () => {
    const instagram = oauth2ProviderSchema.parse(records.find(({ id }) => id === 'instagram'));
    const { fetch, requests } = answering(
      new Response(
        '{"id":"9","user_id":17841405793187218,"username":"ann","account_type":"BUSINESS"}',
      ),
    );
    const profileUrl = instagram.profileUrl ?? '';
    const profile = await asking(fetch).profileOf(clientOf(instagram), grantOf(null, 'IG/1'), {
      profileUrl,
    });
    expect(profile).toEqual({
      accountId: '17841405793187218',
      subject: '17841405793187218',
      displayName: 'ann',
      metadata: { picture: null, accountType: 'BUSINESS' },
    });
    const url = new URL(requests[0]?.url ?? '');
    expect(url.searchParams.get('access_token')).toBe('IG/1');
    expect(url.searchParams.get('fields')).toContain('user_id');
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('carries what the record wants beside the token (Twitch)', async () => {
    const { requests } = await fetched(
      { profileHeaders: { 'Client-Id': '{client_id}' } },
      json({ sub: 'u-1' }),
    );
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer a-1',
      'client-id': 'client',
    });
  });

  it('carries the token in a header of its own, and a query in JSON (Shopify)', async () => {
    const { requests } = await fetched(
      {
        profileMethod: 'POST',
        profileToken: 'none',
        profileHeaders: { 'X-Access-Token': '{access_token}' },
        profileBody: { type: 'json', params: { query: '{ shop { name } }' } },
      },
      json({ sub: 'u-1' }),
    );
    expect(requests[0]).toMatchObject({
      method: 'POST',
      url: 'https://id.acme.example/me',
      headers: { 'x-access-token': 'a-1', 'content-type': 'application/json' },
      body: '{"query":"{ shop { name } }"}',
    });
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('is a question about the token, by the client (HubSpot)', async () => {
    const { requests } = await fetched(
      {
        profileMethod: 'POST',
        profileToken: 'none',
        profileBody: {
          type: 'form',
          params: {
            client_id: '{client_id}',
            client_secret: '{client_secret}',
            token: '{access_token}',
          },
        },
      },
      json({ sub: 'u-1' }),
    );
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      client_id: 'client',
      client_secret: 'secret',
      token: 'a-1',
    });
  });

  it.each<[string, Answer]>([
    [
      'redirects',
      () => new Response(null, { status: 302, headers: { Location: 'https://x.example' } }),
    ],
    ['refuses', json({ sub: 'u-1' }, 401)],
    ['answers a page', new Response('<html></html>')],
    ['names nobody', json({})],
    ['answers an error with 200', json({ error: { code: 190 } })],
  ])(
    'is a provider_error where the provider %s, and says nothing of what it sent',
    async (_, answer) => {
      const failed = fetched({}, answer);
      await expect(failed).rejects.toMatchObject({ code: 'provider_error' });
      await expect(failed).rejects.not.toMatchObject({ detail: expect.stringContaining('a-1') });
    },
  );

  it('is a provider_error where there is no endpoint', async () => {
    const { fetch } = answering();
    const client = clientOf(oauth2Provider());
    await expect(
      asking(fetch).profileOf(client, grantOf(), { issuer: null, profileUrl: null }),
    ).rejects.toMatchObject({ code: 'provider_error' });
  });

  it('does not throw anything else for a token that no header can hold', async () => {
    const { fetch, requests } = answering(json({ sub: 'u-1' }));
    const client = clientOf(oauth2Provider());
    await expect(
      asking(fetch).profileOf(client, grantOf(null, 'a\r\nX-Evil: 1')),
    ).rejects.toMatchObject({ code: 'provider_error' });
    expect(requests).toHaveLength(0);
  });

  it('nor for one that the header of the record cannot hold', async () => {
    const { fetch, requests } = answering(json({ sub: 'u-1' }));
    const client = clientOf(
      oauth2Provider({ profileToken: 'none', profileHeaders: { 'X-Token': '{access_token}' } }),
    );
    await expect(asking(fetch).profileOf(client, grantOf(null, 'a\nb'))).rejects.toMatchObject({
      code: 'provider_error',
    });
    expect(requests).toHaveLength(0);
  });
});

describe('a profile that cannot be had at once', () => {
  const well = json({ sub: 'u-1' });
  const stalls = () => new Promise<Response>(() => {});

  it.each<[string, Answer, number]>([
    ['is away', new TypeError('reset'), 375],
    ['does not answer in time', stalls, 375],
    ['fails', json({ sub: 'u-1' }, 500), 375],
    ['asks for a pause', json({}, 429, { 'Retry-After': '1' }), 1000],
    ['asks for a longer pause', json({}, 503, { 'Retry-After': '9' }), 9000],
    ['asks to come back, by a code of the record', json({ error: { code: 4 } }, 400), 375],
  ])('is asked for again where the provider %s', async (_, answer, pauseMs) => {
    const changes = { transientCodes: ['4'] };
    const { profile, requests, deps } = await fetched(changes, answer, well.clone());
    expect(profile.accountId).toBe('u-1');
    expect(requests).toHaveLength(2);
    expect(deps.now()).toBe(NOW + pauseMs);
  });

  it.each<[string, Answer[], number]>([
    ['four times at most', Array.from({ length: 9 }, () => json({}, 500)), 4],
    ['not past the time there is', [json({}, 429, { 'Retry-After': '10' })], 1],
  ])('%s; then it may be had later', async (_, answers, times) => {
    const { fetch, requests } = answering(...answers);
    const failed = asking(fetch).profileOf(clientOf(oauth2Provider()));
    await expect(failed).rejects.toMatchObject({
      code: 'provider_unavailable',
      headers: { 'Retry-After': expect.any(String) },
    });
    expect(requests).toHaveLength(times);
  });

  it.each<[string, Answer[]]>([
    ['is refused', [json({}, 401)]],
    ['fails for good', Array.from({ length: 4 }, () => json({}, 500))],
  ])(
    'and %s: an account that the token reply names is only without its name',
    async (_, answers) => {
      const changes = {
        accountId: 'token:user.id',
        displayName: 'name',
        metadata: { team: 'token:user.team', picture: 'picture' },
      };
      const { fetch } = answering(...answers);
      const { deps, profileOf } = asking(fetch);
      const document = { user: { id: 7, team: 'T' } };
      expect(await profileOf(clientOf(oauth2Provider(changes)), grantOf(document))).toEqual({
        accountId: '7',
        subject: '7',
        displayName: null,
        metadata: { team: 'T' },
      });
      expect(deps.logLines.join()).toContain('connect.profile_left_out');
    },
  );

  it('and an ID token that is missing: an account that the profile names is only without its name', async () => {
    const { profile } = await fetched({ displayName: 'id_token:name' }, well.clone());
    expect(profile).toMatchObject({ accountId: 'u-1', displayName: null });
  });
});

describe('a profile that the server signed', () => {
  const issuer = 'https://id.acme.example';
  const jwksUrl = `${issuer}/keys`;
  const claims = { iss: issuer, aud: 'client', sub: 'u-1', name: 'Ann' };

  async function signed(
    body: Record<string, unknown>,
    { alg = 'ES256', kid = 'k1', published = true } = {},
  ) {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const jws = await new CompactSign(new TextEncoder().encode(JSON.stringify(body)))
      .setProtectedHeader({ alg, kid })
      .sign(privateKey);
    const other = (await generateKeyPair(alg, { extractable: true })).publicKey;
    const key = { ...(await exportJWK(published ? publicKey : other)), kid, alg };
    return { jws, keys: json({ keys: [key] }) };
  }

  const jwt = (body: string, type = 'application/jwt') =>
    new Response(body, { headers: { 'Content-Type': type } });

  const readFrom = (answers: Answer[], more: Partial<ProfileEndpoints> = {}) => {
    const { fetch, requests } = answering(...answers);
    const client = clientOf(oauth2Provider({ displayName: 'name' }));
    return {
      requests,
      work: asking(fetch).profileOf(client, grantOf(), { issuer, jwksUrl, ...more }),
    };
  };

  it.each(['ES256', 'RS256', 'Ed25519'])(
    "is read, once the issuer's keys verify it: %s",
    async (alg) => {
      const { jws, keys } = await signed(claims, { alg });
      const { work, requests } = readFrom([jwt(jws, 'application/JWT; charset=utf-8'), keys]);
      expect(await work).toMatchObject({ accountId: 'u-1', displayName: 'Ann' });
      expect(requests.map(({ url }) => url)).toEqual(['https://id.acme.example/me', jwksUrl]);
    },
  );

  it('need not name the issuer and the client', async () => {
    const { jws, keys } = await signed({ sub: 'u-1' });
    expect(await readFrom([jwt(jws), keys]).work).toMatchObject({ accountId: 'u-1' });
  });

  const unsigned = `${base64url.encode('{"alg":"none"}')}.${base64url.encode('{"sub":"u-1"}')}.`;

  it.each<[string, () => Promise<{ jws: string; keys: Response }>]>([
    ['is of another key', () => signed(claims, { published: false })],
    [
      'was changed',
      async () => {
        const { jws, keys } = await signed(claims);
        const [header, , signature] = jws.split('.');
        return { jws: `${header}.${base64url.encode('{"sub":"u-2"}')}.${signature}`, keys };
      },
    ],
    ['is not signed', async () => ({ jws: unsigned, keys: (await signed(claims)).keys })],
    ['is of another issuer', () => signed({ ...claims, iss: 'https://evil.example' })],
    ['is for another client', () => signed({ ...claims, aud: 'other' })],
    ['holds no claims', async () => ({ jws: 'a.b.c', keys: (await signed(claims)).keys })],
    ['is encrypted', async () => ({ jws: 'a.b.c.d.e', keys: (await signed(claims)).keys })],
  ])('is a provider_error where it %s, and is not quoted', async (_, make) => {
    const { jws, keys } = await make();
    const { work } = readFrom([jwt(jws), keys]);
    await expect(work).rejects.toMatchObject({ code: 'provider_error' });
    await expect(work).rejects.not.toMatchObject({ detail: expect.stringContaining(jws) });
  });

  it('by a shared secret is not taken', async () => {
    const jws = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode('secret'.repeat(8)));
    const { keys } = await signed(claims);
    await expect(readFrom([jwt(jws), keys]).work).rejects.toMatchObject({ code: 'provider_error' });
  });

  it('may be read later where the keys cannot be had now', async () => {
    const { jws } = await signed(claims);
    await expect(readFrom([jwt(jws), json({}, 503)]).work).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
  });

  it('says what the record lacks where no keys are known', async () => {
    const { jws } = await signed(claims);
    await expect(readFrom([jwt(jws)], { jwksUrl: null }).work).rejects.toMatchObject({
      code: 'provider_error',
      detail: expect.stringContaining('needs an "issuer"'),
    });
  });
});

describe('a path', () => {
  it.each<[string, unknown, string]>([
    ['user.id', { 'user.id': 'literal', user: { id: 'nested' } }, 'literal'],
    ['user.id', { user: { id: 'nested' } }, 'nested'],
    ['https://idp.example.com/claims/uid', { 'https://idp.example.com/claims/uid': 'u' }, 'u'],
    ['claims.https://idp.example.com/uid', { claims: { 'https://idp.example.com/uid': 'u' } }, 'u'],
    ['https://idp.example.com/app.uid', { 'https://idp.example.com/app': { uid: 'u' } }, 'u'],
    ['items.0.user.id', { items: [{ 'user.id': 'first' }] }, 'first'],
  ])('%s is a key as a whole, else leads on', (path, profile, id) => {
    expect(read({ accountId: path }, profile).accountId).toBe(id);
  });

  it('of the claims of an ID token may be a URL', () => {
    const provider = oauth2Provider({ accountId: 'id_token:https://idp.example.com/claims/uid' });
    const id_token = { 'https://idp.example.com/claims/uid': 'u' };
    expect(readProfile(provider, { profile: null, token: null, id_token }).accountId).toBe('u');
  });

  it('reaches no prototype', () => {
    expect(() => read({ accountId: 'constructor.name' }, {})).toThrow('names no account');
  });
});

describe('an ID token', () => {
  const microsoft = { accountId: ['id_token:tid', 'id_token:oid'] };
  const jwt = (claims: unknown) =>
    `e30.${btoa(typeof claims === 'string' ? claims : JSON.stringify(claims))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '')}.c2ln`;
  const good = { iss: 'https://id.acme.example', aud: 'client', exp: NOW / 1000 + 3600 };
  const from = (idToken: unknown, issuer: string | null = null, changes: Changes = microsoft) => {
    const { fetch, requests } = answering();
    const client = clientOf(oauth2Provider(changes));
    const document = { access_token: 'a-1', id_token: idToken };
    return asking(fetch)
      .profileOf(client, grantOf(document), { issuer, profileUrl: endpoints.profileUrl })
      .then(({ accountId }) => accountId)
      .finally(() => expect(requests).toHaveLength(0));
  };

  it('of the token reply may name the account, without a profile request (Microsoft)', async () => {
    expect(await from(jwt({ ...good, tid: 'T', oid: 'O' }))).toBe('T:O');
  });

  it('may name the user behind the account (YouTube)', async () => {
    const { fetch } = answering(json({ items: [{ id: 'UC1' }] }));
    const client = clientOf(oauth2Provider({ accountId: 'items.0.id', subject: 'id_token:sub' }));
    const document = { id_token: jwt({ ...good, sub: 'g-1' }) };
    const profile = await asking(fetch).profileOf(client, grantOf(document));
    expect(profile).toMatchObject({ accountId: 'UC1', subject: 'g-1' });
  });

  it('keeps big numbers exact', async () => {
    const { iss, aud, exp } = good;
    const claims = `{"iss":"${iss}","aud":"${aud}","exp":${exp},"oid":17841405793187218}`;
    expect(await from(jwt(claims), null, { accountId: 'id_token:oid' })).toBe('17841405793187218');
  });

  it.each<[string, unknown, string | null]>([
    ['its audience is a list with the client in it', { ...good, aud: ['b', 'client'] }, null],
    ['it is of the issuer that was discovered', good, 'https://id.acme.example'],
    ['the clock is off by a little', { ...good, exp: NOW / 1000 - 200 }, null],
  ])('is taken where %s', async (_, claims, issuer) => {
    expect(await from(jwt({ ...(claims as object), tid: 'T', oid: 'O' }), issuer)).toBe('T:O');
  });

  // OpenID Connect Core 3.1.3.7.
  it.each<[string, unknown, string | null]>([
    ['is missing', undefined, null],
    ['is no text', { tid: 'T' }, null],
    ['is no JWT', 'opaque', null],
    ['is encrypted', `${jwt(good)}.a.b`, null],
    ['holds no JSON', jwt('tid=T'), null],
    ['holds no object', jwt('"T"'), null],
    ['is for another client', jwt({ ...good, aud: 'other' }), null],
    ['is for nobody', jwt({ ...good, aud: undefined }), null],
    ['is of another issuer', jwt(good), 'https://other.example'],
    ['has run out', jwt({ ...good, exp: NOW / 1000 - 3600 }), null],
    ['never runs out', jwt({ ...good, exp: undefined }), null],
    ['lacks a claim', jwt({ ...good, tid: 'T' }), null],
  ])('is a provider_error where it %s, and is not quoted', async (_, idToken, issuer) => {
    const failed = from(idToken, issuer);
    await expect(failed).rejects.toMatchObject({ code: 'provider_error' });
    await expect(failed).rejects.not.toMatchObject({ detail: expect.stringContaining('e30') });
  });
});

describe('the account id', () => {
  it.each([
    ['a string', 'sub', { sub: 'u-1' }, 'u-1'],
    ['a number', 'id', { id: 583231 }, '583231'],
    ['deep inside', 'data.user.open_id', { data: { user: { open_id: 'o' } } }, 'o'],
    ['in a list', 'items.0.id', { items: [{ id: 'UC1' }] }, 'UC1'],
    ['from the token reply', 'token:team.id', {}, 'T1'],
    ['zero', 'id', { id: 0 }, '0'],
  ])('may be %s', (_, accountId, profile, expected) => {
    expect(read({ accountId }, profile, { team: { id: 'T1' } }).accountId).toBe(expected);
  });

  it('may be made of several (Slack)', () => {
    const accountId = ['token:team.id', 'user'];
    expect(read({ accountId }, { user: 'U1' }, { team: { id: 'T1' } }).accountId).toBe('T1:U1');
  });

  it('made of several is never the same for two accounts', () => {
    const accountId = ['a', 'b'];
    const one = read({ accountId }, { a: 'x:y', b: 'z' }).accountId;
    const two = read({ accountId }, { a: 'x', b: 'y:z' }).accountId;
    const three = read({ accountId }, { a: 'x%3Ay', b: 'z' }).accountId;
    expect(new Set([one, two, three]).size).toBe(3);
  });

  it.each<[string, unknown]>([
    ['missing', {}],
    ['null', { sub: null }],
    ['empty', { sub: '' }],
    ['an object', { sub: {} }],
    ['a list', { sub: ['u'] }],
    ['too long', { sub: 'x'.repeat(256) }],
    ['too long in bytes', { sub: 'ü'.repeat(128) }],
    ['a dot', { sub: '.' }],
    ['two dots', { sub: '..' }],
    ['the only account of a call', { sub: '-' }],
    ['with NUL', { sub: 'a\0b' }],
    ['with a line break', { sub: 'a\nb' }],
    ['on a prototype', 'text'],
  ])('may not be %s', (_, profile) => {
    expect(() => read({}, profile)).toThrow(expect.objectContaining({ code: 'provider_error' }));
  });

  it.each([true, false, null, {}, [], Number.NaN])('%j is nobody’s account id', (id) => {
    expect(() => read({ accountId: 'id' }, { id })).toThrow('names no account');
    expect(() => read({ accountId: 'a', subject: 'id' }, { a: 'x', id })).toThrow(
      'names no account',
    );
  });

  it('may not be half there', () => {
    expect(() => read({ accountId: ['a', 'b'] }, { a: 'x' })).toThrow('names no account');
  });
});

describe('what else a profile tells', () => {
  it('the subject, where it is somebody else (YouTube)', () => {
    const changes = { accountId: 'items.0.id', subject: 'token:sub' };
    expect(read(changes, { items: [{ id: 'UC1' }] }, { sub: 'g-1' })).toMatchObject({
      accountId: 'UC1',
      subject: 'g-1',
    });
  });

  it.each([
    ['the first name that is there', { name: '', login: 'ann' }, 'ann'],
    ['one line', { name: ' Ann\n\tB\u0000 ' }, 'Ann B'],
    ['at most 200 characters, none cut in half', { name: '😀'.repeat(300) }, '😀'.repeat(200)],
    ['nothing', { name: {}, login: null }, null],
  ])('a display name: %s', (_, profile, expected) => {
    const changes = { displayName: ['name', 'login'] };
    expect(read(changes, { sub: 'u', ...profile }).displayName).toBe(expected);
  });

  it('metadata as text, and null for what is not there or too long', () => {
    const changes = {
      metadata: { a: 'a', b: 'b.c', verified: 'v', none: 'n', long: 'l', odd: 'o' },
    };
    const profile = { sub: 'u', a: 'x', b: { c: 7 }, v: true, l: 'x'.repeat(3000), o: [] };
    expect(read(changes, profile).metadata).toEqual({
      a: 'x',
      b: '7',
      verified: 'true',
      none: null,
      long: null,
      odd: null,
    });
  });
});

describe('an ID token in the reply to a refresh', () => {
  const idToken = (claims: unknown) =>
    `${base64url.encode('{}')}.${base64url.encode(JSON.stringify(claims))}.c2ln`;
  const another = (accountId: string | string[], known: string, claims: unknown) =>
    namesAnotherSubject({ accountId, subject: undefined }, { id_token: idToken(claims) }, known);

  it.each([
    ['the same', 'sub', 'ada', { sub: 'ada' }, false],
    ['another', 'sub', 'ada', { sub: 'eve' }, true],
    ['the same of a claim', 'id_token:oid', 'ada', { oid: 'ada', sub: 'x' }, false],
    ['another of a claim', 'id_token:oid', 'ada', { oid: 'eve', sub: 'x' }, true],
    ['the same beside a host', ['parameter:host', 'sub'], 'a.example:ada', { sub: 'ada' }, false],
    ['another beside a host', ['parameter:host', 'sub'], 'a.example:ada', { sub: 'eve' }, true],
    [
      'another beside a company',
      ['parameter:realm', 'id_token:sub'],
      'c1:ada',
      { sub: 'eve' },
      true,
    ],
    ['a part that holds the separator', ['choice:id', 'sub'], 'c1:a%3Ab', { sub: 'a:b' }, false],
    ['no such claim', ['choice:id', 'id_token:oid'], 'c1:ada', { sub: 'eve' }, false],
    ['an id of another form', ['choice:id', 'sub'], 'ada', { sub: 'eve' }, false],
    ['what no ID token holds', 'id', 'ada', { sub: 'eve' }, false],
    ['true', 'sub', 'ada', { sub: true }, false],
  ])('%s', (_, accountId, known, claims, is) => {
    expect(another(accountId, known, claims)).toBe(is);
  });

  it('may not be there', () => {
    expect(namesAnotherSubject({ accountId: 'sub', subject: undefined }, {}, 'ada')).toBe(false);
  });
});
