/** docs/testing.md names tests, by file and title: those are there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

interface NamedTest {
  file: string;
  suite: string | null;
  name: string;
}

/** Of the table whose first column has this head: the second is the file, the third the title. */
function testsInTable(head: string): NamedTest[] {
  const text = readFileSync(join(root, 'docs/testing.md'), 'utf8');
  const table = text.split(`| ${head} |`)[1]?.split('\n\n')[0] ?? '';
  const tests: NamedTest[] = [];
  for (const line of table.split('\n').slice(2)) {
    const [, , file = '', title = ''] = line.split('|').map((cell) => cell.trim());
    const [suite, name] = title.includes(' > ') ? title.split(' > ') : [null, title];
    tests.push({
      file: file.replaceAll('`', '') || (tests.at(-1)?.file ?? ''),
      suite: suite ?? null,
      name: name ?? '',
    });
  }
  return tests;
}

const expectThere = ({ file, suite, name }: NamedTest): void => {
  const text = readFileSync(join(root, file), 'utf8');
  const own = suite === null ? text : text.split(`describe('${suite}'`)[1]?.split('\n});\n')[0];
  expect(own).toContain(`'${name}'`);
};

describe('the cases of the original cache', () => {
  const cases = testsInTable('group of the original');

  it('are all in the table: it had 54', () => {
    expect(cases.length).toBeGreaterThanOrEqual(54);
    expect(new Set(cases.map(({ suite, name }) => `${suite} > ${name}`)).size).toBe(cases.length);
  });

  it.each(cases)('$suite > $name', expectThere);
});

describe('the attacks on calls', () => {
  const attacks = testsInTable('attack');

  it('are in the table', () => expect(attacks.length).toBeGreaterThanOrEqual(25));

  it.each(attacks)('$suite > $name', expectThere);
});
