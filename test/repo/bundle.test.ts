/** What wrangler.toml leaves out of the bundle is what zod imports, and nothing that the Worker uses. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as replacement from '../../scripts/no-json-schema';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const zod = join('node_modules/zod/v4/classic');
const imports = readdirSync(join(root, zod))
  .filter((name) => name.endsWith('.js'))
  .flatMap((name) =>
    Array.from(
      read(join(zod, name)).matchAll(/^(?:import|export) (.*) from "(.*json-schema.*)";$/gm),
      ([, names = '', from = '']) => ({ names, from }),
    ),
  )
  .filter(({ from }) => from.startsWith('../core/'));

it('replaces each module of JSON Schema that zod imports', () => {
  const aliases = Array.from(
    read('wrangler.toml').matchAll(/^"(.*)" = "\.\/scripts\/no-json-schema\.ts"$/gm),
    ([, from]) => from,
  );
  expect([...new Set(imports.map(({ from }) => from))].toSorted()).toEqual(aliases.toSorted());
});

it('has each name that is taken from there', () => {
  const names = imports.flatMap(({ names }) =>
    Array.from(names.matchAll(/(\w+)(?=[ ,}]*(?:,|}))/g), ([, name]) => name),
  );
  expect(names).toContain('toJSONSchema');
  expect(Object.keys(replacement)).toEqual(expect.arrayContaining(names));
});

it('is called by nothing in src', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const calling = files
    .filter((name) => /\.tsx?$/.test(name))
    .filter((name) => /JSONSchema|~standard/.test(read(join('src', name))));
  expect(calling).toEqual([]);
});
