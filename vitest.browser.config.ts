import { defineConfig } from 'vitest/config';
import { withProcesses } from './test/e2e/support/settings.ts';

const common = { environment: 'node' as const, ...withProcesses };

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
