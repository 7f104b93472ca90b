/**
 * No token, code, verifier or key in a log, in the database, in KV, in an error, in an address or
 * on a page. Codes are in the address of the callback, and the completion secret in that of
 * `returnTo`, by the protocol; access tokens are in the answers to a service that asks for one.
 * Nothing else, nowhere else.
 */
import { SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { Browser } from './support/browser.ts';
import { findLeaks, type Leak } from './support/leaks.ts';
import { type Mooring, type MooringOptions, startMooring } from './support/mooring.ts';
import { eventually } from './support/time.ts';

const TABLES = [
  'oauth_accounts',
  'user_versions',
  'connect_transactions',
  'provider_health',
  'refresh_runs',
  'audit_events',
  'outbox',
];

/** Strings that callers and providers hand in, and that must not come out again. */
const canaries = new Map([
  ['session cookie', 'canary-session-cookie-5f0c1e'],
  ['user agent', 'canary-user-agent-91b7'],
  ['wrong key', 'canary-wrong-key-77aa01'],
  ['body', 'canary-in-a-broken-body-3d2e'],
  ['error description', 'canary-error-description-08c4'],
  ['forged state', 'canary-forged-state-c11f'],
]);

const canary = (name: string): string => canaries.get(name) ?? '';

let mooring: Mooring;
let browser: Browser;
afterEach(() => mooring.stop());

/** Goes everywhere, and lets everything fail once. */
async function wander(options: MooringOptions = {}): Promise<void> {
  mooring = await startMooring(options);
  browser = new Browser();
  const { call, sandbox, worker, secrets } = mooring;
  const account = '/v1/users/u/integrations/sandbox/wanderer';
  const { id, url } = await mooring.authorize('u', 'wanderer', { browser });
  secrets.set('completion', url.searchParams.get('completion') ?? '');
  await mooring.complete('u', id);
  await call('GET', '/v1/users/u/integrations');
  await call('GET', `${account}/token`);
  await call('POST', `${account}/refresh`);
  await worker.sql('UPDATE oauth_accounts SET refresh_due_at = ?', Date.now() - 1000);
  await worker.cron();
  await worker.cron(0, '0 * * * *');

  // The provider fails in each of its ways.
  for (const failure of ['unavailable', 'lost'] as const) {
    await mooring.connect('u', `fails-${failure}`);
    sandbox.traffic.behaviour = { latencyMs: 0, failure, failures: 1 };
    await call('POST', `/v1/users/u/integrations/sandbox/fails-${failure}/refresh`);
  }
  sandbox.traffic.behaviour = { latencyMs: 0, failure: 'none', failures: 0 };
  await mooring.connect('u', 'refused');
  await sandbox.withdraw('refused');
  await call('POST', '/v1/users/u/integrations/sandbox/refused/refresh');
  await call('GET', '/v1/users/u/integrations/sandbox/refused/token');

  // Callers fail in each of theirs.
  const wrong = await mooring.authorize('u', 'not-finished');
  await mooring.complete('somebody-else', wrong.id);
  await call('GET', '/v1/users/u/integrations', {
    headers: { Authorization: `Bearer ${canary('wrong key')}` },
  });
  await fetch(`${worker.urls[0]}/v1/refresh`, {
    method: 'POST',
    body: `{"accounts": "${canary('body')}"`,
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${secrets.get('service key')}`,
    },
  });
  await call('PUT', '/v1/users/u/integrations/onlyfans', {
    json: {
      credentials: {
        sess: canary('session cookie'),
        auth_id: '1',
        x_bc: canary('session cookie'),
        user_agent: canary('user agent'),
        wrong_field: canary('body'),
      },
    },
  });
  await browser.open(
    `${worker.urls[0]}/connect/callback/sandbox?state=${canary('forged state')}&error=x&error_description=${canary('error description')}`,
  );
  const jwt = await new SignJWT({ sub: 'u' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(secrets.get('JWT secret')));
  secrets.set('user JWT', jwt);
  await call('GET', '/v1/users/me/integrations', { headers: { Authorization: `Bearer ${jwt}` } });

  await call('DELETE', account);
  await eventually(() => expect(sandbox.traffic.revocations.length).toBeGreaterThan(0));
  for (const [name, value] of canaries) secrets.set(name, value);
  let number = 0;
  for (const issued of sandbox.issued) secrets.set(`issued ${++number}`, issued);
  for (const verifier of sandbox.traffic.verifiers) secrets.set(`verifier ${++number}`, verifier);
}

async function leaks(): Promise<Leak[]> {
  const { worker, replies, secrets } = mooring;
  const tables = await Promise.all(TABLES.map((table) => worker.sql(`SELECT * FROM ${table}`)));
  const places = new Map<string, string | Buffer>([
    ['logs', worker.output.join('\n')],
    ['database', JSON.stringify(tables)],
    ['files', await worker.storageFiles()],
    ['KV', JSON.stringify([...(await worker.kv())])],
    ['replies', replies.filter((reply) => !/^GET \S+\/token -> /.test(reply)).join('\n')],
    [
      'addresses',
      browser.visited.filter((url) => !/\/connect\/callback\/|\/connected\?/.test(url)).join('\n'),
    ],
    ['pages', browser.pages.join('\n')],
  ]);
  return findLeaks(places, secrets);
}

describe('secrets', () => {
  it('are nowhere but where they belong', async () => {
    await wander();
    // So that the search has something to find, and somewhere to look.
    expect(mooring.secrets.size).toBeGreaterThan(20);
    expect(mooring.sandbox.traffic.verifiers.size).toBeGreaterThan(3);
    expect(mooring.worker.output.join('\n')).toContain('"event":"request.answered"');
    expect((await mooring.worker.kv()).size).toBeGreaterThan(0);
    expect(await leaks()).toEqual([]);
  });

  it('are found when a log line holds a request to the provider', async () => {
    await wander({
      planted: `const realFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const copy = new Request(input, init);
  console.log('sending', await copy.clone().text());
  return realFetch(copy);
};
`,
    });
    const found = await leaks();
    expect(new Set(found.map(({ place }) => place))).toEqual(new Set(['logs']));
    expect(found.some(({ secret }) => secret.startsWith('issued'))).toBe(true);
  });

  it('are found in the database and in KV', async () => {
    await wander();
    const secret = [...mooring.sandbox.issued][0] ?? '';
    await mooring.worker.sql(
      "INSERT INTO audit_events (at, type, detail) VALUES (0, 'planted', ?)",
      JSON.stringify({ token: Buffer.from(secret).toString('base64') }),
    );
    const places = new Set((await leaks()).map(({ place }) => place));
    expect(places).toEqual(new Set(['database', 'files']));
    await mooring.worker.putKv('planted', secret);
    expect((await leaks()).map(({ place }) => place)).toContain('KV');
  });
});
