/** A program of its own: what it says, and its end. */
import { spawn } from 'node:child_process';
import { pause } from './time.ts';

export interface Program {
  /** All that it wrote. */
  output(): string;
  stop(): Promise<void>;
}

/**
 * Starts Node with these arguments; resolves once `url` answers.
 * @throws Error with what it wrote, when it ends before or takes too long
 */
export async function startProgram(
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; url: string },
): Promise<Program> {
  let text = '';
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    // wrangler starts others: a group of their own is ended together.
    detached: true,
    env: { PATH, HOME, ...options.env } as unknown as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      text += data;
    });
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await ended;
  };
  const deadline = Date.now() + 110_000;
  while (!(await answers(options.url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${args.join(' ')} does not answer:\n${text}`);
    }
    await pause(100);
  }
  return { output: () => text, stop };
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );
