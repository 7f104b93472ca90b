import { describe, expect, it } from 'vitest';
import { Caches } from '../../src/caches';
import { AppError } from '../../src/errors';
import { endpointsOf } from '../../src/oauth/endpoints';
import { testClock } from '../support/deps';
import { type Answer, answering, json } from '../support/provider';
import { oauth2Provider } from './support/providers';

const HOUR = 3_600_000;

function setup(publicUrl: string, ...answers: Answer[]) {
  const clock = testClock();
  const { fetch, requests } = answering(...answers);
  return {
    clock,
    requests,
    deps: { fetch, now: clock.now, config: { publicUrl }, caches: new Caches() },
  };
}
const deployed = (...answers: Answer[]) => setup('https://mooring.example.com', ...answers);
const local = (...answers: Answer[]) => setup('http://localhost:8787', ...answers);

let issuers = 0;
const freshIssuer = () => `https://id${++issuers}.acme.example`;

const metadataOf = (issuer: string, more: Record<string, unknown> = {}) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  revocation_endpoint: `${issuer}/revoke`,
  userinfo_endpoint: `${issuer}/me`,
  ...more,
});

const byIssuer = (issuer: string, more: Parameters<typeof oauth2Provider>[0] = {}) =>
  oauth2Provider({
    issuer,
    authorizationUrl: undefined,
    tokenUrl: undefined,
    revocationUrl: undefined,
    profileUrl: undefined,
    ...more,
  });

describe('endpoints of a record', () => {
  it('need no request', async () => {
    const { deps, requests } = deployed();
    expect(await endpointsOf(deps, oauth2Provider(), {})).toEqual({
      authorizationUrl: 'https://id.acme.example/authorize',
      tokenUrl: 'https://id.acme.example/token',
      refreshUrl: 'https://id.acme.example/token',
      extendedTokenUrl: null,
      revocationUrl: 'https://id.acme.example/revoke',
      profileUrl: 'https://id.acme.example/me',
      checkUrl: 'https://id.acme.example/me',
      issuer: null,
      issParameter: false,
      parUrl: null,
      parameters: {},
      redirectUri: 'https://mooring.example.com/connect/callback/acme',
    });
    expect(requests).toHaveLength(0);
  });

  it("leave the client's id in the revocation URL to the revocation (GitHub)", async () => {
    const { deps } = deployed();
    const provider = oauth2Provider({
      revocationUrl: 'https://{shop}.acme.example/apps/{client_id}/token',
      parameters: { shop: { label: 'Shop', pattern: '[a-z]+' } },
    });
    expect(await endpointsOf(deps, provider, { shop: 'mine' })).toMatchObject({
      revocationUrl: 'https://mine.acme.example/apps/{client_id}/token',
    });
  });

  const shops = oauth2Provider({
    tokenUrl: 'https://{shop}.shops.example/token',
    parameters: {
      shop: { label: 'Shop', pattern: '[a-z.]+', default: 'demo' },
    },
  });

  it.each([
    [{ shop: 'mine' }, 'mine.shops.example'],
    [{}, 'demo.shops.example'],
  ])('are filled from %o', async (parameters, host) => {
    const { deps } = deployed();
    const { refreshUrl } = await endpointsOf(deps, shops, parameters);
    expect(new URL(refreshUrl).host).toBe(host);
  });

  it.each([
    ['does not match the pattern', 'https://{host}/token', '[a-z]+', 'evil.example'],
    ['matches only in part', 'https://{host}.x.example/token', '[a-z]+', 'ok.evil'],
    ['makes an address', 'https://{host}/token', '.+', '169.254.169.254'],
    ['makes an inner name', 'https://{host}/token', '.+', 'metadata.google.internal'],
    ['makes localhost', 'https://{host}/token', '.+', 'localhost'],
    ['changes the host, whatever the pattern', 'https://{host}.x.example/', '.+', 'evil.example/'],
    ['climbs the path', 'https://x.example/{host}/token', '.+', '..'],
  ])('are refused where a value %s', async (_, tokenUrl, pattern, host) => {
    const { deps, requests } = deployed();
    const provider = oauth2Provider({
      tokenUrl,
      parameters: { host: { label: 'Host', pattern } },
    });
    const made = endpointsOf(deps, provider, { host });
    await expect(made).rejects.toMatchObject({ code: 'provider_error' });
    await expect(made).rejects.not.toMatchObject({ detail: expect.stringContaining(host) });
    expect(requests).toHaveLength(0);
  });
});

describe('discovery', () => {
  it('fills in what the record leaves out, from OpenID metadata', async () => {
    const issuer = freshIssuer();
    const { deps, requests } = deployed(
      json(
        metadataOf(issuer, {
          authorization_response_iss_parameter_supported: true,
          pushed_authorization_request_endpoint: `${issuer}/par`,
        }),
      ),
    );
    expect(await endpointsOf(deps, byIssuer(issuer), {})).toMatchObject({
      authorizationUrl: `${issuer}/authorize`,
      tokenUrl: `${issuer}/token`,
      refreshUrl: `${issuer}/token`,
      revocationUrl: `${issuer}/revoke`,
      profileUrl: `${issuer}/me`,
      parUrl: `${issuer}/par`,
      issuer,
      issParameter: true,
    });
    expect(requests.map(({ url }) => url)).toEqual([`${issuer}/.well-known/openid-configuration`]);
  });

  it('loses against the record', async () => {
    const issuer = freshIssuer();
    const { deps } = deployed(json(metadataOf(issuer)));
    const tokenUrl = 'https://own.acme.example/token';
    expect(await endpointsOf(deps, byIssuer(issuer, { tokenUrl }), {})).toMatchObject({
      tokenUrl,
      authorizationUrl: `${issuer}/authorize`,
    });
  });

  it.each([
    ['', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'],
    ['/', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'],
    [
      '/t/a',
      '/t/a/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/t/a',
    ],
  ])('looks in the places of OpenID and RFC 8414 for a path "%s"', async (path, oidc, oauth) => {
    const origin = freshIssuer();
    const issuer = `${origin}${path}`;
    const { deps, requests } = deployed(json({}, 404), json(metadataOf(issuer)));
    expect(await endpointsOf(deps, byIssuer(issuer), {})).toMatchObject({ issuer });
    expect(requests.map(({ url }) => url)).toEqual([`${origin}${oidc}`, `${origin}${oauth}`]);
  });

  it('asks once an hour', async () => {
    const issuer = freshIssuer();
    const { deps, requests, clock } = deployed(
      json(metadataOf(issuer)),
      json(metadataOf(issuer, { token_endpoint: `${issuer}/new` })),
    );
    await endpointsOf(deps, byIssuer(issuer), {});
    clock.advance(HOUR - 1);
    await endpointsOf(deps, byIssuer(issuer), {});
    expect(requests).toHaveLength(1);
    clock.advance(1);
    expect(await endpointsOf(deps, byIssuer(issuer), {})).toMatchObject({
      tokenUrl: `${issuer}/new`,
    });
  });

  it('goes by what it knows for a day where the server is away, and no longer', async () => {
    const issuer = freshIssuer();
    const { deps, clock } = deployed(json(metadataOf(issuer)), json({}, 503), new TypeError('x'));
    await endpointsOf(deps, byIssuer(issuer), {});
    clock.advance(2 * HOUR);
    expect(await endpointsOf(deps, byIssuer(issuer), {})).toMatchObject({ issuer });
    clock.advance(22 * HOUR);
    await expect(endpointsOf(deps, byIssuer(issuer), {})).rejects.toMatchObject({
      code: 'provider_unavailable',
    });
  });

  it('does not remember a failure', async () => {
    const issuer = freshIssuer();
    const { deps } = deployed(new TypeError('x'), json(metadataOf(issuer)));
    await expect(endpointsOf(deps, byIssuer(issuer), {})).rejects.toThrow(AppError);
    expect(await endpointsOf(deps, byIssuer(issuer), {})).toMatchObject({ issuer });
  });

  it.each<[string, Answer]>([
    ['does not answer', new TypeError('x')],
    ['fails', json({}, 500)],
    ['is busy', json({}, 429)],
  ])(
    'says that the provider is unavailable, and when to come back, where it %s',
    async (_, answer) => {
      const { deps } = deployed(answer);
      await expect(endpointsOf(deps, byIssuer(freshIssuer()), {})).rejects.toMatchObject({
        code: 'provider_unavailable',
        headers: { 'Retry-After': '30' },
      });
    },
  );

  it.each<[string, (issuer: string) => unknown]>([
    // RFC 8414 3.3 (security.md C5): identical, to the last character.
    ['another issuer', (issuer) => metadataOf(issuer, { issuer: 'https://evil.example' })],
    ['its issuer with a slash', (issuer) => metadataOf(issuer, { issuer: `${issuer}/` })],
    ['its issuer in upper case', (issuer) => metadataOf(issuer, { issuer: issuer.toUpperCase() })],
    ['no issuer', (issuer) => metadataOf(issuer, { issuer: undefined })],
    ['an http endpoint', (issuer) => metadataOf(issuer, { token_endpoint: 'http://x.example/' })],
    [
      'an inner endpoint',
      (issuer) => metadataOf(issuer, { userinfo_endpoint: 'https://10.0.0.1/' }),
    ],
    ['a local endpoint', (issuer) => metadataOf(issuer, { token_endpoint: 'http://localhost/' })],
    ['no token endpoint', (issuer) => metadataOf(issuer, { token_endpoint: undefined })],
    ['an endpoint that is no text', (issuer) => metadataOf(issuer, { token_endpoint: 7 })],
    ['no object', () => 'x'],
  ])('refuses metadata with %s', async (_, document) => {
    const issuer = freshIssuer();
    const { deps } = deployed(json(document(issuer)));
    await expect(endpointsOf(deps, byIssuer(issuer), {})).rejects.toMatchObject({
      code: 'provider_error',
    });
  });

  it('refuses a redirect, and a page', async () => {
    const issuer = freshIssuer();
    const away = () =>
      new Response(null, { status: 302, headers: { Location: 'https://x.example' } });
    const { deps } = deployed(away, away, new Response('<html>'));
    await expect(endpointsOf(deps, byIssuer(issuer), {})).rejects.toMatchObject({
      code: 'provider_error',
    });
    await expect(endpointsOf(deps, byIssuer(issuer), {})).rejects.toMatchObject({
      code: 'provider_error',
    });
  });

  it('takes http on localhost, where Mooring itself is there', async () => {
    const issuer = 'http://localhost:4010';
    const { deps } = local(json(metadataOf(issuer)));
    expect(await endpointsOf(deps, byIssuer(issuer), {})).toMatchObject({
      tokenUrl: 'http://localhost:4010/token',
    });
  });
});
