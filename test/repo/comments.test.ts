/** Comments fit the width that Biome holds the code to, which leaves them as they are. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** biome.json, `lineWidth` */
const WIDTH = 100;
const generated = /^(worker-configuration\.d\.ts|client\/src\/openapi\.ts)$/;
const comment = /^\s*(\/\*\*?|\*|\/\/) /;
/** An address cannot be broken. */
const oneWord = /^\s*(\*|\/\/) \S+$/;

it('no line of a comment is longer than a line of code', () => {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx'], { cwd: root, encoding: 'utf8' });
  const long = files
    .trim()
    .split('\n')
    .filter((file) => !generated.test(file))
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .map((line, index) => ({ line, at: `${file}:${index + 1}` }))
        .filter(({ line }) => comment.test(line) && line.length > WIDTH && !oneWord.test(line)),
    );
  expect(long.map(({ at }) => at)).toEqual([]);
});
