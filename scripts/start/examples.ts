/**
 * What the apps in examples/ need before they start: the built client, and settings of the local
 * run.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DevVars } from './dev-vars.ts';
import { StartProblem } from './problem.ts';
import { root } from './wrangler.ts';

const settingsFiles = ['examples/express/.env', 'examples/hono-workers/.dev.vars'];

/** They import the package as npm would give it. */
export function buildClient(): void {
  execFileSync(process.execPath, [join(root, 'client/scripts/build.ts')], { stdio: 'inherit' });
}

/**
 * Each example's settings, of the `.example` file beside them. A file that is there stays as it is,
 * and an example that was taken out of the repository gets none.
 *
 * @returns the files that were made, from `home` on
 */
export function ensureExampleSettings(home: string, vars: DevVars, workerUrl: string): string[] {
  const values: Record<string, string> = {
    MOORING_URL: workerUrl,
    MOORING_KEY: vars.DEMO_SERVICE_KEY,
    JWT_SECRET: vars.AUTH_JWT_SECRET ?? '',
  };
  return settingsFiles.filter((file) => {
    const example = join(root, `${file}.example`);
    if (!existsSync(example)) return false;
    const text = readFileSync(example, 'utf8').replace(/^(\w+)=.*$/gm, (line, name: string) =>
      name in values ? `${name}=${values[name]}` : line,
    );
    return writeNew(join(home, file), text);
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
