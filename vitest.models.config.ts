import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const runs = Number(process.env.MODEL_RUNS ?? 10_000);
/** The status-cache model takes as long as all of the refresh's: its plans are shared out. */
const PARTS = 4;
const STATUS_CACHE = 'status-cache';

/** The ones that run longest begin first, or the last would run alone in the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ project }: TestSpecification) => project.name.startsWith(STATUS_CACHE);
    return files.toSorted((a, b) => Number(isLong(b)) - Number(isLong(a)));
  }
}

const project = (name: string, include: string, env: Record<string, string>) => ({
  test: {
    name,
    include: [include],
    exclude: ['**/{mutants,found}.test.ts'],
    environment: 'node' as const,
    env,
  },
});

/**
 * `npm run test:models`: 10,000 plans of each model. `npm test` runs 500, and what does not depend
 * on their number.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    globalSetup: ['./test/model/kernel/whole-coverage.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      ...Array.from({ length: PARTS }, (_, part) =>
        project(`${STATUS_CACHE}, part ${part + 1}`, 'test/model/status-cache/*.test.ts', {
          MODEL_RUNS: String(Math.ceil(runs / PARTS)),
          MODEL_PART: String(part),
        }),
      ),
      project('refresh', 'test/model/refresh/*.test.ts', { MODEL_RUNS: String(runs) }),
    ],
  },
});
