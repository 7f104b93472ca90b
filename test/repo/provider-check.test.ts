import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { report } from '../../scripts/provider-check';

const settings = (providers: unknown, more: Record<string, string> = {}) => ({
  PUBLIC_URL: 'https://mooring.example.com',
  PROVIDERS: JSON.stringify(providers),
  ...more,
});

const acme = {
  name: 'Acme',
  kind: 'oauth2',
  authorizationUrl: 'https://id.acme.example/authorize',
  tokenUrl: 'https://id.acme.example/token',
  accountId: 'token:id',
  refreshModel: 'rotating',
};

describe('npm run provider:check', () => {
  it.each(['provider-check', 'provider-live', 'provider-table', 'key-new'])(
    '%s.ts loads in Node, which takes no syntax of TypeScript but types',
    (script) => {
      const options = { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8' } as const;
      const code = `await import('./scripts/${script}.ts'); console.log('loaded')`;
      const args = ['--import', './scripts/resolve-src.ts', '--input-type=module', '-e', code];
      expect(execFileSync(process.execPath, args, { ...options, timeout: 30_000 })).toBe(
        'loaded\n',
      );
    },
    30_000,
  );

  it('prints where a browser would be sent, with the real client, and no secret', async () => {
    const lines = await report(
      ['acme'],
      settings({ acme }, { ACME_CLIENT_ID: 'client-1', ACME_CLIENT_SECRET: 'canary-5d1c' }),
    );
    const url = new URL(lines.at(-1) ?? '');
    expect(url.origin + url.pathname).toBe('https://id.acme.example/authorize');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: 'client-1',
      redirect_uri: 'https://mooring.example.com/connect/callback/acme',
      code_challenge_method: 'S256',
    });
    expect(lines.join('\n')).not.toContain('canary');
  });

  it('works before there is a client, and says which settings to make', async () => {
    const lines = await report(['slack-user'], {});
    expect(lines.join('\n')).toContain('set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET');
  });

  it('asks for no client where it has one of its own', async () => {
    expect(await report(['mastodon', 'host=social.example.com'], settings({}))).toContain(
      'Client: none needed; its own is https://mooring.example.com/.well-known/oauth-client/mastodon',
    );
    await expect(report(['bluesky'], {})).rejects.toThrow('account=... (Bluesky handle)');
  });

  it('takes the parameters of a connection', async () => {
    const lines = await report(['shopify', 'shop=demo'], {});
    expect(lines.at(-1)).toContain('https://demo.myshopify.com/admin/oauth/authorize?');
  });

  it('tells what the provider ends by itself, and when its endpoints end', async () => {
    expect(await report(['figma'], {})).toContain('Limits: 1 grant per account, code of 30 s');
    expect(await report(['slack'], {})).toContain('Limits: 2 access tokens per grant');
    expect(await report(['hubspot'], {})).toContain('Its endpoints end: 2027-09-30');
  });

  it.each([
    [{}, 'client_secret_post'],
    [{ clientAuth: 'client_secret_basic_raw' }, 'client_secret_basic_raw'],
  ])('tells how the client proves who it is: %o', async (more, method) => {
    const lines = await report(['acme'], settings({ acme: { ...acme, ...more } }));
    expect(lines).toContain(`Client authentication: ${method}`);
  });

  it('tells what a call would look like', async () => {
    const lines = await report(['shopify', 'shop=demo'], {});
    expect(lines).toContain(
      'Calls: /v1/users/{userId}/proxy/shopify/{accountId}/... -> https://demo.myshopify.com/admin/api/...',
    );
    expect(lines).toContain('Call header X-Shopify-Access-Token: {access_token}');
    expect(await report(['salesforce'], {})).toContain(
      'Calls: /v1/users/{userId}/proxy/salesforce/{accountId}/... -> {instanceUrl}/...',
    );
    expect(await report(['acme'], settings({ acme }))).toContain('Calls: not possible');
    const echoes = { ...acme, apiUrl: 'https://api.acme.example', echoesToken: true };
    expect(await report(['acme'], settings({ acme: echoes }))).toContain(
      'Its answers hold the credential: whoever may call sees it.',
    );
  });

  it('tells who says a parameter, and under which name the redirect URI is sent', async () => {
    const company = {
      ...acme,
      redirectUri: 'Acme-RuName',
      parameters: { org: { label: 'Org', pattern: '[a-z0-9]+', from: 'callback:realmId' } },
      choices: { url: 'https://api.acme.example/{org}/sites', id: 'id' },
    };
    expect(await report(['acme', 'org=o1'], settings({ acme: company }))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Register this redirect URI: .*\/connect\/callback\/acme$/),
        'It is sent as: Acme-RuName',
        'Parameter org: said by callback:realmId',
        'Choices: https://api.acme.example/o1/sites, of which the user chooses one',
      ]),
    );
    expect(await report(['xero'], {})).toContain(
      'Choices: https://api.xero.com/connections, all of which are connected, by one grant',
    );
  });

  it('tells which setting says a parameter, and whether it is there', async () => {
    expect(await report(['apple'], {})).toEqual(
      expect.arrayContaining([
        'Client: none yet; set APPLE_CLIENT_ID and APPLE_CLIENT_KEY.',
        'Setting: none yet; set APPLE_TEAM_ID.',
      ]),
    );
    const shown = await report(['amazon-seller'], { AMAZON_SELLER_APPLICATION_ID: 'amzn1.a' });
    expect(shown).toContain('Setting: AMAZON_SELLER_APPLICATION_ID is set.');
    expect(shown.at(-1)).toMatch(
      /^https:\/\/sellercentral\.amazon\.com\/.*application_id=amzn1\.a&/,
    );
  });

  it('asks for no parameter that is said later, and shows its placeholder', async () => {
    const shown = await report(['quickbooks'], {});
    expect(shown).toEqual(
      expect.arrayContaining([
        'Parameter realm_id: said by callback:realmId',
        'Profile: https://quickbooks.api.intuit.com/v3/company/{realm_id}/companyinfo/{realm_id}',
        'Calls: /v1/users/{userId}/proxy/quickbooks/{accountId}/... -> https://quickbooks.api.intuit.com/v3/company/{realm_id}/...',
      ]),
    );
    expect(shown.at(-1)).toMatch(/^https:\/\/appcenter\.intuit\.com\/connect\/oauth2\?/);
    expect(await report(['xero'], {})).toContain(
      'Calls: /v1/users/{userId}/proxy/xero/{accountId}/... -> https://api.xero.com/...',
    );
    const desk = {
      ...acme,
      tokenUrl: 'https://{host}/token',
      parameters: {
        host: { label: 'Host', pattern: '[a-z]+\\.acme\\.example', from: 'callback:server' },
      },
    };
    expect(await report(['acme'], settings({ acme: desk }))).toContain(
      'Tokens: https://{host}/token',
    );
    await expect(report(['shopify'], {})).rejects.toThrow('shopify needs a parameter, shop=...');
  });

  it('takes a value all the same, and none that its pattern does not take', async () => {
    expect(await report(['quickbooks', 'realm_id=7'], {})).toContain(
      'Profile: https://quickbooks.api.intuit.com/v3/company/7/companyinfo/7',
    );
    await expect(report(['quickbooks', 'realm_id=x'], {})).rejects.toThrow('realm_id');
  });

  it('tells what a token is obtained with, where there is no browser', async () => {
    const machines = {
      name: 'Machines',
      kind: 'oauth2',
      grant: 'client_credentials',
      fields: {
        client_id: { label: 'Client ID', secret: false },
        client_secret: { label: 'Client secret' },
        domain: { label: 'Domain', secret: false },
      },
      parameters: { host: { label: 'Host', pattern: '[a-z.]+', from: 'field:domain' } },
      tokenUrl: 'https://{host}/token',
      profileUrl: 'https://{host}/me',
      accountId: ['parameter:host', 'sub'],
      refreshModel: 'static',
    };
    expect(await report(['machines', 'host=a.example'], settings({ machines }))).toEqual(
      expect.arrayContaining([
        'Field client_secret: Client secret, secret',
        'Tokens: client_credentials, at https://a.example/token',
      ]),
    );
  });

  it('tells how long a slow provider may take', async () => {
    const slow = { ...acme, timeoutSeconds: 20 };
    expect(await report(['acme'], settings({ acme: slow }))).toContain(
      'Time for each request: 20 s',
    );
  });

  it('tells what to give for a provider without OAuth', async () => {
    const lines = await report(['keys'], settings({ keys: { extends: 'api-key', name: 'Keys' } }));
    expect(lines).toEqual([
      'Keys (keys): the record is right.',
      'Field apiKey: API key, secret',
      'Header Authorization: Bearer {apiKey}',
      'Check: not possible',
      'Calls: not possible',
    ]);
  });

  it('tells how a credential would be tried', async () => {
    expect(await report(['acme'], settings({ acme }))).toContain('Check: not possible');
    const check = {
      url: 'https://api.keys.example/{team}/me',
      method: 'POST',
      query: { v: '2' },
      body: { type: 'json', params: { token: '{apiKey}' } },
      refusedCodes: ['bad_key'],
    };
    const fields = {
      team: { label: 'Team', secret: false, pattern: '[a-z]+' },
      apiKey: { label: 'K' },
    };
    const keys = { extends: 'api-key', name: 'Keys', fields, check };
    expect((await report(['keys'], settings({ keys }))).slice(-6)).toEqual([
      'Header Authorization: Bearer {apiKey}',
      'Check: POST https://api.keys.example/{team}/me',
      'Check query v=2',
      'Check body (json) token: {apiKey}',
      'Refused by: 401, bad_key',
      'Calls: not possible',
    ]);
    expect(await report(['reddit'], {})).toContain(
      'Check: GET https://oauth.reddit.com/api/v1/me, the profile',
    );
    expect(await report(['facebook'], {})).toContain('Refused by: 401, 190, 102');
  });

  it.each([
    ['without an id', [], {}, 'npm run provider:check [-- --live] <id>'],
    ['of an unknown id', ['nope'], {}, 'There is no provider "nope". Known: airtable,'],
    ['of a template', ['api-key'], {}, 'There is no provider "api-key"'],
    ['without a parameter', ['shopify'], {}, 'shopify needs a parameter, shop=... (The shop'],
    ['with another parameter', ['reddit', 'shop=a'], {}, 'reddit has no parameter "shop"'],
    ['with a bad parameter', ['shopify', 'shop=a/b'], {}, 'parameter "shop" makes no usable URL'],
    [
      'of a record with a mistake',
      ['acme'],
      settings({ acme: { ...acme, tokenUrl: 'http://id.acme.example/' } }),
      'PROVIDERS.acme.tokenUrl: must be https',
    ],
    // Issue 5: a hostile configuration is refused with a clear error.
    [
      'of a record that points to a link-local address',
      ['acme'],
      settings({ acme: { ...acme, tokenUrl: 'https://169.254.169.254/latest' } }),
      'PROVIDERS.acme.tokenUrl: names an IP address',
    ],
    [
      'of a record that points to a file',
      ['acme'],
      settings({ acme: { ...acme, tokenUrl: 'file:///etc/passwd' } }),
      'PROVIDERS.acme.tokenUrl: must be https',
    ],
  ])('%s says what is wrong', async (_, args, env, message) => {
    await expect(report(args, env)).rejects.toThrow(message);
  });
});
