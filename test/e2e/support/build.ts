/**
 * Builds the Worker once for all end-to-end tests, the way a deploy would, and throws it away
 * after.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The built Worker, one ES module. */
    bundle: string;
  }
}

const root = join(import.meta.dirname, '../../..');

export async function setup(project: TestProject): Promise<void> {
  project.provide('bundle', await buildWorker());
}

/** The built Worker's text. @throws Error with what wrangler said */
export async function buildWorker(): Promise<string> {
  const outdir = await mkdtemp(join(tmpdir(), 'mooring-e2e-build-'));
  try {
    await build(outdir);
    return await readFile(join(outdir, 'index.js'), 'utf8');
  } finally {
    await rm(outdir, { recursive: true });
  }
}

async function build(outdir: string): Promise<void> {
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
  try {
    await promisify(execFile)(
      process.execPath,
      [wrangler, 'deploy', '--dry-run', '--minify', '--outdir', outdir],
      {
        cwd: root,
        env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' },
      },
    );
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`the Worker does not build:\n${stdout}\n${stderr}`);
  }
}
