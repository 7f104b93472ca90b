import { expect, it } from 'vitest';
import { etagOf, matchesEtag } from '../../src/integrations/etag';

it.each([
  [null, false],
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

it('without If-None-Match nothing matches', () => {
  expect(matchesEtag(undefined, 'W/"a"')).toBe(false);
});

it('tells texts apart that differ in one letter, at any place, or in the order of two', () => {
  const text = `{"userId":"ada","version":1795000000000,"integrations":[${'{"a":1},'.repeat(100)}]}`;
  const tags = new Set([etagOf(text), etagOf('')]);
  for (let i = 0; i < text.length; i += 1) {
    tags.add(etagOf(`${text.slice(0, i)}\u2603${text.slice(i + 1)}`));
    tags.add(etagOf(text.slice(0, i)));
  }
  expect(tags.size).toBe(2 * text.length + 1);
  expect(etagOf('ab')).not.toBe(etagOf('ba'));
  expect(etagOf(text)).toMatch(/^W\/"[0-9a-f]{16}"$/);
  expect(etagOf(text)).toBe(etagOf(`${text}`));
});

it('a hundred thousand versions of one list have as many ETags', () => {
  const tags = new Set(
    Array.from({ length: 100_000 }, (_, i) =>
      etagOf(`{"userId":"ada","version":${1_795_000_000_000 + i},"integrations":[]`),
    ),
  );
  expect(tags.size).toBe(100_000);
});
