import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contrastOf, paletteOf } from '../../../src/web/ui/palette';
import { grounds } from '../../../src/web/ui/theme';

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
