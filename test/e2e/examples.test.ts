/** The backends in examples/, started as programs of their own, against the built Worker. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, consent } from './support/browser.ts';
import { freePorts, type Mooring, startMooring } from './support/mooring.ts';
import { type Program, startProgram } from './support/program.ts';
import { eventually } from './support/time.ts';

const root = join(import.meta.dirname, '../..');
const webhookSecret = `whsec_${Buffer.from('of-the-express-example'.padEnd(32, '.')).toString('base64')}`;

let mooring: Mooring;
let key: string;
let ports: { express: number; hono: number };

beforeAll(async () => {
  // They import the package as npm would give it.
  execFileSync(process.execPath, [join(root, 'client/scripts/build.ts')]);
  const [express = 0, hono = 0] = await freePorts(2);
  ports = { express, hono };
  mooring = await startMooring({
    vars: {
      APP_ORIGINS: `http://localhost:${express},http://localhost:${hono}`,
      WEBHOOKS: JSON.stringify({
        app: {
          url: `http://localhost:${express}/webhooks/mooring`,
          secrets: [webhookSecret],
          events: ['integration.*'],
        },
      }),
    },
  });
  key = mooring.secrets.get('service key') ?? '';
});
afterAll(() => mooring?.stop());

const start = {
  express: () =>
    startProgram(['app.ts'], {
      cwd: join(root, 'examples/express'),
      url: `http://localhost:${ports.express}`,
      env: {
        MOORING_URL: mooring.worker.urls[0] ?? '',
        MOORING_KEY: key,
        JWT_SECRET: mooring.secrets.get('JWT secret') ?? '',
        WEBHOOK_SECRET: webhookSecret,
        PORT: String(ports.express),
      },
    }),
  hono: () =>
    startProgram(
      [
        join(root, 'node_modules/wrangler/bin/wrangler.js'),
        ...['dev', '--port', String(ports.hono), '--inspector-port', '0'],
        ...['--var', `MOORING_KEY:${key}`, '--show-interactive-dev-session=false'],
      ],
      {
        cwd: join(root, 'examples/hono-workers'),
        url: `http://localhost:${ports.hono}`,
        env: {
          WRANGLER_REGISTRY_PATH: mooring.worker.registry,
          WRANGLER_SEND_METRICS: 'false',
          CI: 'true',
        },
      },
    ),
};

describe.each(['express', 'hono'] as const)('the backend with %s', (name) => {
  let program: Program;
  let url: string;
  beforeAll(async () => {
    url = `http://localhost:${ports[name]}`;
    program = await start[name]();
  });
  afterAll(async () => {
    await program?.stop();
    await mooring.call('DELETE', '/v1/users/user-robin');
  });

  const json = async (path: string) => {
    const response = await fetch(url + path);
    return { status: response.status, body: await response.json() };
  };

  it('says that the user has to connect first', async () => {
    expect(await json('/accounts')).toEqual({ status: 200, body: [] });
    expect(await json('/profile')).toEqual({ status: 409, body: { reconnect: 'not_connected' } });
  });

  it('says that the user denied', async () => {
    const browser = new Browser();
    const login = await browser.submit(await browser.open(url), '/connect/sandbox', {});
    const back = await browser.submit(login, '/cancel', {});
    expect(back.url.href).toBe(`${url}/?failed`);
    expect((await json('/accounts')).body).toEqual([]);
  });

  it('connects, calls the API of the provider, and disconnects', async () => {
    const browser = new Browser();
    const login = await browser.submit(await browser.open(url), '/connect/sandbox', {});
    const back = await consent(browser, login, 'ada', () => false);
    expect([back.status, back.url.href]).toEqual([200, `${url}/`]);
    expect((await json('/accounts')).body).toMatchObject([
      { provider: 'sandbox', accountId: 'ada', status: 'connected' },
    ]);
    expect(await json('/profile')).toMatchObject({ status: 200, body: { id: 'ada' } });

    // A second account at the same provider: a call has to say which.
    const another = new Browser();
    const second = await another.submit(await another.open(url), '/connect/sandbox', {});
    await consent(another, second, 'ben', () => false);
    const accounts = [expect.anything(), expect.anything()];
    expect(await json('/profile')).toEqual({ status: 409, body: { accounts } });
    expect(await json('/profile?account=ben')).toMatchObject({ status: 200, body: { id: 'ben' } });
    await fetch(`${url}/accounts/sandbox/ben`, { method: 'DELETE' });
    const gone = await fetch(`${url}/accounts/sandbox/ada`, { method: 'DELETE' });
    expect(gone.status).toBe(204);
    expect((await json('/accounts')).body).toEqual([]);
  });
});

describe('the backend with Express', () => {
  let program: Program;
  let url: string;
  beforeAll(async () => {
    url = `http://localhost:${ports.express}`;
    program = await start.express();
  });
  afterAll(() => program?.stop());

  it('takes the webhooks of Mooring, and no others', async () => {
    const forged = await fetch(`${url}/webhooks/mooring`, { method: 'POST', body: '{}' });
    expect(forged.status).toBe(400);
    expect((await mooring.call('POST', '/v1/webhooks/app/test')).status).toBe(202);
    await eventually(() => expect(program.output()).toContain('webhook.test'));
  });

  it('ends with an error where its port is taken', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['app.ts'], {
      timeout: 60_000,
      cwd: join(root, 'examples/express'),
      encoding: 'utf8',
      env: {
        ...process.env,
        MOORING_URL: url,
        MOORING_KEY: key,
        JWT_SECRET: 'unused',
        PORT: String(ports.express),
      },
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('EADDRINUSE');
  });

  it('gives a page a token for its own user', async () => {
    const token = await (await fetch(`${url}/mooring-token`)).text();
    const asked = await fetch(`${mooring.worker.urls[0]}/v1/users/me/integrations`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(asked.status).toBe(200);
  });
});
