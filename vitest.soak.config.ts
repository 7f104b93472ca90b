import { defineConfig } from 'vitest/config';

/**
 * `npm run soak`: minutes of load on a real authorization server, with Workers killed at random.
 */
export default defineConfig({
  test: {
    name: 'soak',
    include: ['test/soak/three-minutes.ts'],
    environment: 'node',
    globalSetup: ['./test/e2e/support/build.ts'],
    testTimeout: 3_600_000,
  },
});
