/**
 * `.dev.vars`: the local run's settings and secrets. Made once, with fresh random secrets that only
 * their owner can read; never written again, because the accounts in the local database can be
 * opened with its key only.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { demoWebhooks, sandboxProviders } from '../../test/sandbox/settings.ts';
import { envLine } from './env-line.ts';
import type { Ports } from './ports.ts';
import { StartProblem } from './problem.ts';

/** What the local run cannot do without. */
const required = [
  'PUBLIC_URL',
  'APP_ORIGINS',
  'ENCRYPTION_KEYS',
  'SERVICE_KEYS',
  'DEMO_SERVICE_KEY',
  'PROVIDERS',
  'SANDBOX_CLIENT_ID',
  'SANDBOX_CLIENT_SECRET',
  'SANDBOX_SHORT_CLIENT_ID',
  'SANDBOX_SHORT_CLIENT_SECRET',
] as const;

export type DevVars = Record<(typeof required)[number], string> & {
  AUTH_JWT_SECRET?: string;
  WEBHOOKS?: string;
};

const wayOut =
  'Put it right, or move the file away: the next start makes a new one (accounts connected so far can then not be opened).';

export const origin = (port: number): string => `http://localhost:${port}`;

/** Where the apps in examples/ answer: Express, Hono on Workers, React. */
const exampleOrigins = [3000, 8788, 5173].map(origin);

/** @returns whether the file had to be made. */
export function ensureDevVars(file: string, ports: Ports): boolean {
  try {
    // `wx` fails where there is a file already: two starts at once make one.
    writeFileSync(file, freshDevVars(ports), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new StartProblem(`.dev.vars cannot be written: ${(error as Error).message}`);
  }
}

/** @throws StartProblem that says what is wrong with the file, never a value of it */
export function readDevVars(file: string): DevVars {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartProblem(`.dev.vars cannot be read: ${(error as Error).message}`);
  }
  const odd = text
    .split(/\r?\n/)
    .findIndex((line) => !/^\s*(#.*|(export\s+)?[\w.-]+\s*=.*)?$/.test(line));
  if (odd >= 0) {
    throw new StartProblem(`.dev.vars, line ${odd + 1}: not "NAME=value". ${wayOut}`);
  }
  const vars = parseEnv(text);
  const missing = required.filter((name) => !vars[name]);
  if (missing.length > 0) {
    throw new StartProblem(`.dev.vars lacks ${missing.join(', ')}. ${wayOut}`);
  }
  const complete = vars as DevVars;
  if (!hasKey(complete, complete.DEMO_SERVICE_KEY)) {
    throw new StartProblem(`.dev.vars: SERVICE_KEYS holds no hash of DEMO_SERVICE_KEY. ${wayOut}`);
  }
  return complete;
}

/** Whether SERVICE_KEYS holds its hash. */
export function hasKey(vars: DevVars, key: string): boolean {
  const hash = createHash('sha256').update(key).digest('hex');
  return vars.SERVICE_KEYS.toLowerCase().includes(`:${hash}`);
}

/**
 * What this run has to say differently from the file: the demo app's endpoint, and what goes by the
 * ports. Own providers and endpoints in the file stay as they are. And what has a "$", which
 * wrangler reads in a file that it is told of as the name of another setting.
 *
 * @param webhookSecret of the demo app's endpoint; another one at each start will do
 */
export function overridesFor(
  vars: DevVars,
  ports: Ports,
  webhookSecret: string,
): Record<string, string> {
  const overrides: Record<string, string> = {
    WEBHOOKS: JSON.stringify({
      ...parseObject('WEBHOOKS', vars.WEBHOOKS || '{}'),
      ...parseObject('WEBHOOKS', demoWebhooks(origin(ports.demo), webhookSecret)),
    }),
  };
  const publicUrl = origin(ports.worker);
  if (vars.PUBLIC_URL !== publicUrl) overrides.PUBLIC_URL = publicUrl;
  const origins = vars.APP_ORIGINS.split(',').map((entry) => entry.trim());
  if (!origins.includes(origin(ports.demo))) {
    overrides.APP_ORIGINS = [...origins, origin(ports.demo)].join(',');
  }
  const providers = JSON.stringify({
    ...parseObject('PROVIDERS', vars.PROVIDERS),
    ...parseObject('PROVIDERS', sandboxProviders(origin(ports.sandbox))),
  });
  if (vars.PROVIDERS !== providers) overrides.PROVIDERS = providers;
  const withDollar = Object.entries(vars).filter(([, value]) => value?.includes('$'));
  return { ...Object.fromEntries(withDollar), ...overrides };
}

/** The text of a file for wrangler's `--env-file`, which then reads the same values. */
export const envFileOf = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => envLine(name, value.replaceAll('$', '\\$')))
    .join('');

function parseObject(setting: string, text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    throw new StartProblem(`.dev.vars: ${setting} is not JSON. ${wayOut}`);
  }
}

const secret = (): string => randomBytes(32).toString('base64url');

function freshDevVars(ports: Ports): string {
  const serviceKey = secret();
  const hash = createHash('sha256').update(serviceKey).digest('hex');
  return `# Made by npm start, for this machine only. Not in git. Every setting is told in .dev.vars.example.

PUBLIC_URL=${origin(ports.worker)}
# The demo app, and the apps in examples/.
APP_ORIGINS=${[origin(ports.demo), ...exampleOrigins].join(',')}
ENCRYPTION_KEYS=local:${randomBytes(32).toString('base64')}
AUTH_JWT_SECRET=${secret()}

# The demo app's backend calls with this key; SERVICE_KEYS holds its hash.
DEMO_SERVICE_KEY=${serviceKey}
SERVICE_KEYS=demo:${hash}

# The local authorization server: one client with longer, one with short tokens.
SANDBOX_CLIENT_ID=sandbox
SANDBOX_CLIENT_SECRET=${secret()}
SANDBOX_SHORT_CLIENT_ID=sandbox-short
SANDBOX_SHORT_CLIENT_SECRET=${secret()}
PROVIDERS='${sandboxProviders(origin(ports.sandbox))}'
`;
}
