/**
 * What README.md and docs/ show a reader to type, done: the commands with curl, and the first
 * backend.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands, root, samples, sessionSamples } from '../support/docs.ts';
import { Browser, consent } from './support/browser.ts';
import { APP_ORIGIN, atApp, type Mooring, startMooring } from './support/mooring.ts';

let mooring: Mooring;
let url: string;
let key: string;
beforeAll(async () => {
  mooring = await startMooring({ vars: { APP_ORIGINS: `${APP_ORIGIN},http://localhost:4000` } });
  url = mooring.worker.urls[0] ?? '';
  key = mooring.secrets.get('service key') ?? '';
  await mooring.connect('user-robin', 'ada');
});
afterAll(() => mooring.stop());

describe('commands', () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'mooring-docs-'));
    writeFileSync(join(home, '.dev.vars'), `DEMO_SERVICE_KEY=${key}\n`);
    // An error of HTTP then is an error of the command.
    writeFileSync(join(home, '.curlrc'), 'fail-with-body\nsilent\nshow-error\n');
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** In a shell of its own, as it stands but for the address of Mooring. */
  async function shell(block: string, cwd = home): Promise<string> {
    const local = block.replaceAll(/(?<![\w/])(?:http:\/\/)?localhost:8787/g, url);
    // Not in this thread: the authorization server, whose API is called too, runs in it.
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', local], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, CURL_HOME: home, HOME: home, KEY: key, MOORING: url },
    });
    return stdout;
  }

  const variables = sessionSamples.filter(({ code }) => !/\bcurl\b/.test(code));
  const calls = sessionSamples.filter((sample) => !variables.includes(sample));

  it.each(calls)('$file, line $line', async ({ file, code }) => {
    const before = variables.filter((sample) => sample.file === file).map((sample) => sample.code);
    const stdout = await shell([...before, code].join('\n'));
    expect(stdout).toMatch(
      /"provider":"sandbox"|"accessToken":|^mooring-answered-by: provider\r$/im,
    );
  });

  const queries = commands.filter(({ command }) =>
    command.startsWith('npx wrangler d1 execute DB --remote --command '),
  );

  it('with SQL are there', () => {
    expect(queries.length).toBeGreaterThan(2);
  });

  it.each(queries)('$file: $command', async ({ command }) => {
    // The shell says what wrangler would get.
    const sql = await shell(command.replace(/^.*? --command /, 'printf %s '), root);
    // The shell does not say that a command within one failed.
    expect(sql).toMatch(/^SELECT /);
    expect(await mooring.worker.sql(sql)).toEqual(expect.any(Array));
  });
});

describe('the backend of docs/start.md', () => {
  const folder = join(root, '.samples-e2e');
  let app: Hono;
  beforeAll(async () => {
    const code =
      samples.find(({ file, language }) => file === 'docs/start.md' && language === 'ts')?.code ??
      '';
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'app.ts');
    writeFileSync(file, code.replace("'@mooring/client'", "'../client/src/index.ts'"));
    process.env.MOORING_URL = url;
    process.env.MOORING_KEY = key;
    ({ app } = await import(file));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** As the browser of the app's user asks. */
  const open = (path: string) => app.request(`${APP_ORIGIN}${path}`);

  it('leads to the provider and back, and shows what is connected', async () => {
    const started = await open('/connect/sandbox');
    expect(started.status).toBe(303);
    const browser = new Browser();
    const login = await browser.open(started.headers.get('Location') ?? '');
    const back = await consent(browser, login, 'second', atApp);
    const done = await open(back.url.pathname + back.url.search);
    expect([done.status, done.headers.get('Location')]).toEqual([303, '/']);
    expect(await (await open('/')).json()).toEqual([
      ['sandbox', expect.any(String), 'connected'],
      ['sandbox', expect.any(String), 'connected'],
    ]);
  });

  it('takes a token, and leads to the consent where there is none', async () => {
    expect(await (await open('/token/sandbox/second')).json()).toEqual({ kind: 'oauth2' });
    const none = await open('/token/sandbox/nobody');
    expect([none.status, none.headers.get('Location')]).toEqual([303, '/connect/sandbox']);
  });
});
