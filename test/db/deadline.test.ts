import { describe, expect, it } from 'vitest';
import { DeadlineError, settledWithin, withDeadline } from '../../src/db/deadline';

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
