/** `npm start`, as a newcomer has it, in an empty folder and on free ports. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser, consent } from './support/browser.ts';
import { freePorts, type Integration } from './support/mooring.ts';
import { startProgram } from './support/program.ts';
import { eventually } from './support/time.ts';

const root = join(import.meta.dirname, '../..');

let home: string;
let ports: number[];
interface Started {
  child: ChildProcess;
  said: () => string;
  complained: () => string;
}
let started: Started | null = null;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'mooring-start-'));
  ports = await freePorts(4);
});

afterEach(async () => {
  await stop();
  rmSync(home, { recursive: true, force: true, maxRetries: 10 });
});

const origin = (index: number): string => `http://localhost:${ports[index]}`;

function start(): Started {
  const [worker, demo, sandbox, admin] = ports.map(String);
  const child = spawn('npm', ['start'], {
    cwd: root,
    env: {
      ...process.env,
      MOORING_HOME: home,
      WORKER_PORT: worker,
      DEMO_PORT: demo,
      SANDBOX_PORT: sandbox,
      SANDBOX_ADMIN_PORT: admin,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a shell makes one: Ctrl-C goes to all of it.
    detached: true,
  });
  let text = '';
  let complaints = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  started = { child, said: () => text + complaints, complained: () => complaints };
  return started;
}

async function startAndWait(): Promise<void> {
  const { said, child } = start();
  await eventually(() => {
    if (child.exitCode !== null) throw new Error(`it ended: ${said()}`);
    expect(said()).toContain('Ctrl-C ends all of it');
  }, 110_000);
}

/** Ctrl-C. */
async function stop(): Promise<void> {
  const running = started;
  started = null;
  if (!running?.child.pid || running.child.exitCode !== null) return;
  const gone = new Promise((resolve) => running.child.once('exit', resolve));
  process.kill(-running.child.pid, 'SIGINT');
  await gone;
}

async function endsWithOneLine(): Promise<{ code: number | null; line: string }> {
  const { child, complained } = start();
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = complained()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('npm '));
  expect(lines).toHaveLength(1);
  return { code, line: lines[0] ?? '' };
}

/** Processes that have to do with this run. */
const leftBehind = (): string[] =>
  execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(home) || line.includes(`--port ${ports[0]}`));

const list = async (): Promise<Integration[]> => {
  const vars = parseEnv(readFileSync(join(home, '.dev.vars'), 'utf8'));
  const reply = await fetch(`${origin(0)}/v1/users/user-robin/integrations`, {
    headers: { Authorization: `Bearer ${vars.DEMO_SERVICE_KEY}` },
  });
  return ((await reply.json()) as { integrations: Integration[] }).integrations;
};

/**
 * The backend with Express starts with the settings that were made for it, and its key and JWTs are
 * taken.
 */
async function expectExamplesReady(): Promise<void> {
  const [port = 0] = await freePorts(1);
  const url = `http://localhost:${port}`;
  const settings = parseEnv(readFileSync(join(home, 'examples/express/.env'), 'utf8'));
  const program = await startProgram(['app.ts'], {
    cwd: join(root, 'examples/express'),
    url,
    env: { ...settings, PORT: String(port) },
  });
  const accounts = (await (await fetch(`${url}/accounts`)).json()) as Integration[];
  const jwt = await (await fetch(`${url}/mooring-token`)).text();
  const own = await fetch(`${origin(0)}/v1/users/user-robin/integrations`, {
    headers: { Authorization: `Bearer ${jwt}` },
  });
  await program.stop();
  expect(accounts.map(({ displayName }) => displayName)).toEqual(['Ada Fairwind']);
  expect(own.status).toBe(200);
}

describe('npm start', () => {
  it('goes from nothing to a connected account, ends without a trace, and goes on where it was', async () => {
    await startAndWait();
    expect(statSync(join(home, '.dev.vars')).mode & 0o777).toBe(0o600);
    const secrets = readFileSync(join(home, '.dev.vars'), 'utf8');

    const browser = new Browser();
    const page = await browser.open(origin(1));
    expect(page.html).toContain('Nothing connected yet');
    const login = await browser.submit(page, '/connect', { provider: 'sandbox' });
    const back = await consent(browser, login, 'ada', () => false);
    expect(back.html).toContain('Connected Ada Fairwind.');
    expect((await list()).map(({ displayName }) => displayName)).toEqual(['Ada Fairwind']);
    // The event of it has come by webhook, and the user was read since.
    await eventually(async () => {
      const { html } = await browser.open(origin(1));
      expect(html).toMatch(
        /integration\.connected[\s\S]*verified[\s\S]*Read at version \d+: connected/,
      );
    });
    await expectExamplesReady();
    const cron = await browser.submit(back, '/cron', {});
    expect(cron.html).toContain('Cron ran. Nothing was due.');

    await stop();
    await eventually(() => expect(leftBehind()).toEqual([]), 5_000);
    await expect(fetch(origin(0))).rejects.toThrow();

    await startAndWait();
    expect(readFileSync(join(home, '.dev.vars'), 'utf8')).toBe(secrets);
    expect((await list()).map(({ displayName }) => displayName)).toEqual(['Ada Fairwind']);
    // The grant at the authorization server has survived too.
    const again = await browser.open(origin(1));
    const refreshed = await browser.submit(again, '/refresh', {
      provider: 'sandbox',
      accountId: 'ada',
    });
    expect(refreshed.html).toContain('Refreshed Ada Fairwind');
  }, 300_000);

  it('says in one line which port is taken, and by what setting another is chosen', async () => {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(ports[1], '127.0.0.1', resolve);
    });
    const { code, line } = await endsWithOneLine();
    await new Promise((resolve) => server.close(resolve));
    expect(code).toBe(1);
    expect(line).toContain(`Port ${ports[1]} (the demo app) is taken`);
    expect(line).toContain('DEMO_PORT=');
  });

  it.each([
    ['PUBLIC_URL http://localhost\n', /line 1: not "NAME=value"/],
    ['PUBLIC_URL=http://localhost:8787\n', /lacks APP_ORIGINS, .*DEMO_SERVICE_KEY/],
  ])(
    'says in one line what is wrong with .dev.vars, and leaves it alone: %j',
    async (text, what) => {
      writeFileSync(join(home, '.dev.vars'), text);
      const { code, line } = await endsWithOneLine();
      expect(code).toBe(1);
      expect(line).toMatch(what);
      expect(readFileSync(join(home, '.dev.vars'), 'utf8')).toBe(text);
    },
  );
});
