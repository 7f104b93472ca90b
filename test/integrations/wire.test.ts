import fc from 'fast-check';
import { expect, it } from 'vitest';
import { date } from '../../src/integrations/wire';

it('a date is what toISOString writes, before the epoch and after the year 9999, too', () => {
  const ms = fc.oneof(
    fc.integer({ min: -8.64e15, max: 8.64e15 }),
    fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) }),
  );
  fc.assert(
    fc.property(ms, (time) => {
      expect(date(time)).toBe(new Date(time).toISOString());
    }),
    {
      numRuns: 5_000,
      examples: [[0], [-1], [86_399_999], [86_400_000], [8.64e15], [-8.64e15]].map(
        ([time]) => [time ?? 0] as [number],
      ),
    },
  );
});

it('a time that is no date is none: RangeError', () => {
  // The same day has a date.
  date(8.64e15);
  for (const time of [Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1, 9e15]) {
    expect(() => date(time)).toThrow(RangeError);
  }
});
