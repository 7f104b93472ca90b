/** What the docs show can be done: samples compile, commands and files are there. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files as pageFiles } from '../../site/pages';
import { createRegistry } from '../../src/providers/registry';
import { docs, files, read, root, type Sample, samples } from '../support/docs';

/** Where samples are compiled: below the root, so that they import what a reader installs. */
const folder = join(root, '.samples');

/** What samples take as given, because every app has it. */
const given = `import type { Mooring } from '@mooring/client';
declare global {
  const mooring: Mooring;
  const userId: string;
  const key: string;
  const jwt: () => Promise<string>;
  const returnTo: string;
  const request: Request;
  const session: { userId: string };
  const env: { MOORING_URL: string; MOORING_KEY: string; KEY: string; MOORING: { fetch: typeof fetch }; WEBHOOK_SECRET: string };
  function showFailure(code: string): Response;
  function Sites(props: { choices: readonly unknown[]; onChoice: (id: string) => void }): null;
  function whereWeWere(): Promise<string>;
  function apply(event: object): Promise<void>;
  function callWith(accessToken: string): Promise<void>;
  function redirect(to: string | undefined): Response;
}
`;

/**
 * A module. What is no declaration by itself stands in a function, where it may await and return.
 */
function moduleOf({ code }: Sample): string {
  if (/^export /m.test(code)) return code;
  const imports = code.match(/^import [\s\S]*?;$/gm) ?? [];
  const rest = imports.reduce((text, one) => text.replace(one, ''), code);
  return `${imports.join('\n')}\nexport async function sample() {\n${rest}\n}\n`;
}

const nameOf = ({ file, line, language }: Sample): string =>
  `${file.replace(/[/.]/g, '-')}-${line}.${language === 'tsx' ? 'tsx' : 'ts'}`;

const typescript = samples.filter(({ language }) => /^tsx?$/.test(language));

describe('TypeScript in the docs', () => {
  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
    for (const sample of typescript) writeFileSync(join(folder, nameOf(sample)), moduleOf(sample));
    writeFileSync(join(folder, 'given.d.ts'), given);
    const config = {
      extends: '../tsconfig.json',
      compilerOptions: {
        types: ['node'],
        lib: ['es2024', 'dom', 'dom.iterable'],
        jsx: 'react-jsx',
        jsxImportSource: 'react',
        paths: {
          '@mooring/client': ['../client/src/index.ts'],
          '@mooring/client/*': ['../client/src/*.ts'],
        },
      },
      include: [],
      files: ['given.d.ts', ...typescript.map(nameOf)],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is there', () => {
    expect(typescript.length).toBeGreaterThan(10);
  });

  it('compiles', { timeout: 120_000 }, () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    let said = '';
    try {
      execFileSync(process.execPath, [tsc, '-p', folder], { cwd: root, encoding: 'utf8' });
    } catch (error) {
      said = (error as { stdout: string }).stdout;
    }
    expect(said).toBe('');
  });
});

describe('the site', () => {
  it('has a place for each page of docs/', () => {
    expect(pageFiles.toSorted()).toEqual(
      docs.map((file) => file.replace(/^docs\/|\.md$/g, '')).sort(),
    );
  });
});

describe('commands in the docs', () => {
  const { scripts, workspaces } = JSON.parse(read('package.json'));
  const text = files.map(read).join('\n');

  it('name scripts that there are', () => {
    const named = Array.from(
      text.matchAll(/npm (?:run (?:-s )?)([\w:-]+)(?: -w ([\w@/-]+))?/g),
      ([, name = '', workspace]) => ({ name, workspace }),
    );
    const ofWorkspaces = Object.fromEntries(
      workspaces.map((path: string) => {
        const { name, scripts } = JSON.parse(read(`${path}/package.json`));
        return [name, scripts];
      }),
    );
    const missing = named.filter(
      ({ name, workspace }) => !(workspace ? ofWorkspaces[workspace] : scripts)?.[name],
    );
    expect(missing).toEqual([]);
  });
});

describe('links in the docs', () => {
  it.each(files)('%s: files that it leads to are there', (file) => {
    const targets = Array.from(
      read(file).matchAll(/\]\(([^)\s]+)\)/g),
      ([, target = '']) => target,
    );
    const local = targets.filter((target) => !/^(?:[a-z]+:|#)/.test(target));
    const missing = local.filter(
      (target) => !existsSync(join(root, dirname(file), target.replace(/#.*/, ''))),
    );
    expect(missing).toEqual([]);
  });
});

describe('JSON in the docs', () => {
  const json = samples.filter(({ language }) => language === 'json');
  const record = {
    name: 'Acme',
    kind: 'oauth2',
    authorizationUrl: 'https://id.acme.example/authorize',
    tokenUrl: 'https://id.acme.example/token',
    profileUrl: 'https://id.acme.example/me',
    accountId: 'sub',
    refreshModel: 'rotating',
  };

  it.each(json)('$file, line $line, is JSON', ({ code }) => {
    expect(JSON.parse(code)).toBeTypeOf('object');
  });

  it.each(json.filter(({ file }) => file === 'docs/providers.md'))(
    '$file, line $line, is what a deployment takes',
    ({ code }) => {
      const given = JSON.parse(code) as Record<string, object>;
      const areClients = Object.values(given).every((value) => 'secret' in value);
      // What stands for itself there is a part of a record.
      const part = 'choices' in given;
      const host = { label: 'Region', pattern: '[a-z]+' };
      const providers = areClients
        ? { acme: { ...record, parameters: { region: host } } }
        : part
          ? { acme: { ...record, ...given } }
          : given;
      const settings = {
        PROVIDERS: JSON.stringify(providers),
        ...(areClients ? { ACME_CLIENTS: code } : {}),
      };
      expect(createRegistry(settings, 'https://mooring.example.com').all().length).toBeGreaterThan(
        90,
      );
    },
  );
});
