import { describe, expect, it, vi } from 'vitest';
import { Caches } from '../../../src/caches';
import { clockAt, day, full, hour, relative } from '../../../src/web/ui/times';

describe('a time', () => {
  const now = Date.UTC(2026, 10, 22, 12);
  const clock = clockAt(new Caches(), now, undefined);
  it.each([
    [0, 'just now'],
    [-59_999, 'just now'],
    [1, 'in less than a minute'],
    [-60_000, '1 minute ago'],
    [240_000, 'in 4 minutes'],
    [3_600_000, 'in 1 hour'],
    [-7_200_000, '2 hours ago'],
    [-86_400_000, '21 Nov 2026'],
    [10 * 86_400_000, 'on 2 Dec 2026'],
  ])('%d ms from now is "%s"', (ms, words) => {
    expect(relative(now + ms, clock)).toBe(words);
  });

  it('is told in the visitor’s zone', () => {
    const told = (timeZone: unknown) => full(now, clockAt(new Caches(), now, timeZone));
    expect(told('Asia/Tokyo')).toBe('22 Nov 2026, 21:00');
    expect(told('not/a zone')).toBe('22 Nov 2026, 12:00 UTC');
    expect(told(undefined)).toBe('22 Nov 2026, 12:00 UTC');
  });

  it('is formatted by what the isolate has made once for each zone', () => {
    const made = vi.spyOn(Intl, 'DateTimeFormat');
    const caches = new Caches();
    for (let n = 0; n < 100; n += 1) {
      const own = clockAt(caches, now + n, n % 2 === 0 ? 'Asia/Tokyo' : 'Europe/Oslo');
      expect(day(now, own) + hour(now, own)).toMatch(/^22 Nov 2026(?:13|21):00$/);
    }
    expect(made).toHaveBeenCalledTimes(4);
    made.mockRestore();
  });
});
