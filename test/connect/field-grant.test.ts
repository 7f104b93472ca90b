/**
 * Grants without a browser: what the user gave obtains a token, now and at each refresh, and stays
 * inside.
 */
import { decodeJwt, exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { eventLog, oauthAccounts } from '../../src/db/schema';
import { EVERY_MINUTE, runJobs } from '../../src/jobs/cron';
import { accountContext } from '../../src/vault/vault';
import {
  type FieldFixture,
  githubInstallation,
  installation,
  login,
  ownClient,
  simulateFields,
} from '../simulator/field-grants';
import { apiWith, userToken } from '../support/api';
import { configWith } from '../support/config';
import { testClock, testDeps } from '../support/deps';
import { codeOf } from './journey';

const pair = await generateKeyPair('ES256', { extractable: true });
const publicKey = (await exportJWK(pair.publicKey)) as JsonWebKey;
const jwk = JSON.stringify(await exportJWK(pair.privateKey));
const rsa = await generateKeyPair('RS256', { extractable: true });
const rsaPublicKey = (await exportJWK(rsa.publicKey)) as JsonWebKey;
const pem = await exportPKCS8(rsa.privateKey);
const host = { label: 'Host', pattern: '[a-z]+\\.machines\\.example', from: 'field:domain' };

interface Case {
  fixture: FieldFixture;
  record: Record<string, unknown>;
  settings: Record<string, string>;
  credentials: Record<string, string>;
  wrong: Record<string, string>;
  accountId: string;
  /** What must be shown to nobody. */
  secret: string;
}

const cases: Record<string, Case> = {
  machines: {
    fixture: ownClient,
    record: {
      name: 'Machines',
      kind: 'oauth2',
      grant: 'client_credentials',
      fields: {
        domain: { label: 'Domain', secret: false },
        client_id: { label: 'Client ID', secret: false },
        client_secret: { label: 'Client secret' },
      },
      parameters: { host },
      tokenUrl: 'https://{host}/oauth/token',
      profileUrl: 'https://{host}/me',
      clientAuth: 'client_secret_basic_raw',
      scopes: ['read', 'write'],
      accountId: ['parameter:host', 'sub'],
      displayName: 'name',
      metadata: { client: 'field:client_id' },
      refreshModel: 'static',
    },
    settings: {},
    credentials: {
      domain: 'ada.machines.example',
      client_id: 'ada-client',
      client_secret: 'canary-secret',
    },
    wrong: {
      domain: 'ada.machines.example',
      client_id: 'ada-client',
      client_secret: 'canary-wrong',
    },
    accountId: 'ada.machines.example:machine-7',
    secret: 'canary-secret',
  },
  apps: {
    fixture: installation({ id: 'app-1', secret: '', redirectUri: '', publicKey }),
    record: {
      name: 'Apps',
      kind: 'oauth2',
      grant: 'jwt_bearer',
      fields: { installation: { label: 'Installation', secret: false, pattern: '\\d+' } },
      parameters: {
        installation_id: { label: 'Installation', pattern: '\\d+', from: 'field:installation' },
      },
      omitParams: { token: ['grant_type', 'assertion'] },
      tokenHeaders: { Authorization: 'Bearer {assertion}' },
      tokenUrl: 'https://apps.example/app/installations/{installation_id}/access_tokens',
      profileUrl: 'https://apps.example/installation',
      clientAssertion: { audience: 'https://apps.example' },
      reply: { accessToken: 'token' },
      refusedStatuses: [404],
      accountId: 'id',
      displayName: 'account.login',
      refreshModel: 'static',
    },
    settings: { APPS_CLIENT_ID: 'app-1', APPS_CLIENT_KEY: jwk },
    credentials: { installation: '4711' },
    wrong: { installation: '4711' },
    accountId: '4711',
    secret: (await exportJWK(pair.privateKey)).d ?? '',
  },
  'github-installation': {
    fixture: githubInstallation({
      id: 'Iv1.app',
      secret: '',
      redirectUri: '',
      publicKey: rsaPublicKey,
    }),
    // The built-in one.
    record: {},
    settings: {
      GITHUB_INSTALLATION_CLIENT_ID: 'Iv1.app',
      GITHUB_INSTALLATION_CLIENT_KEY: pem,
    },
    credentials: { installation: '4711' },
    wrong: { installation: '4711' },
    accountId: '4711',
    secret: pem.split('\n')[3] ?? '',
  },
  logins: {
    fixture: login,
    record: {
      name: 'Logins',
      kind: 'oauth2',
      grant: 'login',
      fields: {
        tenant: { label: 'Tenant', secret: false },
        user: { label: 'User', secret: false },
        password: { label: 'Password' },
      },
      tokenUrl: 'https://login.example/api/login',
      tokenRequest: { body: 'json' },
      tokenParams: { user: '{user}', password: '{password}' },
      tokenHeaders: { 'X-Tenant': '{tenant}' },
      profileUrl: 'https://login.example/api/me',
      reply: { accessToken: 'session.token', expiresIn: 'session.ttl' },
      accountId: ['field:tenant', 'user.id'],
      displayName: 'user.name',
      refreshModel: 'static',
    },
    settings: {},
    credentials: { tenant: 'ada-inc', user: 'ada', password: 'canary-password' },
    wrong: { tenant: 'ada-inc', user: 'ada', password: 'canary-wrong' },
    accountId: 'ada-inc:9',
    secret: 'canary-password',
  },
};

const machines = cases.machines as Case;
/** Which host has the profile stands in the token reply. */
cases.regions = {
  ...machines,
  fixture: {
    ...ownClient,
    reply: (token) => ({
      ...(ownClient.reply(token) as object),
      api: 'https://eu.machines-api.example',
    }),
    profileUrl: 'https://eu.machines-api.example/me',
  },
  record: {
    ...machines.record,
    parameters: {
      host,
      api: { label: 'API', pattern: '[a-z]+\\.machines-api\\.example', from: 'token:api' },
    },
    profileUrl: 'https://{api}/me',
  },
};

function start(name: string, fixture?: Partial<FieldFixture>) {
  const one = cases[name];
  if (!one) throw new Error(`no case ${name}`);
  const clock = testClock(Date.now());
  const simulator = simulateFields({ ...one.fixture, ...fixture }, clock.now);
  const config = configWith({ [name]: one.record }, one.settings);
  const deps = testDeps({ clock, config, fetch: simulator.fetch });
  const api = apiWith(deps);
  const path = `/v1/users/ada/integrations/${name}`;
  const account = `${path}/${encodeURIComponent(one.accountId)}`;
  return {
    ...one,
    deps,
    api,
    simulator,
    account,
    put: (credentials: Record<string, string>, token?: string) =>
      api(token === undefined ? path : `/v1/users/me/integrations/${name}`, {
        method: 'PUT',
        json: { credentials },
        ...(token === undefined ? {} : { token }),
      }),
    rows: () => deps.db.select().from(oauthAccounts),
    cron: async () => {
      await runJobs(deps, EVERY_MINUTE);
      await deps.settle();
    },
  };
}

/** What the operator's key signs, where the record says so of its assertion. */
async function signedFor(clientAssertion: Record<string, unknown>) {
  const { record, settings, credentials } = cases.apps as Case;
  const said = { ...(record.clientAssertion as object), ...clientAssertion };
  let claims: unknown = null;
  const deps = testDeps({
    config: configWith({ apps: { ...record, clientAssertion: said } }, settings),
    fetch: async (input, init) => {
      const { headers } = new Request(input, init);
      claims = decodeJwt(headers.get('Authorization')?.replace('Bearer ', '') ?? '');
      return Response.json({ message: 'Not Found' }, { status: 404 });
    },
  });
  await apiWith(deps)('/v1/users/ada/integrations/apps', { method: 'PUT', json: { credentials } });
  return { claims };
}

beforeEach(async () => {
  await testDeps().db.delete(oauthAccounts);
  await testDeps().db.delete(eventLog);
});

describe.each(Object.keys(cases))('%s', (name) => {
  test('the whole way: refused, connected, refreshed, taken back, connected again, ended', async () => {
    const j = start(name);
    j.simulator.withdraw();
    const refused = await j.put(j.wrong);
    expect([refused.status, await codeOf(refused)]).toEqual([422, 'credentials_refused']);
    expect(await j.rows()).toEqual([]);
    j.simulator.restore();

    const connected = await j.put(j.credentials);
    expect(connected.status, await connected.clone().text()).toBe(201);
    expect(await connected.json()).toMatchObject({
      accountId: j.accountId,
      status: 'connected',
      missingScopes: [],
    });
    const token = await (await j.api(`${j.account}/token`)).json<{ accessToken: string }>();
    expect(token.accessToken).toMatch(/^field-token-/);

    // In its time, with what was given.
    const [row] = await j.rows();
    expect(row?.expiresAt).toBeGreaterThan(row?.refreshDueAt ?? 0);
    j.deps.clock.set(row?.refreshDueAt ?? 0);
    await j.cron();
    const [after] = await j.rows();
    expect(after).toMatchObject({
      lastError: null,
      refreshToken: row?.refreshToken,
      // What was given does not run out, whatever a reply says of a refresh token.
      refreshExpiresAt: null,
    });
    expect(after?.tokenVersion).toBeGreaterThan(row?.tokenVersion ?? 0);
    const kept = await j.deps.vault.open(
      after?.refreshToken ?? '',
      accountContext(name, j.accountId, 'refresh_token'),
    );
    expect(JSON.parse(kept)).toEqual(j.credentials);

    // The user took it back: twice refused, then told.
    j.simulator.withdraw();
    expect((await j.api(`${j.account}/refresh`, { method: 'POST' })).status).toBe(409);
    j.deps.clock.advance(180_000);
    await j.cron();
    expect(await j.rows()).toMatchObject([{ state: 'needs_reconnect', refreshDueAt: null }]);

    j.simulator.restore();
    expect((await j.put(j.credentials)).status).toBe(201);
    expect(await j.rows()).toMatchObject([{ state: 'active' }]);
    const ended = await j.api(j.account, { method: 'DELETE' });
    expect(await ended.json()).toEqual({ revocation: 'not_supported' });
    expect(await j.rows()).toEqual([]);
    await j.deps.settle();

    const seen = JSON.stringify([
      token,
      j.deps.logLines,
      await j.deps.db.select().from(eventLog),
      await (await j.api('/v1/providers')).text(),
    ]);
    expect(seen).not.toContain(j.secret);
    expect(seen).not.toContain('canary');
  });

  test.each([
    ['is away', () => Promise.reject(new TypeError('reset')), 503],
    ['fails', () => new Response('<html>', { status: 502 }), 503],
    ['asks for a pause', () => Response.json({ error: 'slow_down' }, { status: 429 }), 503],
    ['says nothing', () => new Response('', { status: 200 }), 503],
    ['says something else', () => Response.json({ error: 'odd' }, { status: 400 }), 502],
  ])(
    'where the provider %s, nothing is stored, and no refresh marks anybody',
    async (_, answer, status) => {
      const j = start(name);
      j.simulator.answerTokens(answer);
      expect((await j.put(j.credentials)).status).toBe(status);
      expect(await j.rows()).toEqual([]);
      j.simulator.answerTokens(null);
      await j.put(j.credentials);
      j.simulator.answerTokens(answer);
      const [row] = await j.rows();
      j.deps.clock.set(row?.refreshDueAt ?? 0);
      await j.cron();
      expect(await j.rows()).toMatchObject([{ state: 'active', refreshFailures: 1 }]);
    },
  );
});

describe('a grant without a browser', () => {
  test('is listed as something to enter, and begins no connection', async () => {
    const j = start('machines');
    const { providers } = await (await j.api('/v1/providers')).json<{
      providers: { id: string; kind: string; fields?: object }[];
    }>();
    expect(providers.find(({ id }) => id === 'machines')).toMatchObject({
      kind: 'credentials',
      configured: true,
      fields: { client_secret: { secret: true } },
    });
    const begun = await j.api('/v1/users/ada/connections', {
      method: 'POST',
      json: { provider: 'machines', returnTo: 'https://app.example.com/done' },
    });
    expect([begun.status, await codeOf(begun)]).toEqual([400, 'invalid_request']);
  });

  test("of a user is entered by the user; what the operator signs for is not a user's to name", async () => {
    const own = start('machines');
    expect((await own.put(own.credentials, await userToken('ada'))).status).toBe(201);
    const signed = start('apps');
    const reply = await signed.put(signed.credentials, await userToken('eve'));
    expect([reply.status, await codeOf(reply)]).toEqual([403, 'forbidden']);
    expect(signed.simulator.tokens).toEqual([]);
  });

  test.each([
    'evil.example',
    'ada.machines.example.evil.example',
    '127.0.0.1',
    'ada.machines.example/x',
  ])('is asked at no host that its record does not take: %s', async (domain) => {
    const j = start('machines');
    const reply = await j.put({ ...j.credentials, domain });
    expect([reply.status, await codeOf(reply)]).toEqual([400, 'invalid_request']);
    expect(j.simulator.tokens).toEqual([]);
  });

  test('signs what a claim and the subject say by a parameter', async () => {
    const { claims } = await signedFor({
      subject: 'org-{installation_id}',
      claims: { scope: 'all of {installation_id}', about: '{installation}' },
    });
    expect(claims).toMatchObject({
      iss: 'app-1',
      sub: 'org-4711',
      scope: 'all of 4711',
      about: '4711',
    });
  });

  test.each([
    [403, 'This installation has been suspended', 'needs_reconnect', 'refused'],
    [404, 'Not Found', 'needs_reconnect', 'refused'],
    [403, 'API rate limit exceeded for installation ID 4711.', 'active', 'unexpected'],
    [404, 'Integration not found', 'active', 'operator_fault'],
    [401, 'A JSON web token could not be decoded', 'active', 'operator_fault'],
  ])('of GitHub that is answered %i "%s" is %s', async (status, message, state, category) => {
    const j = start('github-installation');
    await j.put(j.credentials);
    j.simulator.answerTokens(() => Response.json({ message }, { status }));
    await j.api(`${j.account}/refresh`, { method: 'POST' });
    j.deps.clock.advance(180_000);
    await j.cron();
    expect(await j.rows()).toMatchObject([{ state, lastErrorCategory: category }]);
  });

  test('keeps what the token reply says of the account', async () => {
    const j = start('regions');
    expect((await j.put(j.credentials)).status).toBe(201);
    expect(await j.rows()).toMatchObject([
      { parameters: { host: 'ada.machines.example', api: 'eu.machines-api.example' } },
    ]);
  });

  test.each(['https://evil.example', undefined])(
    'is not kept where its reply has not what the record reads there: %s',
    async (api) => {
      const j = start('regions', { reply: (token) => ({ access_token: token, api }) });
      const reply = await j.put(j.credentials);
      expect([reply.status, await codeOf(reply)]).toEqual([502, 'provider_error']);
      expect(await reply.json()).toMatchObject({
        detail: expect.stringContaining('does not say in its token reply'),
      });
      expect(await j.rows()).toEqual([]);
    },
  );

  test("is nobody's who has not entered it: another user's account stays", async () => {
    const j = start('machines');
    await j.put(j.credentials);
    const other = await j.put(j.credentials, await userToken('eve'));
    expect([other.status, await codeOf(other)]).toEqual([409, 'account_linked_to_another_user']);
    expect(await j.rows()).toMatchObject([{ userId: 'ada' }]);
  });
});
