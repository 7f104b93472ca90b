import { describe, expect, it } from 'vitest';
import { full, relative, timeZoneOf } from '../../../src/web/ui/times';

describe('a time', () => {
  const now = Date.UTC(2026, 10, 22, 12);
  const clock = { now, timeZone: 'UTC' };
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
    expect(full(now, { now, timeZone: timeZoneOf('Asia/Tokyo') })).toBe('22 Nov 2026, 21:00');
    expect(full(now, { now, timeZone: timeZoneOf('not/a zone') })).toBe('22 Nov 2026, 12:00 UTC');
    expect(timeZoneOf(undefined)).toBe('UTC');
  });
});
