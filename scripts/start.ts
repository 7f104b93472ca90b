/**
 * `npm start`: the whole product on this machine. A real authorization server, a demo app and the
 * Worker, with a cron tick each minute. Ctrl-C ends all of it; the data stays under .wrangler/.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAdmin } from '../test/sandbox/authorization-server/admin.ts';
import { startAuthorizationServer } from '../test/sandbox/authorization-server/index.ts';
import { startDemoApp } from '../test/sandbox/demo-app/index.ts';
import { freshWebhookSecret, sandboxClients } from '../test/sandbox/settings.ts';
import { ensureDevVars, envFileOf, origin, overridesFor, readDevVars } from './start/dev-vars.ts';
import { buildClient, ensureExampleSettings } from './start/examples.ts';
import { checkFree, type Ports, readPorts } from './start/ports.ts';
import { StartProblem } from './start/problem.ts';
import { fireCron, fireOnTime, untilReady } from './start/running.ts';
import { applyMigrations, root, startWorker } from './start/wrangler.ts';

/** Tests run in a folder of their own. */
const home = process.env.MOORING_HOME ?? root;
const devVarsFile = join(home, '.dev.vars');
const stateFolder = join(home, '.wrangler/state');
/** What belongs to the local run besides wrangler's own state. */
const localFolder = join(home, '.wrangler/local');
const logFile = join(localFolder, 'worker.log');

/** What has to be ended, in the order in which it was started. */
const running: (() => Promise<void> | void)[] = [];
let ending: Promise<void> | null = null;

function end(): Promise<void> {
  ending ??= (async () => {
    for (const stop of running.toReversed()) await stop();
  })();
  return ending;
}

async function leave(code: number): Promise<never> {
  await end();
  process.exit(code);
}

const step = (text: string): void => console.log(`  ${text}`);

async function start(): Promise<void> {
  const ports = readPorts(process.env);
  await checkFree(ports);
  console.log('Mooring, local run');

  const isNew = ensureDevVars(devVarsFile, ports);
  step(isNew ? 'made .dev.vars with fresh secrets' : 'read .dev.vars');
  const vars = readDevVars(devVarsFile);
  const webhookSecret = freshWebhookSecret();
  const overrides = overridesFor(vars, ports, webhookSecret);
  const envFiles = [devVarsFile, overridesFile(overrides)];

  const migrations = applyMigrations(stateFolder);
  running.push(migrations.stop);
  await migrations.done;
  if (await ending) return;
  step('the database is up to date');

  const sandbox = await startAuthorizationServer({
    port: ports.sandbox,
    file: join(localFolder, 'authorization-server.json'),
    clients: sandboxClients(origin(ports.worker), {
      sandbox: vars.SANDBOX_CLIENT_SECRET,
      'sandbox-short': vars.SANDBOX_SHORT_CLIENT_SECRET,
    }),
  });
  running.push(() => sandbox.close());
  if (await ending) return;
  const admin = await startAdmin(sandbox, ports.admin);
  running.push(() => admin.close());
  step('the authorization server is up');

  if (!buildClient()) return;
  ensureExampleSettings(home, vars, origin(ports.worker)).forEach(step);

  const workerUrl = origin(ports.worker);
  step('the Worker starts, which can take half a minute');
  const worker = startWorker({ port: ports.worker, envFiles, stateFolder, logFile });
  running.push(() => worker.stop());
  await untilReady(workerUrl, worker.ended, '.wrangler/local/worker.log');
  step('the Worker is up');

  const demo = await startDemoApp({
    port: ports.demo,
    mooringUrl: workerUrl,
    serviceKey: vars.DEMO_SERVICE_KEY,
    webhookSecret,
    fireCron: () => fireCron(workerUrl),
    withdraw: (accountId) => sandbox.withdraw(accountId),
  });
  running.push(() => demo.close());
  running.push(
    fireOnTime(workerUrl, () => {
      if (!ending) console.error('The Worker did not take the cron event of this minute.');
    }),
  );

  whereToGo(ports);
  await worker.ended;
  if (await ending) return;
  throw new StartProblem('The Worker has ended; .wrangler/local/worker.log says why.');
}

/**
 * Settings that differ from .dev.vars in this run, in a file of their own: it is never rewritten.
 */
function overridesFile(overrides: Record<string, string>): string {
  const file = join(localFolder, 'overrides.env');
  mkdirSync(localFolder, { recursive: true });
  writeFileSync(file, envFileOf(overrides), { mode: 0o600 });
  chmodSync(file, 0o600);
  return file;
}

function whereToGo(ports: Ports): void {
  const api = origin(ports.worker);
  console.log(`
  Open ${origin(ports.demo)} and connect an account.

  Or ask the API, as the demo app's backend does:

    KEY=$(sed -n 's/^DEMO_SERVICE_KEY=//p' .dev.vars)
    curl -i -H "Authorization: Bearer $KEY" ${api}/v1/users/user-robin/integrations
    curl ${api}/cdn-cgi/handler/scheduled      # a cron tick; one comes each minute anyway

  The API's description: ${api}/openapi.json
  The Worker's log: .wrangler/local/worker.log

  Ctrl-C ends all of it; the data stays.
`);
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (!ending) console.log('\nEnding.');
    void leave(0);
  });
}

try {
  await start();
} catch (error) {
  console.error(error instanceof StartProblem ? error.message : error);
  await leave(1);
}
await leave(0);
