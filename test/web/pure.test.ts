/** The page's pure parts: colours, times, names, permissions. */
import fc from 'fast-check';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { records } from '../../src/providers/records';
import { providerSchema } from '../../src/providers/types';
import { prefersPage } from '../../src/web/hosted/error-page';
import { initials } from '../../src/web/hosted/integrations-page';
import { permissionSentences, permissionsOf } from '../../src/web/hosted/permissions';
import { contrastOf, paletteOf } from '../../src/web/ui/palette';
import { grounds } from '../../src/web/ui/theme';
import { full, relative, timeZoneOf } from '../../src/web/ui/times';

describe('the accent colour', () => {
  const colour = fc
    .integer({ min: 0, max: 0xffffff })
    .map((value) => `#${value.toString(16).padStart(6, '0')}`);

  it.each(['light', 'dark'] as const)(
    'can be read on every %s ground, whatever it is',
    (scheme) => {
      fc.assert(
        fc.property(colour, (accent) => {
          const { fill, onFill, ink } = paletteOf(accent, grounds[scheme]);
          expect(fill).toBe(accent);
          expect(contrastOf(fill, onFill)).toBeGreaterThanOrEqual(4.5);
          for (const ground of grounds[scheme]) {
            expect(contrastOf(ink, ground)).toBeGreaterThanOrEqual(4.5);
          }
        }),
        {
          numRuns: 500,
          examples: [['#000000'], ['#ffffff'], ['#ffff00'], ['#808080'], ['#767676']],
        },
      );
    },
  );

  it('stays as it is where it can be read', () => {
    expect(paletteOf('#1d4f8f', grounds.light).ink).toBe('#1d4f8f');
  });

  it.each([
    ['#000000', '#ffffff', 21],
    ['#777777', '#ffffff', 4.48],
    ['#ffffff', '#ffffff', 1],
  ])('%s on %s is WCAG’s %d', (a, b, ratio) => {
    expect(contrastOf(a, b)).toBeCloseTo(ratio, 2);
  });
});

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

describe('initials', () => {
  it.each([
    ['Ada Fairwind', 'AF'],
    ['rkeel', 'R'],
    ['robin@keel.example', 'R'],
    ['Ana María de la Cruz', 'AC'],
    ['u/sailor_jane', 'UJ'],
    ['ليلى الحسن', 'لا'],
    ['···', '•'],
    ['', '•'],
    ['<script>', '•'],
  ])('of "%s" are "%s"', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
});

describe('permissions', () => {
  it('of every built-in record are told in words', () => {
    for (const record of records) {
      const provider = providerSchema.parse(record);
      const scopes = provider.kind === 'oauth2' ? provider.scopes : [];
      expect([provider.id, permissionsOf(provider.id, scopes).unknown]).toEqual([provider.id, []]);
      expect(permissionSentences(provider)).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('that nobody has words for are named, and names of prototypes are none', () => {
    expect(permissionsOf('acme', ['openid', 'constructor', 'boats.write'])).toEqual({
      known: ['know who you are'],
      unknown: ['constructor', 'boats.write'],
    });
    expect(permissionsOf('__proto__', ['toString']).unknown).toEqual(['toString']);
  });
});

describe('Accept', () => {
  it.each([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['text/html', true],
    ['*/*', false],
    [undefined, false],
    ['', false],
    ['application/json', false],
    ['application/json, text/html', false],
    ['application/problem+json;q=0.1, text/html;q=0.2', true],
    ['text/html;q=0', false],
    ['text/html;q=nonsense', true],
  ])('%s asks for a page: %s', async (accept, expected) => {
    const app = new Hono().get('/', (c) => c.json(prefersPage(c)));
    const headers = accept === undefined ? {} : { Accept: accept };
    expect(await (await app.request('/', { headers })).json()).toBe(expected);
  });
});
