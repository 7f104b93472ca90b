import { expect, it } from 'vitest';
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

it('is the same for the same text, and another for any other', async () => {
  const text = `{"userId":"ada","version":1795000000000,"integrations":[${'{"a":1},'.repeat(20)}]}`;
  const texts = Array.from(text, (_, i) => `${text.slice(0, i)}\u2603${text.slice(i + 1)}`);
  const tags = await Promise.all([text, '', ...texts].map(etagOf));
  expect(new Set(tags).size).toBe(tags.length);
  expect(tags[0]).toMatch(/^W\/"[\w-]{22}"$/);
  expect(await etagOf(text)).toBe(tags[0]);
});
