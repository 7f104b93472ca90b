/**
 * I8: no token, code, verifier or key in a log, a URL, the cache, an error or a page. Secrets that
 * stand out go the whole way, good and bad, and then everything that came out is searched.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { EVERY_HOUR, EVERY_MINUTE, runJobs } from '../../src/jobs/cron';
import { acme } from '../simulator/acme';
import { tokensOf } from '../simulator/plain';
import { type ApiInit, apiWith, jwtSecret, serviceKey, userToken } from '../support/api';
import { configWith } from '../support/config';
import { testClock, testDeps } from '../support/deps';
import { dumpDatabase, dumpKv } from '../support/dump';
import { acmeServer, json } from '../support/provider';
import { findSecrets } from '../support/secrets';

const canary = (name: string): string => `canary-${name}-3f9a+/7c&21=é`.slice(0, -1);

/** Made up here, or caught on their way (verifier, cookie). */
const secrets: Record<string, string> = {
  serviceKey,
  // Where it is configured, and nowhere else.
  serviceKeyHash: env.SERVICE_KEYS.split(':')[1] ?? '',
  jwtSecret,
  encryptionKey: env.ENCRYPTION_KEYS.split(':')[1] ?? '',
  clientSecret: 'acme-secret',
  unknownKey: 'canary-unknown-service-key-77aa',
  code: canary('code'),
  badCode: canary('bad-code'),
  access: canary('access'),
  refresh: canary('refresh'),
  access2: canary('access-2'),
  refresh2: canary('refresh-2'),
  idToken: 'canary.id.token-5511aa99',
  session: 'canary-session-9c8b7a6d',
  browserToken: 'canaryBrowserToken5d4c3b2a',
  apiKey: canary('api-key'),
  webhookSecret: btoa('canary of the secret of webhooks'),
  webhookPath: 'canary-webhook-path-77aa',
  // What a provider may say in an error, and in what it should not.
  providerText: 'canary-provider-text-1a2b3c',
};

/** Place -> what was seen there. */
const outputs: Record<string, string> = {};
const user = 'canary-user';
const clock = testClock(Date.now());
let provider: 'well' | 'html' | 'refuses' | 'unreachable' = 'well';

const base = acme();
const server = acmeServer(
  clock.now,
  {},
  {
    issuedBefore: (kind) => (kind === 'code' ? 'canary-account' : null),
    issuedAs: (kind, _, serial) => secrets[serial === 1 ? kind : `${kind}2`] ?? '',
    token: {
      ...base.token,
      reply: {
        body: (t) => ({ ...tokensOf(t), id_token: secrets.idToken }),
        evidence: base.token.reply.evidence,
      },
    },
  },
);

/** Keys that are tried before they are kept. */
const keys = {
  extends: 'api-key',
  name: 'Keys',
  check: { url: 'https://api.keys.example/me', displayName: 'error_description' },
};
const WEBHOOKS = JSON.stringify({
  app: {
    url: `https://hooks.example/${secrets.webhookPath}`,
    secrets: [`whsec_${secrets.webhookSecret}`],
    events: ['*'],
  },
});
const config = configWith({ keys }, { WEBHOOKS });
/**
 * Webhooks are outputs too: what they say is searched, and the receiver says what it should not.
 */
const fetch: typeof globalThis.fetch = async (input, init) => {
  const request = input as Request;
  if (new URL(request.url).hostname !== 'hooks.example') return server.fetch(input, init);
  const number = Object.keys(outputs).length;
  outputs[`webhook ${number}`] = `${[...request.headers].join()} ${await request.text()}`;
  const headers = { Location: `https://elsewhere.example/${secrets.providerText}` };
  return new Response(secrets.providerText, { status: number % 2 === 0 ? 307 : 200, headers });
};
const deps = testDeps({ clock, fetch, config });
const call = apiWith(deps);

/** A provider of the kind that says more than it should. */
server.answer('*', ({ url, params, headers }) => {
  outputs[`URL ${Object.keys(outputs).length} to the provider`] = url;
  const verifier = params.get('code_verifier');
  if (verifier) secrets[`verifier ${verifier.slice(0, 4)}`] = verifier;
  const echo = `${secrets.providerText} ${[...params].join()} ${headers.authorization}`;
  if (provider === 'unreachable') throw new TypeError(`connect ${url} ${echo}`);
  if (provider === 'html') return new Response(`<html>${echo}</html>`);
  if (provider === 'refuses') return json({ error: 'invalid_grant', error_description: echo }, 400);
  return null;
});

/**
 * Calls and keeps all that comes back. `may`: names of secrets that this answer is there to give.
 */
async function visit(path: string, init: ApiInit = {}, may: string[] = []): Promise<Response> {
  const reply = await call(path, init);
  await deps.settle();
  let text = `${reply.status} ${[...reply.headers].join('\n')}\n${await reply.clone().text()}`;
  const completion = completionIn(reply);
  if (completion) {
    secrets[`completion ${completion.slice(-4)}`] = completion;
    text = text.replaceAll(completion, '');
  }
  for (const name of may) text = text.replaceAll(JSON.stringify(secrets[name]).slice(1, -1), '');
  outputs[`${init.method ?? 'GET'} ${path.split('?')[0]} #${Object.keys(outputs).length}`] = text;
  return reply;
}

/** What the redirect to `returnTo` has to name; nothing else may. */
const completionIn = (reply: Response): string =>
  URL.parse(reply.headers.get('Location') ?? '')?.searchParams.get('completion') ?? '';

/** To the provider and back, with a code. */
async function authorize(code: string): Promise<{ id: string; completion: string }> {
  const begun = await visit(`/v1/users/${user}/connections`, {
    method: 'POST',
    json: { provider: 'acme', returnTo: 'https://app.example.com/back' },
  });
  expect(begun.status).toBe(201);
  const { id, connectUrl } = await begun.json<{ id: string; connectUrl: string }>();
  const started = await call(connectUrl, { token: null });
  const cookie = started.headers.get('Set-Cookie')?.split(';')[0] ?? '';
  secrets.browserCookie = cookie.split('=')[1] ?? '';
  const location = new URL(started.headers.get('Location') ?? '');
  outputs[`authorization URL ${id}`] = location.href;
  const state = location.searchParams.get('state') ?? '';
  // The authorization URL has to name it; nothing else may.
  outputs[`authorization URL ${id}`] = location.href.replaceAll(state, '');
  secrets[`state ${id}`] = state;
  const query = new URLSearchParams({ code, state });
  const back = await visit(`/connect/callback/acme?${query}`, {
    token: null,
    headers: { Cookie: cookie },
  });
  expect(back.status).toBe(303);
  const completion = completionIn(back);
  // Once more, with another code: it is refused, and its error page is searched as well.
  query.set('code', 'another');
  await visit(`/connect/callback/acme?${query}`, { token: null, headers: { Cookie: cookie } });
  return { id, completion };
}

const complete = ({ id, completion }: { id: string; completion: string }) =>
  visit(`/v1/users/${user}/connections/${id}/complete`, { method: 'POST', json: { completion } });

const integration = `/v1/users/${user}/integrations/acme/canary-account`;
const tokenPath = `/v1/users/${user}/token`;
const keyed = `/v1/users/${user}/integrations/keys`;

const putKey = () =>
  visit(keyed, {
    method: 'PUT',
    json: { credentials: { apiKey: secrets.apiKey }, accountId: 'canary-team' },
  });

beforeAll(async () => {
  expect((await complete(await authorize(secrets.code ?? ''))).status).toBe(201);
  await visit(`/v1/users/${user}/integrations`);
  const token = await visit(`${integration}/token`, {}, ['access']);
  expect((await token.json<{ accessToken: string }>()).accessToken).toBe(secrets.access);

  expect((await visit(`${integration}/refresh`, { method: 'POST' })).status).toBe(200);
  await visit(`${integration}/token`, {}, ['access2']);
  await visit(`/v1/users/${user}/integrations`);

  expect((await visit(`${integration}/check`, { method: 'POST' })).status).toBe(200);
  expect((await putKey()).status).toBe(422);

  for (const trouble of ['html', 'refuses', 'unreachable'] as const) {
    provider = trouble;
    clock.advance(120_000);
    expect((await complete(await authorize(secrets.badCode ?? ''))).status).toBeGreaterThan(399);
    await visit(`${integration}/check`, { method: 'POST' });
    expect((await putKey()).status).toBe(201);
    clock.advance(1_200_000);
    await visit(`${keyed}/canary-team/check`, { method: 'POST' });
    await visit(`${integration}/refresh`, { method: 'POST' });
    clock.advance(3_600_000);
    await visit(`${integration}/token`, {}, ['access2']);
    await visit(tokenPath, { method: 'POST', json: { provider: 'acme' } }, ['access2']);
    await visit('/v1/refresh', {
      method: 'POST',
      json: { accounts: [{ provider: 'acme', accountId: 'canary-account' }] },
    });
    await runJobs(deps, EVERY_MINUTE);
    await deps.settle();
    await visit(`/v1/users/${user}/integrations`);
  }

  const onlyfans = { auth_id: '4711', sess: secrets.session, x_bc: secrets.browserToken };
  const put = (credentials: object) =>
    visit(`/v1/users/${user}/integrations/onlyfans`, { method: 'PUT', json: { credentials } });
  expect((await put({ ...onlyfans, user_agent: 'Mozilla/5.0' })).status).toBe(201);
  expect((await put({ ...onlyfans, x_bc: `${secrets.browserToken} not fitting` })).status).toBe(
    400,
  );
  expect((await put({ ...onlyfans, surplus: secrets.session })).status).toBe(400);

  // The answer has to name the link; nothing else may.
  const returnTo = 'https://app.example.com/back';
  const wanting = { provider: 'acme', scopes: ['never-granted'], returnTo };
  const asked = await call(tokenPath, { method: 'POST', json: wanting });
  const { connection } = await asked.json<{ connection: { connectUrl: string } }>();
  secrets.ticket = connection.connectUrl.split('/').at(-1) ?? '';
  await visit(tokenPath, { method: 'POST', json: wanting }, ['ticket']);
  await call(connection.connectUrl, { token: null });
  await visit(tokenPath, { method: 'POST', json: { ...wanting, returnTo: undefined } });

  const delegations = `/v1/users/${user}/delegations`;
  const created = await call(delegations, { method: 'POST', json: { rights: ['read', 'call'] } });
  const { token: delegation } = await created.json<{ token: string }>();
  secrets.delegation = delegation;
  for (const path of [
    `/v1/users/${user}/integrations`,
    `${integration}/token`,
    '/v1/cache/stats',
  ]) {
    await visit(path, { token: delegation });
  }
  await visit(delegations, { method: 'DELETE' });
  await visit(`/v1/users/${user}/integrations`, { token: delegation });
  await visit(`/v1/users/${user}/integrations`, { token: delegation.slice('mdel_'.length) });

  await visit('/v1/providers', { token: secrets.unknownKey ?? '' });
  const jwt = await userToken(user, {}, 'x'.repeat(40));
  secrets.refusedJwt = jwt;
  await visit('/v1/providers', { token: jwt });
  await visit(`/v1/users/${user}/integrations?access_token=${secrets.unknownKey}`, { token: null });
  await visit(`/connect/start/${secrets.unknownKey}`, { token: null });
  for (const path of ['/v1/events', '/v1/integrations']) await visit(path);
  await visit('/v1/refresh/runs');
  await visit('/v1/cache/stats');
  await visit('/v1/webhooks');
  await visit('/v1/webhooks/app/test', { method: 'POST' });
  await visit('/openapi.json');

  outputs['the cache before the end'] = JSON.stringify(await dumpKv());
  outputs['the database before the end'] = JSON.stringify(await dumpDatabase());
  await visit(integration, { method: 'DELETE' });
  provider = 'well';
  clock.advance(600_000);
  await runJobs(deps, EVERY_MINUTE);
  await runJobs(deps, EVERY_HOUR);
  await deps.settle();
  outputs['the cache'] = JSON.stringify(await dumpKv());
  outputs['the database'] = JSON.stringify(await dumpDatabase());
  outputs.logs = deps.logLines.join('\n');
});

describe('secrets', () => {
  it('are nowhere where they may not be', () => {
    expect(findSecrets(secrets, outputs)).toEqual([]);
  });

  it('went the whole way, and what is searched is not empty', () => {
    expect(server.count('code') + server.count('refresh')).toBeGreaterThan(1);
    expect(Object.keys(secrets).filter((name) => name.startsWith('verifier')).length).toBe(4);
    expect(secrets.browserCookie).toMatch(/.{43}/);
    expect(outputs['the cache before the end']).toContain('canary-account');
    expect(outputs['the database before the end']).toContain('canary-account');
    expect(
      Object.keys(outputs).filter((name) => name.startsWith('webhook ')).length,
    ).toBeGreaterThan(4);
    expect(outputs.logs?.split('\n').length).toBeGreaterThan(30);
    for (const secret of Object.values(secrets)) expect(secret.length).toBeGreaterThan(10);
  });
});

describe('the search itself', () => {
  const find = (output: string) => findSecrets({ secret: canary('planted') }, { planted: output });

  it.each([
    ['as it is', canary('planted')],
    ['in a URL', `https://x.example/?t=${encodeURIComponent(canary('planted'))}`],
    ['in a form', new URLSearchParams({ t: canary('planted') }).toString()],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ t: canary('planted') }))],
    ['in base64', btoa(`user:${canary('planted')}`)],
    ['in base64, one byte on', btoa(`user1:${canary('planted')}:x`)],
    ['in base64, two bytes on', btoa(`user12:${canary('planted')}`)],
  ])('finds one that was planted %s', (_, output) => {
    expect(find(`something before ${output} and after`)).toEqual(['secret in planted']);
  });

  it('finds one that was planted in a log line, a row and the cache', async () => {
    const planted = { planted: canary('leak') };
    deps.log.info('refresh.run_ended', { token: planted.planted });
    expect(findSecrets(planted, { logs: deps.logLines.join() })).toHaveLength(1);
    await env.DB.prepare('INSERT INTO user_versions (user_id, version) VALUES (?, 1)')
      .bind(planted.planted)
      .run();
    expect(findSecrets(planted, { d1: JSON.stringify(await dumpDatabase()) })).toHaveLength(1);
    await env.STATUS_CACHE.put('leak', JSON.stringify(planted));
    expect(findSecrets(planted, { kv: JSON.stringify(await dumpKv()) })).toHaveLength(1);
  });

  it('finds nothing where nothing is', () => {
    expect(find('canary-plante and not the whole')).toEqual([]);
  });
});
