/** `npm run build`: dist/ anew, by the repository's own compiler. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const client = join(import.meta.dirname, '..');
const dist = join(client, 'dist');

rmSync(dist, { recursive: true, force: true });
const tsc = join(client, '../node_modules/typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', client], { stdio: 'inherit' });
for (const file of readdirSync(dist)) {
  const path = join(dist, file);
  const text = readFileSync(path, 'utf8');
  if (file.endsWith('.d.ts')) {
    // The compiler rewrites extensions in JavaScript only (7.0.2).
    writeFileSync(path, text.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"));
  } else if (/^(?:\/\*[\s\S]*?\*\/\s*)?export \{\};\s*$/.test(text)) {
    // Types alone.
    rmSync(path);
  }
}
