/**
 * A deployment, from nothing or once more: settings, database, migrations, Worker, secrets, and a
 * look at /health. It can be run again at any time: what the Worker has stays as it is, unless
 * told.
 *
 * No secret is printed, or given as an argument of a command, which others on this machine could
 * see. Those that are made here are kept in a file, because Cloudflare never shows them again; and
 * with them the address, which the next run names.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseEnv } from 'node:util';
import { unstable_readConfig } from 'wrangler';
import { readConfig } from '../../src/config';
import { ConfigError, sentenceOf } from '../../src/errors';
import { createRegistry, parameterSettingsOf, settingPrefix } from '../../src/providers/registry';
import { isLocal } from '../../src/providers/urls';
import { newServiceKey } from '../key-new';
import { envLine } from '../start/env-line.ts';
import { StartProblem } from '../start/problem.ts';
import { root, runWrangler, type Said } from '../start/wrangler.ts';
import type { Questions } from './questions.ts';

export interface Options {
  env: 'production' | 'staging' | 'preview';
  /** Says what would be done, and does nothing. */
  dryRun: boolean;
  /** Names of settings that are written although the Worker has them. */
  replace: readonly string[];
}

/** All that is outside of this process. */
export interface Outside {
  environment: Readonly<Record<string, string | undefined>>;
  /** Null: nobody to ask. */
  questions: Questions | null;
  wrangler: typeof runWrangler;
  fetch: typeof fetch;
  sleep(ms: number): Promise<void>;
  print(line: string): void;
  /** Where secrets that were made are kept, a file for each environment. */
  secretsFolder: string;
  configFile: string;
}

export const outsideOf = (home: string, questions: Questions | null): Outside => ({
  environment: process.env,
  questions,
  wrangler: runWrangler,
  fetch,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  print: (line) => console.log(line),
  secretsFolder: join(home, '.secrets'),
  configFile: join(root, 'wrangler.toml'),
});

/** What is read of wrangler.toml. wrangler's own type does not come with it. */
interface WorkerConfig {
  name?: string;
  d1_databases: { database_name?: string }[];
  services?: { binding: string }[];
}

/** Where a value comes from. */
const sources = {
  kept: 'the Worker has it; it stays',
  environment: 'from the environment',
  file: 'from the file of the last time',
  answer: 'as you said',
  asked: 'asked for',
  made: 'made now',
  deployment: 'the address that the deployment gets',
} as const;

interface Setting {
  name: string;
  source: keyof typeof sources;
  /** Not known of what is kept, and of what the deployment tells. */
  value?: string;
}

/** The key whose hash stands in SERVICE_KEYS. In the file only, for the backend. */
const BACKEND_KEY = 'MOORING_KEY';

/** What a setting is for, of those that nobody has chosen. */
const purposes: Record<string, string> = {
  ENCRYPTION_KEYS: 'seals the stored tokens',
  SERVICE_KEYS: "the hash of your backend's key",
  [BACKEND_KEY]: "your backend's key; it stays here, in .secrets",
};

/** In the order in which .dev.vars.example tells of them, what is needed first. */
const first = ['PUBLIC_URL', 'APP_ORIGINS', 'ENCRYPTION_KEYS', 'SERVICE_KEYS', BACKEND_KEY];

const inOrder = (settings: readonly Setting[]): Setting[] => {
  const rank = ({ name }: Setting) => (first.includes(name) ? first.indexOf(name) : first.length);
  return settings.toSorted((a, b) => rank(a) - rank(b));
};

const here = (file: string): string => relative(process.cwd(), file);

/** @throws StartProblem */
export async function setUpDeployment(options: Options, outside: Outside): Promise<void> {
  const { env, dryRun } = options;
  const { print, questions } = outside;
  const config: WorkerConfig = unstable_readConfig({ config: outside.configFile, env });
  const worker = config.name ?? 'mooring';
  const database = config.d1_databases[0]?.database_name ?? worker;
  const secretsFile = join(outside.secretsFolder, `${env}.env`);

  print(`${env}: the Worker "${worker}" with the database "${database}"\n`);
  const known = dryRun ? new Set<string>() : await secretsOf(worker, env, outside);
  const kept = readSecretsFile(secretsFile);
  const settings = await gather(options, outside, known, kept);
  checkAll(settings, env, config);

  print('Settings:');
  for (const { name, source } of inOrder(settings)) {
    const purpose = source === 'made' ? `: ${purposes[name]}` : '';
    print(`  ${name.padEnd(26)} ${sources[source]}${purpose}`);
  }
  if (dryRun) {
    print('\nWhat the Worker has already would stay. Steps:');
    for (const step of stepsOf(env, database)) print(`  ${step}`);
    print(
      `  GET {PUBLIC_URL}/health, until it says "ok"\n\nDry run: nothing was done. Without --dry-run it is done, after a yes:`,
    );
    print(`  npm run setup -- --env ${env}`);
    return;
  }
  if (questions && !(await questions.confirm('Deploy with these?'))) {
    throw new StartProblem('Left. Nothing was changed.');
  }

  const made = settings.filter(({ source }) => source === 'made');
  if (made.length > 0) {
    keepSecrets(secretsFile, Object.fromEntries(made.map(({ name, value }) => [name, value])));
    print(`\nThe keys are in ${here(secretsFile)}, for your eyes only.`);
  }
  const [create, migrate, deploy, bulk] = commandsOf(env, database);
  const created = await run(create, outside, { fine: /already exists/ });
  if (created.code !== 0 && made.some(({ name }) => name === 'ENCRYPTION_KEYS')) {
    print('The database was there already, and the key is new: what is in it cannot be opened.');
    print(
      'If there is an older key, put it behind the new one (docs/operations.md, "Changing the encryption key").',
    );
  }
  await run(migrate, outside);
  const address = await deployWorker(deploy, outside);
  const sent = valuesOf(settings, address);
  if (Object.keys(sent).length > 0) {
    await run(bulk, outside, { input: JSON.stringify(sent) });
  }
  // With routes in wrangler.toml a Worker has none, unless it says workers_dev = true.
  if (address === undefined && settings.some(({ source }) => source === 'deployment')) {
    throw new StartProblem(
      'It is deployed, but has no address on workers.dev, and PUBLIC_URL was left empty. Run this again with PUBLIC_URL=https://mooring.example.com (your own) in the environment: what is done already stays.',
    );
  }

  // Not `address`: where the Worker has a domain of its own, that is not what it calls itself.
  const publicUrl = URL.parse(
    sent.PUBLIC_URL ?? kept.PUBLIC_URL ?? outside.environment.PUBLIC_URL ?? '',
  )?.origin;
  if (sent.PUBLIC_URL !== undefined) keepSecrets(secretsFile, { PUBLIC_URL: publicUrl });
  const healthAt = publicUrl ?? address;
  if (healthAt === undefined) {
    print('\nDeployed. Its address is not known here: look at {PUBLIC_URL}/health.');
  } else {
    await untilHealthy(healthAt, outside);
    print(`\nMooring is up: ${healthAt}/health says "ok".`);
  }
  const hasKey = kept[BACKEND_KEY] !== undefined || made.some(({ name }) => name === BACKEND_KEY);
  whatIsNext(settings, publicUrl ?? '{PUBLIC_URL}', hasKey ? secretsFile : null, outside);
}

/** Names of those that the Worker has. @throws StartProblem, above all where nobody is signed in */
async function secretsOf(worker: string, env: string, { wrangler }: Outside): Promise<Set<string>> {
  const said = await wrangler(['secret', 'list', '--format', 'json', '--env', env]);
  if (said.code === 0) {
    const list = JSON.parse(said.stdout) as { name: string }[];
    return new Set(list.map(({ name }) => name));
  }
  if (said.all.includes(`"${worker}"`) && said.all.includes('not found')) return new Set();
  throw new StartProblem(
    `wrangler could not ask Cloudflare:\n\n${said.all.trim()}\n\nSign in with "npx wrangler login", or set CLOUDFLARE_API_TOKEN. Where you have several accounts, CLOUDFLARE_ACCOUNT_ID says which.`,
  );
}

function readSecretsFile(file: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

/** Every name in .dev.vars.example, commented out or not, and the clients of built-in providers. */
function knownNames(): string[] {
  const example = readFileSync(join(root, '.dev.vars.example'), 'utf8');
  const named = Array.from(
    example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm),
    ([, name = '']) => name,
  );
  const clients = oauthProviders().flatMap((provider) => [
    ...clientNames(provider.id),
    ...['CLIENTS', 'CLIENT_KEY', 'CLIENT_KEY_ID'].map(
      (name) => `${settingPrefix(provider.id)}_${name}`,
    ),
    ...parameterSettingsOf(provider),
  ]);
  return [...new Set([...named, ...clients])];
}

const clientNames = (provider: string): [id: string, secret: string] => [
  `${settingPrefix(provider)}_CLIENT_ID`,
  `${settingPrefix(provider)}_CLIENT_SECRET`,
];

const oauthProviders = () =>
  createRegistry({}, 'https://mooring.invalid')
    .all()
    .filter((provider) => provider.kind === 'oauth2')
    .filter(({ clientOf }) => clientOf === undefined);

async function gather(
  { env, replace, dryRun }: Options,
  outside: Outside,
  known: ReadonlySet<string>,
  kept: NodeJS.Dict<string>,
): Promise<Setting[]> {
  const { environment, questions } = outside;
  if (replace.includes('ENCRYPTION_KEYS')) {
    throw new StartProblem(
      'ENCRYPTION_KEYS is not replaced here: no stored token could be opened any more. docs/operations.md says how keys are rotated.',
    );
  }
  const settings = new Map<string, Setting>();
  const names = knownNames();
  const unknown = replace.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new StartProblem(`--replace: there is no setting ${unknown}`);
  for (const name of names) {
    const isReplaced = replace.includes(name);
    const given = environment[name]?.trim();
    // What the file holds was sent the last time: it may be the very value that is to go.
    const inFile = isReplaced ? undefined : kept[name];
    if (known.has(name) && !isReplaced) settings.set(name, { name, source: 'kept' });
    else if (given) settings.set(name, { name, source: 'environment', value: given });
    else if (inFile) settings.set(name, { name, source: 'file', value: inFile });
  }

  const add = (name: string, source: Setting['source'], value: string) =>
    settings.set(name, { name, source, value });
  if (!settings.has('PUBLIC_URL')) {
    const answer = await questions?.text(
      "Mooring's own address. Empty: the one on workers.dev that the deployment gets",
      'https://mooring.example.com',
      (value) => (value === '' ? undefined : faultOf('PUBLIC_URL', value)),
    );
    if (answer) add('PUBLIC_URL', 'answer', answer);
    else if (questions || !replace.includes('PUBLIC_URL')) {
      settings.set('PUBLIC_URL', { name: 'PUBLIC_URL', source: 'deployment' });
    }
  }
  if (!settings.has('APP_ORIGINS')) {
    if (questions) {
      const answer = await questions.text(
        'The page of your app where users come back to after connecting',
        'https://app.example.com/connected',
        (value) => (value === '' ? 'without it nobody can connect' : faultOf('APP_ORIGINS', value)),
      );
      add('APP_ORIGINS', 'answer', answer);
    } else if (!dryRun) {
      throw new StartProblem(
        `APP_ORIGINS is missing: the origins of your apps, such as https://app.example.com. For example: APP_ORIGINS=https://app.example.com npm run setup -- --env ${env} --yes`,
      );
    } else {
      settings.set('APP_ORIGINS', { name: 'APP_ORIGINS', source: 'asked' });
    }
  }
  if (!settings.has('ENCRYPTION_KEYS')) {
    add('ENCRYPTION_KEYS', 'made', `k1:${randomBytes(32).toString('base64')}`);
  }
  if (!settings.has('SERVICE_KEYS')) {
    const { key, entry } = newServiceKey('app', '', {});
    add('SERVICE_KEYS', 'made', entry);
    add(BACKEND_KEY, 'made', key);
  }
  if (questions) await askForProviders(questions, settings, add);
  for (const name of replace) {
    if (settings.has(name)) continue;
    if (questions) {
      add(name, 'answer', await questions.secret(`${name}: the new value`, notEmpty));
    } else if (!dryRun) {
      throw new StartProblem(
        `--replace ${name}: there is no new value. Give it in the environment under this name, or leave out --yes at a terminal to be asked.`,
      );
    } else {
      settings.set(name, { name, source: 'asked' });
    }
  }
  return [...settings.values()];
}

const notEmpty = (value: string) => (value === '' ? 'cannot be empty' : undefined);

async function askForProviders(
  questions: Questions,
  settings: ReadonlyMap<string, Setting>,
  add: (name: string, source: 'answer', value: string) => void,
): Promise<void> {
  // Others sign with a key, which is a file, or need no client of the operator's.
  const without = oauthProviders().filter(
    ({ id, clientAuth, clientRegistration, grant }) =>
      !settings.has(clientNames(id)[0]) &&
      clientAuth !== 'client_secret_signed' &&
      clientRegistration === 'settings' &&
      grant === 'authorization_code',
  );
  const chosen = await questions.selectSome(
    'Providers to turn on now, with client id and secret at hand (none: later)',
    without.map(({ id, name }) => ({ value: id, label: name })),
  );
  for (const provider of without.filter(({ id }) => chosen.includes(id))) {
    const { id, name } = provider;
    const [clientId, clientSecret] = clientNames(id);
    add(clientId, 'answer', await questions.text(`${name}: client id`, '', notEmpty));
    add(clientSecret, 'answer', await questions.secret(`${name}: client secret`, notEmpty));
    for (const setting of parameterSettingsOf(provider)) {
      add(setting, 'answer', await questions.text(`${name}: ${setting}`, '', notEmpty));
    }
  }
}

/** By the Worker's own check, with stand-ins for what is not known here. */
function faultsOf(
  settings: Readonly<Record<string, string>>,
  bindings: Readonly<Record<string, Pick<Fetcher, 'fetch'>>> = {},
): readonly string[] {
  try {
    readConfig({
      ...bindings,
      PUBLIC_URL: 'https://mooring.invalid',
      ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      SERVICE_KEYS: newServiceKey('app', '', {}).entry,
      ...settings,
    });
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(sentenceOf);
    throw error;
  }
  const { PUBLIC_URL } = settings;
  return PUBLIC_URL !== undefined && isLocal(new URL(PUBLIC_URL))
    ? ['PUBLIC_URL: is on this machine; a deployment has an address of its own']
    : [];
}

const faultOf = (name: string, value: string): string | undefined => faultsOf({ [name]: value })[0];

/** Of which the Worker takes one only: with both it lets nobody in. */
const eitherOr = ['AUTH_JWT_SECRET', 'AUTH_JWKS_URL'] as const;

/**
 * What is sent, beside what the Worker has of which only the names are known. @throws StartProblem
 */
function checkAll(
  settings: readonly Setting[],
  env: string,
  { services = [] }: WorkerConfig,
): void {
  const values = valuesOf(settings, undefined);
  const isKept = (name: string) =>
    settings.some((setting) => setting.name === name && setting.source === 'kept');
  const kept = eitherOr.find(isKept);
  const sent = eitherOr.find((name) => values[name] !== undefined);
  if (kept !== undefined && sent !== undefined) {
    throw new StartProblem(
      `${sent}: the Worker has ${kept}, and with both it lets nobody in. Leave ${sent} out, or delete the other first: npx wrangler secret delete ${kept} --env ${env}`,
    );
  }
  // Providers of one's own stand in what nobody can read back, so any id may be one of them.
  if (isKept('PROVIDERS') && values.SERVICE_KEYS !== undefined) {
    values.SERVICE_KEYS = values.SERVICE_KEYS.replace(/@[^,]+/g, '@github');
  }
  // WEBHOOKS may name one.
  const bindings = Object.fromEntries(services.map(({ binding }) => [binding, { fetch }]));
  const faults = faultsOf(values, bindings);
  if (faults.length > 0) throw new StartProblem(faults.join('\n'));
}

/** Those that are sent. */
function valuesOf(
  settings: readonly Setting[],
  address: string | undefined,
): Record<string, string> {
  const sent = settings.filter(({ name }) => name !== BACKEND_KEY);
  const values = sent.map(({ name, source, value }) => [
    name,
    source === 'deployment' ? address : value,
  ]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** Beside what the file holds already. */
function keepSecrets(file: string, further: NodeJS.Dict<string>): void {
  const values = { ...readSecretsFile(file), ...further };
  const lines = Object.entries(values).map(([name, value = '']) => envLine(name, value));
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, lines.join(''), { mode: 0o600 });
}

const commandsOf = (env: string, database: string) =>
  [
    ['d1', 'create', database],
    ['d1', 'migrations', 'apply', 'DB', '--remote', '--env', env],
    ['deploy', '--minify', '--env', env],
    ['secret', 'bulk', '--env', env],
  ] as const;

const stepsOf = (env: string, database: string): string[] =>
  [['secret', 'list', '--env', env], ...commandsOf(env, database)].map(
    (command) => `wrangler ${command.join(' ')}`,
  );

/** `fine`: a failure that says this is none. @throws StartProblem with what wrangler said */
async function run(
  command: readonly string[],
  { wrangler, print }: Outside,
  { input, env, fine }: { input?: string; env?: Record<string, string>; fine?: RegExp } = {},
): Promise<Said> {
  print(`\nwrangler ${command.join(' ')}`);
  const said = await wrangler(command, { input, env: env ?? {} });
  if (said.code !== 0 && !fine?.test(said.all)) {
    throw new StartProblem(
      `${said.all.trim()}\n\nThat did not work. Put it right and run this again: what is done already stays.`,
    );
  }
  return said;
}

/** @returns its address on workers.dev, where it has one */
async function deployWorker(
  command: readonly string[],
  outside: Outside,
): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-setup-'));
  const output = join(folder, 'output.ndjson');
  try {
    await run(command, outside, { env: { WRANGLER_OUTPUT_FILE_PATH: output } });
    const lines = readFileSync(output, 'utf8').trim().split('\n');
    const targets = lines
      .map((line) => JSON.parse(line) as { type: string; targets?: string[] })
      .flatMap((entry) => (entry.type === 'deploy' ? (entry.targets ?? []) : []));
    return targets.find((target) => /^https:\/\/\S+\.workers\.dev$/.test(target));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const HEALTHY_WITHIN_MS = 90_000;
const LOOK_EVERY_MS = 3_000;

/**
 * A new Worker, and new secrets of one, take some seconds to be everywhere. @throws StartProblem
 */
async function untilHealthy(publicUrl: string, { fetch, sleep }: Outside): Promise<void> {
  let said = 'nothing';
  for (let waited = 0; waited <= HEALTHY_WITHIN_MS; waited += LOOK_EVERY_MS) {
    try {
      const reply = await fetch(`${publicUrl}/health`, {
        headers: { Accept: 'application/json' },
        signal: AbortSignal.timeout(LOOK_EVERY_MS),
      });
      if (reply.ok) return;
      said = `${reply.status} ${await reply.text()}`;
    } catch (error) {
      said = (error as Error).message;
    }
    await sleep(LOOK_EVERY_MS);
  }
  throw new StartProblem(
    `It is deployed, but ${publicUrl}/health does not say "ok". It said last: ${said}\n\nA domain of your own needs a line in wrangler.toml, in [env....]: routes = [{ pattern = "${new URL(publicUrl).host}", custom_domain = true }]`,
  );
}

function whatIsNext(
  settings: readonly Setting[],
  publicUrl: string,
  secretsFile: string | null,
  { print }: Outside,
): void {
  const names = new Set(settings.map(({ name }) => name));
  const callback = (id: string) => `${publicUrl}/connect/callback/${id}`;
  const on = oauthProviders().filter(({ id }) => names.has(clientNames(id)[0]));
  if (on.length > 0) {
    print('\nRegister at each provider, as redirect URI (some call it callback URL):\n');
    for (const { id, name } of on) print(`  ${name.padEnd(20)} ${callback(id)}`);
  } else {
    print(`\nNo provider is on yet. Register ${callback('{provider}')} as redirect URI at one,`);
    print('then run this again with its client id and secret.');
  }
  print(`\nYour backend needs MOORING_URL=${publicUrl} and a service key.`);
  if (secretsFile !== null) {
    print(
      `It is ${BACKEND_KEY} in ${here(secretsFile)}. Move that file into your password manager:`,
    );
    print('without ENCRYPTION_KEYS the stored tokens cannot be opened, and nobody shows it again.');
  } else {
    print('A further one: npm run key:new -- <name>, and its entry into SERVICE_KEYS.');
  }
}
