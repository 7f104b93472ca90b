import { defineConfig } from 'vitest/config';

/**
 * `npm run model:refresh`: the model of the refresh engine. It finds something within some thousand
 * runs that has not been judged yet (docs/testing.md), so it is no gate.
 */
export default defineConfig({
  test: {
    name: 'refresh-model',
    include: ['test/model/refresh/**/*.test.ts'],
    environment: 'node',
  },
});
