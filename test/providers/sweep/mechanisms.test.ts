/**
 * Each habit that a record can state goes the whole way against a provider that has it; and not one
 * step where the record does not state it, or states it wrongly.
 */
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { EVERY_MINUTE, runJobs } from '../../../src/jobs/cron';
import { mechanisms } from '../../simulator/mechanisms';
import { configWith, recordAt } from '../../support/config';
import { marketApi, marketRecord } from '../../support/market';
import { clearTables, type Deployment, type Step, Traveller, WrongWay } from './support/traveller';
import { wholeWay } from './support/whole-way';

beforeEach(clearTables);

type Name = keyof typeof mechanisms;
type Change = Record<string, unknown>;

const at = (id: string, changes: Change): Change =>
  recordAt(id, { displayName: 'name', scopes: ['read'], ...changes });

const realm = { label: 'Company', pattern: '[a-z0-9-]{1,40}', from: 'callback:realmId' };
const server = {
  label: 'Server',
  pattern: 'accounts\\.desk(?:-eu|-in)?\\.example',
  from: 'callback:accounts-server',
};

const listing = (id: string, connect: 'one' | 'all'): Change => ({
  choices: {
    connect,
    url: `https://api.${id}.example/accessible`,
    list: 'values',
    id: 'id',
    label: 'name',
  },
  parameters: { site: { label: 'Site', pattern: '[a-z0-9-]+', from: 'choice:id' } },
  apiUrl: `https://api.${id}.example/{site}`,
  accountId: 'choice:id',
  subject: 'sub',
  displayName: 'choice:name',
  metadata: { person: 'sub' },
});

const records: Record<Name, Change> = {
  books: at('books', {
    parameters: { realm_id: realm },
    profileUrl: 'https://api.books.example/v3/company/{realm_id}/info',
    accountId: 'parameter:realm_id',
    displayName: 'CompanyInfo.CompanyName',
    metadata: { company: 'parameter:realm_id' },
  }),
  desk: at('desk', {
    parameters: { server },
    codeParam: 'auth_code',
    tokenUrl: 'https://{server}/token',
    profileUrl: 'https://{server}/me',
    revocationUrl: 'https://{server}/revoke',
    accountId: ['parameter:server', 'sub'],
  }),
  posted: at('posted', { authorizationParams: { response_mode: 'form_post' } }),
  market: marketRecord,
  sites: at('sites', listing('sites', 'one')),
  tenants: at('tenants', listing('tenants', 'all')),
  ferry: at('ferry', {
    pushedAuthorizationRequestUrl: 'https://ferry.example/par',
    clientAuth: 'client_secret_basic',
  }),
  strongbox: at('strongbox', {
    dpop: true,
    pushedAuthorizationRequestUrl: 'https://strongbox.example/par',
    clientAuth: 'client_secret_basic',
    profileUrl: 'https://api.strongbox.example/v1/me',
    apiUrl: 'https://api.strongbox.example/v1',
  }),
  users: at('users', { clientAuth: 'client_secret_basic_user' }),
  bearers: at('bearers', { clientAuth: 'client_secret_bearer' }),
  claims: at('claims', { reply: { expiresAt: 'access_token:exp' } }),
  schemes: at('schemes', {
    revocation: {
      token: 'access',
      tokenParam: 'access_token',
      body: 'json',
      clientAuth: 'omit',
      headers: { Authorization: 'Client {client_secret}' },
      params: { client_id: '{client_id}' },
    },
  }),
  signers: at('signers', { clientAuth: 'private_key_jwt' }),
  macs: at('macs', { clientAuth: 'client_secret_jwt' }),
  fruit: at('fruit', {
    authorizationParams: { response_mode: 'form_post' },
    clientAuth: 'client_secret_signed',
    clientAssertion: { audience: 'https://id.fruit.example', issuer: 'TEAM42' },
  }),
};

const pair = await generateKeyPair('ES256', { extractable: true });
const publicKey = (await exportJWK(pair.publicKey)) as JsonWebKey;
const other = await generateKeyPair('ES256', { extractable: true });
const jwk = JSON.stringify(await exportJWK(pair.privateKey));

/** Signs by a JWK, or by a PEM as a file of variables has it. */
const signing: Partial<Record<Name, Deployment>> = {
  signers: { settings: { SIGNERS_CLIENT_SECRET: '', SIGNERS_CLIENT_KEY: jwk }, publicKey },
  fruit: {
    settings: {
      FRUIT_CLIENT_KEY: (await exportPKCS8(pair.privateKey)).replaceAll('\n', '\\n'),
      FRUIT_CLIENT_KEY_ID: 'key-7',
    },
    publicKey,
  },
};
records.fruit.clientAssertion = {
  ...(records.fruit.clientAssertion as Change),
  algorithm: 'ES256',
};

describe('the whole way', { timeout: 30_000 }, () => {
  it.each(Object.keys(mechanisms) as Name[])('of %s', async (name) => {
    const simulator = await wholeWay(mechanisms[name], records[name], signing[name]);
    expect(simulator.count('unknown')).toBe(0);
  });
});

const wrong: [name: Name, what: string, change: Change, failsAt: Step][] = [
  [
    'books',
    'another name in the redirect back',
    { parameters: { realm_id: { ...realm, from: 'callback:realm' } } },
    'connect',
  ],
  [
    'books',
    'a pattern that takes no such company',
    { parameters: { realm_id: { ...realm, pattern: '[0-9]+' } } },
    'connect',
  ],
  ['desk', 'the code under its usual name', { codeParam: 'code' }, 'connect'],
  [
    'desk',
    'a pattern that takes no such host',
    { parameters: { server: { ...server, pattern: 'accounts\\.desk\\.example' } } },
    'connect',
  ],
  ['desk', 'a host of its own', { tokenUrl: 'https://desk.example/token' }, 'connect'],
  ['posted', 'no response_mode', { authorizationParams: {} }, 'connect'],
  [
    'market',
    'a response_type',
    { omitParams: { token: ['grant_type', 'code', 'redirect_uri'] } },
    'connect',
  ],
  ['market', 'a redirect URI as the standard has it', { redirectUri: undefined }, 'connect'],
  ['market', 'the secret under its usual name', { clientSecretParam: 'client_secret' }, 'connect'],
  [
    'market',
    'a grant_type',
    { omitParams: { authorization: ['response_type'], token: ['code', 'redirect_uri'] } },
    'connect',
  ],
  [
    'market',
    'another host in the token reply',
    { parameters: { api: { ...marketApi, pattern: '[a-z]+\\.other\\.example' } } },
    'connect',
  ],
  [
    'market',
    'the first account instead of the main one',
    { accountId: 'accounts.0.id' },
    'connect',
  ],
  [
    'market',
    'the refresh token under its usual name',
    {
      refreshParams: {},
      omitParams: {
        authorization: ['response_type'],
        token: ['grant_type', 'code', 'redirect_uri'],
        refresh: ['grant_type'],
      },
    },
    'refresh',
  ],
  [
    'sites',
    'a list elsewhere',
    { choices: { url: 'https://api.sites.example/accessible', id: 'id' } },
    'connect',
  ],
  [
    'sites',
    'another address',
    { choices: { url: 'https://api.sites.example/sites', list: 'values', id: 'id' } },
    'connect',
  ],
  [
    'sites',
    'a pattern that takes no such site',
    { parameters: { site: { label: 'Site', pattern: '[0-9]+', from: 'choice:id' } } },
    'connect',
  ],
  [
    'tenants',
    'one of them',
    { choices: { ...(listing('tenants', 'one').choices as Change) } },
    'connect',
  ],
  [
    'tenants',
    'a pattern that takes none of them',
    { parameters: { site: { label: 'Site', pattern: '[0-9]+', from: 'choice:id' } } },
    'connect',
  ],
  ['ferry', 'nothing pushed', { pushedAuthorizationRequestUrl: undefined }, 'connect'],
  ['ferry', 'the secret in the body', { clientAuth: 'client_secret_post' }, 'connect'],
  ['strongbox', 'no key', { dpop: false }, 'connect'],
  ['users', 'the secret as the password', { clientAuth: 'client_secret_basic' }, 'connect'],
  ['bearers', 'the secret in the body', { clientAuth: 'client_secret_post' }, 'connect'],
  ['claims', 'no word of the token', { reply: {} }, 'token'],
  ['claims', 'another claim', { reply: { expiresAt: 'access_token:jti' } }, 'token'],
  [
    'schemes',
    'the secret as a bearer token',
    {
      revocation: {
        token: 'access',
        tokenParam: 'access_token',
        body: 'json',
        clientAuth: 'client_secret_bearer',
      },
    },
    'disconnect',
  ],
  ['macs', 'the secret itself', { clientAuth: 'client_secret_post' }, 'connect'],
  [
    'macs',
    'another audience',
    { clientAssertion: { audience: 'https://macs.example' } },
    'connect',
  ],
  ['signers', 'another issuer', { clientAssertion: { issuer: 'somebody' } }, 'connect'],
  [
    'fruit',
    'no team',
    { clientAssertion: { audience: 'https://id.fruit.example', algorithm: 'ES256' } },
    'connect',
  ],
  ['fruit', 'an assertion instead of a secret', { clientAuth: 'private_key_jwt' }, 'connect'],
];

describe('a client that signs', { timeout: 30_000 }, () => {
  it("with another's key is refused, and nothing of a key is told", async () => {
    const key = JSON.stringify({ ...(await exportJWK(other.privateKey)), kid: 'k' });
    const settings = { SIGNERS_CLIENT_KEY: key };
    const traveller = new Traveller(mechanisms.signers, records.signers, { settings, publicKey });
    await expect(traveller.connect()).rejects.toThrow(/invalid_client|gave no access token/);
    const { d = '' } = await exportJWK(other.privateKey);
    expect(JSON.stringify(traveller.deps.logLines)).not.toContain(d);
  });

  it('with a key that cannot is the fault of the operator: nobody is marked, and nothing is sent', async () => {
    const good = { settings: { SIGNERS_CLIENT_KEY: jwk }, publicKey };
    const first = new Traveller(mechanisms.signers, records.signers, good);
    await first.connect();
    const row = await first.row();
    // A key of another kind than the record wants.
    const config = configWith(
      { signers: { ...records.signers, clientAssertion: { algorithm: 'RS256' } } },
      {
        SIGNERS_CLIENT_ID: first.simulator.client.id,
        SIGNERS_CLIENT_KEY: jwk,
      },
    );
    const sent = first.simulator.requests.length;
    first.deps.clock.set(row.refreshDueAt ?? 0);
    await runJobs({ ...first.deps, config }, EVERY_MINUTE);
    await first.deps.settle();
    expect(first.simulator.requests).toHaveLength(sent);
    expect(await first.row()).toMatchObject({
      state: 'active',
      lastError: 'provider_not_configured',
      lastErrorCategory: 'operator_fault',
      leaseId: null,
    });
  });
});

describe('a wrong record does not get the whole way', { timeout: 30_000 }, () => {
  it.each(wrong)('%s: %s', async (name, _, change, failsAt) => {
    const record = { ...records[name], ...change };
    const error = await wholeWay(mechanisms[name], record, signing[name]).then(
      () => 'it went the whole way',
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(WrongWay);
    expect(String((error as WrongWay).message)).toMatch(new RegExp(`^${failsAt}:`));
  });
});
