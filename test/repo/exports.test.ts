/** What src exports, some other file imports: the rest of a file is its own. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const list = ['ls-files', '*.ts', '*.tsx', '*.js'];
const files = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).trim().split('\n');
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** `file name`; `file *` for all of its names. */
function importsOf(file: string): string[] {
  const statements = textOf(file).matchAll(
    /^(?:import|export)\s+(?:type\s+)?(\{[^}]*\}|\*[\w\s]*)\s*from\s+'(\.[^']+)'/gm,
  );
  return Array.from(statements).flatMap(([, names = '', from = '']) => {
    const path = join(dirname(file), from);
    const to = [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((one) =>
      files.includes(one),
    );
    if (names.startsWith('*')) return [`${to} *`];
    return Array.from(
      names.matchAll(/(?:^\{|,)\s*(?:type\s+)?(\w+)/g),
      ([, name]) => `${to} ${name}`,
    );
  });
}

it('no name of src is exported that no other file imports', () => {
  const imported = new Set(files.flatMap(importsOf));
  const unused = files
    .filter((file) => file.startsWith('src/') && !imported.has(`${file} *`))
    .flatMap((file) =>
      Array.from(
        textOf(file).matchAll(/^export (?:async )?(?:const|function|class|type|interface) (\w+)/gm),
        ([, name]) => `${file} ${name}`,
      ),
    )
    .filter((name) => !imported.has(name));
  expect(unused).toEqual([]);
});
