/**
 * `npm run bench`: measures, prints a table, writes docs/benchmarks.md.
 * `-- --json FILE` writes the figures for programs; `-- --only know|keep|quick|token|call|tell`
 * runs one part, and leaves docs/benchmarks.md alone.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildProduct, buildWorker, root } from './build.ts';
import { measureCalls } from './call.ts';
import type { Part, Results } from './figures.ts';
import { measureKeep } from './keep.ts';
import { measureKnow } from './know.ts';
import { measureQuick } from './quick.ts';
import { toJson, toMarkdown, toText } from './report.ts';
import { measureTell } from './tell.ts';
import { measureTokens } from './token.ts';
import { measureZipf } from './zipf.ts';

const PARTS = ['quick', 'know', 'keep', 'token', 'call', 'tell'] as const satisfies Part[];
const PAGE = join(root, 'docs/benchmarks.md');
const FROM = '<!-- results: npm run bench writes from here on -->';

const { values } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string' } },
});
const wanted = PARTS.filter((part) => values.only === undefined || values.only === part);
if (wanted.length === 0) {
  console.error(`--only takes one of ${PARTS.join(', ')}`);
  process.exit(1);
}

const results: Results = { figures: [], observations: [] };
const add = (more: Results): void => {
  results.figures.push(...more.figures);
  results.observations.push(...more.observations);
};

const startedAt = Date.now();
const [mooring, bare] = await Promise.all([buildProduct(), buildWorker('workers/static.ts')]);
for (const part of wanted) {
  console.log(`measuring: ${part}`);
  if (part === 'quick') add(await measureQuick(mooring, bare));
  if (part === 'know') {
    add(
      await measureKnow({
        mooring,
        limited: mooring,
        static: bare,
        slow: await buildWorker('workers/slow.ts'),
        slowKv: await buildWorker('workers/slow-kv.ts'),
        jwt: await buildWorker('workers/jwt.ts'),
        kv: await buildWorker('workers/kv.ts'),
        d1: await buildWorker('workers/d1.ts'),
      }),
    );
    add(await measureZipf());
  }
  if (part === 'token') {
    add(
      await measureTokens({
        mooring,
        token: await buildWorker('workers/token.ts'),
        raw: await buildWorker('workers/token-raw.ts'),
      }),
    );
  }
  if (part === 'call') {
    add(
      await measureCalls({
        mooring,
        counted: await buildWorker('workers/token.ts'),
        direct: await buildWorker('workers/direct.ts'),
      }),
    );
  }
  if (part === 'keep') add(await measureKeep(await buildWorker('workers/keep.ts')));
  if (part === 'tell') add(await measureTell(await buildWorker('workers/tell.ts')));
}

console.log(`\n${toText(results)}`);
if (values.json !== undefined) await writeFile(values.json, toJson(results));
if (values.only === undefined) await writePage();
console.log(`${Math.round((Date.now() - startedAt) / 1000)} s`);

/** The page explains by hand how each figure is measured; the results come after that. */
async function writePage(): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const at = page.indexOf(FROM);
  if (at < 0) throw new Error(`docs/benchmarks.md has lost its line "${FROM}"`);
  const cores = cpus();
  const when = new Date().toISOString().slice(0, 10);
  const where = `Measured on ${when} with \`npm run bench\` on ${cores.length} cores (${cores[0]?.model.trim() ?? 'unknown'}), node ${process.version}.`;
  await writeFile(PAGE, `${page.slice(0, at)}${FROM}\n\n${where}\n\n${toMarkdown(results)}\n`);
}
