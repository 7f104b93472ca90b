import { describe, expect, it } from 'vitest';
import {
  abortAfter,
  type Backoff,
  backoffMs,
  DeadlineError,
  poll,
  retry,
  settledWithin,
  withDeadline,
} from '../src/retry';
import { testClock } from './support/deps';

const never = new Promise<never>(() => {});

describe('withDeadline', () => {
  it('gives what the work gives', async () => {
    expect(await withDeadline(Promise.resolve(7), 50, 'work')).toBe(7);
  });

  it('throws what the work throws', async () => {
    await expect(withDeadline(Promise.reject(new RangeError()), 50, 'work')).rejects.toThrow(
      RangeError,
    );
  });

  it('throws a DeadlineError with a code once the time is up', async () => {
    const late = withDeadline(never, 5, 'd1_read');
    await expect(late).rejects.toThrow(DeadlineError);
    await expect(late).rejects.toMatchObject({ code: 'd1_read_deadline' });
  });

  it('a failure that comes after the deadline disturbs nobody', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    await expect(withDeadline(promise, 5, 'work')).rejects.toThrow(DeadlineError);
    reject(new Error('late'));
    await scheduler.wait(5);
  });
});

describe('abortAfter', () => {
  const signalOf = async (ms: number, work: PromiseLike<unknown>) => {
    let given = AbortSignal.abort();
    const done = abortAfter(ms, 'work', (signal) => {
      given = signal;
      return work;
    });
    return { signal: given, error: await done.then(() => null).catch((error) => error) };
  };

  it('aborts what is late', async () => {
    const { signal, error } = await signalOf(5, never);
    expect(error).toBeInstanceOf(DeadlineError);
    expect(signal.aborted).toBe(true);
  });

  it('aborts what fails', async () => {
    const { signal, error } = await signalOf(50, Promise.reject(new RangeError()));
    expect(error).toBeInstanceOf(RangeError);
    expect(signal.aborted).toBe(true);
  });

  it('aborts nothing that was in time, as a body that is on its way', async () => {
    const { signal, error } = await signalOf(5, Promise.resolve());
    await scheduler.wait(10);
    expect([error, signal.aborted]).toEqual([null, false]);
  });
});

describe('settledWithin', () => {
  it.each([
    ['done', Promise.resolve()],
    ['not done', never],
  ])('resolves whether the work is %s or not', async (_, work) => {
    await expect(settledWithin(work, 5)).resolves.toBeUndefined();
  });

  it('resolves when the work fails', async () => {
    await expect(settledWithin(Promise.reject(new Error()), 5)).resolves.toBeUndefined();
  });
});

const doubling: Backoff = { firstMs: 1_000, factor: 2, longestMs: 10_000, jitter: 0 };

describe('backoffMs', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [4, 8_000],
    [5, 10_000],
    [5_000, 10_000],
  ])('pause %i is %i ms: doubled each time, up to the longest', (n, ms) => {
    expect(backoffMs(doubling, n, 0.7)).toBe(ms);
  });

  it.each([
    [{ jitter: 0.5 }, 0, 2_000],
    [{ jitter: 0.5 }, 0.5, 3_000],
    [{ jitter: 0.5 }, 0.9999, 4_000],
    [{ jitter: 1 }, 0, 0],
    [{ jitter: 1, leastMs: 500 }, 0, 500],
    [{ jitter: 1, leastMs: 500 }, 0.9999, 4_000],
  ])('with %o and random %d pause 3 is %i ms', (change, random, ms) => {
    expect(backoffMs({ ...doubling, ...change }, 3, random)).toBe(ms);
  });
});

/** A clock that only pauses move on. */
function timing() {
  const clock = testClock(0);
  const pauses: number[] = [];
  const sleep = async (ms: number) => {
    pauses.push(ms);
    clock.advance(ms);
  };
  return { now: clock.now, random: () => 0.5, sleep, pauses };
}

/** Fails so many times, then gives the number of calls. */
function failing(times: number) {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls <= times) throw new Error(`call ${calls}`);
    return calls;
  };
}

describe('retry', () => {
  it('calls until it succeeds, with a pause before each further try', async () => {
    const time = timing();
    expect(await retry(time, { backoff: doubling }, failing(3))).toBe(4);
    expect(time.pauses).toEqual([1_000, 2_000, 4_000]);
  });

  it('throws the last failure after the last try', async () => {
    const time = timing();
    await expect(retry(time, { tries: 3, backoff: doubling }, failing(9))).rejects.toThrow(
      'call 3',
    );
    expect(time.pauses).toHaveLength(2);
  });

  it('begins no try after the end of its time', async () => {
    const time = timing();
    const work = retry(time, { tries: 9, until: 7_000, backoff: doubling }, failing(9));
    await expect(work).rejects.toThrow('call 3');
    expect(time.now()).toBe(3_000);
  });

  it('does not repeat what will not pass', async () => {
    const time = timing();
    await expect(retry(time, { isPassing: () => false }, failing(1))).rejects.toThrow('call 1');
    expect(time.pauses).toEqual([]);
  });

  it('gives a try its deadline, and what is left of the time to the last one', async () => {
    const time = timing();
    const stalled = () => never;
    await expect(retry(time, { tries: 1, tryMs: 5, what: 'x' }, stalled)).rejects.toMatchObject({
      code: 'x_deadline',
    });
    const late = retry(time, { tries: 1, until: 5 }, stalled);
    await expect(late).rejects.toThrow('no answer within 100 ms');
  });

  it('without a deadline waits for as long as it takes', async () => {
    expect(await retry(timing(), { tryMs: null, until: 0 }, async () => 7)).toBe(7);
  });
});

describe('poll', () => {
  it('calls until there is something', async () => {
    const time = timing();
    const answers = [null, null, 'here'];
    const found = await poll(
      time,
      { until: 60_000, backoff: doubling },
      async () => answers.shift() ?? null,
    );
    expect(found).toBe('here');
    expect(time.pauses).toEqual([1_000, 2_000]);
  });

  it('gives null once the time is up, and does not sleep beyond it', async () => {
    const time = timing();
    expect(await poll(time, { until: 3_500, backoff: doubling }, async () => null)).toBeNull();
    expect(time.now()).toBe(3_000);
  });

  it('throws what the call throws', async () => {
    const work = poll(timing(), { until: 9, backoff: doubling }, failing(1));
    await expect(work).rejects.toThrow('call 1');
  });
});
