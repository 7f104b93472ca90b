import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { withProcesses } from './test/e2e/support/settings.ts';
import { readMigrations, testSettings } from './test/support/settings.ts';

/** So that nothing has to be built first. */
const clientSource = join(import.meta.dirname, 'client/src/index.ts');

export default defineConfig({
  test: {
    // The Worker's log lines, only where a test fails.
    silent: 'passed-only',
    // By default one less than there are cores, which leaves one of two without work.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      // Modules and routes, inside workerd, on its own D1 and KV.
      inWorkerd('worker', {
        include: ['test/**/*.test.ts'],
        exclude: [
          '**/node_modules/**',
          'test/e2e/**',
          'test/browser/**',
          'test/repo/**',
          'test/sandbox/**',
          'test/model/**',
          'test/openapi-tools/**',
          'test/providers/sweep/**',
        ],
      }),
      // Every built-in record the whole way against the simulator.
      inWorkerd('providers', { include: ['test/providers/sweep/**/*.test.ts'] }),
      {
        // What looks at the repository itself.
        test: {
          name: 'repo',
          include: ['test/repo/**/*.test.ts'],
          environment: 'node',
          // One that starts two processes takes more than the default 5 s on a busy machine.
          testTimeout: 20_000,
        },
      },
      {
        // The package that other projects install, where no Worker is needed.
        test: {
          name: 'client',
          include: ['client/test/**/*.test.{ts,tsx}'],
          exclude: ['client/test/package.test.ts'],
          environment: 'node',
        },
      },
      {
        // The same, built and packed, in projects that install it.
        test: { name: 'package', include: ['client/test/package.test.ts'], environment: 'node' },
      },
      {
        // The protocols in virtual time, over simulated KV and D1 (docs/testing.md).
        test: {
          name: 'model',
          include: ['test/model/**/*.test.ts'],
          environment: 'node',
        },
      },
      {
        // The built Worker as a process of its own, against a real authorization server.
        resolve: { alias: [{ find: /^@mooring\/client$/, replacement: clientSource }] },
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/sandbox/**/*.test.ts'],
          environment: 'node',
          ...withProcesses,
        },
      },
    ],
  },
});

function inWorkerd(name: string, files: { include: string[]; exclude?: string[] }) {
  return {
    plugins: [
      cloudflareTest(async () => ({
        wrangler: { configPath: './wrangler.toml' },
        miniflare: {
          bindings: {
            ...withoutDeveloperSettings(),
            ...testSettings,
            TEST_MIGRATIONS: await readMigrations(),
          },
          queueProducers: { REFRESH_QUEUE: 'mooring-refresh-test' },
        },
      })),
    ],
    test: {
      name,
      ...files,
      isolate: false,
      setupFiles: ['./test/support/fresh-file.ts'],
      // A test that writes thousands of rows takes more than the default 5 s on a busy machine.
      testTimeout: 20_000,
    },
  };
}

/**
 * A developer's own .dev.vars is read by the test runner too, and cannot be switched off: each of
 * its names is emptied, which to Mooring is as good as not set.
 */
function withoutDeveloperSettings(): Record<string, string> {
  const path = join(import.meta.dirname, '.dev.vars');
  const names = existsSync(path) ? Object.keys(parseEnv(readFileSync(path, 'utf8'))) : [];
  return Object.fromEntries(names.map((name) => [name, '']));
}
