import { defineConfig } from 'vitest/config';

const common = {
  environment: 'node' as const,
  globalSetup: ['./test/e2e/support/build.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  fileParallelism: false,
};

/** What needs a browser. `npm test` does without. */
export default defineConfig({
  test: {
    projects: [
      { test: { ...common, name: 'browser', include: ['test/browser/**/*.test.ts'] } },
      // Makes the pictures in docs/screenshots.
      { test: { ...common, name: 'screenshots', include: ['test/browser/*screenshots.ts'] } },
    ],
  },
});
