/** Holds the layout's import rule; docs/architecture.md says why. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * From the ground up. A file may import from its own group or one that stands before it. Routes
 * rank with their folder.
 */
const groups = [
  ['errors.ts', 'log.ts', 'crypto.ts', 'time.ts', 'retry.ts', 'ids.ts', 'caches.ts', 'rights.ts'],
  ['db/'],
  // The names of all events: settings name them too.
  ['events/types.ts'],
  ['budget.ts'],
  ['providers/'],
  ['vault/'],
  ['oauth/'],
  ['events/webhooks-setting.ts'],
  ['config.ts'],
  ['deps.ts'],
  ['http/'],
  ['events/'],
  ['status-cache/'],
  ['integrations/'],
  ['refresh/'],
  ['disconnect/'],
  ['connect/'],
  ['calls/'],
  ['web/', 'jobs/'],
  ['isolate.ts'],
  ['app.ts'],
  ['index.ts'],
] as const;

const src = join(import.meta.dirname, '../../src');

interface Import {
  /** Relative to src; a package by its name. */
  to: string;
  typeOnly: boolean;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.tsx?$/.test(file),
);
const graph = new Map(files.map((file) => [file, importsOf(file)]));

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  );
  return Array.from(statements, ([, type, named, dynamic]) => ({
    to: resolve(file, named ?? dynamic ?? ''),
    typeOnly: type !== undefined,
  }));
}

function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const path = relative(src, join(src, dirname(from), specifier));
  const found = [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find(
    (candidate) => files.includes(candidate) || candidate.endsWith('.json'),
  );
  if (!found) throw new Error(`${from} imports ${specifier}, which is not there`);
  return found;
}

function rankOf(file: string): number {
  const rank = groups.findIndex((names) => names.some((name) => file.startsWith(name)));
  if (rank === -1) throw new Error(`${file} belongs to no group: name its place in the rule`);
  return rank;
}

const isOwn = (to: string): boolean => files.includes(to);

describe('imports', () => {
  it('run one way, from the index down to the errors', () => {
    const wrong = [...graph].flatMap(([file, imports]) =>
      imports
        .filter(({ to }) => isOwn(to))
        // deps.ts names the types of what it passes around, and nothing else.
        .filter(({ typeOnly }) => !(file === 'deps.ts' && typeOnly))
        .filter(({ to }) => rankOf(to) > rankOf(file))
        .map(({ to }) => `${file} -> ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it('make no circle', () => {
    expect(circleIn(graph)).toBeNull();
  });

  it('of deps.ts are types only', () => {
    expect(graph.get('deps.ts')?.filter(({ typeOnly }) => !typeOnly)).toEqual([]);
  });

  it('of the isolate stand only where an invocation begins', () => {
    const wrong = [...graph]
      .filter(([file]) => !['index.ts', 'app.ts'].includes(file))
      .filter(([, imports]) => imports.some(({ to }) => to === 'isolate.ts'))
      .map(([file]) => file);
    expect(wrong).toEqual([]);
  });

  it('of Node are AsyncLocalStorage of the pages: the Worker runs without its compatibility layer', () => {
    const found = [...graph].flatMap(([file, imports]) =>
      imports.filter(({ to }) => to.startsWith('node:')).map(({ to }) => `${file} -> ${to}`),
    );
    // The runtime's own, by the flag `nodejs_als`.
    expect(found.sort()).toEqual([
      'web/locale.ts -> node:async_hooks',
      'web/ui/theme.ts -> node:async_hooks',
    ]);
  });
});

describe('a walk of docs/architecture.md', () => {
  const text = readFileSync(join(src, '../docs/architecture.md'), 'utf8');
  const [, walks = ''] = /\n## Walks\n(.*?)\n## /s.exec(text) ?? [];

  it.each(
    walks
      .trim()
      .split(/\n\n(?!\d)/)
      // What stands above all of them.
      .slice(1)
      .map((walk) => walk.split('\n\n') as [string, string]),
  )('%s goes from each file into one that it imports', (_, steps) => {
    const opened = ['index.ts', 'app.ts'];
    const notImported: string[] = [];
    for (const [at, step] of steps.split('\n').entries()) {
      for (const [, name = ''] of step.matchAll(/`([\w/-]+(?:\.[\w/-]+)*\.tsx?)`/g)) {
        const beside = join(dirname(opened.at(-1) ?? ''), name);
        const file = files.includes(beside) ? beside : name;
        const isOpened = opened.some((one) =>
          graph.get(one)?.some(({ to, typeOnly }) => to === file && !typeOnly),
        );
        // A walk begins anywhere, and goes on where another request comes in.
        const isBegin = at === 0 || /routes\.tsx?$/.test(file) || opened.includes(file);
        if (!files.includes(file) || !(isBegin || isOpened)) notImported.push(file);
        opened.push(file);
      }
    }
    expect(notImported).toEqual([]);
  });
});

describe('the test itself', () => {
  it('sees a circle', () => {
    const edge = (to: string) => [{ to, typeOnly: false }];
    expect(
      circleIn(
        new Map([
          ['a', edge('b')],
          ['b', edge('c')],
          ['c', edge('b')],
        ]),
      ),
    ).toEqual(['b', 'c', 'b']);
    expect(
      circleIn(
        new Map([
          ['a', edge('b')],
          ['b', []],
        ]),
      ),
    ).toBeNull();
  });

  it('sees the imports that are there', () => {
    expect(graph.size).toBeGreaterThan(20);
    expect(graph.get('index.ts')?.map(({ to }) => to)).toContain('app.ts');
    expect(rankOf('web/hosted/routes.ts')).toBeGreaterThan(rankOf('http/body.ts'));
  });
});

/** The first circle found, as a path that ends where it began. */
function circleIn(edges: ReadonlyMap<string, readonly Import[]>): string[] | null {
  const done = new Set<string>();
  const walk = (file: string, path: string[]): string[] | null => {
    const seenAt = path.indexOf(file);
    if (seenAt !== -1) return [...path.slice(seenAt), file];
    if (done.has(file)) return null;
    for (const { to } of edges.get(file) ?? []) {
      const circle = walk(to, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of edges.keys()) {
    const circle = walk(file, []);
    if (circle) return circle;
  }
  return null;
}
