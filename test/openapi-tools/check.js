/**
 * `npm run openapi:check`: linters find nothing in assets/openapi.json, and what generators make of it
 * compiles under the project's own flags.
 */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const document = '../../assets/openapi.json';
const root = join(import.meta.dirname, '../../package.json');

/** Runs a package's command with this very Node, from this folder. */
function run(name, command, args, from = import.meta.filename) {
  console.log(`\n$ ${command} ${args.join(' ')}`);
  const manifest = createRequire(from).resolve(`${name}/package.json`);
  const { bin } = createRequire(from)(manifest);
  const script = join(dirname(manifest), typeof bin === 'string' ? bin : bin[command]);
  execFileSync(process.execPath, [script, ...args], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
}

run('@redocly/cli', 'redocly', ['lint', '--config=redocly.yaml', document]);
run('@stoplight/spectral-cli', 'spectral', [
  ...['lint', '--ruleset=spectral.yaml', '--fail-severity=hint', '--display-only-failures'],
  document,
]);
run('openapi-typescript', 'openapi-typescript', [document, '-o', 'dist/openapi-typescript.ts']);
run('@hey-api/openapi-ts', 'openapi-ts', ['-f', 'openapi-ts.config.js', '--no-log-file']);
// The project's own compiler: the generators need an older one.
run('typescript', 'tsc', ['-p', 'tsconfig.json'], root);
