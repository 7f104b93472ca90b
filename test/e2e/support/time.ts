/** Waiting in tests that run against other processes, whose clocks nobody can turn. */

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

const EVERY_MS = 50;

/**
 * How long a test waits for what another process is to do. On a busy machine that takes many times
 * as long as on an idle one, and waiting costs nothing where it does not.
 */
export const PATIENCE_MS = 30_000;

/** Until `check` throws no more; its last error when that takes too long. */
export async function eventually(
  check: () => void | Promise<void>,
  withinMs = PATIENCE_MS,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(EVERY_MS);
    }
  }
}
