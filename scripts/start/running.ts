/**
 * The running Worker, seen from outside: is it up, and its cron, which never fires by itself here.
 */
import { StartProblem } from './problem.ts';

const START_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 250;
const MINUTE = 60_000;

/** @throws StartProblem when the Worker says that a setting is wrong, ends, or never answers */
export async function untilReady(
  url: string,
  ended: Promise<void>,
  logFile: string,
): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const deadline = Date.now() + START_WITHIN_MS;
  while (Date.now() < deadline) {
    if (over) throw new StartProblem(`The Worker did not start; ${logFile} says why.`);
    const answer = await ask(`${url}/health`);
    if (answer?.status === 200) return;
    if (answer?.detail) throw new StartProblem(`The Worker does not run: ${answer.detail}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new StartProblem(`The Worker did not answer within a minute; see ${logFile}.`);
}

async function ask(url: string): Promise<{ status: number; detail: string | null } | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const text = await response.text();
    // Before the Worker is there, wrangler's own proxy may answer, not in JSON.
    const detail = response.headers.get('Content-Type')?.includes('json')
      ? (JSON.parse(text) as { detail?: string }).detail
      : undefined;
    return { status: response.status, detail: detail ?? null };
  } catch {
    return null;
  }
}

/** The triggers of wrangler.toml. */
const EVERY_MINUTE = '* * * * *';
const EVERY_HOUR = '0 * * * *';

/** One tick of a trigger, the minute's unless told. @returns whether the Worker took it. */
export async function fireCron(url: string, cron = EVERY_MINUTE): Promise<boolean> {
  const path = `/cdn-cgi/handler/scheduled?${new URLSearchParams({ cron })}`;
  try {
    const response = await fetch(url + path, { signal: AbortSignal.timeout(MINUTE) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** At each whole minute and hour, as production would. @returns how to end it. */
export function fireOnTime(url: string, failed: () => void): () => void {
  let timer: NodeJS.Timeout;
  const fire = async (cron: string) => {
    if (!(await fireCron(url, cron))) failed();
  };
  const next = () => {
    const minute = Math.floor(Date.now() / MINUTE) + 1;
    timer = setTimeout(
      () => {
        next();
        void fire(EVERY_MINUTE);
        if (minute % 60 === 0) void fire(EVERY_HOUR);
      },
      minute * MINUTE - Date.now(),
    );
  };
  next();
  return () => clearTimeout(timer);
}
