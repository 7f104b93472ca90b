import { describe, expect, it } from 'vitest';
import { Caches } from '../../src/caches';
import { AppError } from '../../src/errors';
import { endpointsOf } from '../../src/oauth/endpoints';
import { isIssuer, isIssuerOf } from '../../src/oauth/issuer';
import { HOUR_MS as HOUR } from '../../src/time';
import { testClock } from '../support/deps';
import { type Answer, answering, json } from '../support/provider';
import { oauth2Provider } from './support/providers';

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
      choicesUrl: null,
      extendedTokenUrl: null,
      revocationUrl: 'https://id.acme.example/revoke',
      profileUrl: 'https://id.acme.example/me',
      checkUrl: 'https://id.acme.example/me',
      issuer: null,
      issuerClaims: null,
      jwksUrl: null,
      clientAuth: 'client_secret_post',
      assertionAudience: 'https://id.acme.example/token',
      issParameter: false,
      parUrl: null,
      parameters: {},
      announced: { scopes: [], pkce: false, clientDocument: false, registrationUrl: null },
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
          jwks_uri: `${issuer}/keys`,
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
      jwksUrl: `${issuer}/keys`,
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

  it('says where authorization requests are pushed, unless the record does (RFC 9126 5)', async () => {
    const issuer = freshIssuer();
    const announced = metadataOf(issuer, {
      pushed_authorization_request_endpoint: `${issuer}/par`,
      require_pushed_authorization_requests: true,
    });
    const { deps } = deployed(json(announced));
    const pushedAuthorizationRequestUrl = 'https://own.acme.example/par';
    expect(
      await endpointsOf(deps, byIssuer(issuer, { pushedAuthorizationRequestUrl }), {}),
    ).toMatchObject({ parUrl: pushedAuthorizationRequestUrl });
  });

  it('that wants them pushed and does not say where is an error', async () => {
    const issuer = freshIssuer();
    const { deps } = deployed(
      json(metadataOf(issuer, { require_pushed_authorization_requests: true })),
    );
    await expect(endpointsOf(deps, byIssuer(issuer), {})).rejects.toMatchObject({
      code: 'provider_error',
      message: expect.stringContaining('pushed'),
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

  it('keeps what many servers say by its length, and what is in use longest', async () => {
    const scopes = Array.from({ length: 40 }, (_, i) => `${i}`.padStart(300, 'scope'));
    const issuers = Array.from({ length: 350 }, freshIssuer);
    // 350 of 13 kB are more than are kept.
    const answers = issuers.map((issuer) => json(metadataOf(issuer, { scopes_supported: scopes })));
    const { deps, requests } = deployed(...answers);
    const [inUse = '', unused = ''] = issuers;
    for (const issuer of issuers) {
      await endpointsOf(deps, byIssuer(issuer), {});
      await endpointsOf(deps, byIssuer(inUse), {});
    }
    expect(requests).toHaveLength(350);
    const anew = answering(json(metadataOf(unused)));
    await endpointsOf({ ...deps, fetch: anew.fetch }, byIssuer(unused), {});
    expect(anew.requests).toHaveLength(1);
  });

  it('keeps no document that is longer than any that a server needs', async () => {
    const issuer = freshIssuer();
    const scopes = Array.from({ length: 300 }, (_, i) => `${i}`.padStart(300, 'scope'));
    const answer = () => Response.json(metadataOf(issuer, { scopes_supported: scopes }));
    const { deps, requests } = deployed(answer, answer);
    for (let i = 0; i < 2; i += 1) await endpointsOf(deps, byIssuer(issuer), {});
    expect(requests).toHaveLength(2);
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
    ['takes it later', json({}, 425)],
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
    // RFC 8414 3.3: identical, to the last character.
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
    const answer = () => Response.json(document(issuer));
    const { deps } = deployed(answer, answer);
    await expect(endpointsOf(deps, byIssuer(issuer), {})).rejects.toMatchObject({
      code: 'provider_error',
    });
  });

  it('passes over a page, which some servers answer whatever the address', async () => {
    const issuer = freshIssuer();
    const page = () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } });
    const { deps, requests } = deployed(page, json(metadataOf(issuer)));
    expect(await endpointsOf(deps, byIssuer(issuer), {})).toMatchObject({ issuer });
    expect(requests.map(({ path }) => path)).toEqual([
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
    ]);
  });

  it.each<[string, number, (url: URL) => string]>([
    ['an absolute address', 301, ({ origin }) => `${origin}/v2/metadata`],
    ['a relative one', 302, () => '/v2/metadata'],
    ['with the method kept', 308, () => '/v2/metadata'],
  ])('follows a redirect within its origin, once: %s', async (_, status, to) => {
    const issuer = freshIssuer();
    const { deps, requests } = deployed(
      ({ url }) => new Response(null, { status, headers: { Location: to(new URL(url)) } }),
      json(metadataOf(issuer)),
    );
    expect(await endpointsOf(deps, byIssuer(issuer), {})).toMatchObject({ issuer });
    expect(requests.map(({ path }) => path)).toEqual([
      '/.well-known/openid-configuration',
      '/v2/metadata',
    ]);
  });

  it.each([
    ['another host', 'https://evil.example/metadata'],
    ['another scheme', 'http://{host}/metadata'],
    ['another port', 'https://{host}:8443/metadata'],
    ['an address that a browser reads as another host', '//evil.example/metadata'],
    ['no address', 'https://'],
    ['nowhere', ''],
  ])('follows no redirect to %s', async (_, to) => {
    const issuer = freshIssuer();
    const Location = to.replace('{host}', new URL(issuer).host);
    const away = () => new Response(null, { status: 301, headers: { Location } });
    const { deps, requests } = deployed(away, away);
    await expect(endpointsOf(deps, byIssuer(issuer), {})).rejects.toMatchObject({
      code: 'provider_error',
      detail: expect.stringContaining('openid-configuration is redirected'),
    });
    expect(requests).toHaveLength(2);
  });

  it('follows no second redirect', async () => {
    const issuer = freshIssuer();
    const on = ({ nth }: { nth: number }) =>
      new Response(null, { status: 301, headers: { Location: `/next/${nth}` } });
    const { deps, requests } = deployed(on, on, on, on, json(metadataOf(issuer)));
    await expect(endpointsOf(deps, byIssuer(issuer), {})).rejects.toMatchObject({
      code: 'provider_error',
    });
    expect(requests).toHaveLength(4);
  });

  it('reads no metadata that is longer than any server has: hundreds of them are kept', async () => {
    const issuer = freshIssuer();
    const long = () => json(metadataOf(issuer, { scopes_supported: ['s'.repeat(150_000)] }));
    const { deps } = deployed(long(), long());
    await expect(endpointsOf(deps, byIssuer(issuer), {})).rejects.toMatchObject({
      code: 'provider_error',
      detail: expect.stringContaining('openid-configuration is too_large'),
    });
  });

  it('says what was found where there is no metadata', async () => {
    const issuer = freshIssuer();
    const { deps } = deployed(json({}, 404), json({}, 403));
    await expect(endpointsOf(deps, byIssuer(issuer), {})).rejects.toMatchObject({
      code: 'provider_error',
      detail: `no metadata was found under the issuer ${issuer} (/.well-known/openid-configuration is a 404; /.well-known/oauth-authorization-server is a 403)`,
    });
  });

  it('refuses a redirect, and a page', async () => {
    const issuer = freshIssuer();
    const away = () =>
      new Response(null, { status: 302, headers: { Location: 'https://x.example' } });
    const page = () => new Response('<html>');
    const { deps } = deployed(away, away, page, page);
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

describe('how the client proves who it is, by the metadata', () => {
  const authBy = async (methods: unknown, record: Parameters<typeof oauth2Provider>[0] = {}) => {
    const issuer = freshIssuer();
    const more = { token_endpoint_auth_methods_supported: methods };
    const { deps } = deployed(json(metadataOf(issuer, more)));
    return (await endpointsOf(deps, byIssuer(issuer, record), {})).clientAuth;
  };

  it.each([
    [['client_secret_basic'], 'client_secret_basic'],
    [['client_secret_basic', 'client_secret_post'], 'client_secret_post'],
    [['private_key_jwt', 'client_secret_basic'], 'client_secret_basic'],
    [['none'], 'none'],
    [['none', 'client_secret_basic'], 'client_secret_basic'],
    [['none', 'private_key_jwt'], 'none'],
    [['tls_client_auth', 'client_secret_jwt', 'private_key_jwt'], 'private_key_jwt'],
    [['client_secret_jwt'], 'client_secret_jwt'],
    [[], 'client_secret_post'],
    [undefined, 'client_secret_post'],
    ['client_secret_basic', 'client_secret_post'],
    [[7], 'client_secret_post'],
  ])('%o: %s', async (methods, auth) => {
    expect(await authBy(methods)).toBe(auth);
  });

  it('the record wins', async () => {
    const record = { clientAuth: 'client_secret_basic_raw' as const };
    expect(await authBy(['client_secret_post'], record)).toBe('client_secret_basic_raw');
    expect(await authBy(['tls_client_auth'], record)).toBe('client_secret_basic_raw');
  });

  it('a server that takes nothing that can be done is an error that says so', async () => {
    await expect(authBy(['self_signed_tls_client_auth', 'tls_client_auth'])).rejects.toMatchObject({
      code: 'provider_error',
      detail: expect.stringContaining('self_signed_tls_client_auth, tls_client_auth'),
    });
  });
});

describe('an issuer that is a template (Microsoft)', () => {
  const template = 'https://login.acme.example/{tenantid}/v2.0';
  const issuerTemplate = { template, claims: { tenantid: 'tid' } };
  const issuer = 'https://login.acme.example/common/v2.0';
  const found = async (named: string, record: Parameters<typeof oauth2Provider>[0]) => {
    const { deps } = deployed(json({ ...metadataOf(issuer), issuer: named }));
    return endpointsOf(deps, byIssuer(issuer, record), {});
  };

  it.each([
    ['the template itself', template, { issuer: template, issuerClaims: { tenantid: 'tid' } }],
    [
      'the issuer of one tenant',
      'https://login.acme.example/9188040d/v2.0',
      { issuer: 'https://login.acme.example/9188040d/v2.0', issuerClaims: null },
    ],
    ['the very issuer', issuer, { issuer, issuerClaims: null }],
  ])('may name %s', async (_, named, expected) => {
    expect(await found(named, { issuerTemplate })).toMatchObject(expected);
  });

  it.each([
    ['another host', 'https://evil.example/t/v2.0'],
    ['more than a segment', 'https://login.acme.example/a/b/v2.0'],
    ['something behind it', 'https://login.acme.example/a/v2.0/'],
    ['another template', 'https://login.acme.example/{tenant}/v2.0'],
    ['some text', 'whatever the server writes'],
  ])('may not name %s, which is not quoted', async (_, named) => {
    const failed = found(named, { issuerTemplate });
    await expect(failed).rejects.toMatchObject({
      code: 'provider_error',
      detail: expect.stringContaining('issuerTemplate'),
    });
    await expect(failed).rejects.not.toThrow(named);
  });

  it('is an error that says what the record lacks, where it has no template', async () => {
    await expect(found(template, {})).rejects.toMatchObject({
      code: 'provider_error',
      detail: expect.stringMatching(/names another issuer.* "issuerTemplate"/),
    });
  });

  it('of one record is none of another record of the same issuer', async () => {
    const { deps } = deployed(json({ ...metadataOf(issuer), issuer: template }));
    await endpointsOf(deps, byIssuer(issuer, { issuerTemplate }), {});
    await expect(endpointsOf(deps, byIssuer(issuer), {})).rejects.toMatchObject({
      code: 'provider_error',
    });
  });

  const known = { issuer: template, issuerClaims: { tenantid: 'tid' } };
  const own = 'https://login.acme.example/t-1/v2.0';

  it.each([
    [own, true],
    ['https://login.acme.example/{tenantid}/v2.0', false],
    ['https://evil.example/t-1/v2.0', false],
    ['https://login.acme.example/a/b/v2.0', false],
    ['', false],
  ])('callback with iss "%s": %o', (iss, fits) => {
    expect(isIssuer(known, iss)).toBe(fits);
  });

  it.each([
    ['its own tenant', { iss: own, tid: 't-1' }, true],
    ["another's", { iss: own, tid: 't-2' }, false],
    ['none', { iss: own }, false],
    ['the template for an issuer', { iss: template, tid: '{tenantid}' }, false],
    ['no issuer', { tid: 't-1' }, false],
  ])('an ID token that names %s: %o', (_, claims, fits) => {
    expect(isIssuerOf(known, claims)).toBe(fits);
  });
});
