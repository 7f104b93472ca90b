/** A clock that runs faster than ours, timers included: for what takes a slow provider seconds. */
import { vi } from 'vitest';
import type { TestClock } from './deps';

export interface FastTime {
  clock: TestClock;
  sleep(ms: number): Promise<void>;
}

/** Until `vi.unstubAllGlobals()`. */
export function fastTime(times: number): FastTime {
  const start = Date.now();
  const { setTimeout } = globalThis;
  vi.stubGlobal('setTimeout', (run: () => void, ms = 0) => setTimeout(run, ms / times));
  const stands = () => {
    throw new Error('this clock runs by itself');
  };
  return {
    clock: { now: () => start + (Date.now() - start) * times, advance: stands, set: stands },
    sleep: (ms) => scheduler.wait(ms / times),
  };
}
