import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors';
import { placeholderValues } from '../../src/oauth/endpoints';
import { records, templates } from '../../src/providers/records';
import { createRegistry, oauthProviderOf, settingPrefix } from '../../src/providers/registry';

const publicUrl = 'https://mooring.example.com';

const acme = {
  name: 'Acme',
  kind: 'oauth2',
  authorizationUrl: 'https://id.acme.example/authorize',
  tokenUrl: 'https://id.acme.example/token',
  profileUrl: 'https://id.acme.example/me',
  accountId: 'sub',
  refreshModel: 'rotating',
};

const clientFields = { client_id: { label: 'Id', secret: false }, client_secret: { label: 'S' } };

const registry = (providers: unknown, env: Record<string, unknown> = {}) =>
  createRegistry(
    { ...env, PROVIDERS: typeof providers === 'string' ? providers : JSON.stringify(providers) },
    publicUrl,
  );

describe('numbers in a record', () => {
  it.each([
    ['assumedLifetimeSeconds', 1e15],
    ['refreshLifetimeSeconds', 315_576_001],
    ['reuseGraceSeconds', 1e300],
    ['minTokenAgeSeconds', -1],
    ['codeLifetimeSeconds', 0],
    ['maxGrants', 1e15],
    ['maxAccessTokens', 0.5],
  ])('%s %d is refused at the start, by name', (field, value) => {
    const changed = { acme: { ...acme, [field]: value } };
    expect(() => registry(changed)).toThrow(ConfigError);
    expect(() => registry(changed)).toThrow(`PROVIDERS.acme.${field}: `);
  });
});

describe('built-in providers', () => {
  it('are there without any setting', () => {
    const ids = createRegistry({}, publicUrl)
      .all()
      .map(({ id }) => id);
    expect(ids).toEqual(records.map(({ id }) => id).sort());
    expect(ids).toEqual(expect.arrayContaining(['instagram', 'reddit', 'slack-user']));
  });

  it('hold no template: nobody connects "an API key"', () => {
    const providers = createRegistry({}, publicUrl);
    for (const { id } of templates) expect(providers.get(id)).toBeUndefined();
  });

  it('are parsed once, when first asked for', () => {
    const providers = createRegistry({}, publicUrl);
    expect(providers.get('reddit')).toBe(providers.get('reddit'));
  });

  it.each(['nope', 'constructor', '__proto__', 'toString', ''])('do not include "%s"', (id) => {
    const providers = createRegistry({}, publicUrl);
    expect(providers.get(id)).toBeUndefined();
    expect(providers.client(id)).toBeUndefined();
  });
});

describe('clients', () => {
  const env = { REDDIT_CLIENT_ID: 'id', REDDIT_CLIENT_SECRET: ' secret ' };

  it('come from {PROVIDER}_CLIENT_ID and {PROVIDER}_CLIENT_SECRET', () => {
    expect(createRegistry(env, publicUrl).client('reddit')).toMatchObject({
      clientId: 'id',
      clientSecret: 'secret',
      provider: { id: 'reddit' },
    });
  });

  it.each([
    ['neither is set', {}],
    ['the id is empty', { ...env, REDDIT_CLIENT_ID: ' ' }],
    ['the secret is missing', { REDDIT_CLIENT_ID: 'id' }],
  ])('are not configured where %s', (_, settings) => {
    expect(createRegistry(settings, publicUrl).client('reddit')).toBeUndefined();
  });

  it('need no secret where the provider takes none', () => {
    const providers = registry(
      { acme: { ...acme, clientAuth: 'none' } },
      { ACME_CLIENT_ID: 'public', ACME_CLIENT_SECRET: 'never sent' },
    );
    expect(providers.client('acme')).toMatchObject({ clientId: 'public', clientSecret: null });
  });

  it("may be another record's (Slack's two tokens)", () => {
    const env = {
      SLACK_CLIENT_ID: 'slack',
      SLACK_CLIENT_SECRET: 's',
      SLACK_USER_CLIENT_ID: 'never read',
      SLACK_USER_CLIENT_SECRET: 'x',
    };
    expect(createRegistry(env, publicUrl).client('slack-user')).toMatchObject({
      clientId: 'slack',
      clientSecret: 's',
      provider: { id: 'slack-user' },
    });
  });

  describe('by the value of a parameter', () => {
    const sites = {
      ...acme,
      parameters: {
        site: { label: 'Site', pattern: '[a-z]+', default: 'main' },
      },
    };
    const clients = { main: { id: 'a', secret: 'b' }, other: { id: 'c', secret: 'd' } };
    const withClients = (setting: unknown, record: Record<string, unknown> = sites) =>
      registry(
        { acme: record },
        { ACME_CLIENTS: typeof setting === 'string' ? setting : JSON.stringify(setting) },
      );

    it('come from {PROVIDER}_CLIENTS', () => {
      const providers = withClients(clients);
      expect(providers.isConfigured('acme')).toBe(true);
      expect(providers.clientIds('acme')).toEqual(['a', 'c']);
      expect(providers.client('acme', { site: 'other' })).toMatchObject({ clientId: 'c' });
      // The parameter's default.
      expect(providers.client('acme')).toMatchObject({ clientId: 'a', clientSecret: 'b' });
      for (const site of ['nobody', '__proto__', 'constructor', '']) {
        expect(providers.client('acme', { site })).toBeUndefined();
      }
    });

    it('go by "clientParameter" where there are several', () => {
      const parameters = { ...sites.parameters, region: { label: 'Region', pattern: '[a-z]+' } };
      const several = { ...sites, parameters };
      expect(() => withClients(clients, several)).toThrow('has no "clientParameter" to go by');
      const providers = withClients(clients, { ...several, clientParameter: 'region' });
      expect(providers.client('acme', { region: 'other' })).toMatchObject({ clientId: 'c' });
      expect(() => withClients(clients, { ...sites, clientParameter: 'tenant' })).toThrow(
        'PROVIDERS.acme.clientParameter: names nothing of "parameters"',
      );
    });

    it.each([
      ['no JSON', 'canary', 'ACME_CLIENTS: must be JSON'],
      ['a list', ['canary'], 'ACME_CLIENTS: must be JSON'],
      ['a client without an id', { main: { secret: 'canary' } }, 'ACME_CLIENTS: must be JSON'],
      ['another key', { main: { id: 'a', secret: 'b', canary: 1 } }, 'ACME_CLIENTS: must be JSON'],
      ['no secret', { main: { id: 'canary' } }, 'ACME_CLIENTS: entry 1 has no "secret"'],
      [
        'a value that no connection can have',
        { main: { id: 'a', secret: 'b' }, 'canary/x': { id: 'c', secret: 'd' } },
        'ACME_CLIENTS: entry 2 is for no value of "site"',
      ],
    ])('are refused at the start where there is %s, and never quoted', (_, setting, message) => {
      expect(() => withClients(setting)).toThrow(ConfigError);
      expect(() => withClients(setting)).toThrow(message);
      expect(() => withClients(setting)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('canary') }),
      );
    });

    it('are refused for a record without parameters', () => {
      expect(() => withClients(clients, acme)).toThrow('has no "clientParameter" to go by');
    });
  });

  it.each(['private_key_jwt', 'client_secret_signed'])(
    'that prove themselves by %s have a key',
    (clientAuth) => {
      const key = '{"kty":"EC","d":"x"}';
      const record = { acme: { ...acme, clientAuth } };
      const env = { ACME_CLIENT_ID: 'id', ACME_CLIENT_SECRET: 'never sent' };
      expect(registry(record, env).isConfigured('acme')).toBe(false);
      const settings = { ...env, ACME_CLIENT_KEY: key, ACME_CLIENT_KEY_ID: 'k1' };
      expect(registry(record, settings).client('acme')).toMatchObject({
        clientSecret: null,
        clientKey: { key, keyId: 'k1' },
      });
      expect(() => registry(record, { ...env, ACME_CLIENT_KEY: 'canary' })).toThrow(
        expect.objectContaining({
          message: expect.stringMatching(/^ACME_CLIENT_KEY: must be a (?!.*canary)/),
        }),
      );
    },
  );

  describe('where a user names the server', () => {
    const open = {
      ...acme,
      tokenUrl: 'https://{host}/token',
      authorizationUrl: 'https://{host}/authorize',
      profileUrl: 'https://{host}/me',
      parameters: { host: { label: 'Host', pattern: '[a-z.]{1,99}' } },
      accountId: ['parameter:host', 'sub'],
    };
    const env = { ACME_CLIENT_ID: 'id', ACME_CLIENT_SECRET: 'canary' };
    const clients = JSON.stringify({ 'one.example': { id: 'a', secret: 'b' } });
    const byResource = {
      resourceUrl: 'https://{host}/mcp',
      ...{ tokenUrl: undefined, authorizationUrl: undefined, profileUrl: undefined },
      accountId: 'user:id',
    };
    const refused =
      /^ACME_CLIENT_SECRET: would go to whatever server a user of "acme" names by "host"; (?!.*canary)/;

    it.each<[string, Record<string, unknown>, Record<string, string>]>([
      ['at the token endpoint', {}, {}],
      ['also beside clients of hosts', {}, { ACME_CLIENTS: clients }],
      ['by discovery', { issuer: 'https://{host}', tokenUrl: undefined }, {}],
      ['by what the resource names', byResource, {}],
      [
        'by the end of a name',
        { parameters: { host: { label: 'H', pattern: '[a-z.]*\\.com' } } },
        {},
      ],
    ])('one secret for all is refused, %s', (_, change, settings) => {
      const record = { acme: { ...open, ...change } };
      expect(() => registry(record, { ...env, ...settings })).toThrow(
        expect.objectContaining({ message: expect.stringMatching(refused) }),
      );
    });

    it('so it is for a built-in record', () => {
      const settings = { MASTODON_CLIENT_ID: 'id', MASTODON_CLIENT_SECRET: 'secret' };
      expect(() => createRegistry(settings, publicUrl)).toThrow('MASTODON_CLIENT_SECRET: would go');
    });

    it.each<[string, Record<string, unknown>, Record<string, string>]>([
      ['of each host', {}, { ACME_CLIENTS: clients, ACME_CLIENT_SECRET: '' }],
      ['that is public', { clientAuth: 'none' }, {}],
      ['that signs', { clientAuth: 'private_key_jwt' }, {}],
      ['of one server for all resources', { ...byResource, issuer: 'https://id.acme.example' }, {}],
      [
        "of the operator's own servers",
        { parameters: { host: { label: 'H', pattern: '(?:a|b)\\.acme\\.example' } } },
        {},
      ],
      [
        'of one that a setting says',
        {
          parameters: { host: { label: 'H', pattern: '.*', from: 'setting:host' } },
          accountId: 'sub',
        },
        { ACME_HOST: 'id.acme.example' },
      ],
    ])('a client %s is taken', (_, change, settings) => {
      const record = { acme: { ...open, ...change } };
      expect(() => registry(record, { ...env, ...settings })).not.toThrow();
    });
  });

  describe('with a setting of the operator besides', () => {
    const app = { label: 'App', pattern: '[a-z]{1,9}', from: 'setting:app_id' };
    const record = {
      acme: {
        ...acme,
        parameters: { app },
        authorizationParams: { app_id: '{app}' },
        clientAuth: 'private_key_jwt',
        clientAssertion: { issuer: 'app-{app}' },
      },
      second: { ...acme, clientOf: 'acme', parameters: { app } },
    };
    const key = '{"kty":"EC","d":"x"}';
    const env = { ACME_CLIENT_ID: 'id', ACME_CLIENT_SECRET: 's', ACME_CLIENT_KEY: key };

    it('are there only with it, and an error says what to set', () => {
      const without = registry(record, env);
      expect([without.isConfigured('acme'), without.client('acme')]).toEqual([false, undefined]);
      expect(() => oauthProviderOf(without, 'acme')).toThrow('Acme needs ACME_APP_ID');
      expect(() => oauthProviderOf(without, 'second')).toThrow('Acme needs ACME_APP_ID');
    });

    it('have it as a value of their record, and as who signs', () => {
      const found = registry(record, { ...env, ACME_APP_ID: ' boat ' });
      expect(found.client('acme')?.provider).toMatchObject({
        parameters: { app: { default: 'boat' } },
        clientAssertion: { issuer: 'app-boat' },
      });
      expect(found.client('second')?.provider.parameters.app?.default).toBe('boat');
    });

    it('take the setting of now, whatever a connection once had', () => {
      const provider = registry(record, { ...env, ACME_APP_ID: 'boat' }).get('acme');
      if (provider?.kind !== 'oauth2') throw new TypeError('no record');
      expect(placeholderValues(provider, { app: 'former' })).toEqual({ app: 'boat' });
    });

    it('refuse one that the record does not want, of a built-in record too, and do not quote it', () => {
      const message = expect.stringMatching(/^ACME_APP_ID: is not as (?!.*CANARY)/);
      expect(() => registry(record, { ...env, ACME_APP_ID: 'CANARY' })).toThrow(
        expect.objectContaining({ message }),
      );
      expect(() => createRegistry({ APPLE_TEAM_ID: 'canary' }, publicUrl)).toThrow(
        'APPLE_TEAM_ID: is not as the record of "apple" wants it',
      );
    });

    it.each([
      ['a secret', { ...app, from: 'setting:client_secret' }, {}, 'acme.parameters.app.from'],
      ['a name that no setting has', { ...app, from: 'setting:App' }, {}, 'acme.parameters.app'],
      [
        'another parameter as who signs',
        { label: 'App', pattern: 'a', default: 'a' },
        { clientAssertion: { issuer: '{app}' } },
        'acme.clientAssertion.issuer: holds {app}',
      ],
    ])('do not name %s', (_, parameter, more, message) => {
      const wrong = { acme: { ...acme, parameters: { app: parameter }, ...more } };
      expect(() => registry(wrong)).toThrow(`PROVIDERS.${message}`);
    });
  });

  it('do not exist for credentials', () => {
    const env = { ONLYFANS_CLIENT_ID: 'a', ONLYFANS_CLIENT_SECRET: 'b' };
    expect(createRegistry(env, publicUrl).client('onlyfans')).toBeUndefined();
  });

  it.each([
    ['acme', 'ACME'],
    ['my-app_2', 'MY_APP_2'],
  ])('of %s are read from %s_CLIENT_ID', (id, prefix) => {
    expect(settingPrefix(id)).toBe(prefix);
  });
});

describe('PROVIDERS', () => {
  it.each([undefined, '', '  ', '{}'])('may be %o', (value) => {
    expect(createRegistry({ PROVIDERS: value }, publicUrl).all()).toHaveLength(records.length);
  });

  it('adds a provider whose id is its key, with all defaults', () => {
    expect(registry({ acme }).get('acme')).toMatchObject({
      id: 'acme',
      tokenRequest: { method: 'POST', body: 'form' },
      reply: { accessToken: ['access_token'], error: ['error', 'error.code'] },
      reuse: 'revokes_family',
    });
  });

  it('takes the example of the contract', () => {
    expect(createRegistry({ ...env }, 'http://localhost:8787').client('acme')?.clientId).toBe(
      'acme-client',
    );
  });

  it('takes an issuer for the endpoints', () => {
    const { authorizationUrl, tokenUrl, profileUrl, ...rest } = acme;
    const own = { ...rest, issuer: 'https://id.acme.example' };
    expect(registry({ acme: own }).get('acme')).toMatchObject({ issuer: own.issuer });
  });

  it('needs no profile where the token reply names the account', () => {
    const { profileUrl, ...rest } = acme;
    const own = { ...rest, accountId: ['token:team.id', 'token:user.id'] };
    expect(registry({ acme: own }).get('acme')).toMatchObject({ accountId: own.accountId });
  });

  it('changes a built-in provider field by field', () => {
    const changed = registry({ reddit: { scopes: ['identity', 'read'] } }).get('reddit');
    expect(changed).toMatchObject({
      name: 'Reddit',
      scopes: ['identity', 'read'],
      authorizationParams: { duration: 'permanent' },
    });
  });

  it('stands on a template that it extends', () => {
    const providers = registry({
      acme: { extends: 'api-key', name: 'Acme', requestHeaders: { 'X-Key': '{apiKey}' } },
    });
    expect(providers.get('acme')).toMatchObject({
      id: 'acme',
      name: 'Acme',
      kind: 'credentials',
      fields: { apiKey: { label: 'API key', secret: true } },
      requestHeaders: { 'X-Key': '{apiKey}' },
    });
    expect(providers.all()).toHaveLength(records.length + 1);
  });

  it('stands on a built-in record, with a client of its own (a GitLab of one’s own)', () => {
    const tokenUrl = 'https://git.acme.example/oauth/token';
    const providers = registry(
      { 'gitlab-acme': { extends: 'gitlab', name: 'Our GitLab', tokenUrl } },
      { GITLAB_ACME_CLIENT_ID: 'own', GITLAB_ACME_CLIENT_SECRET: 's' },
    );
    expect(providers.client('gitlab-acme')).toMatchObject({
      clientId: 'own',
      provider: { id: 'gitlab-acme', tokenUrl, refreshEndsAccessToken: true },
    });
    expect(providers.get('gitlab')).toMatchObject({ tokenUrl: 'https://gitlab.com/oauth/token' });
  });

  it('is an MCP server by its address alone', () => {
    const url = 'https://mcp.tools.example/mcp/';
    const providers = registry({ tools: { extends: 'mcp', url } });
    expect(providers.get('tools')).toMatchObject({
      name: 'mcp.tools.example',
      resourceUrl: url,
      apiUrl: url,
      clientRegistration: 'automatic',
    });
    expect(providers.isConfigured('tools')).toBe(true);
    const own = registry(
      { tools: { extends: 'mcp', url, name: 'Tools' } },
      { TOOLS_CLIENT_ID: 'own' },
    );
    expect(own.get('tools')?.name).toBe('Tools');
    expect(own.client('tools')).toMatchObject({ clientId: 'own', clientSecret: null });
    expect(own.client('tools')?.isAutomatic).toBeUndefined();
    expect(own.clientIds('tools')).toEqual(['own']);
  });

  const without = (...fields: string[]) =>
    Object.fromEntries(Object.entries(acme).filter(([field]) => !fields.includes(field)));

  it.each<[string, unknown, string]>([
    ['no JSON', '{"acme"', 'PROVIDERS: is not JSON'],
    ['an array', [], 'PROVIDERS: must be an object'],
    ['a number', 1, 'PROVIDERS: must be an object'],
    ['a provider that is none', { acme: 'x' }, 'PROVIDERS.acme: must be an object'],
    ['a bad id', { 'a/b': acme }, 'PROVIDERS.a/b: use a-z'],
    ['an id in upper case', { Acme: acme }, 'PROVIDERS.Acme: use a-z'],
    ['an id that is not the key', { acme: { ...acme, id: 'b' } }, 'PROVIDERS.acme.id: '],
    ['an unknown kind', { acme: { ...acme, kind: 'saml' } }, 'PROVIDERS.acme.kind: '],
    ['an unknown field', { acme: { ...acme, tokenURL: 'x' } }, 'PROVIDERS.acme'],
    ['a wrong type', { acme: { ...acme, pkce: 'yes' } }, 'PROVIDERS.acme.pkce: '],
    ['a wrong scope', { acme: { ...acme, scopes: ['a', 1] } }, 'PROVIDERS.acme.scopes.1: '],
    ...[0, 21, 1.5, '9'].map((timeoutSeconds): [string, unknown, string] => [
      `a timeout of ${String(timeoutSeconds)}`,
      { acme: { ...acme, timeoutSeconds } },
      'PROVIDERS.acme.timeoutSeconds: ',
    ]),
    [
      'an issuer template without an issuer',
      {
        acme: {
          ...acme,
          issuerTemplate: { template: 'https://id.acme.example/{t}', claims: { t: 'tid' } },
        },
      },
      'PROVIDERS.acme.issuerTemplate.template: is of another origin',
    ],
    [
      'an issuer template of another host',
      {
        acme: {
          ...acme,
          issuer: 'https://id.acme.example/common',
          issuerTemplate: { template: 'https://evil.example/{t}', claims: { t: 'tid' } },
        },
      },
      'PROVIDERS.acme.issuerTemplate.template: is of another origin',
    ],
    ...[{}, { other: 'tid' }].map((claims): [string, unknown, string] => [
      `an issuer template with the claims ${JSON.stringify(claims)}`,
      {
        acme: {
          ...acme,
          issuer: 'https://id.acme.example/common',
          issuerTemplate: { template: 'https://id.acme.example/{t}', claims },
        },
      },
      'PROVIDERS.acme.issuerTemplate.claims: must name a claim',
    ]),
    ...(
      [
        ['without an address', {}, 'url: is missing'],
        ['over http', { url: 'http://mcp.example/mcp' }, 'resourceUrl: must be https'],
        ['at an IP address', { url: 'https://10.0.0.1/mcp' }, 'resourceUrl: names an IP address'],
        ['with a query', { url: 'https://mcp.example/mcp?a=1' }, 'apiUrl: must be an origin'],
        ['with a way to prove itself', { clientAuth: 'none' }, 'clientAuth: is said by the server'],
        [
          'with a parameter that is found',
          { parameters: { resource: { label: 'R', pattern: '.*' } } },
          'parameters.resource: names what Mooring fills itself',
        ],
        ['with half an account', { accountId: 'user:name' }, 'accountId: reads "user:name"'],
      ] as const
    ).map(([what, more, fault]): [string, unknown, string] => [
      `an MCP server ${what}`,
      {
        acme: {
          extends: 'mcp',
          ...(what === 'without an address' ? {} : { url: 'https://mcp.example/mcp' }),
          ...more,
        },
      },
      `PROVIDERS.acme.${fault}`,
    ]),
    ...(
      [
        ['with an account that nothing confirms', { accountId: 'token:sub' }, 'accountId: is not'],
        ['with an account besides', { subject: 'token:sub' }, 'subject: is not'],
        ['with a server of its own', { issuer: 'https://id.acme.example' }, 'issuer: is not'],
        ['without keys for tokens', { dpop: false }, 'dpop: is not'],
        ['without PKCE', { pkce: false }, 'pkce: is not'],
        ['without its scope', { requiredScopes: [] }, 'requiredScopes: is not'],
        ['that asks for nobody', { parameters: {} }, 'parameters: is not'],
        [
          'with a parameter that is found',
          { parameters: { did: { label: 'D', pattern: '.*' } } },
          'parameters.did: names what Mooring fills itself',
        ],
        [
          'with a directory inside',
          { identityResolution: { protocol: 'atproto', plcUrl: 'https://10.0.0.1' } },
          'identityResolution.plcUrl: names an IP address',
        ],
        [
          'with a secret',
          { clientAuth: 'client_secret_post' },
          'clientAuth: is said by the server',
        ],
      ] as const
    ).map(([what, more, fault]): [string, unknown, string] => [
      `identity resolution ${what}`,
      { bluesky: more },
      `PROVIDERS.bluesky.${fault}`,
    ]),
    [
      'identity that nothing resolves',
      { acme: { ...acme, accountId: 'identity:did' } },
      'PROVIDERS.acme.accountId: reads "identity:did"',
    ],
    [
      'an automatic client without discovery',
      { acme: { ...acme, clientRegistration: 'automatic' } },
      'PROVIDERS.acme.clientRegistration: is automatic',
    ],
    ['no token URL', { acme: without('tokenUrl') }, 'PROVIDERS.acme.tokenUrl: is missing'],
    [
      'no authorization URL',
      { acme: without('authorizationUrl') },
      'PROVIDERS.acme.authorizationUrl: is missing',
    ],
    ['no profile URL', { acme: without('profileUrl') }, 'PROVIDERS.acme.profileUrl: is missing'],
    [
      'an http URL',
      { acme: { ...acme, tokenUrl: 'http://id.acme.example/' } },
      'PROVIDERS.acme.tokenUrl: must be https',
    ],
    [
      'a local URL in a deployment',
      { acme: { ...acme, tokenUrl: 'http://localhost/' } },
      'PROVIDERS.acme.tokenUrl: points to localhost',
    ],
    [
      'an inner URL that is not allowed',
      { acme: { ...acme, extendedToken: { url: 'https://10.0.0.1/', params: {} } } },
      'PROVIDERS.acme.extendedToken.url: names an IP address',
    ],
    [
      'a placeholder that is not declared',
      { acme: { ...acme, tokenUrl: 'https://{shop}.acme.example/' } },
      'PROVIDERS.acme.tokenUrl: holds {shop}',
    ],
    [
      'a pattern that is none',
      { acme: { ...acme, parameters: { shop: { label: 'Shop', pattern: '[' } } } },
      'PROVIDERS.acme.parameters.shop.pattern: ',
    ],
    [
      'a default that does not match',
      { acme: { ...acme, parameters: { shop: { label: 'S', pattern: '[a-z]+', default: 'a1' } } } },
      'PROVIDERS.acme.parameters.shop.default: ',
    ],
    [
      'a header that is none',
      { acme: { ...acme, headers: { 'X-A': 'a\r\nX-B: b' } } },
      'PROVIDERS.acme.headers.X-A: is not an HTTP header',
    ],
    [
      'an extend model that sends no token',
      { acme: { ...acme, refreshModel: 'extend' } },
      'PROVIDERS.acme.refreshParams: ',
    ],
    [
      'an account id field that is no field',
      {
        keys: {
          name: 'K',
          kind: 'credentials',
          fields: { key: { label: 'K' } },
          accountIdField: 'x',
        },
      },
      'PROVIDERS.keys.accountIdField: ',
    ],
    [
      'a check over http',
      {
        keys: {
          name: 'K',
          kind: 'credentials',
          fields: { host: { label: 'H', secret: false, pattern: '.+' }, key: { label: 'K' } },
          check: { url: 'http://api.k.example/me' },
        },
      },
      'PROVIDERS.keys.check.url: must be https',
    ],
    [
      'a check at an address',
      {
        keys: {
          name: 'K',
          kind: 'credentials',
          fields: { host: { label: 'H', secret: false, pattern: '.+' }, key: { label: 'K' } },
          check: { url: 'https://10.0.0.1/me' },
        },
      },
      'PROVIDERS.keys.check.url: names an IP address',
    ],
    [
      'a check at a field that is not there',
      {
        keys: {
          name: 'K',
          kind: 'credentials',
          fields: { host: { label: 'H', secret: false, pattern: '.+' }, key: { label: 'K' } },
          check: { url: 'https://{shop}.k.example/' },
        },
      },
      'PROVIDERS.keys.check.url: holds {shop}',
    ],
    [
      'a secret in the path of a check',
      {
        keys: {
          name: 'K',
          kind: 'credentials',
          fields: { host: { label: 'H', secret: false, pattern: '.+' }, key: { label: 'K' } },
          check: { url: 'https://api.k.example/{key}' },
        },
      },
      'PROVIDERS.keys.check.url: holds {key}, which must be a required field with a pattern',
    ],
    [
      'a check without the field of its template',
      {
        keys: {
          name: 'K',
          kind: 'credentials',
          fields: { host: { label: 'H', secret: false, pattern: '.+' }, key: { label: 'K' } },
          check: { url: 'https://api.k.example/me', query: { k: '{token}' } },
        },
      },
      'PROVIDERS.keys.check.query.k: holds {token}',
    ],
    [
      'a check with a body that is a GET',
      {
        keys: {
          name: 'K',
          kind: 'credentials',
          fields: { host: { label: 'H', secret: false, pattern: '.+' }, key: { label: 'K' } },
          check: { url: 'https://api.k.example/me', body: { type: 'json', params: {} } },
        },
      },
      'PROVIDERS.keys.check.method: must be POST',
    ],
    [
      'a check that shows a secret',
      {
        keys: {
          name: 'K',
          kind: 'credentials',
          fields: { host: { label: 'H', secret: false, pattern: '.+' }, key: { label: 'K' } },
          check: { url: 'https://api.k.example/me', metadata: { key: 'field:key' } },
        },
      },
      'PROVIDERS.keys.check: reads "field:key"',
    ],
    [
      'a check that reads a token reply',
      {
        keys: {
          name: 'K',
          kind: 'credentials',
          fields: { host: { label: 'H', secret: false, pattern: '.+' }, key: { label: 'K' } },
          check: { url: 'https://api.k.example/me', displayName: 'token:name' },
        },
      },
      'PROVIDERS.keys.check: reads "token:name"',
    ],
    [
      'an account id of a server that the user chooses',
      {
        keys: {
          name: 'K',
          kind: 'credentials',
          fields: { host: { label: 'H', secret: false, pattern: '.+' }, key: { label: 'K' } },
          check: { url: 'https://{host}/me', accountId: 'id' },
        },
      },
      'PROVIDERS.keys.check.accountId: must hold "field:host" too',
    ],
    [
      'a check that has a query but no URL',
      { acme: { ...acme, check: { query: { t: '{access_token}' } } } },
      'PROVIDERS.acme.check.url: is missing',
    ],
    [
      'a client secret in the URL of a check',
      {
        acme: {
          ...acme,
          check: { url: 'https://id.acme.example/t', query: { s: '{client_secret}' } },
        },
      },
      'PROVIDERS.acme.check.query.s: may hold {access_token}',
    ],
    [
      'a header template without its field',
      {
        keys: {
          name: 'K',
          kind: 'credentials',
          fields: { key: { label: 'K' } },
          requestHeaders: { Authorization: 'Bearer {token}' },
        },
      },
      'PROVIDERS.keys.requestHeaders.Authorization: holds {token}',
    ],
    [
      'a header template with a half placeholder',
      {
        keys: {
          name: 'K',
          kind: 'credentials',
          fields: { key: { label: 'K' } },
          requestHeaders: { Authorization: 'Basic {base64:key}' },
        },
      },
      'PROVIDERS.keys.requestHeaders.Authorization: holds a brace',
    ],
    [
      'extending what is not there',
      { acme: { extends: 'nope', name: 'A' } },
      'PROVIDERS.acme.extends: names no built-in record and no template',
    ],
    [
      'extending an own provider',
      { acme, b: { extends: 'acme', name: 'B' } },
      'PROVIDERS.b.extends: ',
    ],
    ['extending by number', { acme: { extends: 1, name: 'A' } }, 'PROVIDERS.acme.extends: '],
    ['a second provider of the same name', { acme: { extends: 'github' } }, 'PROVIDERS.acme.name'],
    [
      'the client of nobody',
      { acme: { ...acme, clientOf: 'nope' } },
      'PROVIDERS.acme.clientOf: names a provider that is not there',
    ],
    [
      'tokens that come along for nobody',
      { acme: { ...acme, alsoGrants: ['nope'] } },
      'PROVIDERS.acme.alsoGrants: names a provider that is not there',
    ],
    [
      'tokens that come along for another client',
      { acme: { ...acme, alsoGrants: ['slack-user'] } },
      'PROVIDERS.acme.alsoGrants: "slack-user" has another client',
    ],
    [
      'tokens that come along where its own stand',
      { acme: { ...acme, alsoGrants: ['b'] }, b: { ...acme, clientOf: 'acme' } },
      'PROVIDERS.acme.alsoGrants: "b" has its tokens ("reply") where',
    ],
    [
      'tokens that come along for itself',
      { acme: { ...acme, alsoGrants: ['acme'] } },
      'PROVIDERS.acme.alsoGrants: "acme" has its tokens',
    ],
    [
      'tokens that come along from another endpoint',
      {
        acme: { ...acme, alsoGrants: ['b'] },
        b: {
          ...acme,
          clientOf: 'acme',
          tokenUrl: 'https://id.acme.example/other',
          reply: { accessToken: 'b.access_token', refreshToken: 'b.refresh_token' },
        },
      },
      'PROVIDERS.acme.alsoGrants: "b" has another "tokenUrl"',
    ],
    [
      "the client's id outside of the revocation URL",
      { acme: { ...acme, tokenUrl: 'https://id.acme.example/{client_id}' } },
      'PROVIDERS.acme.tokenUrl: holds {client_id}',
    ],
    [
      "a parameter that is named as the client's id",
      { acme: { ...acme, parameters: { client_id: { label: 'C', pattern: 'a' } } } },
      'PROVIDERS.acme.parameters.client_id: names what Mooring fills itself',
    ],
    ...(['authorizationParams', 'headers', 'tokenParams', 'profileHeaders'] as const).map(
      (field): [string, unknown, string] => [
        `a placeholder in ${field} that nothing fills`,
        { acme: { ...acme, [field]: { a: 'org:{org}' } } },
        `PROVIDERS.acme.${field}.a: `,
      ],
    ),
    [
      'a parameter with a name that Mooring fills',
      { acme: { ...acme, parameters: { client_secret: { label: 'x', pattern: '.+' } } } },
      'PROVIDERS.acme.parameters.client_secret: names what Mooring fills itself',
    ],
    ...['state', 'redirect_uri', 'client_id', 'scope', 'code_challenge', 'response_mode'].map(
      (name): [string, unknown, string] => [
        `${name} as a connection's own parameter`,
        { acme: { ...acme, allowedAuthorizationParams: ['prompt', name] } },
        'PROVIDERS.acme.allowedAuthorizationParams.1: names a parameter that no connection',
      ],
    ),
    [
      "the client's id, under the record's own name for it, as a connection's parameter",
      { acme: { ...acme, clientIdParam: 'key', allowedAuthorizationParams: ['key'] } },
      'PROVIDERS.acme.allowedAuthorizationParams.0: ',
    ],
    [
      'state as the login hint',
      { acme: { ...acme, loginHintParam: 'state' } },
      'PROVIDERS.acme.loginHintParam: ',
    ],
    [
      'a value that stands for nothing',
      { acme: { ...acme, refreshParams: { a: '{acces_token}' } } },
      'PROVIDERS.acme.refreshParams.a: may hold {client_id}',
    ],
    [
      'a value that is not known there',
      { acme: { ...acme, tokenParams: { a: '{access_token}' } } },
      'PROVIDERS.acme.tokenParams.a: may hold {client_id}, {client_secret}, {code}, {redirect_uri}, and not',
    ],
    [
      'a profile header that is none',
      { acme: { ...acme, profileHeaders: { 'X A': 'a' } } },
      'PROVIDERS.acme.profileHeaders.X A: is not an HTTP header',
    ],
    [
      'a body of a GET',
      { acme: { ...acme, profileBody: { type: 'json', params: {} } } },
      'PROVIDERS.acme.profileMethod: must be POST',
    ],
    [
      'a profile without a token',
      { acme: { ...acme, profileToken: 'none' } },
      'PROVIDERS.acme.profileToken: is none',
    ],
    [
      'metadata from a profile that is nowhere',
      { acme: { ...without('profileUrl'), accountId: 'token:id', metadata: { name: 'name' } } },
      'PROVIDERS.acme.profileUrl: is missing',
    ],
    [
      'a signature without a key',
      { acme: { ...acme, clientAuth: 'none', callbackSignature: { param: 'hmac' } } },
      'PROVIDERS.acme.callbackSignature: needs a client secret',
    ],
    [
      'a signature over a parameter that is not declared',
      { acme: { ...acme, callbackSignature: { param: 'hmac', expect: { shop: '{shop}.x' } } } },
      'PROVIDERS.acme.callbackSignature.expect.shop: holds {shop}',
    ],
    [
      'a client secret in the revocation URL',
      { acme: { ...acme, revocation: { body: 'query' } } },
      'PROVIDERS.acme.revocation.clientAuth: would put the client secret into the URL',
    ],
    ...['bearer', 'rfc7009'].map((style): [string, unknown, string] => [
      `two values for one Authorization header (${style})`,
      {
        acme: {
          ...acme,
          clientAuth: 'client_secret_basic',
          revocation: { style, headers: { authorization: 'Client {client_secret}' } },
        },
      },
      'PROVIDERS.acme.revocation.headers.authorization: is the header that',
    ]),
    [
      'a header of a revocation with another token in it',
      { acme: { ...acme, revocation: { headers: { 'X-T': '{access_token}' } } } },
      'PROVIDERS.acme.revocation.headers.X-T: may hold {client_id}, {client_secret}',
    ],
    [
      'a header that cannot be sent',
      { acme: { ...acme, revocation: { headers: { 'a b': 'c' } } } },
      'PROVIDERS.acme.revocation.headers.a b: is not an HTTP header',
    ],
    [
      'scopes that an access token would tell',
      { acme: { ...acme, reply: { scope: 'access_token:scope' } } },
      'PROVIDERS.acme.reply.scope: reads the access token',
    ],
    [
      'two tokens for one Authorization header',
      { acme: { ...acme, revocation: { style: 'bearer', clientAuth: 'client_secret_basic' } } },
      'PROVIDERS.acme.revocation.clientAuth: wants the Authorization header',
    ],
    ...(
      [
        ['token', 'code'],
        ['refresh', 'refresh_token'],
      ] as const
    ).map(([request, name]): [string, unknown, string] => [
      `a ${name} that is left out and not sent otherwise`,
      { acme: { ...acme, omitParams: { [request]: [name] } } },
      `PROVIDERS.acme.omitParams.${request}: leaves out "${name}"`,
    ]),
    [
      'a state that is left out',
      { acme: { ...acme, omitParams: { authorization: ['state'] } } },
      'PROVIDERS.acme.omitParams.authorization.0: ',
    ],
    ...(
      [
        ['authorizationUrl', 'callback:x'],
        ['authorizationUrl', 'token:x'],
        ['tokenUrl', 'token:x'],
        ['refreshUrl', 'token:x'],
      ] as const
    ).map(([field, from]): [string, unknown, string] => [
      `a ${field} that holds what only ${from} says`,
      {
        acme: {
          ...acme,
          [field]: 'https://{org}.acme.example/x',
          parameters: { org: { label: 'Org', pattern: '[a-z]+', from } },
        },
      },
      `PROVIDERS.acme.${field}: holds {org}, which is said only later`,
    ]),
    [
      'a header that holds what only the redirect back says',
      {
        acme: {
          ...acme,
          headers: { 'X-Org': '{org}' },
          parameters: { org: { label: 'Org', pattern: '[a-z]+', from: 'callback:org' } },
        },
      },
      'PROVIDERS.acme.headers.X-Org: holds {org}, which is said only later',
    ],
    ...(
      [
        ['accountId', { accountId: 'sub' }, 'accountId: must read the choice'],
        ['subject', { subject: undefined }, 'subject: must say whose grant it is'],
        ['own subject', { subject: 'choice:id' }, 'subject: must say whose grant it is'],
        [
          'subject by a parameter',
          { subject: ['sub', 'parameter:org'] },
          'subject: must say whose grant it is',
        ],
        [
          'profile',
          { profileUrl: 'https://acme.example/{org}' },
          'profileUrl: holds {org}, which is said only later',
        ],
        [
          'revocation',
          { revocationUrl: 'https://acme.example/{org}' },
          'revocationUrl: holds {org}, which is said only later',
        ],
        [
          'check',
          { check: { url: 'https://acme.example/{org}' } },
          'check.url: holds {org}, which is said only later',
        ],
        [
          'refresh parameter',
          { refreshParams: { org: '{org}' } },
          'refreshParams.org: holds {org}, which is said only later',
        ],
        [
          'revocation of an account',
          { revocation: { params: { id: '{account_id}' } } },
          'revocation.params.id: may hold {client_id}, {client_secret}, and not {account_id}',
        ],
        ['grant beside', { alsoGrants: ['slack'] }, 'alsoGrants: does not go with "choices"'],
      ] as const
    ).map(([what, change, fault]): [string, unknown, string] => [
      `one grant for all, with a ${what} of its own`,
      {
        acme: {
          ...acme,
          choices: { connect: 'all', url: 'https://acme.example/orgs', id: 'id' },
          parameters: { org: { label: 'Org', pattern: '[a-z]+', from: 'choice:id' } },
          accountId: 'choice:id',
          subject: 'sub',
          ...change,
        },
      },
      `PROVIDERS.acme.${fault}`,
    ]),
    [
      'a source that there is not',
      { acme: { ...acme, parameters: { org: { label: 'O', pattern: 'a', from: 'form:org' } } } },
      'PROVIDERS.acme.parameters.org.from: must be "callback:<name>"',
    ],
    ...['callback:server', 'token:server'].map((from): [string, unknown, string] => [
      `any host, from ${from}`,
      {
        acme: {
          ...acme,
          profileUrl: 'https://{server}/me',
          parameters: { server: { label: 'S', pattern: '[a-z.]+', from } },
        },
      },
      'PROVIDERS.acme.parameters.server.pattern: takes any host',
    ]),
    ...[
      ['{server}', '[a-z]+\\.com'],
      ['{server}', '(?:[a-z]+\\.)+(?:com|net)'],
      ['{server}', '[a-z.]*acme\\.example'],
      ['{server}.com', '[a-z]+'],
      ['acme.{server}', '[a-z.]+'],
    ].map(([host, pattern]): [string, unknown, string] => [
      `strangers' hosts by ${host} and ${pattern}`,
      {
        acme: {
          ...acme,
          profileUrl: `https://${host}/me`,
          parameters: { server: { label: 'S', pattern, from: 'callback:server' } },
        },
      },
      'PROVIDERS.acme.parameters.server.pattern: takes any host',
    ]),
    [
      'an account that nothing but the redirect back tells',
      {
        acme: {
          ...acme,
          accountId: 'parameter:org',
          parameters: { org: { label: 'Org', pattern: '[a-z]+', from: 'callback:org' } },
        },
      },
      'PROVIDERS.acme.accountId: reads "parameter:org" alone, which nothing confirms',
    ],
    [
      'a subject that whoever connects may choose',
      {
        acme: {
          ...acme,
          subject: 'parameter:org',
          parameters: { org: { label: 'Org', pattern: '[a-z]+' } },
        },
      },
      'PROVIDERS.acme.subject: reads "parameter:org" alone, which nothing confirms',
    ],
    [
      'a parameter that is not declared as the account',
      { acme: { ...acme, accountId: ['parameter:org', 'sub'] } },
      'PROVIDERS.acme.accountId: reads "parameter:org", which "parameters" does not declare',
    ],
    [
      'an account from a field',
      { acme: { ...acme, accountId: 'field:key' } },
      'PROVIDERS.acme.accountId: reads "field:key", which is no field that may be shown',
    ],
    [
      'a server of the user, without its name in the account',
      {
        acme: {
          ...acme,
          tokenUrl: 'https://{host}/token',
          parameters: { host: { label: 'Host', pattern: '[a-z.-]+' } },
        },
      },
      'PROVIDERS.acme.accountId: must hold "parameter:host" too',
    ],
    [
      'an issuer of the user, without its name in the account',
      {
        acme: {
          name: 'Acme',
          kind: 'oauth2',
          issuer: 'https://{host}',
          parameters: { host: { label: 'Host', pattern: '[a-z.-]+' } },
          accountId: 'id_token:sub',
          refreshModel: 'static',
        },
      },
      'PROVIDERS.acme.accountId: must hold "parameter:host" too',
    ],
    ...(
      [
        ['an issuer', { issuer: 'https://id.acme.example' }, 'issuer: is not for the grant'],
        [
          'a revocation',
          { revocationUrl: 'https://id.acme.example/r' },
          'revocationUrl: is not for',
        ],
        ['a rotating token', { refreshModel: 'rotating' }, 'refreshModel: must be static'],
        ['no client', { fields: { key: { label: 'Key' } } }, 'fields: must have "client_id"'],
        ['a template of nobody', { tokenParams: { a: '{code}' } }, 'tokenParams.a: holds {code}'],
        [
          'a secret in an address',
          {
            tokenUrl: 'https://{key}.acme.example/token',
            parameters: { key: { label: 'K', pattern: '[a-z]+', from: 'field:client_secret' } },
          },
          'parameters.key.from: must be "field:<name>" of a field that is no secret',
        ],
        [
          'an account that nobody has seen',
          {
            fields: { ...clientFields, org: { label: 'Org', secret: false } },
            accountId: 'field:org',
          },
          'accountId: reads "field:org", which the token request does not send',
        ],
      ] as const
    ).map(([what, change, message]): [string, unknown, string] => [
      `${what} of a grant without a browser`,
      {
        acme: {
          ...without('authorizationUrl'),
          grant: 'client_credentials',
          refreshModel: 'static',
          fields: clientFields,
          ...change,
        },
      },
      `PROVIDERS.acme.${message}`,
    ]),
    [
      'fields of a grant with a browser',
      { acme: { ...acme, fields: { key: { label: 'Key' } } } },
      'PROVIDERS.acme.fields: is for a "grant" without a browser',
    ],
    [
      'a parameter from a field that is not there',
      {
        acme: { ...acme, parameters: { org: { label: 'O', pattern: 'a', from: 'field:org' } } },
      },
      'PROVIDERS.acme.parameters.org.from: reads a field, and there are none',
    ],
    [
      'a signed assertion in the revocation URL',
      { acme: { ...acme, clientAuth: 'private_key_jwt', revocation: { body: 'query' } } },
      'PROVIDERS.acme.revocation.clientAuth: would put the client secret into the URL',
    ],
    [
      'a shared secret that is to sign as a key',
      {
        acme: { ...acme, clientAuth: 'private_key_jwt', clientAssertion: { algorithm: 'HS256' } },
      },
      'PROVIDERS.acme.clientAssertion.algorithm: does not go with "clientAuth"',
    ],
    [
      'a header of a revocation that sends a parameter',
      { acme: { ...acme, revocation: { header: 'X-Token' } } },
      'PROVIDERS.acme.revocation.header: is for the style "bearer" only',
    ],
    [
      'a header of a revocation that is none',
      { acme: { ...acme, revocation: { style: 'bearer', header: 'X Token' } } },
      'PROVIDERS.acme.revocation.header: is not an HTTP header',
    ],
    [
      'a bearer revocation without a token',
      { acme: { ...acme, revocation: { style: 'bearer', token: 'none' } } },
      'PROVIDERS.acme.revocation.token: is none',
    ],
    [
      'a revocation that says nothing',
      { acme: { ...acme, revocation: { token: 'none' } } },
      'PROVIDERS.acme.revocation.params: are missing',
    ],
    [
      'an account that is read from a header that has capitals',
      {
        keys: {
          extends: 'api-key',
          name: 'Keys',
          check: { url: 'https://keys.example/me', accountId: 'header:Acme-Id' },
        },
      },
      'PROVIDERS.keys.check: reads "header:Acme-Id", which is no header in lower case',
    ],
    [
      'ids that share their settings',
      { 'a-b': acme, a_b: acme },
      'PROVIDERS.a_b: would read the same A_B_CLIENT_ID',
    ],
    [
      '__proto__ as an id',
      '{"__proto__":{"name":"x"}}',
      'PROVIDERS.__proto__: is not an allowed name',
    ],
    [
      'constructor as an id',
      { constructor: acme },
      'PROVIDERS.constructor: is not an allowed name',
    ],
    [
      '__proto__ inside a record',
      '{"reddit":{"headers":{"__proto__":"x"}}}',
      'PROVIDERS.reddit.headers.__proto__: is not an allowed name',
    ],
  ])('refuses %s and names the place', (_, providers, message) => {
    expect(() => registry(providers)).toThrow(ConfigError);
    expect(() => registry(providers)).toThrow(message);
  });

  it('never quotes a value in an error', () => {
    const canary = 'canary-7f3a';
    for (const providers of [
      `{"acme": "${canary}`,
      { acme: { ...acme, clientAuth: canary } },
      { acme: { ...acme, headers: { 'X-Key': `${canary}\n` } } },
      { acme: { ...acme, tokenUrl: `http://${canary}.example/` } },
    ]) {
      expect(() => registry(providers)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(canary) }),
      );
    }
  });
});
