/**
 * wrangler as a child process: the local run's migrations and Worker, and any command to its end.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StartProblem } from './problem.ts';

export const root = join(import.meta.dirname, '../..');
const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');

/** It has no process groups, and ends a tree of processes by a program of its own. */
const isWindows = process.platform === 'win32';

const STOP_AFTER_MS = 5_000;

const environment: NodeJS.ProcessEnv = {
  ...process.env,
  // No look-up of this machine's place, no statistics, no banner, no questions.
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  FORCE_COLOR: '0',
  CI: 'true',
  // The migrations are applied here, not by wrangler's build step (scripts/dev-database.js).
  MOORING_START: 'true',
};

/** `done` throws StartProblem with what wrangler said. */
export function applyMigrations(stateFolder: string): { done: Promise<void>; stop: () => void } {
  const child = run(['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', stateFolder]);
  child.stdin?.end();
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      said += chunk;
    });
  }
  return {
    done: ended(child).then((code) => {
      if (code !== 0) throw new StartProblem(`The migrations did not apply:\n${said.trim()}`);
    }),
    stop: () => signal(child, 'SIGKILL'),
  };
}

/** What a command said, whether it went well, and apart from that what it wrote to stdout. */
export interface Said {
  code: number | null;
  stdout: string;
  all: string;
}

/** One command to its end. `input`: its stdin; secrets go this way, never as an argument. */
export async function runWrangler(
  args: readonly string[],
  { input, env = {} }: { input?: string | undefined; env?: Record<string, string> } = {},
): Promise<Said> {
  const child = run(args, env);
  const said = { stdout: '', all: '' };
  child.stdout?.on('data', (chunk) => {
    said.stdout += chunk;
    said.all += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    said.all += chunk;
  });
  child.stdin?.end(input);
  return { code: await ended(child), ...said };
}

/** In a process group of its own: wrangler starts others, and all of them are ended together. */
function run(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [wrangler, ...args], {
    cwd: root,
    env: { ...environment, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: !isWindows,
  });
  // One that has ended already takes no input.
  child.stdin?.on('error', () => {});
  // However this process ends, short of being killed: nobody stays behind.
  process.once('exit', () => signal(child, 'SIGKILL'));
  return child;
}

export interface Worker {
  /** Resolves when the process is gone, however that came. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  port: number;
  /** Later files win. */
  envFiles: readonly string[];
  stateFolder: string;
  logFile: string;
}

/** What wrangler itself has to complain about is shown; what the Worker logs goes to the file. */
export function startWorker({ port, envFiles, stateFolder, logFile }: WorkerOptions): Worker {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile, { mode: 0o600 });
  const child = run([
    ...['dev', '--port', String(port), '--ip', '127.0.0.1', '--inspector-port', '0'],
    ...['--persist-to', stateFolder],
    ...['--show-interactive-dev-session', 'false'],
    ...envFiles.flatMap((file) => ['--env-file', file]),
  ]);
  child.stdin?.end();
  child.stdout?.pipe(log);
  child.stderr?.pipe(log, { end: false });
  child.stderr?.on('data', (chunk: Buffer) => {
    const text = chunk.toString();
    if (text.includes('ERROR')) process.stderr.write(text);
  });
  const gone = ended(child).then(() => undefined);
  return {
    ended: gone,
    async stop() {
      signal(child, 'SIGTERM');
      const timer = setTimeout(() => signal(child, 'SIGKILL'), STOP_AFTER_MS);
      await gone;
      clearTimeout(timer);
      // wrangler may have gone before what it started.
      signal(child, 'SIGKILL');
    },
  };
}

/** To the child and all that it has started. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (!isWindows) process.kill(-child.pid, name);
    else if (child.exitCode === null) {
      execFileSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
    }
  } catch {
    // Nobody left.
  }
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // After the last of its output.
    child.once('close', resolve);
  });
}
