import { defineConfig } from 'vitest/config';

/** `npm run model:refresh`: the model of the refresh engine and its mutants (docs/testing.md). */
export default defineConfig({
  test: {
    name: 'refresh-model',
    include: ['test/model/refresh/**/*.test.ts'],
    environment: 'node',
  },
});
