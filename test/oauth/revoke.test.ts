import { describe, expect, it } from 'vitest';
import { revokeToken } from '../../src/oauth/revoke';
import { type Answer, answering, json } from '../support/provider';
import { clientOf, endpoints, oauth2Provider, signing } from './support/providers';

const both = { accountId: 'acct/1', accessToken: 'a-1', refreshToken: 'r-1' };

async function revoked(
  answers: Answer | Answer[],
  changes: Parameters<typeof oauth2Provider>[0] = {},
  tokens: { accessToken: string | null; refreshToken: string | null } = both,
  client: Parameters<typeof clientOf>[1] = {},
) {
  const { fetch, requests } = answering(...[answers].flat());
  const provider = oauth2Provider(changes);
  const { revocationUrl = null } = provider;
  const outcome = await revokeToken(
    { ...signing, fetch },
    clientOf(provider, client),
    { ...endpoints, revocationUrl },
    { ...both, ...tokens },
  );
  return { outcome, requests };
}

describe('a revocation', () => {
  it('is the request of RFC 7009 2.1, with the client named', async () => {
    const { outcome, requests } = await revoked(new Response());
    expect(outcome).toBe('done');
    expect(requests).toMatchObject([{ method: 'POST', url: 'https://id.acme.example/revoke' }]);
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      token: 'r-1',
      token_type_hint: 'refresh_token',
      client_id: 'client',
      client_secret: 'secret',
    });
  });

  it.each([
    ['refresh', both, 'r-1', 'refresh_token'],
    ['access', both, 'a-1', 'access_token'],
    ['refresh', { accessToken: 'a-1', refreshToken: null }, 'a-1', 'access_token'],
    ['access', { accessToken: null, refreshToken: 'r-1' }, 'r-1', 'refresh_token'],
  ] as const)('sends the %s token, of %o', async (token, tokens, sent, hint) => {
    const { requests } = await revoked(new Response(), { revocation: { token } }, tokens);
    const body = new URLSearchParams(requests[0]?.body);
    expect([body.get('token'), body.get('token_type_hint')]).toEqual([sent, hint]);
  });

  it('carries the token alone in a header of the record (Shopify)', async () => {
    const { requests } = await revoked(new Response(), {
      revocation: { style: 'bearer', header: 'X-Shopify-Access-Token', method: 'DELETE' },
    });
    expect(requests).toMatchObject([{ method: 'DELETE', body: '' }]);
    expect(requests[0]?.headers['x-shopify-access-token']).toBe('a-1');
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['reaches its token only', { revocationReach: 'token' }],
    ['says both', { revocation: { token: 'both' } }],
  ] as const)('is two where the record %s: a token would outlive the other', async (_, changes) => {
    const twice = [new Response(), new Response()];
    const { outcome, requests } = await revoked(twice, changes);
    expect(outcome).toBe('done');
    expect(requests.map(({ body }) => new URLSearchParams(body).get('token'))).toEqual([
      'r-1',
      'a-1',
    ]);
    const one = { accessToken: 'a-1', refreshToken: null };
    expect((await revoked(new Response(), changes, one)).requests).toHaveLength(1);
  });

  it.each<[string, Answer, Answer, string, number]>([
    ['a pause', new Response(null, { status: 503 }), new Response(), 'retry', 1],
    ['dead, then done', json({ error: 'invalid_token' }, 400), new Response(), 'done', 2],
    ['done, then dead', new Response(), json({ error: 'invalid_token' }, 400), 'done', 2],
    ['refused, then done', json({ error: 'no' }, 400), new Response(), 'gave_up', 2],
    ['done, then a pause', new Response(), new Response(null, { status: 503 }), 'retry', 2],
  ])('of both, answered by %s', async (_, first, second, expected, sent) => {
    const both = { revocation: { token: 'both' } } as const;
    const { outcome, requests } = await revoked([first, second], both);
    expect([outcome, requests.length]).toEqual([expected, sent]);
  });

  it('carries either token in the header (Slack)', async () => {
    const { requests } = await revoked([new Response(), new Response()], {
      revocation: { style: 'bearer', token: 'both' },
    });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer r-1',
      'Bearer a-1',
    ]);
  });

  it('carries the secret in a header of the record (Square)', async () => {
    const { requests } = await revoked(new Response(), {
      revocation: {
        token: 'access',
        tokenParam: 'access_token',
        body: 'json',
        clientAuth: 'omit',
        headers: { Authorization: 'Client {client_secret}' },
        params: { client_id: '{client_id}' },
      },
    });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers.authorization).toBe('Client secret');
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      access_token: 'a-1',
      client_id: 'client',
    });
  });

  it('is the token alone where the record says so (Dropbox)', async () => {
    const { outcome, requests } = await revoked(json(null), { revocation: { style: 'bearer' } });
    expect(outcome).toBe('done');
    expect(requests).toMatchObject([{ method: 'POST', body: '' }]);
    expect(requests[0]?.headers.authorization).toBe('Bearer a-1');
  });

  const basic = `Basic ${btoa('client:secret')}`;
  const form = (body: string) => Object.fromEntries(new URLSearchParams(body));

  it.each<
    [
      string,
      Parameters<typeof oauth2Provider>[0],
      {
        method: string;
        url?: string;
        authorization?: string;
        type?: string | undefined;
        body: unknown;
      },
    ]
  >([
    [
      'a DELETE with JSON and the client in URL and header (GitHub)',
      {
        revocationUrl: 'https://id.acme.example/apps/{client_id}/token',
        revocation: {
          method: 'DELETE',
          body: 'json',
          token: 'access',
          tokenParam: 'access_token',
          clientAuth: 'client_secret_basic',
        },
      },
      {
        method: 'DELETE',
        url: 'https://id.acme.example/apps/client/token',
        authorization: basic,
        type: 'application/json',
        body: { access_token: 'a-1' },
      },
    ],
    [
      'JSON without a hint (Notion)',
      { clientAuth: 'client_secret_basic', revocation: { token: 'access', body: 'json' } },
      { method: 'POST', authorization: basic, type: 'application/json', body: { token: 'a-1' } },
    ],
    [
      'by Basic although the token endpoint takes a form (Strava)',
      { revocation: { clientAuth: 'client_secret_basic' } },
      {
        method: 'POST',
        authorization: basic,
        body: { token: 'r-1', token_type_hint: 'refresh_token' },
      },
    ],
    [
      'without a word of the client (Google)',
      { revocation: { clientAuth: 'omit' } },
      { method: 'POST', body: { token: 'r-1', token_type_hint: 'refresh_token' } },
    ],
    [
      "with the client's id alone (public clients)",
      { clientAuth: 'none' },
      {
        method: 'POST',
        body: { token: 'r-1', token_type_hint: 'refresh_token', client_id: 'client' },
      },
    ],
    [
      'with the token in the URL (Kick)',
      { revocation: { body: 'query', clientAuth: 'omit' } },
      {
        method: 'POST',
        url: 'https://id.acme.example/revoke?token=r-1',
        type: undefined,
        body: {},
      },
    ],
    [
      'a DELETE that carries the token in the header (Facebook)',
      { revocation: { style: 'bearer', method: 'DELETE', token: 'access' } },
      { method: 'DELETE', authorization: 'Bearer a-1', type: undefined, body: {} },
    ],
    [
      'with more beside the token in the header',
      {
        revocation: { style: 'bearer', params: { all: 'true' }, clientAuth: 'client_secret_post' },
      },
      {
        method: 'POST',
        authorization: 'Bearer a-1',
        body: { all: 'true', client_id: 'client', client_secret: 'secret' },
      },
    ],
    [
      'naming the account, proven by the secret as a bearer token (Stripe)',
      {
        revocation: {
          token: 'none',
          clientAuth: 'client_secret_bearer',
          params: { stripe_user_id: '{account_id}' },
        },
      },
      {
        method: 'POST',
        authorization: 'Bearer secret',
        body: { stripe_user_id: 'acct/1', client_id: 'client' },
      },
    ],
  ])('may be %s', async (_, changes, expected) => {
    const { outcome, requests } = await revoked(new Response(), changes);
    expect(outcome).toBe('done');
    const [request] = requests;
    expect(request?.method).toBe(expected.method);
    expect(request?.url).toBe(expected.url ?? 'https://id.acme.example/revoke');
    expect(request?.headers.authorization).toBe(expected.authorization);
    const type = request?.headers['content-type'];
    const sent = request?.body ?? '';
    expect(type === 'application/json' ? JSON.parse(sent) : form(sent)).toEqual(expected.body);
    const usual = 'application/x-www-form-urlencoded';
    expect(type).toBe('type' in expected ? expected.type : usual);
  });

  it('needs no token where it names the account (Stripe)', async () => {
    const none = { accessToken: null, refreshToken: null };
    const { outcome, requests } = await revoked(
      new Response(),
      { revocation: { token: 'none', params: { user: '{account_id}' } } },
      none,
    );
    expect(outcome).toBe('done');
    expect(form(requests[0]?.body ?? '')).toMatchObject({ user: 'acct/1' });
  });

  it("fits the client's id into the URL, whatever it holds", async () => {
    const { requests } = await revoked(
      new Response(),
      { revocationUrl: 'https://id.acme.example/apps/{client_id}/token' },
      both,
      { clientId: 'a/../b?c' },
    );
    expect(requests[0]?.url).toBe('https://id.acme.example/apps/a%2F..%2Fb%3Fc/token');
  });

  it.each<[string, Answer, string]>([
    // RFC 7009 2.2: also for tokens that the server does not know.
    ['200', new Response(), 'done'],
    ['204', new Response(null, { status: 204 }), 'done'],
    ['200 with a page', new Response('<html>'), 'done'],
    ['200 with an error inside', json({ ok: false, error: 'not_authed' }), 'gave_up'],
    ['400 invalid_token', json({ error: 'invalid_token' }, 400), 'dead'],
    ['400 invalid_grant', json({ error: 'invalid_grant' }, 400), 'dead'],
    ['400 with a code of the record', json({ error: 'gone' }, 400), 'dead'],
    ['a status of the record, without a code', new Response(null, { status: 410 }), 'dead'],
    ['that status with a code', json({ error: 'unsupported_token_type' }, 410), 'gave_up'],
    // What means a dead grant at the token endpoint: Reddit's 400 is there a matter of form.
    ['a code of a dead grant', json({ message: 'Bad Request', error: 400 }, 400), 'gave_up'],
    ['200 with a code that asks to come back (Slack)', json({ error: 'ratelimited' }), 'retry'],
    ['200 with a code of a failure', json({ error: 'fatal_error' }), 'retry'],
    ['400 unsupported_token_type', json({ error: 'unsupported_token_type' }, 400), 'gave_up'],
    // The operator may set the client right.
    ['401 invalid_client', json({ error: 'invalid_client' }, 401), 'retry'],
    ['401 with a code of the record', json({ error: 'wrong_app' }, 401), 'retry'],
    ['401', new Response(null, { status: 401 }), 'gave_up'],
    ['404', new Response(null, { status: 404 }), 'gave_up'],
    [
      '307',
      () => new Response(null, { status: 307, headers: { Location: 'https://x.example' } }),
      'gave_up',
    ],
    ['408', new Response(null, { status: 408 }), 'retry'],
    ['429', new Response(null, { status: 429 }), 'retry'],
    ['500', json({ error: 'invalid_token' }, 500), 'retry'],
    // RFC 7009 2.2.1.
    ['503', new Response(null, { status: 503 }), 'retry'],
    ['no network', new TypeError('x'), 'retry'],
  ])('answered by %s', async (_, answer, expected) => {
    const { outcome } = await revoked(answer, {
      refusedCodes: ['400'],
      operatorCodes: ['wrong_app'],
      revocation: { deadCodes: ['gone', 'http_410'] },
      transientCodes: ['ratelimited'],
      failureCodes: ['fatal_error'],
    });
    expect(outcome).toBe(expected);
  });

  it.each([
    ['there is no endpoint', { revocationUrl: null }, {}, both],
    ['there is no token', endpoints, {}, { accessToken: null, refreshToken: null }],
    [
      'there is no access token to carry',
      endpoints,
      { revocation: { style: 'bearer' as const } },
      { accessToken: null, refreshToken: 'r-1' },
    ],
  ])('is not tried where %s', async (_, urls, changes, tokens) => {
    const { fetch, requests } = answering(new Response());
    const client = clientOf(oauth2Provider(changes));
    expect(
      await revokeToken(
        { ...signing, fetch },
        client,
        { ...endpoints, ...urls },
        { ...both, ...tokens },
      ),
    ).toBe('gave_up');
    expect(requests).toHaveLength(0);
  });
});
