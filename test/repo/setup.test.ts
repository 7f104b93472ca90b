/** `npm run setup` for a deployment: what it would run and send, and that no secret shows. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Options, type Outside, setUpDeployment } from '../../scripts/setup/deployment';
import type { Questions } from '../../scripts/setup/questions';
import { readConfig } from '../../src/config';

const root = join(import.meta.dirname, '../..');
const address = 'https://mooring-staging.acme.workers.dev';
const clientSecret = 'c4n4ry-client-secret';
const appOrigins = { APP_ORIGINS: 'https://app.example.com/connected' };

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mooring-setup-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const file = () => join(home, '.secrets/staging.env');
const keptSecrets = () => parseEnv(readFileSync(file(), 'utf8'));

interface Cloudflare {
  /** Null: there is no such Worker yet. */
  secrets: string[] | null;
  database: boolean;
  /** The command that fails, and with what words. */
  fails: Record<string, string>;
  health: Response[];
  /** What the Worker answers at, as wrangler names it. */
  targets: string[];
}

/** An account at Cloudflare, as far as wrangler shows it. */
function account(given: Partial<Cloudflare> = {}) {
  const state: Cloudflare = {
    secrets: null,
    database: false,
    fails: {},
    health: [],
    targets: [address],
    ...given,
  };
  const commands: string[] = [];
  const sent: Record<string, string>[] = [];
  const wrangler: Outside['wrangler'] = async (args, { input, env } = {}) => {
    const command = args.join(' ');
    commands.push(command);
    const bad = (all: string) => ({ code: 1, stdout: '', all });
    const failure = Object.entries(state.fails).find(([begin]) => command.startsWith(begin));
    if (failure) return bad(failure[1]);
    if (command.startsWith('secret list')) {
      if (state.secrets === null) return bad('Worker "mooring-staging" (env: staging) not found.');
      const stdout = JSON.stringify(state.secrets.map((name) => ({ name, type: 'secret_text' })));
      return { code: 0, stdout, all: stdout };
    }
    if (command.startsWith('d1 create')) {
      if (state.database) return bad('A database with that name already exists');
      state.database = true;
    }
    if (command.startsWith('deploy')) {
      state.secrets ??= [];
      const lines = [{ type: 'wrangler-session' }, { type: 'deploy', targets: state.targets }];
      const output = lines.map((line) => JSON.stringify(line)).join('\n');
      writeFileSync(env?.WRANGLER_OUTPUT_FILE_PATH ?? '', output);
    }
    if (command.startsWith('secret bulk')) {
      const values = JSON.parse(input ?? '');
      sent.push(values);
      state.secrets = [...new Set([...(state.secrets ?? []), ...Object.keys(values)])];
    }
    return { code: 0, stdout: '', all: '' };
  };
  const asked: string[] = [];
  const fetch: Outside['fetch'] = async (url) => {
    asked.push(String(url));
    return state.health.shift() ?? Response.json({ status: 'ok' });
  };
  return { state, commands, sent, asked, wrangler, fetch };
}

async function setUp(
  cloudflare: ReturnType<typeof account>,
  {
    environment = appOrigins,
    questions = null,
    options = {},
    configFile = join(root, 'wrangler.toml'),
  }: {
    environment?: Record<string, string>;
    questions?: Questions | null;
    options?: Partial<Options>;
    configFile?: string;
  } = {},
): Promise<string> {
  const lines: string[] = [];
  await setUpDeployment(
    { env: 'staging', dryRun: false, replace: [], ...options },
    {
      environment,
      questions,
      wrangler: cloudflare.wrangler,
      fetch: cloudflare.fetch,
      sleep: async () => {},
      print: (line) => lines.push(line),
      secretsFolder: join(home, '.secrets'),
      configFile,
    },
  );
  return lines.join('\n');
}

/** What answers when nobody looks at the questions. */
const answers = (given: Partial<Questions>): Questions => ({
  text: async () => '',
  secret: async () => '',
  select: async () => '',
  selectSome: async () => [],
  confirm: async () => true,
  ...given,
});

describe('the first deployment', () => {
  it('makes the database before the Worker, then sends the settings, then looks at /health', async () => {
    const cloudflare = account();
    const said = await setUp(cloudflare);
    expect(cloudflare.commands).toEqual([
      'secret list --format json --env staging',
      'd1 create mooring-staging',
      'd1 migrations apply DB --remote --env staging',
      'deploy --minify --env staging',
      'secret bulk --env staging',
    ]);
    expect(cloudflare.asked).toEqual([`${address}/health`]);
    expect(said).toContain(`${address}/health says "ok"`);
    expect(said).toContain(`${address}/connect/callback/{provider}`);
  });

  it('sends settings with which a Worker starts', async () => {
    const cloudflare = account();
    await setUp(cloudflare);
    const [sent] = cloudflare.sent;
    expect(Object.keys(sent ?? {}).sort()).toEqual([
      'APP_ORIGINS',
      'ENCRYPTION_KEYS',
      'PUBLIC_URL',
      'SERVICE_KEYS',
    ]);
    const config = readConfig(sent ?? {});
    expect(config).toMatchObject({ publicUrl: address, serviceKeys: [{ name: 'app' }] });
    expect([...config.appOrigins]).toEqual(['https://app.example.com']);
  });

  it('keeps the keys that it made in a file that nobody else can read', async () => {
    const cloudflare = account();
    const said = await setUp(cloudflare);
    const kept = keptSecrets();
    expect(kept.ENCRYPTION_KEYS).toBe(cloudflare.sent[0]?.ENCRYPTION_KEYS);
    const hash = createHash('sha256')
      .update(kept.MOORING_KEY ?? '')
      .digest('hex');
    expect(cloudflare.sent[0]?.SERVICE_KEYS).toBe(`app:${hash}`);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, '.secrets')).mode & 0o777).toBe(0o700);
    expect(said).toContain('staging.env');
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toContain('.secrets/');
  });

  it('shows no secret, and gives none to a command as an argument', async () => {
    const cloudflare = account();
    const said = await setUp(cloudflare, {
      environment: { ...appOrigins, GITHUB_CLIENT_ID: 'gh-id', GITHUB_CLIENT_SECRET: clientSecret },
    });
    expect(cloudflare.sent[0]).toMatchObject({ GITHUB_CLIENT_SECRET: clientSecret });
    const { ENCRYPTION_KEYS = '', MOORING_KEY = '', SERVICE_KEYS = '' } = keptSecrets();
    const seen = said + cloudflare.commands.join();
    for (const secret of [ENCRYPTION_KEYS.slice(3), MOORING_KEY, SERVICE_KEYS, clientSecret]) {
      expect(secret.length).toBeGreaterThan(10);
      expect(seen).not.toContain(secret);
    }
    expect(said).toMatch(/GITHUB_CLIENT_SECRET\s+from the environment/);
    expect(said).toContain(`${address}/connect/callback/github`);
  });

  it('asks for what is not in the environment, and refuses what the Worker would refuse', async () => {
    const cloudflare = account();
    const refused: (string | undefined)[] = [];
    const questions = answers({
      async text(message, _placeholder, check) {
        if (message.includes('own address')) {
          refused.push(check('http://example.com'), check('http://localhost:8787'), check('x'));
          expect(check('')).toBeUndefined();
          return 'https://mooring.example.com';
        }
        if (message.includes('client id')) return 'gh-id';
        if (message.includes('AMAZON_SELLER_APPLICATION_ID')) return 'amzn1.app';
        refused.push(check(''), check('app.example.com'));
        return 'https://app.example.com';
      },
      secret: async () => clientSecret,
      selectSome: async (_message, choices) => {
        const offered = choices.map(({ value }) => value);
        expect(offered).toContain('github');
        // A key is a file, and a client that is registered is nobody's to give.
        for (const id of ['apple', 'github-installation', 'mastodon']) {
          expect(offered).not.toContain(id);
        }
        return ['github', 'amazon-seller'];
      },
    });
    const said = await setUp(cloudflare, { environment: {}, questions });
    expect(refused.every((fault) => typeof fault === 'string' && fault !== '')).toBe(true);
    expect(cloudflare.sent[0]).toMatchObject({
      PUBLIC_URL: 'https://mooring.example.com',
      APP_ORIGINS: 'https://app.example.com',
      GITHUB_CLIENT_ID: 'gh-id',
      GITHUB_CLIENT_SECRET: clientSecret,
      AMAZON_SELLER_APPLICATION_ID: 'amzn1.app',
    });
    expect(cloudflare.asked).toEqual(['https://mooring.example.com/health']);
    expect(said).toContain('https://mooring.example.com/connect/callback/github');
  });

  it.each([
    ['nobody says yes', { questions: answers({ confirm: async () => false }) }, 'Left'],
    ['nobody can be asked for APP_ORIGINS', { environment: {} }, 'APP_ORIGINS is missing'],
    ['a setting is wrong', { environment: { APP_ORIGINS: 'x' } }, 'APP_ORIGINS: an entry'],
    [
      'the address is of this machine',
      { environment: { ...appOrigins, PUBLIC_URL: 'http://localhost:8787' } },
      'PUBLIC_URL: is on this machine',
    ],
  ])('changes nothing where %s', async (_case, given, words) => {
    const cloudflare = account();
    await expect(setUp(cloudflare, given)).rejects.toThrow(words);
    expect(cloudflare.commands).toEqual(['secret list --format json --env staging']);
    expect(existsSync(file())).toBe(false);
  });

  it('with no address on workers.dev goes on once it is told where the Worker answers', async () => {
    const cloudflare = account({ targets: ['mooring.example.com (custom domain)'] });
    await expect(setUp(cloudflare)).rejects.toThrow(/no address on workers\.dev[\s\S]*PUBLIC_URL=/);
    expect(cloudflare.asked).toEqual([]);
    const environment = { PUBLIC_URL: 'https://mooring.example.com' };
    expect(await setUp(cloudflare, { environment })).toContain(
      'https://mooring.example.com/health says "ok"',
    );
    expect(cloudflare.sent.map((sent) => Object.keys(sent).sort())).toEqual([
      ['APP_ORIGINS', 'ENCRYPTION_KEYS', 'SERVICE_KEYS'],
      ['PUBLIC_URL'],
    ]);
  });

  it('says how to sign in where wrangler cannot ask', async () => {
    const cloudflare = account({ fails: { 'secret list': 'You are not logged in.' } });
    await expect(setUp(cloudflare)).rejects.toThrow(
      /not logged in[\s\S]*npx wrangler login[\s\S]*several accounts[\s\S]*CLOUDFLARE_ACCOUNT_ID/,
    );
    expect(cloudflare.commands).toHaveLength(1);
  });

  it('waits for /health, and tells what it says where that does not become "ok"', async () => {
    const notYet = () => Response.json({ detail: 'SERVICE_KEYS is missing' }, { status: 500 });
    const slow = account({ health: [notYet(), notYet()] });
    expect(await setUp(slow)).toContain('says "ok"');
    expect(slow.asked).toHaveLength(3);
    const never = account({ health: Array.from({ length: 99 }, notYet) });
    await expect(setUp(never)).rejects.toThrow(
      /SERVICE_KEYS is missing[\s\S]*custom_domain = true/,
    );
  });
});

describe('another time', () => {
  const all = ['PUBLIC_URL', 'APP_ORIGINS', 'ENCRYPTION_KEYS', 'SERVICE_KEYS'];

  it('what the Worker has stays: nothing is made, asked for or sent', async () => {
    const cloudflare = account({ secrets: [...all, 'GITHUB_CLIENT_ID'], database: true });
    const questions = answers({
      text: () => Promise.reject(new Error('asked')),
      selectSome: async (_message, choices) => {
        expect(choices.map(({ value }) => value)).not.toContain('github');
        return [];
      },
    });
    const said = await setUp(cloudflare, {
      environment: { PUBLIC_URL: 'https://x.example' },
      questions,
    });
    expect(cloudflare.sent).toEqual([]);
    expect(cloudflare.commands).toContain('deploy --minify --env staging');
    expect(existsSync(file())).toBe(false);
    expect(said).toMatch(/ENCRYPTION_KEYS\s+the Worker has it; it stays/);
    expect(said).not.toContain('the key is new');
  });

  it('after a failure in between goes on with the same keys', async () => {
    const cloudflare = account({ fails: { deploy: 'no route to host' } });
    await expect(setUp(cloudflare)).rejects.toThrow('no route to host');
    const before = keptSecrets();
    cloudflare.state.fails = {};
    const said = await setUp(cloudflare);
    expect(keptSecrets()).toEqual({ ...before, PUBLIC_URL: address });
    expect(cloudflare.sent).toEqual([
      expect.objectContaining({ ENCRYPTION_KEYS: before.ENCRYPTION_KEYS }),
    ]);
    expect(said).toContain('MOORING_KEY in');
  });

  it('what the file holds besides is in it unchanged', async () => {
    const further = { A: 'a # b', B: `it's`, C: '{"c": "#"}', D: ' d ', E: '$e', F: '' };
    mkdirSync(dirname(file()));
    writeFileSync(file(), `A='a # b'\nB="it's"\nC='{"c": "#"}'\nD=' d '\nE=$e\nF=\n`);
    expect(keptSecrets()).toEqual(further);
    await setUp(account());
    expect(keptSecrets()).toMatchObject(further);
  });

  it('a setting is replaced only where it is named', async () => {
    const cloudflare = account({ secrets: all, database: true });
    const environment = { ...appOrigins, PUBLIC_URL: 'https://new.example.com' };
    await setUp(cloudflare, { environment, options: { replace: ['PUBLIC_URL'] } });
    expect(cloudflare.sent).toEqual([{ PUBLIC_URL: 'https://new.example.com' }]);
  });

  it('names the address that was sent the last time, not the one on workers.dev', async () => {
    const cloudflare = account();
    const environment = { ...appOrigins, PUBLIC_URL: 'https://m.example.com/' };
    for (const given of [environment, appOrigins]) {
      const said = await setUp(cloudflare, { environment: given });
      expect(said).toContain('https://m.example.com/connect/callback/{provider}');
      expect(said).toContain('MOORING_URL=https://m.example.com ');
    }
    expect(cloudflare.asked).toEqual(Array(2).fill('https://m.example.com/health'));
    const options = { replace: ['PUBLIC_URL'] };
    await setUp(cloudflare, { environment: { PUBLIC_URL: 'https://n.example.com' }, options });
    expect(await setUp(cloudflare)).toContain('https://n.example.com/connect/callback/{provider}');
  });

  it.each([
    [{ PUBLIC_URL: 'https://m.example.com/' }, 'https://m.example.com', 'https://m.example.com'],
    [{}, '{PUBLIC_URL}', address],
  ])('where no file tells the address, %j names %s', async (environment, named, healthAt) => {
    const cloudflare = account({ secrets: all, database: true });
    const said = await setUp(cloudflare, { environment });
    expect(said).toContain(`${named}/connect/callback/{provider}`);
    expect(said).toContain(`MOORING_URL=${named} `);
    // Health is the Worker's, by whatever address.
    expect(cloudflare.asked).toEqual([`${healthAt}/health`]);
  });

  it.each([
    ['GITHUB_CLIENT_SECRET', null],
    ['WEBHOOKS', null],
    // Not the one on workers.dev either, which nobody has chosen.
    ['PUBLIC_URL', null],
    ['GITHUB_CLIENT_SECRET', answers({ secret: async () => 'n3w-client-secret' })],
  ])(
    '--replace %s without a new value in the environment asks, or refuses',
    async (name, questions) => {
      const cloudflare = account({ secrets: [...all, 'GITHUB_CLIENT_ID', name], database: true });
      const done = setUp(cloudflare, { questions, options: { replace: [name] } });
      if (questions) {
        await done;
        expect(cloudflare.sent).toEqual([{ [name]: 'n3w-client-secret' }]);
      } else {
        await expect(done).rejects.toThrow(`--replace ${name}: there is no new value`);
        expect(cloudflare.commands).toHaveLength(1);
      }
    },
  );

  it('--replace SERVICE_KEYS makes another key than the one in the file', async () => {
    const cloudflare = account();
    await setUp(cloudflare);
    const before = keptSecrets();
    await setUp(cloudflare, { options: { replace: ['SERVICE_KEYS'] } });
    const after = keptSecrets();
    expect(after.MOORING_KEY).not.toBe(before.MOORING_KEY);
    expect(cloudflare.sent[1]).toEqual({ SERVICE_KEYS: after.SERVICE_KEYS });
    expect(after.SERVICE_KEYS).not.toBe(before.SERVICE_KEYS);
    expect(after.ENCRYPTION_KEYS).toBe(before.ENCRYPTION_KEYS);
  });

  it.each([
    ['ENCRYPTION_KEYS', 'no stored token could be opened'],
    ['NOTHING', 'no setting NOTHING'],
  ])('--replace %s is refused', async (name, words) => {
    const cloudflare = account({ secrets: all, database: true });
    await expect(setUp(cloudflare, { options: { replace: [name] } })).rejects.toThrow(words);
    expect(cloudflare.commands).toHaveLength(1);
  });

  it.each([
    ['AUTH_JWKS_URL', { AUTH_JWT_SECRET: 'n3w-secret-of-the-app-for-its-users' }],
    ['AUTH_JWT_SECRET', { AUTH_JWKS_URL: 'https://id.example.com/jwks.json' }],
  ])('what would stand beside %s in the Worker is refused', async (there, environment) => {
    const cloudflare = account({ secrets: [...all, there], database: true });
    await expect(setUp(cloudflare, { environment })).rejects.toThrow(
      `npx wrangler secret delete ${there} --env staging`,
    );
    expect(cloudflare.commands).toHaveLength(1);
    // What the Worker has is neither sent nor in the way.
    await setUp(cloudflare, { environment: { [there]: 'of the Worker' } });
    expect(cloudflare.sent).toEqual([]);
  });

  it('a key may name providers that only the Worker knows', async () => {
    const environment = { SERVICE_KEYS: `app:${'ab'.repeat(32)}:read@acme,b:${'cd'.repeat(32)}` };
    const options = { replace: ['SERVICE_KEYS'] };
    const cloudflare = account({ secrets: [...all, 'PROVIDERS'], database: true });
    await setUp(cloudflare, { environment, options });
    expect(cloudflare.sent).toEqual([environment]);
    const without = account({ secrets: all, database: true });
    await expect(setUp(without, { environment, options })).rejects.toThrow('not known after "@"');
    const operate = { SERVICE_KEYS: `app:${'ab'.repeat(32)}:operate@acme` };
    await expect(setUp(cloudflare, { environment: operate, options })).rejects.toThrow('"operate"');
  });

  it('WEBHOOKS may name a service of wrangler.toml, and no other', async () => {
    const configFile = join(home, 'wrangler.toml');
    const services = '[[env.staging.services]]\nbinding = "APP"\nservice = "app"\n';
    writeFileSync(configFile, `${readFileSync(join(root, 'wrangler.toml'), 'utf8')}\n${services}`);
    const webhooks = (binding: string) => {
      const secrets = [`whsec_${randomBytes(32).toString('base64')}`];
      return JSON.stringify({ app: { binding, secrets, events: ['*'] } });
    };
    const cloudflare = account();
    const environment = { ...appOrigins, WEBHOOKS: webhooks('OTHER') };
    await expect(setUp(cloudflare, { environment, configFile })).rejects.toThrow('no service');
    environment.WEBHOOKS = webhooks('APP');
    await setUp(cloudflare, { environment, configFile });
    expect(cloudflare.sent).toEqual([expect.objectContaining({ WEBHOOKS: environment.WEBHOOKS })]);
  });

  it('a new key for an old database is pointed out', async () => {
    const cloudflare = account({ database: true });
    expect(await setUp(cloudflare)).toContain('The database was there already, and the key is new');
  });
});

// Not the tests' own environment: it could hold settings.
const bare = () =>
  ({ PATH: process.env.PATH, HOME: home, MOORING_HOME: home }) as unknown as NodeJS.ProcessEnv;

// A process of its own loads wrangler: seconds, and more on a busy machine.
describe('npm run setup -- --dry-run', { timeout: 60_000 }, () => {
  const dryRun = (args: string[], environment: Record<string, string> = {}) =>
    execFileSync(process.execPath, ['scripts/setup.ts', '--dry-run', ...args], {
      cwd: root,
      encoding: 'utf8',
      env: { ...bare(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  it('names the settings and the commands, and touches nothing', () => {
    const said = dryRun(['--env', 'preview'], {
      ...appOrigins,
      GITHUB_CLIENT_SECRET: clientSecret,
    });
    for (const line of [
      'preview: the Worker "mooring-preview" with the database "mooring-preview"',
      'wrangler secret list --env preview',
      'wrangler d1 create mooring-preview',
      'wrangler d1 migrations apply DB --remote --env preview',
      'wrangler deploy --minify --env preview',
      'wrangler secret bulk --env preview',
      'Dry run: nothing was done.',
    ]) {
      expect(said).toContain(line);
    }
    expect(said).toMatch(/PUBLIC_URL\s+the address that the deployment gets/);
    expect(said).toMatch(/ENCRYPTION_KEYS\s+made now: seals the stored tokens\n/);
    // What is needed stands before what was found in the environment.
    expect(said).toMatch(
      /PUBLIC_URL[\s\S]*APP_ORIGINS[\s\S]*MOORING_KEY[\s\S]*GITHUB_CLIENT_SECRET/,
    );
    expect(said).toContain('after a yes:\n  npm run setup -- --env preview\n');
    expect(said).toMatch(/GITHUB_CLIENT_SECRET\s+from the environment/);
    expect(said).not.toContain(clientSecret);
    expect(said).not.toMatch(/[\w+/-]{40}/);
    expect(existsSync(join(home, '.secrets'))).toBe(false);
  });

  it('is about production unless told', () => {
    expect(dryRun([])).toContain('production: the Worker "mooring" with the database "mooring"');
  });

  it.each([
    [['--env', 'prod'], 'production, staging, preview'],
    [['--replace'], '--replace NAME'],
    [['--nothing'], 'npm run setup -- --env'],
  ])('%j is refused with the words that would be right', (args, words) => {
    expect(() => dryRun(args)).toThrow(words);
  });
});

describe('npm run setup without a terminal', { timeout: 60_000 }, () => {
  const setupProcess = (args: string[], env = {}) =>
    spawn(process.execPath, ['scripts/setup.ts', ...args], {
      cwd: root,
      env: { ...bare(), ...appOrigins, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const exitOf = async (child: ReturnType<typeof setupProcess>) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk;
      });
    }
    const [code] = await once(child, 'close');
    return { code, said };
  };

  it('deploys nothing: nobody has said yes', async () => {
    const { code, said } = await exitOf(setupProcess(['--replace', 'SERVICE_KEYS']));
    expect(said).toBe('There is no terminal to ask at. To deploy without a question, add --yes\n');
    expect(code).toBe(1);
  });

  it('sets up this machine without a question', async () => {
    expect(await exitOf(setupProcess([]))).toEqual({
      code: 0,
      said: 'made .dev.vars with fresh secrets\n',
    });
  });

  it('ends wrangler too on Ctrl-C', async () => {
    // A Cloudflare that never answers, whatever this machine is signed in to.
    const cloudflare = createServer(() => {});
    cloudflare.listen(0, '127.0.0.1');
    await once(cloudflare, 'listening');
    const { port } = cloudflare.address() as AddressInfo;
    const setup = setupProcess(['--env', 'preview', '--yes'], {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}`,
      CLOUDFLARE_API_TOKEN: 'none',
      CLOUDFLARE_ACCOUNT_ID: 'none',
    });
    onTestFinished(() => {
      setup.kill('SIGKILL');
      cloudflare.closeAllConnections();
      cloudflare.close();
    });
    const exit = exitOf(setup);
    const columns = ['pgid', 'ppid', 'stat', 'args'].flatMap((name) => ['-o', `${name}=`]);
    const wranglers = () =>
      execFileSync('ps', ['-e', ...columns], { encoding: 'utf8' })
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([, , state, , script]) => state !== 'Z' && script?.endsWith('wrangler.js'));
    const own = () => wranglers().find(([, parent]) => parent === String(setup.pid));
    await expect.poll(own, { timeout: 50_000, interval: 20 }).toBeDefined();
    const group = own()?.[0];
    setup.kill('SIGINT');
    expect((await exit).code).toBe(130);
    const left = () => wranglers().filter(([of]) => of === group);
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
  });
});
