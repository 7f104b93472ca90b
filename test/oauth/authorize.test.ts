import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors';
import { authorizationRequest, codeChallengeOf } from '../../src/oauth/authorize';
import { checkRecord } from '../../src/providers/check';
import { records } from '../../src/providers/records';
import { oauth2ProviderSchema } from '../../src/providers/types';
import { answering, json } from '../support/provider';
import { clientOf, endpoints, oauth2Provider, signing } from './support/providers';

const deps = { ...signing, fetch: answering().fetch };
const request = {
  redirectUri: 'https://mooring.example.com/connect/callback/acme',
  state: 's-1',
  codeChallenge: 'challenge',
  scopes: ['read', 'write'],
  authorizationParams: {},
};
const client = clientOf(oauth2Provider());
const parUrl = 'https://id.acme.example/par';

describe('the authorization request', () => {
  it('is that of RFC 6749 4.1.1, with S256', async () => {
    const url = await authorizationRequest(deps, client, endpoints, request);
    expect(`${url.origin}${url.pathname}`).toBe('https://id.acme.example/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'client',
      redirect_uri: request.redirectUri,
      state: 's-1',
      scope: 'read write',
      code_challenge: 'challenge',
      code_challenge_method: 'S256',
    });
  });

  it('writes a space as %20, which every server reads', async () => {
    const url = await authorizationRequest(deps, client, endpoints, {
      ...request,
      scopes: ['a+b', 'c'],
    });
    expect(url.search).toContain('scope=a%2Bb%20c');
  });

  it('never carries the secret', async () => {
    const url = await authorizationRequest(deps, client, endpoints, request);
    expect(url.href).not.toContain('secret');
  });

  it.each([
    ['the provider takes none', oauth2Provider({ pkce: false }), 'challenge'],
    ['there is none', oauth2Provider(), null],
  ])('has no challenge where %s', async (_, provider, codeChallenge) => {
    const url = await authorizationRequest(deps, clientOf(provider), endpoints, {
      ...request,
      codeChallenge,
    });
    expect(url.searchParams.has('code_challenge')).toBe(false);
    expect(url.searchParams.has('code_challenge_method')).toBe(false);
  });

  it('asks for no scope where none is wanted (Notion)', async () => {
    const url = await authorizationRequest(deps, client, endpoints, { ...request, scopes: [] });
    expect(url.searchParams.has('scope')).toBe(false);
  });

  it('takes names, joiner and parameters from the record', async () => {
    const provider = oauth2Provider({
      clientIdParam: 'client_key',
      scopeParam: 'user_scope',
      scopeSeparator: ',',
      authorizationParams: { prompt: 'consent' },
    });
    const url = await authorizationRequest(
      deps,
      clientOf(provider),
      { ...endpoints, authorizationUrl: 'https://id.acme.example/authorize?tenant=a' },
      request,
    );
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      tenant: 'a',
      client_key: 'client',
      user_scope: 'read,write',
      prompt: 'consent',
    });
  });

  it('lets no record replace what protects the flow', async () => {
    const provider = oauth2Provider({
      authorizationParams: {
        state: 'fixed',
        redirect_uri: 'https://evil.example',
        code_challenge: 'x',
        code_challenge_method: 'plain',
        response_type: 'token',
        client_id: 'other',
      },
    });
    const url = await authorizationRequest(deps, clientOf(provider), endpoints, request);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      state: 's-1',
      redirect_uri: request.redirectUri,
      code_challenge: 'challenge',
      code_challenge_method: 'S256',
      response_type: 'code',
      client_id: 'client',
    });
  });

  it('asks Reddit for a permanent grant (activepieces#14680)', async () => {
    const reddit = oauth2ProviderSchema.parse(records.find(({ id }) => id === 'reddit'));
    const url = await authorizationRequest(deps, clientOf(reddit), endpoints, request);
    expect(url.searchParams.get('duration')).toBe('permanent');
  });
});

describe('a pushed authorization request (RFC 9126)', () => {
  it('is made where it is announced, and the browser gets a reference', async () => {
    const { fetch, requests } = answering(json({ request_uri: 'urn:x:1', expires_in: 60 }, 201));
    const url = await authorizationRequest(
      { ...deps, fetch },
      client,
      { ...endpoints, parUrl },
      request,
    );
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'client',
      request_uri: 'urn:x:1',
    });
    expect(requests).toMatchObject([{ method: 'POST', url: parUrl }]);
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toMatchObject({
      state: 's-1',
      code_challenge: 'challenge',
      client_id: 'client',
      client_secret: 'secret',
    });
  });

  it.each([
    ['is down', new TypeError('x'), 'provider_unavailable'],
    ['fails', json({}, 503), 'provider_unavailable'],
    ['is busy', json({}, 429), 'provider_unavailable'],
    ['is too slow itself', json({}, 408), 'provider_unavailable'],
    ['takes it later', json({}, 425), 'provider_unavailable'],
    ['refuses', json({ error: 'invalid_request' }, 400), 'provider_error'],
    ['gives no reference', json({ expires_in: 60 }, 201), 'provider_error'],
    ['gives an empty one', json({ request_uri: '' }, 201), 'provider_error'],
    ['gives one with a line break', json({ request_uri: 'urn:x\n' }, 201), 'provider_error'],
    ['gives a page', new Response('<html>'), 'provider_error'],
  ])('is an error where the provider %s', async (_, answer, code) => {
    const { fetch } = answering(answer);
    const made = authorizationRequest(
      { ...deps, fetch },
      client,
      { ...endpoints, parUrl },
      request,
    );
    await expect(made).rejects.toThrow(AppError);
    await expect(made).rejects.toMatchObject({ code });
  });
});

it('no connection brings a reference or a key of its own', () => {
  for (const name of ['request_uri', 'request', 'dpop_jkt']) {
    const record = oauth2Provider({ allowedAuthorizationParams: [name] });
    expect(checkRecord(record, 'https://mooring.example.com')).toMatchObject({
      path: ['allowedAuthorizationParams', '0'],
    });
  }
});

it("the S256 challenge is that of RFC 7636's own example", async () => {
  expect(await codeChallengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  );
});
