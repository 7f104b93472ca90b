/** What a server says of itself, where it is wrong, redirected, signed or a template. */
import { base64url, exportJWK, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import { Caches } from '../../src/caches';
import { clientsOf, configWith, recordByIssuer, serverMetadata } from '../support/config';
import { codeOf, journey } from './journey';

const ISSUER = 'https://metadata.example';
const WELL_KNOWN = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];

/** A record that says its issuer only, and what stands there. */
function discovered(
  metadata: () => Response,
  record: Record<string, unknown> = {},
  settings = clientsOf(['oidc']),
) {
  const config = configWith({ oidc: { ...recordByIssuer(ISSUER), ...record } }, settings);
  const j = journey({ config });
  for (const path of WELL_KNOWN) j.provider.answer(path, metadata);
  return j;
}

describe('metadata that is wrong in itself', () => {
  const template = () =>
    Response.json({ ...serverMetadata(ISSUER), issuer: `${ISSUER}/{tenantid}` });

  test.each<[string, () => Response, string, string]>([
    ['an issuer that is a template', template, 'provider_error', 'issuerTemplate'],
    ['no metadata at all', () => new Response('', { status: 404 }), 'provider_error', 'is a 404'],
    [
      'a server that is away',
      () => new Response('', { status: 503 }),
      'provider_unavailable',
      'does not answer',
    ],
  ])(
    '%s: the app is told which of the two it is, and the log what',
    async (_, metadata, code, detail) => {
      const j = discovered(metadata);
      const { connectUrl } = await j.begin('wrong-1', { provider: 'oidc' });
      const { location } = await j.open(connectUrl);
      expect(location.searchParams.get('error')).toBe(code);
      const line = j.deps.logLines.find((one) => one.includes('connect.start_failed'));
      expect(line).toContain(detail);
    },
  );

  test('found after the user came back: the same', async () => {
    const j = discovered(() => Response.json(serverMetadata(ISSUER)));
    const { connectUrl, id } = await j.begin('wrong-2', { provider: 'oidc' });
    const { location, cookie } = await j.open(connectUrl);
    for (const path of WELL_KNOWN) j.provider.answer(path, template);
    // Another isolate, which has no metadata yet.
    j.deps.caches = new Caches();
    const query = { state: location.searchParams.get('state') ?? '', code: 'code-ann' };
    const reply = await j.callback(query, cookie, 'oidc');
    const back = new URL(reply.headers.get('Location') ?? '').searchParams;
    expect(back.get('connection')).toBe(id);
    expect(back.get('error')).toBe('provider_error');
  });
});

describe('an issuer that is a template', () => {
  const issuerTemplate = { template: `${ISSUER}/{tenantid}`, claims: { tenantid: 'tid' } };
  const metadata = () =>
    Response.json({ ...serverMetadata(ISSUER), issuer: issuerTemplate.template });
  const record = { issuerTemplate, accountId: ['id_token:tid', 'id_token:sub'] };

  const idToken = (claims: Record<string, unknown>) =>
    `e30.${base64url.encode(JSON.stringify({ aud: 'client', exp: 4e9, sub: 'ann', ...claims }))}.c2ln`;

  test.each([
    ['its own tenant', { iss: `${ISSUER}/t1`, tid: 't1' }, 201],
    ["another tenant's", { iss: `${ISSUER}/t2`, tid: 't1' }, 502],
  ])('connects with an ID token of %s only', async (_, claims, status) => {
    const j = discovered(metadata, record);
    j.provider.answer('/token', () =>
      Response.json({ access_token: 'access-ann', id_token: idToken(claims) }),
    );
    const reply = await j.connect(`template-${status}`, 'code-ann', { provider: 'oidc' });
    expect(reply.status, await reply.clone().text()).toBe(status);
    if (status === 502) expect(await codeOf(reply)).toBe('provider_error');
  });

  test.each([
    ['the issuer of a tenant', `${ISSUER}/t1`, null],
    ['the template', issuerTemplate.template, 'issuer_mismatch'],
    ['another server', 'https://evil.example/t1', 'issuer_mismatch'],
  ])('a callback that names %s', async (_, iss, error) => {
    const j = discovered(metadata, record);
    const { connectUrl } = await j.begin('template-iss', { provider: 'oidc' });
    const { location, cookie } = await j.open(connectUrl);
    const state = location.searchParams.get('state') ?? '';
    const reply = await j.callback({ state, code: 'code-ann', iss }, cookie, 'oidc');
    const back = new URL(reply.headers.get('Location') ?? '').searchParams;
    expect(back.get('error')).toBe(error);
  });
});

describe('client authentication', () => {
  test.each([
    [
      'basic, where the server announces nothing else',
      {},
      ['client_secret_basic'],
      'client:secret',
    ],
    [
      'raw basic, where the record says so',
      { clientAuth: 'client_secret_basic_raw' },
      ['client_secret_basic'],
      'client:secret',
    ],
    ['the body, where it may be', {}, ['client_secret_basic', 'client_secret_post'], null],
  ])('is %s, at the exchange and at the revocation', async (_, record, methods, basic) => {
    const more = {
      token_endpoint_auth_methods_supported: methods,
      revocation_endpoint: `${ISSUER}/revoke`,
    };
    const j = discovered(() => Response.json(serverMetadata(ISSUER, more)), record);
    expect((await j.connect('auth-1', 'code-bea', { provider: 'oidc' })).status).toBe(201);
    await j.api('/v1/users/auth-1/integrations/oidc/bea', { method: 'DELETE' });
    await j.deps.settle();
    for (const path of ['/token', '/revoke']) {
      const [request] = j.provider.to(path);
      expect(request?.headers.authorization ?? null).toBe(basic && `Basic ${btoa(basic)}`);
      expect(request?.params.get('client_secret')).toBe(basic === null ? 'secret' : null);
    }
  });

  test('by a key that nobody set is told before anybody consents', async () => {
    const more = { token_endpoint_auth_methods_supported: ['private_key_jwt'] };
    const j = discovered(() => Response.json(serverMetadata(ISSUER, more)));
    const { connectUrl } = await j.begin('auth-3', { provider: 'oidc' });
    const { location } = await j.open(connectUrl);
    expect(location.origin).toBe('https://app.example.com');
    expect(location.searchParams.get('error')).toBe('provider_error');
    expect(j.deps.logLines.join()).toContain('proves itself by a key; none is set');
  });

  test('is by the key where there is no secret, whatever else the server takes', async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const more = {
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    };
    const j = discovered(
      () => Response.json(serverMetadata(ISSUER, more)),
      {},
      {
        OIDC_CLIENT_ID: 'client',
        OIDC_CLIENT_KEY: JSON.stringify(await exportJWK(pair.privateKey)),
      },
    );
    expect((await j.connect('auth-4', 'code-eve', { provider: 'oidc' })).status).toBe(201);
    const [request] = j.provider.to('/token');
    expect(request?.params.get('client_assertion')).toMatch(/^ey/);
    expect(request?.params.has('client_secret')).toBe(false);
  });

  test('that nobody can do is an error that says so', async () => {
    const more = { token_endpoint_auth_methods_supported: ['tls_client_auth'] };
    const j = discovered(() => Response.json(serverMetadata(ISSUER, more)));
    const { connectUrl } = await j.begin('auth-2', { provider: 'oidc' });
    const { location } = await j.open(connectUrl);
    expect(location.searchParams.get('error')).toBe('provider_error');
    expect(j.deps.logLines.join()).toContain('only tls_client_auth');
  });
});
