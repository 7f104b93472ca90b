import { describe, expect, it } from 'vitest';
import { etagOf, matchesEtag } from '../../src/integrations/etag';

it.each([
  [undefined, false],
  ['W/"a"', true],
  ['"a"', true],
  ['"b", W/"a"', true],
  ['"b"', false],
  ['*', true],
  ['', false],
  ['a', false],
])('If-None-Match: %s matches W/"a": %s', (ifNoneMatch, matches) => {
  expect(matchesEtag(ifNoneMatch, 'W/"a"')).toBe(matches);
});

describe('the tag of a text', () => {
  const text = `{"userId":"ada","version":1795000000000,"integrations":[${'{"a":1},'.repeat(20)}]}`;
  const changedAt = (i: number, unit: string) => `${text.slice(0, i)}${unit}${text.slice(i + 1)}`;

  it('is the same for the same text, and another for any other', () => {
    const texts = Array.from(text, (_, i) => changedAt(i, '\u2603'));
    const tags = [text, '', ...texts].map(etagOf);
    expect(new Set(tags).size).toBe(tags.length);
    expect(tags[0]).toMatch(/^W\/"[0-9a-f]{16}"$/);
    expect(etagOf(text)).toBe(tags[0]);
  });

  it('is another for each of many answers that differ in a time and a number', () => {
    const times = range(200).map((i) => new Date(1_795_000_000_000 + i * 1_000).toISOString());
    const tags = times.flatMap((time) =>
      range(200).map((version) => etagOf(JSON.stringify({ version, expiresAt: time, text }))),
    );
    expect(new Set(tags).size).toBe(40_000);
  });

  it('has half of its bits turned by one bit of the text, wherever that is', () => {
    const bitsOf = (one: string) => BigInt(`0x${etagOf(one).slice(3, -1)}`);
    const turned = range(text.length).map((i) => {
      const other = changedAt(i, String.fromCharCode(text.charCodeAt(i) ^ 1));
      return (bitsOf(text) ^ bitsOf(other)).toString(2).replaceAll('0', '').length;
    });
    expect(Math.min(...turned)).toBeGreaterThan(12);
    const mean = turned.reduce((sum, one) => sum + one) / turned.length;
    expect(Math.abs(mean - 32)).toBeLessThan(1);
  });
});

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
