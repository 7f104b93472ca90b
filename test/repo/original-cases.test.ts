/** docs/testing.md says where each case of the original cache is: those tests are there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

interface Case {
  file: string;
  suite: string | null;
  name: string;
}

function casesInTheTable(): Case[] {
  const text = readFileSync(join(root, 'docs/testing.md'), 'utf8');
  const table = text.split('| group of the original |')[1]?.split('\n\n')[0] ?? '';
  const cases: Case[] = [];
  for (const line of table.split('\n').slice(2)) {
    const [, , file = '', title = ''] = line.split('|').map((cell) => cell.trim());
    const [suite, name] = title.includes(' > ') ? title.split(' > ') : [null, title];
    cases.push({
      file: file.replaceAll('`', '') || (cases.at(-1)?.file ?? ''),
      suite: suite ?? null,
      name: name ?? '',
    });
  }
  return cases;
}

const cases = casesInTheTable();

describe('the cases of the original cache', () => {
  it('are all in the table: it had 54', () => {
    expect(cases.length).toBeGreaterThanOrEqual(54);
    expect(new Set(cases.map(({ suite, name }) => `${suite} > ${name}`)).size).toBe(cases.length);
  });

  it.each(cases)('$suite > $name', ({ file, suite, name }) => {
    const text = readFileSync(join(root, file), 'utf8');
    const own = suite === null ? text : text.split(`describe('${suite}'`)[1]?.split('\n});\n')[0];
    expect(own).toContain(`'${name}'`);
  });
});
