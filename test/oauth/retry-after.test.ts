import { describe, expect, it } from 'vitest';
import { readRetryAfter } from '../../src/oauth/retry-after';

const now = Date.UTC(2026, 10, 22, 12);

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    [' 7 ', 7_000],
    [new Date(now + 90_000).toUTCString(), 90_000],
    [new Date(now - 90_000).toUTCString(), 0],
    ['999999999999', 3_600_000],
    ['99999999999999999999999999', 3_600_000],
    [new Date(now + 9_000_000).toUTCString(), 3_600_000],
    ['-5', null],
    ['1.5', null],
    ['soon', null],
    ['Soon', null],
    ['', null],
    ['1e9', null],
  ])('"%s" is %s ms', (value, ms) => {
    expect(readRetryAfter(value, now)).toBe(ms);
  });

  it('absent: nothing', () => expect(readRetryAfter(null, now)).toBeNull());
});
