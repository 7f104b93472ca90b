/**
 * `npm run release`: makes the package ready as its changesets say (version, changelog), and shows
 * what would be published. It publishes nothing: the last line says how.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const client = join(root, 'client');

const run = (command: string, args: string[]): void => {
  console.log(`\n$ ${command} ${args.join(' ')}`);
  const shell = process.platform === 'win32';
  execFileSync(command, args, { cwd: root, stdio: 'inherit', shell });
};

run('npx', ['changeset', 'version']);
// The lock file names the version too.
run('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund']);
run('npm', ['run', 'client:build']);
run('npm', ['run', 'client:check']);
run('npm', ['publish', '--dry-run', '--workspace', 'client']);

const { name, version } = JSON.parse(readFileSync(join(client, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
};
console.log(`
${name} ${version} is ready. Look at the changes, commit them, then:

  git tag ${name}@${version}
  npm publish --workspace client
`);
