/**
 * What the apps in examples/ need before they start: the built client, and settings of the local
 * run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { type DevVars, hasKey } from './dev-vars.ts';
import { StartProblem } from './problem.ts';
import { root } from './wrangler.ts';

const settingsFiles = ['examples/express/.env', 'examples/hono-workers/.dev.vars'];

/**
 * They import the package as npm would give it.
 *
 * @returns whether it was built to the end, and not left by Ctrl-C
 * @throws StartProblem when it does not build
 */
export function buildClient(script = join(root, 'client/scripts/build.ts')): boolean {
  const { status, signal } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (signal !== null && ['SIGINT', 'SIGTERM', 'SIGHUP'].includes(signal)) return false;
  if (status !== 0) {
    throw new StartProblem('The client does not build: npm run client:build says why.');
  }
  return true;
}

/**
 * Each example's settings, of the `.example` file beside them. A file that is there stays as it is,
 * and an example that was taken out of the repository gets none.
 *
 * @returns what there is to say of it, a line each
 */
export function ensureExampleSettings(home: string, vars: DevVars, workerUrl: string): string[] {
  return settingsFiles.flatMap((file) => {
    const example = join(root, `${file}.example`);
    if (!existsSync(example)) return [];
    const text = readFileSync(example, 'utf8');
    const needsJwtSecret = /^JWT_SECRET=/m.test(text) && !existsSync(join(home, file));
    if (needsJwtSecret && vars.AUTH_JWT_SECRET === undefined) {
      return [`did not make ${file}: .dev.vars has no AUTH_JWT_SECRET`];
    }
    const values: Record<string, string> = {
      MOORING_URL: workerUrl,
      MOORING_KEY: vars.DEMO_SERVICE_KEY,
      JWT_SECRET: vars.AUTH_JWT_SECRET ?? '',
    };
    const filled = text.replace(/^(\w+)=.*$/gm, (line, name: string) =>
      name in values ? `${name}=${values[name]}` : line,
    );
    if (writeNew(join(home, file), filled)) return [`made ${file}`];
    const { MOORING_KEY = '' } = parseEnv(readFileSync(join(home, file), 'utf8'));
    return hasKey(vars, MOORING_KEY)
      ? []
      : [
          `${file} has a key that .dev.vars does not know: delete it, and npm start makes a new one`,
        ];
  });
}

/** @returns whether there was none */
function writeNew(file: string, text: string): boolean {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new StartProblem(`${file} cannot be written: ${(error as Error).message}`);
  }
}
