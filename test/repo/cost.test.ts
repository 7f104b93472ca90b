import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { docs, example, refreshesPerMonth, total, usage, withTables } from '../../scripts/cost';

describe('docs/cost.md', () => {
  it('has the tables that the counts make (npm run cost writes them anew)', () => {
    const page = readFileSync(docs, 'utf8');
    expect(withTables(page)).toBe(page);
  });
});

describe('the arithmetic', () => {
  it('for a million integrations, a tenth in use', () => {
    expect(refreshesPerMonth(example)).toBe(30 * (100_000 * 33 + 900_000));
    // 750 refreshes a run.
    expect(usage(example).rowsWritten.amount).toBe(
      126_000_000 * 3 + Math.ceil(126_000_000 / 750) * 3 + 500_000 * (4 + 4),
    );
  });

  it('costs no more for what is included', () => {
    const small = { ...example, accounts: 1_000, inUse: 100 };
    expect(total(small)).toBe(5);
  });
});
