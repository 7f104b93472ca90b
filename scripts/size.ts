/**
 * `npm run size`: the Worker as it would be deployed, gzipped, and what weighs most in it. The
 * parts are counted before gzip, which sees them only together. Fails above the limit.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const LIMIT_KIB = 250;
const wrangler = join(import.meta.dirname, '../node_modules/wrangler/bin/wrangler.js');

interface Metafile {
  outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>;
}

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1).padStart(7)} KiB`;

/** `node_modules/zod/v4/...` -> `zod`; our own files by folder. */
function partOf(input: string): string {
  const path = input.replaceAll('\\', '/');
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return inPackage ?? /(?:^|\/)(src(?:\/[^/]+(?=\/))?)/.exec(path)?.[1] ?? 'other';
}

const out = mkdtempSync(join(tmpdir(), 'mooring-size-'));
try {
  const metafile = join(out, 'meta.json');
  execFileSync(
    process.execPath,
    [wrangler, ...['deploy', '--dry-run', '--minify', '--outdir', out, '--metafile', metafile]],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const bundle = readFileSync(join(out, 'index.js'));
  const gzipped = gzipSync(bundle, { level: 9 }).length;

  const parts = new Map<string, number>();
  const { outputs } = JSON.parse(readFileSync(metafile, 'utf8')) as Metafile;
  for (const { inputs } of Object.values(outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const part = partOf(input);
      parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
    }
  }
  const heaviest = [...parts].sort(([, a], [, b]) => b - a).slice(0, 12);
  for (const [part, bytes] of heaviest) console.log(`${kib(bytes)}  ${part}`);
  console.log(`${kib(bundle.length)}  minified, in all`);
  console.log(`${kib(gzipped)}  gzipped (at most ${LIMIT_KIB})`);
  if (gzipped > LIMIT_KIB * 1024) process.exitCode = 1;
} catch {
  // wrangler has said why, on stderr.
  console.error('the Worker could not be built or read');
  process.exitCode = 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
