/** The package as npm would publish it, in projects that install it. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';

import { beforeAll, describe, expect, it } from 'vitest';
// The compiler of the repository has no API yet (7.0.2).
import ts from '../../test/client-consumers/node_modules/typescript/lib/typescript.js';
import { sizeOf, uses } from '../scripts/size.ts';

const run = promisify(execFile);

const root = join(import.meta.dirname, '../..');
const client = join(root, 'client');
const consumers = join(root, 'test/client-consumers');
/** Where the package is installed; its dependencies are found further up. */
const installed = join(consumers, 'dist/node_modules/@mooring/client');

let files: string[];

beforeAll(async () => {
  rmSync(join(consumers, 'dist'), { recursive: true, force: true });
  mkdirSync(installed, { recursive: true });
  const folder = mkdtempSync(join(consumers, 'dist/packed-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: client,
    shell: process.platform === 'win32',
  });
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  files = packed?.files.map(({ path }) => path) ?? [];
  const archive = join(folder, packed?.filename ?? '');
  await run('tar', ['-xzf', archive, '--strip-components=1', '-C', installed]);
  cpSync(join(consumers, 'src'), join(consumers, 'dist/src'), { recursive: true });
}, 120_000);

describe('the package', () => {
  it('holds what is needed to use it, and nothing else', () => {
    // The first release makes CHANGELOG.md.
    const others = files.filter(
      (file) => !/^(?:dist\/\w+\.(?:js|d\.ts)|CHANGELOG\.md)$/.test(file),
    );
    expect(others.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(files).toEqual(expect.arrayContaining(['dist/index.js', 'dist/openapi.d.ts']));
    const licence = (folder: string) => readFileSync(join(folder, 'LICENSE'), 'utf8');
    expect(licence(installed)).toBe(licence(root));
  });

  it('has no fault that publint knows', async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
    expect(messages).toEqual([]);
  });

  it.each(Object.entries(uses))('%s stays small', async (_name, { code, limit }) => {
    expect(await sizeOf(code)).toBeLessThanOrEqual(limit);
  });

  it('names its scope once: in its manifest', () => {
    const { name } = JSON.parse(readFileSync(join(client, 'package.json'), 'utf8')) as {
      name: string;
    };
    for (const file of files.filter((one) => one.endsWith('.js'))) {
      const code = readFileSync(join(installed, file), 'utf8').replaceAll(/^ *\*.*$/gm, '');
      expect([file, code.includes(name)]).toEqual([file, false]);
    }
  });
});

describe('the documentation of what is exported', () => {
  /** Made from the OpenAPI document; its parts are documented there. */
  const generated = ['components', 'operations', 'paths'];

  const undocumented = (): string[] => {
    const entries = ['index', 'webhooks', 'react'].map((name) =>
      join(installed, `dist/${name}.d.ts`),
    );
    const program = ts.createProgram(entries, { module: ts.ModuleKind.NodeNext });
    const checker = program.getTypeChecker();
    const faults: string[] = [];
    const look = (symbol: ts.Symbol, name: string, needsExample: boolean): void => {
      if (symbol.getDocumentationComment(checker).length === 0) faults.push(name);
      const hasExample = symbol.getJsDocTags(checker).some((tag) => tag.name === 'example');
      if (needsExample && !hasExample) faults.push(`${name}: no example`);
    };
    for (const entry of entries) {
      const file = program.getSourceFile(entry);
      const module = file && checker.getSymbolAtLocation(file);
      for (const exported of module ? checker.getExportsOfModule(module) : []) {
        const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
        const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
        if (generated.includes(symbol.name)) continue;
        const type = checker.getTypeOfSymbol(symbol);
        look(symbol, symbol.name, type.getCallSignatures().length > 0);
        if ((symbol.flags & ts.SymbolFlags.Class) === 0) continue;
        for (const member of symbol.members?.values() ?? []) {
          if ((member.flags & ts.SymbolFlags.Method) !== 0 && !member.name.startsWith('__')) {
            look(member, `${symbol.name}.${member.name}`, false);
          }
        }
      }
    }
    return faults;
  };

  it('is there for each, with an example for each function', () => {
    expect(undocumented()).toEqual([]);
  }, 60_000);
});

describe('a project that installs it compiles', () => {
  const compilers = { 'TypeScript 7': root, 'TypeScript 5.4': consumers };
  const cases = Object.entries(compilers).flatMap(([compiler, folder]) =>
    ['tsconfig.json', 'tsconfig.bundler.json'].map((config) => ({ compiler, folder, config })),
  );

  it.each(cases)(
    'with $compiler and $config',
    async ({ folder, config }) => {
      const tsc = join(folder, 'node_modules/typescript/bin/tsc');
      const done = await run(process.execPath, [tsc, '-p', join(consumers, config)]).catch(
        (error: { stdout: string }) => error,
      );
      expect(done.stdout).toBe('');
    },
    120_000,
  );
});
