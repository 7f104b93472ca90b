import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The one that runs longest begins first, or it would run alone in the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification) =>
      moduleId.endsWith('status-cache/model.test.ts');
    return files.toSorted((a, b) => Number(isLongest(b)) - Number(isLongest(a)));
  }
}

/**
 * `npm run test:models`: 10,000 plans of each model. `npm test` runs 500, and what does not depend
 * on their number.
 */
export default defineConfig({
  test: {
    name: 'models',
    include: ['test/model/{refresh,status-cache}/*.test.ts'],
    exclude: ['**/{mutants,found}.test.ts'],
    environment: 'node',
    env: { MODEL_RUNS: process.env.MODEL_RUNS ?? '10000' },
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
});
