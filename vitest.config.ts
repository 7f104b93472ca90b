import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { readMigrations, testSettings } from './test/support/settings.ts';

export default defineConfig({
  test: {
    projects: [
      {
        // Modules and routes, inside workerd, on its own D1 and KV.
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: { ...testSettings, TEST_MIGRATIONS: await readMigrations() },
              queueProducers: { REFRESH_QUEUE: 'mooring-refresh-test' },
            },
          })),
        ],
        test: {
          name: 'worker',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/browser/**', 'test/repo/**', 'test/sandbox/**'],
          setupFiles: ['./test/support/apply-migrations.ts'],
        },
      },
      {
        // What looks at the repository itself.
        test: { name: 'repo', include: ['test/repo/**/*.test.ts'], environment: 'node' },
      },
      {
        // The built Worker as a process of its own, against a real authorization server.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/sandbox/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
