/**
 * Each command that the docs show is run by a test or a step of CI, or stands here with the reason
 * why none does. A new command belongs into one of the tables.
 */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWebhooks } from '../../src/events/webhooks-setting';
import { faultOfKey } from '../../src/providers/client-key';
import { parseServiceKey } from '../../src/rights';
import { createKeyring } from '../../src/vault/keyring';
import { commands, read, root, untoldCommands } from '../support/docs';

interface Shown {
  /** The file that runs it, or what it comes to. */
  by: string;
  /** What this file says of it. */
  as: string;
  commands: readonly string[];
}

const ci = (as: string, ...commands: string[]): Shown => ({ by: '.ci/run', as, commands });

const clientKeyCommands = commands
  .map(({ command }) => command)
  .filter((command) => command.startsWith('node -e') && command.includes('generateKeyPairSync'));

const shown: readonly Shown[] = [
  ci('npm ci', 'npm install', 'npm ci'),
  ci('tests tests test', 'npm test', 'npx vitest run --project model'),
  ci('beside models test:models', 'npm run test:models'),
  ci('client:check', 'npm run client:check'),
  ci('test:providers', 'npm run test:providers'),
  ci('test:e2e', 'npm run test:e2e'),
  ci('test:browser', 'npm run test:browser'),
  ci('npm run lint', 'npm run lint && npm run types'),
  ci('openapi:check', 'npm run openapi:check'),
  ci('npm run screenshots', 'npm run screenshots'),
  ci('npm run site', 'npm run site'),
  { by: 'test/e2e/start.test.ts', as: "spawn('npm', ['start']", commands: ['npm start'] },
  {
    by: 'test/e2e/examples.test.ts',
    as: "startProgram(['app.ts']",
    commands: ['npm start -w mooring-example-express'],
  },
  {
    by: 'test/browser/react-example.test.ts',
    as: 'node_modules/vite/bin/vite.js',
    commands: ['npm start -w mooring-example-react'],
  },
  {
    by: 'client/test/package.test.ts',
    as: "run('npm', ['pack'",
    commands: ['npm pack -w client'],
  },
  {
    by: 'test/repo/setup.test.ts',
    as: "'--dry-run', ...args",
    commands: [
      'npm run setup',
      'npm run setup -- --env production',
      'npm run setup -- --env staging',
      'APP_ORIGINS=https://app.example.com/connected GITHUB_CLIENT_ID=... GITHUB_CLIENT_SECRET=... npm run setup -- --env staging --yes',
    ],
  },
  {
    by: 'test/repo/setup.test.ts',
    as: "replace: ['PUBLIC_URL']",
    commands: ['npm run setup -- --env production --replace PUBLIC_URL'],
  },
  {
    by: 'test/repo/addresses.test.ts',
    as: 'setAddresses(copy, next)',
    commands: ['npm run addresses -- https://github.com/you/mooring https://docs.example.com'],
  },
  {
    by: 'test/repo/key-new.test.ts',
    as: "run('agents', 'read+call@github')",
    commands: [
      'npm run -s key:new -- agents read+call@github',
      'npm run key:new -- agents read+call@github',
    ],
  },
  {
    by: 'test/repo/key-new.test.ts',
    as: "[['app'], '']",
    commands: ['npm run key:new -- app', 'npm run key:new -- robin operate'],
  },
  {
    by: 'test/repo/provider-check.test.ts',
    as: "report(['acme']",
    commands: ['npm run provider:check', 'npm run provider:check acme'],
  },
  {
    by: 'test/e2e/provider-live.test.ts',
    as: 'provider-check',
    commands: ['npm run provider:check -- --live acme'],
  },
  { by: 'test/e2e/soak.test.ts', as: 'await soak(', commands: ['npm run soak'] },
  {
    by: 'test/e2e/docs.test.ts',
    as: "startsWith('npx wrangler d1 execute DB --remote --command ')",
    commands: commands
      .map(({ command }) => command)
      .filter((command) => command.startsWith('npx wrangler d1 execute')),
  },
  {
    by: 'scripts/size.ts',
    as: "['deploy', '--dry-run', '--minify'",
    commands: ['wrangler deploy --dry-run --minify'],
  },
  { by: 'test/e2e/plain-dev.test.ts', as: "['dev', '--port'", commands: ['wrangler dev'] },
  {
    by: 'test/repo/commands.test.ts',
    as: "describe('keys and secrets'",
    commands: [
      'echo "whsec_$(openssl rand -base64 32)"',
      'openssl pkcs8 -topk8 -nocrypt -in key.pem',
    ],
  },
  {
    by: 'test/repo/commands.test.ts',
    as: "it('makes a client key of its own",
    commands: clientKeyCommands,
  },
];

const notRun: Record<string, readonly string[]> = {
  'changes an account at Cloudflare, which no test has': [
    'npm run deploy',
    'CLOUDFLARE_ENV=staging npm run deploy',
    'npx wrangler login',
    'npx wrangler d1 create mooring',
    'npx wrangler queues create mooring-refresh',
    'npx wrangler queues create mooring-refresh-dead',
    'npx wrangler rollback',
    'npx wrangler d1 time-travel restore DB --timestamp 2026-11-27T12:00:00Z --env production',
    'npx wrangler secret put MOORING_KEY',
    'npx wrangler secret put ACME_CLIENT_SECRET --env staging',
    'npx wrangler secret put PUBLIC_URL',
  ],
  'needs the network': [
    'git clone https://github.com/-owner-/mooring',
    'cd mooring',
    'git pull',
    'npm install ../mooring/mooring-client-0.0.0.tgz hono @hono/node-server',
  ],
  'writes what tests compare, or publishes': [
    'npm run generate',
    'npm run openapi',
    'npm run provider:icons',
    'npm run provider:table',
    'npm run release',
  ],
  'asks in a terminal, or does not end by itself': [
    'npx changeset',
    'npm run dev -w mooring-site',
    'MOORING_KEY=$KEY node serve.mjs',
  ],
  'measures for minutes, or searches for hours, what a shorter run covers': [
    'npm run bench',
    'npm run bench -- --json FILE',
    'npm run bench -- --only keep',
    'npm run bench -- --only know',
    'MODEL_RUNS=5000 npx vitest run --project model test/model/status-cache/model',
    'MODEL_RUNS=50000 npx vitest run --project model test/model/refresh/races',
    'MODEL_SEED=1234 npx vitest run --project model',
    'npx vitest run --project model test/model/population --silent=false',
  ],
};

describe('commands in the docs', () => {
  const told = [...shown.flatMap((one) => one.commands), ...Object.values(notRun).flat()];

  it('are run, or are told why not', () => {
    expect(commands.filter(({ command }) => !told.includes(command))).toEqual([]);
  });

  it('stand in a block that names its language', () => {
    expect(untoldCommands).toEqual([]);
  });

  it('are all that the tables here have, each once', () => {
    const inDocs = new Set(commands.map(({ command }) => command));
    expect(told.filter((command) => !inDocs.has(command))).toEqual([]);
    expect(new Set(told).size).toBe(told.length);
  });

  it.each(shown)('$by has $as', ({ by, as }) => {
    expect(existsSync(join(root, by))).toBe(true);
    // What this file says of itself stands in the table too.
    const text = read(by).replace(/^ *as: .*$/gm, '');
    expect(text).toContain(as);
  });
});

describe('keys and secrets', () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'mooring-openssl-'));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const shell = (command: string) =>
    execFileSync('bash', ['-euo', 'pipefail', '-c', command], {
      cwd: home,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  const { bindings } = JSON.parse(read('package.json')).cloudflare;
  /** Commands in the words beside a setting, where a deploy button asks for it. */
  const commandsOf = (setting: string): string[] =>
    Array.from(
      bindings[setting].description.matchAll(/`([^`]*openssl[^`]*)`/g),
      ([, command]) => command,
    );

  it('makes a secret of an endpoint (docs/operations.md)', () => {
    const secret = shell('echo "whsec_$(openssl rand -base64 32)"');
    const setting = { app: { url: 'https://app.example.com/', secrets: [secret], events: ['*'] } };
    const read = () => readWebhooks(JSON.stringify(setting), {}, 'https://mooring.example.com');
    expect(read).not.toThrow();
  });

  it('converts a client key to what a record takes (docs/providers.md)', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(join(home, 'key.pem'), privateKey.export({ format: 'pem', type: 'sec1' }));
    expect(faultOfKey(String(privateKey.export({ format: 'pem', type: 'sec1' })))).not.toBeNull();
    expect(faultOfKey(shell('openssl pkcs8 -topk8 -nocrypt -in key.pem'))).toBeNull();
  });

  it('makes a client key of its own, with a name (docs/providers.md)', () => {
    const [command = '', ...others] = clientKeyCommands;
    expect(others).toEqual([]);
    const key = shell(command);
    expect(faultOfKey(key)).toBeNull();
    expect(JSON.parse(key)).toMatchObject({ crv: 'P-256', kid: expect.any(String) });
  });

  it('makes ENCRYPTION_KEYS, where a deploy button asks for it', () => {
    const [command = ''] = commandsOf('ENCRYPTION_KEYS');
    expect(() => createKeyring(shell(command))).not.toThrow();
  });

  it('makes a service key and its entry, where a deploy button asks for it', () => {
    const [make = '', hash = ''] = commandsOf('SERVICE_KEYS');
    const key = shell(make);
    const entry = `app:${shell(hash.replace('<the key>', key))}`;
    expect(parseServiceKey(entry, 1, () => true)).toMatchObject({ name: 'app' });
  });
});
