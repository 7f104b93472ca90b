/**
 * `npm run key:new -- <name> [rights][@providers]`: makes a service key, and its entry for SERVICE_KEYS.
 * The key is printed here and kept nowhere.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError } from '../src/errors';
import { createRegistry } from '../src/providers/registry';
import { parseServiceKey } from '../src/rights';

/** `limits`: as in `read+call@github`; '': everything. @throws ConfigError */
export function newServiceKey(
  name: string,
  limits: string,
  settings: Record<string, string | undefined>,
): { key: string; entry: string } {
  const registry = createRegistry(settings, settings.PUBLIC_URL || 'http://localhost:8787');
  // 256 bits: nobody finds it by its hash.
  const key = randomBytes(32).toString('base64url');
  const rights = limits === '' || limits.startsWith('@') ? limits : `:${limits}`;
  const entry = `${name}:${createHash('sha256').update(key).digest('hex')}${rights}`;
  parseServiceKey(entry, 1, (id) => registry.get(id) !== undefined);
  return { key, entry };
}

/** What to print. */
export function report(
  [name, limits = '', ...rest]: readonly string[],
  settings: Record<string, string | undefined>,
): string[] {
  if (name === undefined || rest.length > 0) {
    throw new ConfigError(
      'npm run key:new -- <name> [right+right...][@provider+provider...], such as: agents read+call@github',
    );
  }
  const { key, entry } = newServiceKey(name, limits, settings);
  return [
    'The key, for whoever calls. It is shown this once:',
    key,
    '',
    'Its entry for SERVICE_KEYS, behind a comma where there are others:',
    entry,
  ];
}

function developerSettings(): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync(join(import.meta.dirname, '../.dev.vars'), 'utf8'));
  } catch {
    return {};
  }
}

if (import.meta.main) {
  try {
    const lines = report(process.argv.slice(2), { ...developerSettings(), ...process.env });
    console.log(lines.join('\n'));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
