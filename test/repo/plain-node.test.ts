/**
 * Vitest compiles what it imports; Node only leaves out the types. What `npm run` gives to Node has
 * to load there too: a parameter property or an enum, in whatever of src/ it uses, does not.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { read, root } from '../support/docs';

const npmScripts: Record<string, string> = JSON.parse(read('package.json')).scripts;

/** Those that do nothing when they are imported. The others are run by tests, or by .ci/run. */
const loaded = Object.values(npmScripts).flatMap((command) => {
  const [, flag = '', file = ''] = /^node (--import \S+ )?(scripts\/\S+\.ts)$/.exec(command) ?? [];
  return file && read(file).includes('import.meta.main') ? [{ flag: flag.trim(), file }] : [];
});
// Loaded with --live only.
loaded.push({ flag: '--import ./scripts/resolve-src.ts', file: 'scripts/provider-live.ts' });

it.each([...new Set(loaded.map(({ flag }) => flag))])(
  'what is run with "node %s" loads',
  { timeout: 120_000 },
  (flag) => {
    const files = loaded.filter((one) => one.flag === flag).map(({ file }) => file);
    const code = files.map((file) => `await import('./${file}');`).join('\n');
    const flags = flag.split(' ').filter(Boolean);
    execFileSync(process.execPath, [...flags, '--input-type=module', '-e', code], { cwd: root });
  },
);

it.each(['start', 'setup'])(
  'npm run %s says on an older Node which one it needs',
  { timeout: 60_000 },
  (name) => {
    const args = npmScripts[name]?.split(' ').slice(1) ?? [];
    const older = ['--no-strip-types', ...args];
    const { status, stderr } = spawnSync(process.execPath, older, { cwd: root, encoding: 'utf8' });
    expect(stderr).toMatch(/^This needs Node 24, .*\n$/);
    expect(status).toBe(1);
  },
);

it('are the commands that tests otherwise know in vitest only', () => {
  expect(loaded.map(({ file }) => file)).toEqual(
    expect.arrayContaining(
      ['addresses', 'cost', 'event-reference', 'key-new', 'key-usage', 'provider-check']
        .map((name) => `scripts/${name}.ts`)
        .concat('scripts/provider-table.ts'),
    ),
  );
});
