/**
 * What is measured, as it would be deployed: the product by wrangler itself, the Workers that stand
 * next to it by the esbuild that wrangler brings, with the settings that wrangler gives it.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

export const root = join(import.meta.dirname, '../..');

/** The product, minified: one ES module. */
export async function buildProduct(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-bench-'));
  try {
    const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
    await promisify(execFile)(
      process.execPath,
      [wrangler, 'deploy', '--dry-run', '--minify', '--outdir', folder],
      {
        cwd: root,
        env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' },
      },
    );
    return await readFile(join(folder, 'index.js'), 'utf8');
  } finally {
    await rm(folder, { recursive: true });
  }
}

const bundle = async (entry: string, platform: 'neutral' | 'node'): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    write: false,
    minify: platform === 'neutral',
    format: 'esm',
    target: 'es2024',
    platform,
    conditions: platform === 'neutral' ? ['workerd', 'worker', 'browser'] : [],
    mainFields: platform === 'neutral' ? ['browser', 'module', 'main'] : ['module', 'main'],
    external: ['cloudflare:*', 'node:*'],
    loader: { '.json': 'json' },
    logLevel: 'warning',
  });
  const [file] = outputFiles;
  if (!file) throw new Error(`${entry} gave no bundle`);
  return file.text;
};

/** A Worker under test/bench. */
export const buildWorker = (entry: string): Promise<string> => bundle(entry, 'neutral');

/** A module under test/bench that imports the product's sources, for Node. */
export const buildForNode = (entry: string): Promise<string> => bundle(entry, 'node');
