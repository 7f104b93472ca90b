/** What the commands behind `npm run` that read our settings have in common. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { AppError, ConfigError } from '../src/errors';
import { StartProblem } from './start/problem';

export type Settings = Record<string, string | undefined>;

/** What `.dev.vars` sets; nothing where there is no such file. */
export function developerSettings(): Settings {
  try {
    return parseEnv(readFileSync(join(import.meta.dirname, '../.dev.vars'), 'utf8'));
  } catch {
    return {};
  }
}

export const publicUrlOf = (settings: Settings): string =>
  settings.PUBLIC_URL || 'http://localhost:8787';

/**
 * Prints what the command has to say. An error with a message for people is one line, without a
 * stack.
 */
export async function runCommand(
  command: (args: readonly string[]) => Promise<string> | string,
): Promise<void> {
  try {
    console.log(await command(process.argv.slice(2)));
  } catch (error) {
    const isForPeople = [StartProblem, ConfigError, AppError].some((kind) => error instanceof kind);
    if (!isForPeople) throw error;
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
