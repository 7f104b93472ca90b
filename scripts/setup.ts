/**
 * `npm run setup`: this machine's .dev.vars (`npm start` makes it too), or a deployment.
 * docs/self-hosting.md tells the whole of it.
 */
import { constants } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { askInTerminal } from './setup/questions.ts';
import { ensureDevVars } from './start/dev-vars.ts';
import { readPorts } from './start/ports.ts';
import { StartProblem } from './start/problem.ts';
import { root } from './start/wrangler.ts';

const environments = ['production', 'staging', 'preview'] as const;
type Environment = (typeof environments)[number];

const usage = `npm run setup                          asks what to set up; without a terminal: this machine
npm run setup -- --env <environment>   deploys: ${environments.join(', ')}

  --dry-run          says what would be done and sent, and does nothing
  --yes              asks nothing: settings come from the environment, keys are made
  --replace NAME     writes a setting anew that the Worker has already; may be given more than once`;

const home = process.env.MOORING_HOME ?? root;

function setUpMachine(): void {
  const isNew = ensureDevVars(join(home, '.dev.vars'), readPorts(process.env));
  console.log(isNew ? 'made .dev.vars with fresh secrets' : '.dev.vars is there already');
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        env: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
        replace: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new StartProblem(`${(error as Error).message}\n\n${usage}`);
  }
}

function isEnvironment(name: string): name is Environment {
  return environments.some((known) => known === name);
}

async function setUp(): Promise<void> {
  const { env, 'dry-run': dryRun, yes, replace, help } = readArguments();
  if (help) {
    console.log(usage);
    return;
  }
  const questions = process.stdin.isTTY && process.stdout.isTTY && !yes ? askInTerminal : null;
  const isForDeployment = dryRun || yes || replace.length > 0;
  const target =
    env ??
    (isForDeployment ? 'production' : null) ??
    (await questions?.select('What do you want to set up?', [
      { value: 'machine', label: 'This machine', hint: '.dev.vars, for npm start' },
      ...environments.map((name) => ({ value: name, label: `A deployment: ${name}`, hint: '' })),
    ])) ??
    'machine';
  if (target === 'machine') {
    setUpMachine();
    return;
  }
  if (!isEnvironment(target)) {
    throw new StartProblem(
      `--env: there is no environment "${target}"; there are ${environments.join(', ')}`,
    );
  }
  if (!questions && !yes && !dryRun) {
    throw new StartProblem(
      'There is no terminal to ask at. To deploy without a question, add --yes',
    );
  }
  // What follows uses the Worker's own modules.
  await import('./resolve-src.ts');
  const { outsideOf, setUpDeployment } = await import('./setup/deployment.ts');
  await setUpDeployment(
    { env: target, dryRun, replace },
    outsideOf(home, dryRun ? null : questions),
  );
}

// By an exit, so that a wrangler that runs is ended with it: Ctrl-C does not reach that one.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => process.exit(128 + constants.signals[name]));
}

try {
  await setUp();
} catch (error) {
  if (!(error instanceof StartProblem)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
