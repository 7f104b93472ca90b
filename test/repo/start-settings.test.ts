/** What `npm start` tells the Worker besides .dev.vars. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unstable_getVarsForDev } from 'wrangler';
import {
  type DevVars,
  ensureDevVars,
  envFileOf,
  origin,
  overridesFor,
  readDevVars,
} from '../../scripts/start/dev-vars.ts';
import { buildClient, ensureExampleSettings } from '../../scripts/start/examples.ts';
import { StartProblem } from '../../scripts/start/problem.ts';
import { demoWebhooks, freshWebhookSecret, sandboxProviders } from '../sandbox/settings.ts';

const ports = { worker: 8787, demo: 4000, sandbox: 4001, admin: 4002 };
const vars = {
  PUBLIC_URL: origin(ports.worker),
  APP_ORIGINS: origin(ports.demo),
  PROVIDERS: sandboxProviders(origin(ports.sandbox)),
} as DevVars;
const secret = freshWebhookSecret();
const demo = JSON.parse(demoWebhooks(origin(ports.demo), secret));

describe('the settings of a run', () => {
  it.each([undefined, ''])(
    'names the demo app as an endpoint, and nothing else: %j',
    (WEBHOOKS) => {
      const overrides = overridesFor({ ...vars, WEBHOOKS } as DevVars, ports, secret);
      expect(Object.keys(overrides)).toEqual(['WEBHOOKS']);
      expect(JSON.parse(overrides.WEBHOOKS ?? '')).toEqual(demo);
    },
  );

  it('leaves endpoints of the file, and takes the place of an older one of the demo app', () => {
    const app = { url: 'https://app.example.com/webhooks', secrets: [secret], events: ['*'] };
    const WEBHOOKS = JSON.stringify({ app, demo: app });
    const overrides = overridesFor({ ...vars, WEBHOOKS }, ports, secret);
    expect(JSON.parse(overrides.WEBHOOKS ?? '')).toEqual({ app, ...demo });
  });

  it('reach wrangler as they stand in the file, also with what it would read as a name', () => {
    const home = mkdtempSync(join(tmpdir(), 'mooring-settings-'));
    const files = [join(home, '.dev.vars'), join(home, 'overrides.env')] as const;
    const odd = { A: 'ab$cd', B: '$A', C: 'a\\$b', D: '$', E: "it's #$1", F: 'plain' };
    const lines = `A='ab$cd'\nB='$A'\nC='a\\$b'\nD=$\nE="it's #$1"\nF=plain\n`;
    writeFileSync(files[0], lines);
    expect(parseEnv(lines)).toEqual(odd);
    const named = { ...odd, PROVIDERS: JSON.stringify({ own: { name: "Robin's $" } }) };
    const overrides = overridesFor({ ...vars, ...named } as DevVars, ports, secret);
    writeFileSync(files[1], envFileOf(overrides));
    const read = unstable_getVarsForDev(
      join(home, 'wrangler.toml'),
      [...files],
      {},
      undefined,
      true,
    );
    rmSync(home, { recursive: true });
    expect(Object.keys(overrides)).not.toContain('F');
    const values = Object.entries(read).map(([name, { value }]) => [name, value]);
    expect(Object.fromEntries(values)).toEqual({ ...odd, ...overrides });
  });

  it('says which setting is not JSON, without its value', () => {
    const start = () => overridesFor({ ...vars, WEBHOOKS: '{whsec_a' }, ports, secret);
    expect(start).toThrow('.dev.vars: WEBHOOKS is not JSON.');
    expect(start).not.toThrow('whsec_a');
  });
});

describe('the settings of the examples', () => {
  let home: string;
  let vars: DevVars;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'mooring-settings-'));
    ensureDevVars(join(home, '.dev.vars'), ports);
    vars = readDevVars(join(home, '.dev.vars'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const ensure = () => ensureExampleSettings(home, vars, 'http://localhost:8787');
  const settingsOf = (file: string) => parseEnv(readFileSync(join(home, file), 'utf8'));

  it('are the key and the JWT secret of the run, and nobody else reads them', () => {
    expect(ensure()).toEqual([
      'made examples/express/.env',
      'made examples/hono-workers/.dev.vars',
    ]);
    expect(settingsOf('examples/express/.env')).toEqual({
      MOORING_URL: 'http://localhost:8787',
      MOORING_KEY: vars.DEMO_SERVICE_KEY,
      JWT_SECRET: vars.AUTH_JWT_SECRET,
      APP_URL: 'http://localhost:3000',
      WEBHOOK_SECRET: '',
    });
    expect(settingsOf('examples/hono-workers/.dev.vars')).toEqual({
      MOORING_KEY: vars.DEMO_SERVICE_KEY,
    });
    expect(statSync(join(home, 'examples/express/.env')).mode & 0o777).toBe(0o600);
  });

  it('stay as they are once they are there, and one that this run cannot use is named', () => {
    ensure();
    expect(ensure()).toEqual([]);
    writeFileSync(join(home, 'examples/express/.env'), 'MOORING_KEY=of-somebody-else\n');
    expect(ensure()).toEqual([
      'examples/express/.env has a key that .dev.vars does not know: delete it, and npm start makes a new one',
    ]);
    expect(settingsOf('examples/express/.env')).toEqual({ MOORING_KEY: 'of-somebody-else' });
  });

  it('are not made while the run has no JWT secret, and are made once it has', () => {
    const { AUTH_JWT_SECRET, ...without } = vars;
    vars = without;
    expect(ensure()).toEqual([
      'did not make examples/express/.env: .dev.vars has no AUTH_JWT_SECRET',
      'made examples/hono-workers/.dev.vars',
    ]);
    vars = { ...without, AUTH_JWT_SECRET } as DevVars;
    expect(ensure()).toEqual(['made examples/express/.env']);
  });

  it('are read from a file with the line ends of Windows too', () => {
    const file = join(home, '.dev.vars');
    writeFileSync(file, `${readFileSync(file, 'utf8')}BRAND_NAME=Acme\n`.replaceAll('\n', '\r\n'));
    expect(readDevVars(file)).toEqual({ ...vars, BRAND_NAME: 'Acme' });
  });

  it('name origins that Mooring lets back', () => {
    expect(vars.APP_ORIGINS.split(',')).toEqual(
      [4000, 3000, 8788, 5173].map((port) => origin(port)),
    );
  });
});

describe('the client, which the examples import', () => {
  const build = (script: string) => {
    const home = mkdtempSync(join(tmpdir(), 'mooring-client-'));
    const file = join(home, 'build.js');
    writeFileSync(file, script);
    try {
      return buildClient(file);
    } finally {
      rmSync(home, { recursive: true });
    }
  };

  it('is built to the end, or left, or there is something to put right', () => {
    expect(build('')).toBe(true);
    expect(build('process.kill(process.pid, "SIGINT"); setInterval(() => {}, 1_000);')).toBe(false);
    expect(() => build('process.exit(1)')).toThrow(StartProblem);
  });
});
