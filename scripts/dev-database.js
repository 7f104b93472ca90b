// wrangler's build step (wrangler.toml): a plain `npx wrangler dev` finds a database with its tables.
// Done once for each set of migrations. `npm start` sees to its own; a deploy has none here.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const state = join(process.env.MOORING_HOME ?? root, '.wrangler/state');
const marker = join(state, 'migrated');

function markerSays(migrations) {
  try {
    return readFileSync(marker, 'utf8') === migrations;
  } catch {
    return false;
  }
}

function migrate() {
  const migrations = readdirSync(join(root, 'migrations')).join('\n');
  if (markerSays(migrations)) return;
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
  const args = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', state];
  execFileSync(process.execPath, [wrangler, ...args], {
    cwd: root,
    // Without questions.
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  mkdirSync(dirname(marker), { recursive: true });
  writeFileSync(marker, migrations);
}

if (process.env.WRANGLER_COMMAND === 'dev' && !process.env.MOORING_START) migrate();
