/** Waiting in tests that run against other processes, whose clocks nobody can turn. */

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

const EVERY_MS = 50;

/** Until `check` throws no more; its last error when that takes too long. */
export async function eventually(
  check: () => void | Promise<void>,
  withinMs = 10_000,
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
