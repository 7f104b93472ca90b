import { PATIENCE_MS } from './time.ts';

/** How vitest runs tests that look at the built Worker, as processes of its own. */
export const withProcesses = {
  globalSetup: ['./test/e2e/support/build.ts'],
  // One after the other: each has the machine for itself.
  fileParallelism: false,
  testTimeout: 6 * PATIENCE_MS,
  hookTimeout: 6 * PATIENCE_MS,
  expect: { poll: { timeout: PATIENCE_MS } },
};
