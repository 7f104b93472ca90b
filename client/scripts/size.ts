/**
 * `npm run client:size`: what an app's bundle grows by, minified and gzipped, for each way to use
 * the package. Reads dist/.
 */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const dist = join(import.meta.dirname, '../dist');

/** `limit`: bytes. */
export const uses = {
  'the client': {
    code: "export { createMooring, isMooringError } from './index.js'",
    limit: 8 * 1024,
  },
  'one function of it': { code: "export { isMooringError } from './index.js'", limit: 256 },
  webhooks: { code: "export { verifyWebhook } from './webhooks.js'", limit: 1536 },
  'hooks, beside React and TanStack Query': {
    code: "export * from './react.js'",
    limit: 4 * 1024,
  },
  'one query, beside TanStack Query': {
    code: "export { integrationsQuery } from './react.js'",
    limit: 512,
  },
} as const;

/** Bytes. */
export async function sizeOf(code: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: dist },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['react', '@tanstack/react-query'],
    write: false,
    logLevel: 'error',
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, { code, limit }] of Object.entries(uses)) {
    const size = await sizeOf(code);
    console.log(`${String(size).padStart(6)} of ${limit} bytes  ${name}`);
    if (size > limit) process.exitCode = 1;
  }
}
