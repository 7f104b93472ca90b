/**
 * `npm run key:new -- <name> [rights][@providers]`: makes a service key, and its entry for
 * SERVICE_KEYS. The key is printed here and kept nowhere.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createRegistry } from '../src/providers/registry';
import { parseServiceKey } from '../src/rights';
import { developerSettings, publicUrlOf, runCommand, type Settings } from './command';
import { StartProblem } from './start/problem';

/** `limits`: as in `read+call@github`; '': everything. @throws ConfigError */
export function newServiceKey(
  name: string,
  limits: string,
  settings: Settings,
): { key: string; entry: string } {
  const registry = createRegistry(settings, publicUrlOf(settings));
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
  settings: Settings,
): string[] {
  if (name === undefined || rest.length > 0) {
    throw new StartProblem(
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

if (import.meta.main) {
  await runCommand((args) => report(args, { ...developerSettings(), ...process.env }).join('\n'));
}
